"""Lists: a page costs its limit, and a cursor is good for the list it came from alone."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from chalicelib.platform import store
from chalicelib.platform.control import Control, control
from chalicelib.platform.eventlog import EventItem
from chalicelib.platform.pages import BadCursor, Page, PageRequest, page, union
from tests.cloud import Cloud


def listed(count: int) -> None:
    """Items of one list, numbered in order."""
    for number in range(count):
        item = control(f"c{number}", listing="things", listed_at=f"{number:03d}", value=number)
        store.commit([store.put("one", item)])


def things(limit: int, cursor: str | None = None, *, scope: str = "route") -> Page[Control]:
    request = PageRequest(scope=scope, limit=limit, cursor=cursor)
    return page(Control, request, "things", index=Control.by_listing)


def walked(limit: int) -> list[list[int]]:
    """The values of every page until there is no further cursor."""
    pages, cursor = [], None
    while True:
        found = things(limit, cursor)
        pages.append([int(item.value) for item in found.items])
        cursor = found.next_cursor
        if cursor is None:
            return pages


def test_pages_follow_each_other_newest_first(aws: Cloud) -> None:
    listed(5)
    assert walked(2) == [[4, 3], [2, 1], [0]]


@pytest.mark.parametrize(("there", "limit"), [(0, 3), (2, 3), (3, 3), (6, 3)])
def test_a_full_last_page_is_followed_by_one_empty_page_at_most(
    aws: Cloud, there: int, limit: int
) -> None:
    listed(there)
    pages = walked(limit)
    assert list(chain.from_iterable(pages)) == list(reversed(range(there)))
    assert len(pages) <= there // limit + 1


def test_an_index_s_items_are_whole_and_fresh(aws: Cloud) -> None:
    listed(1)
    (item,) = things(5).items
    assert item.value == 0  # the index holds keys only


def test_the_limit_counts_what_is_read_not_what_is_kept(aws: Cloud) -> None:
    listed(6)
    request = PageRequest(scope="route", limit=3)
    found = page(
        Control, request, "things", index=Control.by_listing, keep=lambda item: item.value == 0
    )
    assert found.items == []
    assert found.next_cursor is not None


def test_a_cursor_takes_another_limit_but_no_other_list(aws: Cloud) -> None:
    listed(5)
    cursor = things(2).next_cursor
    assert [int(item.value) for item in things(10, cursor).items] == [2, 1, 0]
    for other in ("route of somebody else", "route ", ""):
        with pytest.raises(BadCursor):
            things(2, cursor, scope=other)


def test_a_cursor_that_we_did_not_write_is_refused(aws: Cloud) -> None:
    listed(5)
    good = things(2).next_cursor
    assert good is not None
    swapped = "A" if good[0] != "A" else "B"
    for bad in ("", "x", "?", "ế", good[:-3], good + "AAAA", swapped + good[1:], "A" * 40):
        with pytest.raises(BadCursor) as refusal:
            things(2, bad)
        assert (refusal.value.status, refusal.value.field) == (422, "cursor")


# ------------------------------------------------------------------- unions


def united(keys: list[str], limit: int, cursor: str | None = None, **more: Any) -> Page[EventItem]:
    request = PageRequest(scope="route", limit=limit, cursor=cursor)
    return union(EventItem, request, keys, order="sk", **more)


def happened(subjects: str) -> None:
    """Events in order, each under the subject of its letter."""
    for number, subject in enumerate(subjects):
        item = EventItem(
            subject,
            f"e{number:03d}",
            name="x.done",
            at="2026-11-21T00:00:00.000Z",
            actor="system",
            correlation_id="c",
            data={},
        )
        store.commit([store.put("event", item)])


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9, 50])
def test_a_union_is_every_item_once_newest_first(aws: Cloud, limit: int) -> None:
    happened("aabcabbaca")
    found, cursor = [], None
    while True:
        some = united(["a", "b", "c", "nobody"], limit, cursor)
        assert len(some.items) <= limit
        found += [item.sk for item in some.items]
        cursor = some.next_cursor
        if cursor is None:
            break
    assert found == [f"e{number:03d}" for number in reversed(range(10))]


def test_a_union_is_bounded_on_both_sides_and_narrowed_after_reading(aws: Cloud) -> None:
    happened("abababab")
    inside = united(["a", "b"], 50, since="e002", until="e005")
    assert [item.sk for item in inside.items] == ["e005", "e004", "e003", "e002"]
    assert united(["a"], 50, since="e005", until="e002").items == []
    narrowed = united(["a", "b"], 4, keep=lambda item: item.pk == "a")
    assert [item.sk for item in narrowed.items] == ["e006", "e004"]
    rest = united(["a", "b"], 4, narrowed.next_cursor, since="e002")
    assert [item.sk for item in rest.items] == ["e003", "e002"]


def test_who_joins_between_two_pages_is_on_the_next_one(aws: Cloud) -> None:
    happened("ababab")
    first = united(["a"], 1)
    both = united(["a", "b"], 50, first.next_cursor)
    assert [item.sk for item in both.items] == ["e003", "e002", "e001", "e000"]


def test_a_union_s_cursor_is_no_other_list_s(aws: Cloud) -> None:
    happened("ab")
    cursor = united(["a", "b"], 1).next_cursor
    with pytest.raises(BadCursor):
        union(EventItem, PageRequest(scope="other", limit=1, cursor=cursor), ["a", "b"], order="sk")
