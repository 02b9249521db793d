"""What could not be handled, kept whole until a person replays or dismisses it.

The worker keeps entries that failed for good, intake keeps unreadable requests
and collects dead letters; `intake.quarantine_api` lists, replays and dismisses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from . import listing, store
from .clock import iso
from .control import ONLY, QUARANTINED_FOR, epoch

#: Kept entries hold customers' words: after this they go, replayed or not.
KEPT_FOR = QUARANTINED_FOR
WAITING = "waiting"
REPLAYED = "replayed"
#: Authentic events we have no use for (yet): kept for a while, nobody's work.
IGNORED = "ignored"
DISMISSED = "dismissed"
#: The reason of requests nobody could read: whose they are is not known, so they are
#: listed together and searched through by whom they must not name any more.
UNREADABLE = "unreadable"
STATUSES = (WAITING, REPLAYED, IGNORED, DISMISSED)
#: DynamoDB items end at 400 KB; queue bodies are longer only for oversized requests,
#: which stand in the bucket and pass here as a pointer.
LARGEST_BODY = 380_000


class ByStatus(store.GlobalSecondaryIndex["Kept"]):
    class Meta:
        index_name = "by_status"
        projection = store.KeysOnlyProjection()

    status = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByCustomer(store.GlobalSecondaryIndex["Kept"]):
    """What is kept of one customer on one account, so that it can end with them."""

    class Meta:
        index_name = "by_customer"
        projection = store.KeysOnlyProjection()

    customer = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class Kept(store.Item):
    """One entry: where it came from, why it is here, and the body to send again."""

    Meta = store.table("quarantine")

    by_status = ByStatus()
    by_customer = ByCustomer()
    customer = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    at = UnicodeAttribute()
    queue = UnicodeAttribute()
    group = UnicodeAttribute(null=True)
    reason = UnicodeAttribute()
    detail = UnicodeAttribute(null=True)
    body = UnicodeAttribute(null=True)
    blob = UnicodeAttribute(null=True)
    replays = NumberAttribute(default=0)
    expires_at = NumberAttribute()


def keep(
    entry_id: str,
    *,
    queue: str,
    body: str,
    reason: str,
    detail: str,
    now: datetime,
    group: str | None = None,
    status: str = WAITING,
) -> None:
    """Keep an entry under its id; keeping the same one again changes nothing."""
    from . import blobs

    large = len(body.encode()) > LARGEST_BODY
    blob = f"quarantine/{entry_id}" if large else None
    if blob is not None:
        blobs.put(blob, body.encode(), content_type="application/json")
    item = Kept(
        entry_id,
        ONLY,
        status=status,
        at=iso(now),
        queue=queue,
        group=group,
        customer=UNREADABLE if reason == UNREADABLE else group,
        reason=reason,
        detail=detail[:500],
        body=None if large else body,
        blob=blob,
        expires_at=epoch(now + KEPT_FOR),
    )
    try:
        store.commit([store.put("kept", item)])
    except store.ConditionFailed:
        return  # the same entry, seen again


def of_customer(group: str) -> Iterator[Kept]:
    """Everything kept of one customer: `group` is that of their entries in the queue."""
    keys = listing.keys(Kept.by_customer, group)
    yield from store.get_many(Kept, keys, consistent=True).values()


def unreadable() -> Iterator[Kept]:
    """Every request that could not be read, whoever sent it."""
    return of_customer(UNREADABLE)


def forget(items: Sequence[Kept]) -> int:
    """Remove entries with what they keep in the bucket; returns how many."""
    from . import blobs

    blobs.drop(item.blob for item in items if item.blob is not None)
    return store.remove(Kept, [(item.pk, item.sk) for item in items])


def body_of(item: Kept) -> str:
    """The entry's body, wherever it is kept."""
    from . import blobs

    return item.body if item.blob is None else blobs.get(item.blob).decode()
