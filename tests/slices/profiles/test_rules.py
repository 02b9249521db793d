"""What a profile learns from an event; pure."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.event import ContactHints
from chalicelib.profiles.model import Profile
from chalicelib.profiles.rules import LONGEST_NAME, MOST_CONTACT_POINTS, NAMES, Known, learn

AN = Known(name="An", phones=("+84912345678",))

numbers = st.integers(0, 99_999_999).map(lambda n: f"09{n:08d}")
hints = st.builds(
    ContactHints,
    name=st.none() | st.text(max_size=300),
    phones=st.lists(numbers | st.text(max_size=12), max_size=5).map(tuple),
    emails=st.lists(st.emails() | st.text(max_size=12), max_size=3).map(tuple),
    address=st.none() | st.text(max_size=300),
    verified=st.booleans(),
)


@pytest.mark.parametrize(
    ("known", "told", "after"),
    [
        (Known(), ContactHints(name=" Nguyễn  An "), Known(name="Nguyễn An")),
        (AN, ContactHints(name="Bình"), AN),
        (AN, ContactHints(phones=("84912345678", "0912 345 678")), AN),
        (
            AN,
            ContactHints(phones=("0987654321",)),
            Known(name="An", phones=("+84912345678", "+84987654321")),
        ),
        (AN, ContactHints(phones=("12", "không có")), AN),
        (Known(), ContactHints(emails=("An@Example.vn",)), Known(emails=("an@example.vn",))),
        (Known(), ContactHints(emails=("an@",)), Known()),
        (Known(), ContactHints(name="   "), Known()),
        (
            Known(),
            ContactHints(address="1 Lê Lợi", gender="nữ"),
            Known(address="1 Lê Lợi", gender="female"),
        ),
    ],
)
def test_adds_and_never_overwrites(known: Known, told: ContactHints, after: Known) -> None:
    learned = learn(known, told)
    assert learned.known == after
    assert bool(learned.changed) == (after != known)


def test_what_is_known_can_be_told_and_kept() -> None:
    assert set(NAMES) <= {one.name for one in fields(ContactHints)}
    assert set(NAMES) <= set(Profile.get_attributes())
    told: dict[str, Any] = {n: ("x",) if n in ("phones", "emails") else "x" for n in NAMES}
    whole = Known(**told)
    assert Known.of(Profile("p", "profile", **whole.fields())) == whole


@pytest.mark.parametrize("told", ["31/07/1990", "1990-07-31", "1990-7-31"])
def test_a_birthday_is_kept_in_one_form(told: str) -> None:
    assert learn(Known(), ContactHints(birthday=told)).known == Known(birthday="1990-07-31")
    assert learn(Known(), ContactHints(birthday="mùa hè")).changed == ()


def test_only_a_vouched_phone_proves_somebody() -> None:
    told = ContactHints(phones=("0912345678",))
    assert learn(Known(), told).proved == Known()
    vouched = ContactHints(phones=("0912345678",), verified=True)
    assert learn(Known(), vouched).proved.phones == ("+84912345678",)
    assert learn(AN, vouched).proved.phones == ("+84912345678",), "claimed again, if lost"


@given(told=hints)
def test_learning_twice_is_learning_once(told: ContactHints) -> None:
    once = learn(Known(), told)
    again = learn(once.known, told)
    assert again.known == once.known
    assert again.changed == ()


@given(several=st.lists(hints, max_size=8))
def test_what_is_known_stays_within_bounds(several: list[ContactHints]) -> None:
    known = Known()
    for told in several:
        before, known = known, learn(known, told).known
        assert known.phones[: len(before.phones)] == before.phones
    assert len(known.phones) <= MOST_CONTACT_POINTS
    assert len(known.name or "") <= LONGEST_NAME
    assert all(phone.startswith("+") for phone in known.phones)


@pytest.mark.parametrize(
    ("written", "code"),
    [("Nữ", "female"), ("FEMALE", "female"), ("nam", "male"), ("Khác", "other"), ("x", None)],
)
def test_a_gender_is_one_code_however_it_is_written(written: str, code: str | None) -> None:
    assert learn(Known(), ContactHints(gender=written)).known.gender == code
