"""Reading an index: in its order, no further than asked, failing as the store fails."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError

from chalicelib.conversations import receipts
from chalicelib.platform import listing, store
from chalicelib.platform.control import Control, control
from chalicelib.profiles import listed
from chalicelib.team import flows as team
from chalicelib.tickets import flows, search
from tests.cloud import Cloud

THINGS = Control.by_listing


def things(count: int) -> None:
    """Items of one list, numbered in order."""
    for number in range(count):
        item = control(f"c{number}", listing="things", listed_at=f"{number:03d}", value=number)
        store.commit([store.put("one", item)])


def test_entries_come_in_the_index_s_order_or_the_other_and_no_more_than_asked(
    aws: Cloud,
) -> None:
    things(5)
    assert [pk for pk, _ in listing.keys(THINGS, "things")] == ["c0", "c1", "c2", "c3", "c4"]
    newest = listing.keys(THINGS, "things", limit=2, newest_first=True)
    assert [pk for pk, _ in newest] == ["c4", "c3"]
    bounded = listing.items(Control, THINGS, "things", Control.listed_at.between("001", "003"))
    assert [int(item.value) for item in bounded] == [1, 2, 3]
    assert listing.items(Control, THINGS, "nothing") == []


def test_an_item_that_went_since_the_index_was_read_is_left_out(aws: Cloud) -> None:
    things(3)
    with patch.object(store, "get_many", side_effect=_without_the_second):
        found = listing.items(Control, THINGS, "things", newest_first=True)
    assert [int(item.value) for item in found] == [2, 0]


_whole = store.get_many


def _without_the_second(
    model: type[Control], keys: list[listing.Key], *, consistent: bool
) -> dict[listing.Key, Control]:
    return {
        key: item
        for key, item in _whole(model, keys, consistent=consistent).items()
        if key[0] != "c1"
    }


ASKING: list[Callable[[], object]] = [
    lambda: listing.keys(THINGS, "things"),
    lambda: flows.of_profile("p"),
    lambda: search.asking_for(["DH1"]),
    lambda: team.department_ids(),
    lambda: team.roster("d"),
    lambda: receipts.recent("c"),
    lambda: receipts.by_provider_id("a", "m"),
    lambda: listed.keys("p", "merge#", most=1),
]


@pytest.mark.parametrize("asks", ASKING)
def test_no_answer_is_an_error_that_is_worth_another_try(
    aws: Cloud, asks: Callable[[], object]
) -> None:
    lost = ReadTimeoutError(endpoint_url="https://dynamodb")
    with (
        patch.object(BaseClient, "_make_api_call", side_effect=lost),
        pytest.raises(store.StoreUnavailable),
    ):
        asks()
