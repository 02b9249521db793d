"""What holds out of everything a customer ever said of consent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.profiles.consent_rules import PURPOSES, Said, agreed, standing, withdrawn


def said(text: str, *, purpose: str = "marketing", channel: str = "zalo_oa") -> list[Said]:
    """Statements from a line like `granted withdrawn/word lifted/word *:granted`, in order."""
    found = []
    for number, part in enumerate(text.split()):
        where, _, what = part.rpartition(":")
        state, _, source = what.partition("/")
        found.append(
            Said(
                purpose=purpose,
                channel=where or channel,
                state=state,
                source=source or "form",
                at=f"2026-11-0{number + 1}T00:00:00.000Z",
            )
        )
    return found


@pytest.mark.parametrize(
    ("purpose", "story", "expected"),
    [
        ("marketing", "", False),
        ("marketing", "granted", True),
        ("marketing", "*:granted", True),
        ("marketing", "granted withdrawn", False),
        ("marketing", "granted withdrawn granted", True),
        ("marketing", "granted withdrawn/word lifted/word", True),
        ("marketing", "granted withdrawn withdrawn/word lifted/word", False),
        ("marketing", "withdrawn/word lifted/word", False),
        ("marketing", "*:granted withdrawn", False),
        ("marketing", "granted *:withdrawn", False),
        ("marketing", "*:withdrawn granted", True),
        ("marketing", "withdrawn *:granted", False),
        ("care", "", True),
        ("care", "withdrawn", False),
        ("survey", "withdrawn/word lifted/word", True),
        ("tracking", "", False),
    ],
)
def test_what_is_allowed_follows_from_the_story(purpose: str, story: str, expected: bool) -> None:
    assert agreed(said(story, purpose=purpose), purpose, "zalo_oa") is expected


STATES = st.sampled_from(["granted", "withdrawn", "withdrawn/word", "lifted/word", "*:granted"])


@given(st.lists(STATES, max_size=7), st.randoms(use_true_random=False))
def test_the_order_in_which_statements_arrive_does_not_matter(
    parts: list[str], order: object
) -> None:
    statements = said(" ".join(parts))
    shuffled = list(statements)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing(shuffled) == standing(statements)
    for purpose in PURPOSES:
        assert withdrawn(shuffled, purpose, "zalo_oa") == withdrawn(statements, purpose, "zalo_oa")
