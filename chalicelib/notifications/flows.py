"""An agent's own feed: listed, counted, read. Called by `api`.

The unread are what stands in a sparse index, and are counted there: no number is kept beside
them that double or parallel reads could falsify.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from pynamodb.expressions.condition import Condition

from ..platform import listing, retention, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import NotFound
from ..platform.ids import earliest_id
from ..platform.pages import Page, PageRequest, page
from .keeping import RETENTION
from .model import NOTIFICATION, Notification, agent_pk

#: Read together in one transaction.
TOGETHER = 50
MOST = 1000  # read by one command
MOST_COUNTED = 999
AFTER_ALL = "~"


class NotificationNotFound(NotFound):
    code, title = "notification_not_found", "No such notification"


def _kept(now: datetime, *, until: datetime | None = None) -> Condition:
    """The keys of notifications whose time is not over, told before a moment."""
    since = earliest_id(now - retention.period(RETENTION))
    last = AFTER_ALL if until is None else earliest_id(until)
    within: Condition = Notification.sk.between(NOTIFICATION + since, NOTIFICATION + last)
    return within


def feed(request: PageRequest, agent_id: str, *, unread: bool, now: datetime) -> Page[Notification]:
    """An agent's notifications, newest first."""
    return page(
        Notification,
        request,
        agent_pk(agent_id),
        index=Notification.unread if unread else None,
        where=_kept(now),
        keep=lambda item: not item.hidden,
    )


def unread(agent_id: str, now: datetime) -> tuple[int, bool]:
    """How many an agent has not read, and whether there are more than are counted."""
    found = listing.keys(
        Notification.unread, agent_pk(agent_id), _kept(now), limit=MOST_COUNTED + 1
    )
    return min(len(found), MOST_COUNTED), len(found) > MOST_COUNTED


def read(
    agent_id: str, notification_id: str, context: Context
) -> tuple[Notification, list[store.Write]]:
    """An agent's notification as read, and what makes it so; nothing where it is.

    Raises `NotificationNotFound`.
    """
    item = store.get(Notification, agent_pk(agent_id), NOTIFICATION + notification_id)
    if item is None or item.hidden:
        raise NotificationNotFound(field="notification_id")
    if item.unread_of is None:
        return item, []
    mark = _marked(item, context.now)
    item.unread_of, item.read_at = None, iso(context.now)
    return item, [mark]


def _marked(item: Notification, now: datetime) -> store.Write:
    return store.update(
        "read",
        store.ref(Notification, item.pk, item.sk),
        Notification.read_at.set(iso(now)),
        Notification.turns.add(1),
        Notification.unread_of.remove(),
        condition=Notification.unread_of.exists(),
    )


def read_all(agent_id: str, until: datetime, context: Context) -> tuple[int, bool]:
    """Read what an agent was told until a moment: how many that were, and whether some are left."""
    if until < context.now - retention.period(RETENTION):
        return 0, False  # nothing of then is kept, and DynamoDB takes no range that ends first
    where = _kept(context.now, until=until)
    found = listing.keys(Notification.unread, agent_pk(agent_id), where, limit=MOST + 1)
    done = sum(_read_together(keys, context) for keys in _by(TOGETHER, found[:MOST]))
    return done, len(found) > MOST


def _by(size: int, keys: Iterable[listing.Key]) -> Iterator[list[listing.Key]]:
    taken = iter(keys)
    while some := list(islice(taken, size)):
        yield some


def _read_together(keys: Sequence[listing.Key], context: Context) -> int:
    return store.run_again(lambda: _read_those(keys, context))


def _read_those(keys: Sequence[listing.Key], context: Context) -> int:
    """How many of these were unread, by the items themselves: their index may lag behind."""
    items = store.get_many(Notification, keys, consistent=True).values()
    unread = [item for item in items if item.unread_of is not None]
    store.commit([_marked(item, context.now) for item in unread])
    return len(unread)
