"""Reading conditions and deciding them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.platform.errors import Invalid
from chalicelib.profiles import attributes
from chalicelib.segments.conditions import (
    DEEPEST,
    MOST_COMPARISONS,
    OF_FIELD,
    OPERATORS,
    Group,
    facts_of,
    meets,
    read,
)
from chalicelib.segments.defaults import DEFAULTS
from chalicelib.segments.vocabulary import FACTS, Kind, kind_of

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
DAY, MIDNIGHT = "2026-11-21", datetime(2026, 11, 20, 17, tzinfo=UTC)  # where the shop is


def fact(name: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": name, "op": op, "value": value}


def holds(condition: Any, **facts: Any) -> bool:
    return meets(read(condition), facts, now=NOW)


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        (fact("tier", "eq", "VIP"), {"tier": "vip"}, True),
        (fact("tier", "ne", "vip"), {"tier": "repeat"}, True),
        (fact("tier", "in", ["vip", "repeat"]), {"tier": "repeat"}, True),
        (fact("tier", "not_in", ["vip"]), {"tier": "vip"}, False),
        (fact("last_order_branch", "eq", "da nang"), {"last_order_branch": "Đà Nẵng"}, True),
        (
            fact("last_order_branch", "contains", "Nẵng"),
            {"last_order_branch": "CN da nang 2"},
            True,
        ),
        (fact("delivered_orders", "gte", 2), {"delivered_orders": 2}, True),
        (fact("delivered_orders", "gt", 2), {"delivered_orders": 2}, False),
        (fact("delivered_orders", "lt", 2.5), {"delivered_orders": 2}, True),
        (fact("delivered_orders", "lte", 1), {"delivered_orders": 2}, False),
        (fact("has_phone", "eq", False), {"has_phone": False}, True),
        (fact("channels", "contains", "zalo_oa"), {"channels": ["zalo_oa", "email"]}, True),
        (fact("channels", "contains_any", ["sms", "email"]), {"channels": ["email"]}, True),
        (fact("channels", "contains_any", ["sms"]), {"channels": ["email"]}, False),
        (fact("channels", "is_set", True), {"channels": []}, False),
        (fact("created_at", "older_than_days", 3), {"created_at": NOW - timedelta(days=4)}, True),
        (fact("created_at", "older_than_days", 3), {"created_at": NOW - timedelta(days=3)}, False),
        (fact("created_at", "within_days", 3), {"created_at": NOW - timedelta(days=3)}, True),
        (fact("created_at", "within_days", 3), {"created_at": NOW + timedelta(days=1)}, False),
        (fact("created_at", "before", "2026-11-21"), {"created_at": NOW}, False),
        (fact("created_at", "after", "2026-11-21T03:00:00.000Z"), {"created_at": NOW}, True),
        (fact("created_at", "before", "2026-11-21"), {"created_at": MIDNIGHT}, False),
        (fact("created_at", "after", "2026-11-21"), {"created_at": MIDNIGHT}, True),
        (
            fact("created_at", "before", "2026-11-21"),
            {"created_at": MIDNIGHT - timedelta(seconds=1)},
            True,
        ),
        (fact("attributes.opened", "before", "2026-11-21"), {"attributes.opened": DAY}, False),
        (fact("attributes.opened", "after", "2026-11-21"), {"attributes.opened": DAY}, True),
        (fact("attributes.opened", "within_days", 1), {"attributes.opened": DAY}, True),
        (fact("attributes.opened", "within_days", 1), {"attributes.opened": "hôm nay"}, False),
        (fact("attributes.opened", "older_than_days", 9), {"attributes.opened": DAY}, False),
        (
            fact("attributes.opened", "older_than_days", 9),
            {"attributes.opened": "0001-01-01"},
            True,
        ),
        (fact("attributes.opened", "after", DAY), {"attributes.opened": "9999-12-31"}, True),
        (fact("created_at", "after", "0001-01-01"), {"created_at": MIDNIGHT}, True),
        (fact("attributes.opened", "eq", DAY), {"attributes.opened": DAY}, True),
        (fact("attributes.size", "eq", "xl"), {"attributes.size": "XL"}, True),
        (fact("attributes.points", "gte", 10), {"attributes.points": 12}, True),
        (fact("attributes.points", "gte", 10), {"attributes.points": "twelve"}, False),
        (fact("attributes.wholesale", "eq", True), {"attributes.wholesale": True}, True),
    ],
)
def test_a_comparison_holds(condition: Any, known: dict[str, Any], expected: bool) -> None:
    assert holds(condition, **known) is expected


@pytest.mark.parametrize(("kind", "op"), [(kind, op) for kind in Kind for op in OPERATORS[kind]])
def test_what_is_not_known_meets_only_negations(kind: Kind, op: str) -> None:
    name = next((n for n, row in FACTS.items() if row.kind is kind), "attributes.x")
    value = next(v for v in (1, "2026-01-01", True, ["a"], [1], "a") if readable(name, op, v))
    if op == "is_set":
        value = False
    assert holds(fact(name, op, value)) is (op in {"ne", "not_in", "is_set"})


def readable(name: str, op: str, value: Any) -> bool:
    try:
        read(fact(name, op, value))
    except Invalid:
        return False
    return True


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ("text", "condition"),
        ([], "condition"),
        ({}, "condition.fact"),
        ({"all": []}, "condition.all"),
        ({"all": "x"}, "condition.all"),
        ({"all": [fact("tier", "eq", "vip")], "any": []}, "condition.any"),
        ({"all": [fact("tier", "eq", "vip"), fact("tier", "gt", "vip")]}, "condition.all[1].op"),
        ({"none": [{"any": [fact("shoes", "eq", 1)]}]}, "condition.none[0].any[0].fact"),
        (fact("tier", "eq", 5), "condition.value"),
        (fact("tier", "eq", ""), "condition.value"),
        (fact("first_channel", "contains", " "), "condition.value"),
        (fact("first_channel", "contains", "´"), "condition.value"),
        (fact("first_channel", "in", ["zalo_oa", "\u0301"]), "condition.value"),
        (fact("attributes.size", "contains", "\u00a0"), "condition.value"),
        (fact("tier", "in", []), "condition.value"),
        (fact("delivered_orders", "gte", "2"), "condition.value"),
        (fact("delivered_orders", "gte", True), "condition.value"),
        (fact("delivered_orders", "gte", 10**16), "condition.value"),
        (fact("created_at", "older_than_days", -1), "condition.value"),
        (fact("created_at", "before", "2026-02-30"), "condition.value"),
        (fact("created_at", "before", "0001-01-01T00:00:00+14:00"), "condition.value"),
        (fact("attributes.size", "eq", None), "condition.value"),
        (fact("attributes.Size!", "eq", 1), "condition.fact"),
        ({"fact": ["tier"], "op": "eq", "value": 1}, "condition.fact"),
        ({"fact": "tier", "op": {}, "value": 1}, "condition.op"),
        ({"fact": "tier", "op": "eq", "value": "a", "then": 1}, "condition.then"),
    ],
)
def test_a_mistake_is_told_with_its_place(condition: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(condition)
    assert refused.value.field == place


FIELDS = {"size": "choice", "note": "text", "points": "number", "opened": "date", "b2b": "flag"}


@pytest.mark.parametrize(
    ("name", "op", "value", "place"),
    [
        ("size", "in", ["xl"], None),
        ("size", "contains", "x", "condition.op"),
        ("note", "contains", "x", None),
        ("note", "gt", 5, "condition.op"),
        ("points", "gte", 5, None),
        ("points", "eq", "5", "condition.value"),
        ("opened", "before", DAY, None),
        ("opened", "eq", "21/11/2026", "condition.value"),
        ("opened", "gt", 5, "condition.op"),
        ("b2b", "eq", True, None),
        ("b2b", "ne", True, "condition.op"),
        ("sise", "eq", "xl", "condition.fact"),
    ],
)
def test_a_custom_field_is_asked_by_the_kind_it_was_declared_with(
    name: str, op: str, value: Any, place: str | None
) -> None:
    condition = fact(f"attributes.{name}", op, value)
    if place is None:
        assert read(condition, fields=FIELDS) is not None
    else:
        with pytest.raises(Invalid) as refused:
            read(condition, fields=FIELDS)
        assert refused.value.field == place


def test_every_kind_of_custom_field_can_be_asked_and_read_again_when_it_is_gone() -> None:
    assert set(OF_FIELD) == set(attributes.KINDS)
    assert {op for ops in OF_FIELD.values() for op in ops} == set(OPERATORS[Kind.CUSTOM])


def test_depth_and_number_are_bounded() -> None:
    leaf = fact("tier", "eq", "vip")
    nested: Any = leaf
    for _ in range(DEEPEST - 1):
        nested = {"all": [nested]}
    read(nested)
    with pytest.raises(Invalid, match="deep"):
        read({"all": [nested]})
    read({"all": [leaf] * MOST_COMPARISONS})
    with pytest.raises(Invalid, match="comparisons") as refused:
        read({"any": [{"all": [leaf] * MOST_COMPARISONS}, leaf]})
    assert refused.value.field == "condition.any[1]"
    with pytest.raises(Invalid, match="characters"):
        read({"any": [fact("gender", "in", ["x" * 190] * 50)] * 3})


@pytest.mark.parametrize("code", DEFAULTS)
def test_the_default_segments_can_be_read_by_people_and_by_us(code: str) -> None:
    default = DEFAULTS[code]
    assert facts_of(read(default.condition)) <= set(FACTS)
    assert default.name != default.description
    assert kind_of("nothing") is None


LEAVES = st.builds(
    fact, st.just("delivered_orders"), st.sampled_from(["gt", "lte"]), st.integers(0, 5)
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda how, parts: {how: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
).filter(lambda c: depth(c) < DEEPEST)


def depth(condition: Any) -> int:
    if "fact" in condition:
        return 1
    return 1 + max(depth(part) for parts in condition.values() for part in parts)


@given(CONDITIONS, st.integers(0, 6))
def test_none_is_the_opposite_of_any_and_storing_changes_nothing(condition: Any, n: int) -> None:
    plain = holds(condition, delivered_orders=n)
    assert holds({"none": [condition]}, delivered_orders=n) is not plain
    assert holds({"any": [condition]}, delivered_orders=n) is plain
    assert holds({"all": [condition, condition]}, delivered_orders=n) is plain
    assert holds(json.loads(json.dumps(condition)), delivered_orders=n) is plain


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "none", "fact", "op", "value", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from([*FACTS, "attributes.x"]), st.sampled_from(["eq", "gte", "before"]))
def test_anything_is_read_or_refused_by_name_and_decided_without_facts(
    source: Any, name: str, op: str
) -> None:
    for one in (source, fact(name, op, source)):
        try:
            condition = read(one)
        except Invalid as error:
            place = error.field or ""
        else:
            place = "condition"
            assert isinstance(meets(condition, {}, now=NOW), bool)
            assert isinstance(condition, Group) or condition.fact
        assert place.startswith("condition")
