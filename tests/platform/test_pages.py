"""Lists: a page costs its limit, and a cursor is good for the list it came from alone."""

from __future__ import annotations

from itertools import chain

import pytest

from chalicelib.platform import store
from chalicelib.platform.control import Control, control
from chalicelib.platform.pages import BadCursor, Page, PageRequest, page
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
