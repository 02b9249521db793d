"""What other slices use: the roster, the load of agents, departments; and changes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform import store
from chalicelib.platform.context import Context
from chalicelib.platform.errors import Conflict, Forbidden, Invalid
from chalicelib.platform.roles import Role
from chalicelib.team import flows
from chalicelib.team.defaults import DEPARTMENTS
from chalicelib.team.model import Agent
from chalicelib.team.rules import Candidate, Presence
from tests.cloud import Cloud


def hire(context: Context, **fields: Any) -> Agent:
    """A new available agent."""
    wanted: dict[str, Any] = {
        "name": "Lan",
        "email": "lan@example.vn",
        "role": "agent",
        "department_id": "sales",
        "team_ids": [],
        "branch": None,
        "capacity": None,
    }
    edit = flows.add_agent({**wanted, **fields}, context, by=Role.ADMIN)
    store.commit(edit.writes)
    presence = flows.set_presence(edit.item, Presence.AVAILABLE, context)
    store.commit(presence.writes)
    return edit.item


def seen(agent: Agent) -> Candidate:
    """The agent as the table has it."""
    found = flows.candidate(agent.id)
    assert found is not None
    return found


def test_defaults_are_the_five_departments_and_load_once(organisation: Context, aws: Cloud) -> None:
    before = aws.items("team"), aws.items("events")
    flows.load_defaults(organisation)
    assert (aws.items("team"), aws.items("events")) == before
    found = {code: flows.department(code) for code in DEPARTMENTS}
    assert {code: item and item.name for code, item in found.items()} == DEPARTMENTS
    assert flows.department("nowhere") is None


def test_defaults_keep_what_people_changed(organisation: Context) -> None:
    edit = flows.change_department(
        flows.load_department("sales"), {"name": "Kinh doanh"}, organisation
    )
    store.commit(edit.writes)
    flows.load_defaults(organisation)
    assert flows.load_department("sales").name == "Kinh doanh"


def test_roster_is_the_departments_agents_and_no_teams(organisation: Context) -> None:
    team = flows.add_team(
        {"name": "Đội 1", "department_id": "sales", "lead_id": None}, organisation
    )
    store.commit(team.writes)
    first = hire(organisation, team_ids=[team.item.id], capacity=3)
    hire(organisation, department_id="technical")
    assert [one.agent_id for one in flows.roster("sales")] == [first.id]
    assert flows.roster("sales") == [seen(first)]
    assert flows.roster("accounting") == []


def test_take_on_and_let_go_count(organisation: Context) -> None:
    agent = hire(organisation, capacity=2)
    now = organisation.now + timedelta(minutes=5)
    for _ in range(2):
        store.commit([flows.take_on(agent.id, now=now, must_be_available=True)])
    assert (seen(agent).load, seen(agent).last_assigned_at) == (2, now)
    with pytest.raises(store.ConditionFailed) as refused:
        store.commit([flows.take_on(agent.id, now=now, must_be_available=True)])
    assert refused.value.names == (flows.TAKES_ON,)
    store.commit([flows.take_on(agent.id, now=now, must_be_available=False)])
    assert seen(agent).load == 3
    store.commit(flows.let_go(agent.id, organisation))
    assert seen(agent).load == 2


@pytest.mark.parametrize("presence", [Presence.AWAY, Presence.OFFLINE])
def test_who_is_not_here_takes_only_by_hand(organisation: Context, presence: Presence) -> None:
    agent = hire(organisation)
    store.commit(flows.set_presence(agent, presence, organisation).writes)
    with pytest.raises(store.ConditionFailed):
        store.commit([flows.take_on(agent.id, now=organisation.now, must_be_available=True)])
    store.commit([flows.take_on(agent.id, now=organisation.now, must_be_available=False)])
    assert seen(agent).load == 1


@pytest.mark.parametrize("must_be_available", [True, False])
def test_nobody_unknown_or_inactive_takes(organisation: Context, must_be_available: bool) -> None:
    agent = hire(organisation)
    leaving = flows.change_agent(agent, {"active": False}, organisation, by=Role.ADMIN)
    store.commit(leaving.writes)
    for agent_id in (agent.id, "nobody"):
        write = flows.take_on(agent_id, now=organisation.now, must_be_available=must_be_available)
        with pytest.raises(store.ConditionFailed):
            store.commit([write])


def test_letting_go_never_refuses_and_makes_nobody(organisation: Context) -> None:
    agent = hire(organisation)
    gone = flows.let_go("gone", organisation)
    store.commit([*flows.let_go(agent.id, organisation), *gone])
    assert seen(agent).load == -1
    assert flows.candidate("gone") is None
    with pytest.raises(store.ConditionFailed):
        store.commit([flows.take_on("gone", now=organisation.now, must_be_available=False)])


def test_load_leaves_the_revision_alone(organisation: Context) -> None:
    agent = hire(organisation)
    store.commit([flows.take_on(agent.id, now=organisation.now, must_be_available=True)])
    edit = flows.change_agent(agent, {"name": "Mai"}, organisation, by=Role.ADMIN)
    store.commit(edit.writes)
    assert flows.load_agent(agent.id).name == "Mai"
    assert seen(agent).load == 1


def test_a_change_under_another_revision_is_refused_whole(
    organisation: Context, aws: Cloud
) -> None:
    agent = hire(organisation)
    mine, theirs = flows.load_agent(agent.id), flows.load_agent(agent.id)
    theirs_edit = flows.change_agent(theirs, {"name": "Mai"}, organisation, by=Role.ADMIN)
    store.commit(theirs_edit.writes)
    events = len(aws.items("events"))
    with pytest.raises(store.ConditionFailed):
        store.commit(flows.change_agent(mine, {"name": "Đào"}, organisation, by=Role.ADMIN).writes)
    assert flows.load_agent(agent.id).name == "Mai"
    assert len(aws.items("events")) == events


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"department_id": "nowhere"}, "department_id"),
        ({"team_ids": ["nothing"]}, "team_ids"),
    ],
)
def test_what_an_agent_names_must_be_there(
    organisation: Context, aws: Cloud, fields: dict[str, Any], field: str
) -> None:
    before = len(aws.items("team"))
    with pytest.raises(Invalid) as refused:
        hire(organisation, **fields)
    assert refused.value.field == field
    assert len(aws.items("team")) == before


def test_a_lead_must_be_an_active_agent(organisation: Context) -> None:
    agent = hire(organisation, role="lead")
    wanted = {"name": "Đội 1", "department_id": "sales", "lead_id": agent.id}
    edit = flows.add_team(wanted, organisation)
    store.commit(edit.writes)
    assert flows.load_team(edit.item.id).lead_id == agent.id
    leaving = flows.change_agent(agent, {"active": False}, organisation, by=Role.ADMIN)
    store.commit(leaving.writes)
    with pytest.raises(Invalid) as refused:
        store.commit(flows.add_team(wanted, organisation).writes)
    assert refused.value.field == "lead_id"


def test_who_stops_working_is_offline_and_stays_so(organisation: Context) -> None:
    agent = hire(organisation)
    edit = flows.change_agent(agent, {"active": False}, organisation, by=Role.ADMIN)
    store.commit(edit.writes)
    gone = flows.load_agent(agent.id)
    assert (gone.active, gone.presence) == (False, "offline")
    with pytest.raises(Conflict):
        flows.set_presence(gone, Presence.AVAILABLE, organisation)


def test_nothing_changed_writes_nothing(organisation: Context) -> None:
    agent = hire(organisation)
    assert flows.change_agent(agent, {"name": "Lan"}, organisation, by=Role.ADMIN).writes == []
    assert flows.set_presence(agent, Presence.AVAILABLE, organisation).writes == []


def test_a_manager_touches_no_admin(organisation: Context) -> None:
    agent = hire(organisation, role="admin")
    for fields in ({"role": "agent"}, {"active": False}):
        with pytest.raises(Forbidden):
            flows.change_agent(agent, fields, organisation, by=Role.MANAGER)


def test_moving_an_agent_moves_them_in_the_rosters(organisation: Context) -> None:
    agent = hire(organisation)
    edit = flows.change_agent(agent, {"department_id": "technical"}, organisation, by=Role.MANAGER)
    store.commit(edit.writes)
    assert flows.roster("sales") == []
    assert [one.agent_id for one in flows.roster("technical")] == [agent.id]


def test_listed_ids_sort_by_time(organisation: Context) -> None:
    agent = hire(organisation)
    later = replace(organisation, now=organisation.now + timedelta(seconds=1))
    assert agent.listed_at < hire(later).listed_at
