"""Who may take a ticket, who takes the next, who may give which role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.platform.roles import Role
from chalicelib.team.rules import Candidate, Presence, can_take, choose, may_grant

EARLY = datetime(2026, 11, 20, tzinfo=UTC)
LATE = datetime(2026, 11, 21, tzinfo=UTC)


def agent(agent_id: str = "a", **fields: Any) -> Candidate:
    """An agent who could take a ticket, but for what `fields` say."""
    usual: dict[str, Any] = {
        "department_id": "customer_care",
        "role": "agent",
        "team_ids": (),
        "presence": "available",
        "active": True,
        "capacity": None,
        "load": 0,
        "last_assigned_at": None,
    }
    return Candidate(agent_id=agent_id, **{**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"load": 99}, True),
        ({"capacity": 1}, True),
        ({"capacity": 1, "load": 1}, False),
        ({"capacity": 1, "load": 2}, False),
        ({"capacity": 0}, False),
        ({"presence": "away"}, False),
        ({"presence": "offline"}, False),
        ({"active": False}, False),
    ],
)
def test_can_take(fields: dict[str, Any], expected: bool) -> None:
    assert can_take(agent(**fields)) is expected


@pytest.mark.parametrize(
    ("candidates", "wanted", "expected"),
    [
        ([], {}, None),
        ([agent("a", presence="away")], {}, None),
        ([agent("a", load=1), agent("b")], {}, "b"),
        ([agent("a", last_assigned_at=LATE), agent("b", last_assigned_at=EARLY)], {}, "b"),
        ([agent("a", last_assigned_at=EARLY), agent("b")], {}, "b"),
        ([agent("a", load=1), agent("b", last_assigned_at=LATE)], {}, "b"),
        ([agent("b"), agent("a")], {}, "a"),
        ([agent("a"), agent("b", team_ids=("t",), load=5)], {"team_id": "t"}, "b"),
        ([agent("a"), agent("b", team_ids=("t",), presence="away")], {"team_id": "t"}, "a"),
        ([agent("a"), agent("b", team_ids=("u",), load=1)], {"team_id": "t"}, "a"),
        ([agent("a"), agent("b", role="lead", load=5)], {"role": "lead"}, "b"),
        ([agent("a")], {"role": "lead"}, None),
        ([agent("a"), agent("b", load=5)], {"exclude": frozenset("a")}, "b"),
        ([agent("a")], {"exclude": frozenset("a")}, None),
        (
            [agent("a", team_ids=("t",)), agent("b")],
            {"team_id": "t", "exclude": frozenset("a")},
            "b",
        ),
    ],
)
def test_choose(candidates: list[Candidate], wanted: dict[str, Any], expected: str | None) -> None:
    chosen = choose(candidates, **wanted)
    assert (chosen and chosen.agent_id) == expected


agents = st.lists(
    st.builds(
        agent,
        agent_id=st.sampled_from("abcdefgh"),
        team_ids=st.sampled_from([(), ("t",), ("u",), ("t", "u")]),
        presence=st.sampled_from(Presence),
        active=st.booleans(),
        capacity=st.none() | st.integers(0, 3),
        load=st.integers(0, 3),
        last_assigned_at=st.sampled_from([None, EARLY, LATE]),
    ),
    unique_by=lambda one: one.agent_id,
)


@given(agents, st.none() | st.just("t"), st.randoms(use_true_random=False))
def test_the_choice_is_able_fair_and_blind_to_order(
    candidates: list[Candidate], team_id: str | None, random: Any
) -> None:
    chosen = choose(candidates, team_id=team_id)
    able = [one for one in candidates if can_take(one)]
    assert (chosen is None) == (not able)
    if chosen is not None:
        assert chosen in able
        mates = [one for one in able if team_id in one.team_ids]
        assert not mates or chosen in mates
        assert chosen.load == min(one.load for one in mates or able)
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert choose(shuffled, team_id=team_id) == chosen


@pytest.mark.parametrize(
    ("granter", "role", "expected"),
    [
        (Role.ADMIN, "admin", True),
        (Role.ADMIN, "agent", True),
        (Role.MANAGER, "admin", False),
        (Role.MANAGER, "manager", True),
        (Role.LEAD, "manager", False),
        (Role.INTEGRATION, "agent", False),
    ],
)
def test_nobody_grants_above_their_own_role(granter: Role, role: str, expected: bool) -> None:
    assert may_grant(granter, role) is expected
