"""What is kept of a call does not depend on the order of its events, nor on their number."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.channels.event import Call, CallStage, InboundEvent, Kind
from chalicelib.conversations import calling

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

SECONDS = st.none() | st.integers(0, 90)
CALLS = st.builds(
    Call,
    id=st.just("c"),
    stage=st.sampled_from(CallStage),
    outbound=st.sampled_from([None, False, True]),
    from_number=st.sampled_from([None, "+84912345678"]),
    extension=st.sampled_from([None, "101", "102"]),
    one_leg=st.booleans(),
    talk_seconds=SECONDS,
    queue_seconds=SECONDS,
    recording_url=st.sampled_from([None, "https://a.example.vn/1", "https://a.example.vn/2"]),
    abandoned=st.booleans(),
    step=st.sampled_from([None, "csat"]),
)


def told(call: Call, *, after: int = 0, **said: Any) -> dict[str, Any]:
    event = InboundEvent(
        kind=Kind.CALL,
        channel="voice",
        account_id="1900",
        event_key="k",
        user_id="+84912345678",
        call=call,
        **said,
    )
    return calling.facts(event, at=AT + timedelta(seconds=after))


FACTS = st.builds(
    lambda call, after, digits: told(call, after=after, postback=digits),
    CALLS,
    st.integers(0, 9),
    st.sampled_from([None, "1", "4"]),
)


@settings(max_examples=100, deadline=None)
@given(some=st.lists(FACTS, min_size=1, max_size=6), data=st.data())
def test_any_order_makes_the_same(some: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = calling.everything(*some)
    assert calling.everything(*data.draw(st.permutations(some))) == whole
    assert calling.everything(*some, *some) == whole
    assert calling.joined(whole, data.draw(st.sampled_from(some))) == whole


@settings(max_examples=60, deadline=None)
@given(some=st.lists(FACTS, min_size=1, max_size=6))
def test_what_was_reached_is_not_taken_back(some: list[dict[str, Any]]) -> None:
    kept: dict[str, Any] = {}
    for one in some:
        before, kept = kept, calling.joined(kept, one)
        assert calling.has_talked(kept) or not calling.has_talked(before)
        assert calling.is_over(kept) or not calling.is_over(before)


R, A, E, M, N = (
    CallStage.RINGING,
    CallStage.ANSWERED,
    CallStage.ENDED,
    CallStage.MISSED,
    CallStage.NOTED,
)


@pytest.mark.parametrize(
    ("stages", "wanted"),
    [
        ([R], R),
        ([N], R),
        ([R, A], A),
        ([R, A, E], E),
        ([R, M], M),
        ([M, A], E),
        ([E, R], E),
        ([M, E], E),
        ([E, M], E),
    ],
)
def test_stages_go_on(stages: list[CallStage], wanted: CallStage) -> None:
    kept = calling.everything(*(told(Call(id="c", stage=stage)) for stage in stages))
    assert kept["stage"] == wanted


def leg(extension: str, stage: CallStage) -> dict[str, Any]:
    return told(Call(id="c", stage=stage, extension=extension, one_leg=True))


def test_a_telephone_that_is_put_down_ends_no_call() -> None:
    kept = calling.everything(leg("101", R), leg("101", M), leg("102", A), leg("102", M))
    assert (kept["stage"], kept["extension"]) == ("answered", "102")
    assert kept["legs"] == {"101": "missed", "102": "ended"}


def test_who_is_only_presumed_to_have_answered_has_not_where_telephones_rang_in_vain() -> None:
    presumed = told(Call(id="c", stage=E, presumed=True))
    assert calling.everything(presumed)["stage"] == "ended"
    assert calling.everything(leg("dial", M), presumed)["stage"] == "missed"
    assert calling.everything(leg("lan", A), presumed)["stage"] == "ended"


@pytest.mark.parametrize(
    ("call", "reachable", "waits"),
    [
        (Call(id="c", stage=M), True, True),
        (Call(id="c", stage=M), False, False),
        (Call(id="c", stage=M, recording_url="https://a.example.vn/1"), False, True),
        (Call(id="c", stage=M, outbound=True), True, False),
        (Call(id="c", stage=E), True, False),
        (Call(id="c", stage=R), True, False),
    ],
)
def test_who_waits_for_us(call: Call, reachable: bool, waits: bool) -> None:
    assert calling.waits_for_us(calling.everything(told(call)), reachable=reachable) is waits


def test_what_a_customer_is_given_names_none_of_our_telephones() -> None:
    kept = calling.everything(told(Call(id="c", stage=E, extension="101", talk_seconds=9)))
    assert calling.given(kept) == {"call_stage": "ended", "talk_seconds": 9}
    assert not calling.WORKINGS & set(calling.shown(kept) or {})


def test_however_much_is_told_of_a_call_an_item_holds_it() -> None:
    long = "ă" * 50_000
    said = [
        told(
            Call(id="c", stage=R, extension=f"{n}{long}", cause=long, step=long), text=f"{n}{long}"
        )
        for n in range(60)
    ]
    kept = calling.everything(*said)
    assert len(json.dumps(kept, ensure_ascii=False).encode()) < 200_000
    assert calling.everything(*reversed(said)) == kept
