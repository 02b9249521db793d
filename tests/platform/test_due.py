"""What is due: spread over the shards whenever it was made, read oldest first and no more."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.attributes import UnicodeAttribute

from chalicelib.channels.model import ByDue
from chalicelib.platform import store
from chalicelib.platform.due import SHARDS, due, place
from chalicelib.platform.ids import new_id
from tests.cloud import Cloud

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Job(store.Item):
    """Anything that waits in a table with a due index."""

    Meta = store.table("channels")

    by_due = ByDue()
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


def waiting(count: int) -> list[str]:
    """Jobs due minute by minute from `NOW` on, by their keys."""
    keys = [new_id() for _ in range(count)]
    for number, key in enumerate(keys):
        shard, at = place(key, NOW + number * MINUTE)
        store.commit([store.put("job", Job(key, "-", due_shard=shard, due_at=at))])
    return keys


def found(at: datetime, *, most: int = 100) -> list[str]:
    return [pk for pk, _ in due(Job.by_due, now=at, most=most)]


def test_ids_of_one_moment_lie_in_all_shards() -> None:
    shards = Counter(place(new_id(), NOW)[0] for _ in range(4000))
    assert len(shards) == SHARDS
    assert min(shards.values()) > 4000 / SHARDS * 0.7


def test_a_key_keeps_its_shard_when_its_time_moves() -> None:
    key = new_id()
    assert place(key, NOW)[0] == place(key, NOW + MINUTE)[0]
    assert datetime.fromisoformat(place(key, NOW)[1]) == NOW


def test_what_is_due_comes_oldest_first_out_of_all_shards(aws: Cloud) -> None:
    keys = waiting(20)
    assert found(NOW - MINUTE) == []
    assert found(NOW + 11 * MINUTE) == keys[:12]
    assert found(NOW + 60 * MINUTE) == keys


@pytest.mark.parametrize("most", [1, 5])
def test_the_limit_is_of_all_shards_together(aws: Cloud, most: int) -> None:
    keys = waiting(12)
    assert found(NOW + 60 * MINUTE, most=most) == keys[:most]


def test_what_waits_for_nothing_is_not_due(aws: Cloud) -> None:
    store.commit([store.put("job", Job(new_id(), "-"))])
    assert found(NOW + 60 * MINUTE) == []


def test_no_answer_is_a_passing_failure(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise ReadTimeoutError(endpoint_url="dynamodb")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", silent)
    with pytest.raises(store.StoreUnavailable):
        found(NOW)
