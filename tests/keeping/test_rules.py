"""What a backup takes for granted of the product, held against the product; and its own rules."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib
from chalicelib.conversations.model import CONVERSATION
from chalicelib.customer import erasing
from chalicelib.tickets.model import TICKET
from infra.keeping import erasures, gone, rules, sealing
from infra.keeping.rules import Outcome
from infra.keeping.typed import from_line, same, to_line

# ------------------------------------------------- what the product keeps where


def test_the_ledger_stands_where_the_product_writes_it() -> None:
    assert erasures.ITEMS == erasing.LEDGER
    source = Path(str(erasing.__file__)).read_text(encoding="utf-8")
    assert f'f"{erasures.OBJECTS}' in source


def test_one_item_stands_for_all_under_its_key() -> None:
    assert {"conversations": CONVERSATION, "tickets": TICKET} == gone.CONTAINERS


def test_whatever_is_sealed_can_be_sealed_for_another_stage() -> None:
    root = Path(chalicelib.__path__[0])
    sealing_modules = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("seal", "secrets.seal")
    }
    known = {"platform/signing.py", "channels/tokens.py", "channels/connections.py"}
    assert sealing_modules == known, "a new one needs a row in sealing.SEALED"
    assert {kind.table for kind in sealing.SEALED} == {"control", "channels"}


# ------------------------------------------------------------------ typed JSON

values = st.recursive(
    st.one_of(
        st.text(max_size=20).map(lambda text: {"S": text}),
        st.integers().map(lambda number: {"N": str(number)}),
        st.binary(max_size=20).map(lambda raw: {"B": raw}),
        st.booleans().map(lambda held: {"BOOL": held}),
        st.just({"NULL": True}),
        st.lists(st.text(max_size=5), min_size=1, unique=True).map(lambda held: {"SS": held}),
        st.lists(st.binary(max_size=5), min_size=1, unique=True).map(lambda held: {"BS": held}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda held: {"L": held}),
        st.dictionaries(st.text(max_size=5), inner, max_size=3).map(lambda held: {"M": held}),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=10), values, max_size=5))
def test_an_item_is_the_same_after_it_was_a_line(item: dict[str, Any]) -> None:
    line = to_line(item)
    assert line.count(b"\n") == 1
    assert same(from_line(line), item)
    assert to_line(from_line(line)) == line


@pytest.mark.parametrize("line", [b"", b"[1]", b'{"a": 1}', b"{"])
def test_a_line_that_is_no_item(line: bytes) -> None:
    with pytest.raises(ValueError):
        from_line(line)


# ------------------------------------------------------------------- outcomes


def item(pk: str, **fields: Any) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "-"}, **fields}


def counted(value: int) -> dict[str, Any]:
    return item("counter#tickets", value={"N": str(value)})


@pytest.mark.parametrize(
    ("table", "wanted", "present", "expected"),
    [
        ("tickets", item("a"), None, Outcome.NEW),
        ("tickets", item("a"), item("a"), Outcome.SAME),
        ("tickets", item("a", x={"S": "1"}), item("a", x={"S": "2"}), Outcome.CHANGED),
        ("events", item("a"), item("a", restored={"S": "2026"}), Outcome.SAME),
        ("profiles", item("a"), item("a", erased_at={"S": "2026"}), Outcome.KEPT),
        ("profiles", item("a", erased_at={"S": "2026"}), item("a"), Outcome.CHANGED),
        ("control", item("signing#ids", data={"S": "1"}), item("signing#ids"), Outcome.KEPT),
        ("control", counted(5), counted(9), Outcome.KEPT),
        ("control", counted(9), counted(5), Outcome.CHANGED),
        ("control", item("token#a"), item("token#a", revoked={"BOOL": True}), Outcome.KEPT),
        ("control", item("token#a", revoked={"BOOL": True}), item("token#a"), Outcome.CHANGED),
        ("channels", item("account#a", sealed={"S": "1"}), item("account#a"), Outcome.KEPT),
        ("channels", item("outbox#a", body={"S": "1"}), item("outbox#a"), Outcome.CHANGED),
    ],
)  # fmt: skip
def test_what_becomes_of_an_item(table: str, wanted: Any, present: Any, expected: str) -> None:
    assert rules.outcome(table, wanted, present) == expected


@pytest.mark.parametrize("guard", rules.GUARDS, ids=lambda guard: f"{guard.table} {guard.key}")
def test_every_guard_says_why(guard: rules.Guard) -> None:
    assert guard.why
