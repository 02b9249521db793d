"""`infra/up` seeds at every start: the first fills the organisation, the others change nothing."""

from __future__ import annotations

import pytest

from app import app
from chalicelib.platform import auth, store
from chalicelib.platform.context import begin
from chalicelib.team import tokens as team_tokens
from infra import demo, seed
from tests.client import Caller
from tests.cloud import Cloud

TABLES = ("team", "channels", "control", "events")


def everything(cloud: Cloud) -> list[str]:
    """Every item, as text, so that two moments can be compared."""
    return sorted(str(item) for table in TABLES for item in cloud.items(table))


@pytest.fixture
def seeded(aws: Cloud) -> seed.SeedResult:
    return seed.load(demo=True)


@pytest.fixture
def admin(seeded: seed.SeedResult) -> Caller:
    return Caller(app=app).bearer(seeded.tokens["ADMIN_TOKEN"])


def test_again_changes_nothing(aws: Cloud, seeded: seed.SeedResult) -> None:
    before = everything(aws)
    assert seed.load(demo=True, tokens=seeded.tokens) == seeded
    assert everything(aws) == before


def test_everybody_is_here_and_has_a_place(admin: Caller) -> None:
    agents = admin.get("/agents", limit=100).body["items"]
    assert sorted(agent["name"] for agent in agents) == sorted(p.name for p in demo.PEOPLE)
    assert {agent["presence"] for agent in agents} == {"available"}
    assert {agent["department_id"] for agent in agents} == set(demo.MANAGERS)
    assert {agent["role"] for agent in agents} == {"agent", "lead", "manager"}


def test_teams_have_leads_and_departments_managers(admin: Caller) -> None:
    assert all(team["lead_id"] for team in admin.get("/teams", limit=100).body["items"])
    departments = admin.get("/departments", limit=100).body["items"]
    assert len(departments) == 5
    assert all(department["manager_id"] for department in departments)


def test_accounts_are_in_the_sandbox(admin: Caller) -> None:
    accounts = admin.get("/channel-accounts").body["items"]
    assert {one["channel"] for one in accounts} == {c.channel for c in demo.CONNECTIONS}
    assert {(one["mode"], one["state"]) for one in accounts} == {("sandbox", "connected")}
    assert all(one["team_id"] and one["branch"] for one in accounts)


def test_agent_token_belongs_to_an_agent(admin: Caller, seeded: seed.SeedResult) -> None:
    agent = Caller(app=app).bearer(seeded.tokens["AGENT_TOKEN"])
    assert agent.get("/tickets").status == 200
    assert agent.get("/channel-accounts").status == 403


def test_what_a_person_changed_stays(admin: Caller, seeded: seed.SeedResult) -> None:
    path = f"/agents/{seed.agent_id('kim.oanh')}/presence"
    assert admin.put(path, {"presence": "offline"}).status == 200
    seed.load(demo=True, tokens=seeded.tokens)
    agents = admin.get("/agents", limit=100).body["items"]
    assert [a["name"] for a in agents if a["presence"] == "offline"] == ["Lê Kim Oanh"]


def test_tokens_lost_or_revoked_are_replaced(aws: Cloud, seeded: seed.SeedResult) -> None:
    lost = seed.load(demo=True).tokens
    assert lost["AGENT_TOKEN"] != seeded.tokens["AGENT_TOKEN"]
    kept = team_tokens.load(auth.token_id_of(lost["ADMIN_TOKEN"]))
    store.commit(team_tokens.revoke(kept, begin()))
    renewed = seed.load(demo=True, tokens=lost).tokens
    assert renewed["ADMIN_TOKEN"] != lost["ADMIN_TOKEN"]
    assert renewed["AGENT_TOKEN"] == lost["AGENT_TOKEN"]


def test_without_demo_there_are_departments_and_an_administrator(aws: Cloud) -> None:
    result = seed.load(demo=False)
    admin = Caller(app=app).bearer(result.tokens["ADMIN_TOKEN"])
    assert list(result.tokens) == ["ADMIN_TOKEN"]
    assert len(admin.get("/departments").body["items"]) == 5
    assert admin.get("/agents").body["items"] == []
