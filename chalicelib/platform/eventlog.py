"""The event log: audit trail, outbox and timeline in one table.

`record` gives the write that belongs into the transaction of the change. The
table's stream is the outbox (see `chalicelib.dispatch`); `history` and
`timeline` are the lists; `fold` rebuilds state from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection

from . import store
from .clock import iso, parse
from .context import Context
from .fact import Fact, frozen
from .ids import earliest_id
from .pages import FIRST, LAST, Page, PageRequest, page, union

#: The attribute of an event that a restore put back: it is history, and no news any more.
RESTORED = "restored"


class Event(Fact):
    """A fact that happened. Subclasses (chalicelib/events) add ids and codes only.

    `name` is dotted, past tense. `subject` says whose history it belongs to:
    `ticket#<id>`, `profile#<id>` …
    """

    name: ClassVar[str] = ""
    profile_id: str | None = None

    @property
    def subject(self) -> str:
        """The key under which the event is kept."""
        return type(self).subject_of(self)

    @classmethod
    def subject_of(cls, event: Any) -> str:
        """Each family of events says which of its ids is the subject."""
        raise LookupError(f"{cls.__name__} names no subject")


@frozen
class Recorded:
    """An event as it stands in the log and as reactors receive it."""

    id: str
    name: str
    at: datetime
    subject: str
    actor: str
    correlation_id: str
    profile_id: str | None
    data: Mapping[str, Any]


class ByProfile(store.GlobalSecondaryIndex["EventItem"]):
    """Everything that ever happened to one profile, in order."""

    class Meta:
        index_name = "by_profile"
        projection = AllProjection()

    profile_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class EventItem(store.Item):
    """`pk` is the subject, `sk` the event's id, which sorts by time."""

    Meta = store.table("events")

    by_profile = ByProfile()
    profile_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute()
    at = UnicodeAttribute()
    actor = UnicodeAttribute()
    correlation_id = UnicodeAttribute()
    data = JSONAttribute()


def record(event: Event, context: Context, *, at: datetime | None = None) -> store.Write:
    """The write that puts an event into the transaction of the change it tells of.

    `at` is when it happened, where that is not now (a provider's timestamp).
    """
    item = EventItem(
        event.subject,
        context.new_id(),
        profile_id=event.profile_id,
        name=event.name,
        at=iso(at or context.now),
        actor=context.actor,
        correlation_id=context.correlation_id,
        data=_data(event),
    )
    return store.put(f"event {event.name}", item)


def _data(event: Event) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in event.values().items()
        if value is not None and name != "profile_id"
    }


def recorded(item: EventItem) -> Recorded:
    """A log item in the form reactors and views use."""
    return Recorded(
        id=item.sk,
        name=item.name,
        at=parse(item.at),
        subject=item.pk,
        actor=item.actor,
        correlation_id=item.correlation_id,
        profile_id=item.profile_id,
        data=item.data,
    )


def from_stream(image: Mapping[str, Any]) -> Recorded:
    """A log item from a stream record's `NewImage` (DynamoDB's typed JSON)."""
    item = EventItem()
    item.deserialize(dict(image))
    return recorded(item)


def is_news(image: Mapping[str, Any]) -> bool:
    """Whether a stream's image tells of something that has just happened.

    A restore puts events back as they were: whoever reacts to them has done so
    long ago, on what is in the same backup.
    """
    return RESTORED not in image


def to_body(event: Recorded) -> dict[str, Any]:
    """The JSON a reactor's queue carries."""
    return {
        "id": event.id,
        "name": event.name,
        "at": iso(event.at),
        "subject": event.subject,
        "actor": event.actor,
        "correlation_id": event.correlation_id,
        "profile_id": event.profile_id,
        "data": dict(event.data),
    }


def from_body(body: Mapping[str, Any]) -> Recorded:
    """The reverse of `to_body`."""
    return Recorded(
        id=body["id"],
        name=body["name"],
        at=parse(body["at"]),
        subject=body["subject"],
        actor=body["actor"],
        correlation_id=body["correlation_id"],
        profile_id=body["profile_id"],
        data=body["data"],
    )


def history(subject: str, request: PageRequest) -> Page[EventItem]:
    """What happened to one subject, oldest first."""
    return page(EventItem, request, subject, newest_first=False)


def histories(
    subjects: Sequence[str],
    request: PageRequest,
    *,
    since: datetime,
    keep: Callable[[EventItem], bool],
) -> Page[EventItem]:
    """What happened to several subjects together from `since` on, newest first; a query for each.

    `keep` narrows a page after it was read.
    """
    return union(EventItem, request, subjects, order="sk", since=earliest_id(since), keep=keep)


def timeline(
    profile_ids: Sequence[str],
    request: PageRequest,
    *,
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[EventItem]:
    """What happened to a customer over all tickets, conversations and orders, newest first.

    One query an original. `kind` begins the events' names (`ticket.`, `message.received`)
    and narrows a page after it was read. `since` (from then on) and `until` (before then)
    go by when events were recorded, which is the list's order.
    """
    return union(
        EventItem,
        request,
        profile_ids,
        index=EventItem.by_profile,
        order="sk",
        since=FIRST if since is None else earliest_id(since),
        until=LAST if until is None else earliest_id(until),
        keep=lambda item: item.name.startswith(kind),
    )


S = TypeVar("S")


def fold(
    events: Iterable[Recorded], start: S, steps: Mapping[str, Callable[[S, Recorded], S]]
) -> S:
    """Replay events over a state; events without a step leave it as it is."""
    state = start
    for event in events:
        step = steps.get(event.name)
        if step is not None:
            state = step(state, event)
    return state


def since(event_id: str) -> Iterator[Recorded]:
    """Every event of the whole log with an id from `event_id` on, in no order.

    Reads the table through: for operations (re-dispatch after a restart,
    rebuilding counters), never on a request or a schedule.
    """
    for item in EventItem.scan(EventItem.sk >= event_id):
        yield recorded(item)
