"""Bringing the clocks of one subject up to date: its log, folded; what is new, told.

Called by `reacting` after every event that clocks hear, by `watching` for what is due, and by
`walking` for all open subjects after policies or calendars changed. It may run any number of
times, for any reason and in parallel: what is to be told is what the log does not say yet, and
two who find the same are told apart by the item's `turns`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..calendars import flows as calendars
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.due import place
from ..platform.eventlog import EventItem, Recorded
from ..platform.fact import frozen
from . import governing, settling
from .clock import Target
from .governing import Governing
from .model import CLOCKS, NOT_DUE, Clocks
from .policies import Traits
from .settling import Basis, News, Outdated, Read, settled
from .subjects import Subject, of_kind

__all__ = ["Asked", "Read", "basis", "log", "read", "settle", "settle_all"]


def log(subject: str) -> list[Recorded]:
    """Everything that happened to a subject, in the order of recording."""
    return [eventlog.recorded(item) for item in store.query(EventItem, subject)]


def basis(governs: Governing | None = None) -> Basis:
    """What clocks are read by: a set of policies (None: the one in force), today's calendars."""
    rules = governs or governing.current()

    def promises(traits: Traits) -> tuple[str | None, Mapping[str, Target]]:
        policy, targets = governing.promised(rules.policies, traits)
        return None if policy is None else policy.id, targets

    return Basis(
        version=rules.version,
        promises=promises,
        steps=rules.steps,
        kinds=rules.kinds,
        calendars=calendars.at_version,
    )


def read(
    subject: Subject, events: Sequence[Recorded], *, now: datetime, traits: Traits | None = None
) -> Read | None:
    """The clocks of a subject by its log; None where it tells of no such subject.

    Terms that are not agreed yet, or are others by now, are in the story without an id.
    """
    try:
        return settling.read(subject, events, basis(), now=now, traits=traits)
    except Outdated:
        governing.forget()
        calendars.forget()
        return settling.read(subject, events, basis(), now=now, traits=traits)


#: Events of one transaction, which holds a hundred writes; the item and steps' actions go along.
MOST_TOLD = 80
#: An event of longer ago is not all there is: an answer to it may have come.
ALL_THERE_IS = timedelta(seconds=30)


@frozen
class Asked:
    """A subject whose clocks are to be brought up to date.

    `first`: the event that began it, whose log nobody need read while it is all there is.
    """

    kind: str
    key: str
    context: Context
    first: Recorded | None = None


def settle_all(asked: Sequence[Asked]) -> None:
    """Tell what is new of the clocks of several subjects, each once.

    Those that have just begun are written together: a refusal of one sends each its own way.
    """
    known: dict[str, Asked] = {}
    for one in asked:
        known[one.key] = one if one.key not in known else replace(one, first=None)
    begun = {key: writes for key, one in known.items() if (writes := _beginning(one)) is not None}
    done = _together(list(begun.values()))
    for key, one in known.items():
        if key not in begun or not done:
            settle(one.kind, key, one.context)


def _together(each: Sequence[list[store.Write]]) -> bool:
    """Commit what belongs to several subjects in as few transactions as take it."""
    writes: list[store.Write] = []
    try:
        for some in each:
            if len(writes) + len(some) > store.MOST_WRITES:
                store.commit(writes)
                writes = []
            writes += some
        store.commit(writes)
    except store.ConditionFailed:
        return False  # not the first time for one of them: its log tells more
    return True


def _beginning(asked: Asked) -> list[store.Write] | None:
    """What begins the clocks of a subject of which an event that came just now is all there is."""
    first, context = asked.first, asked.context
    if first is None or context.now - first.at >= ALL_THERE_IS:
        return None
    found = read(of_kind(asked.kind, asked.key), [first], now=context.now)
    return None if found is None else _writes(found, _news(found, context), None, context)


def settle(
    kind: str, key: str, context: Context, *, traits: Callable[[], Traits] | None = None
) -> bool:
    """Tell what is new of a subject's clocks; True when anything was written.

    `traits`: what is known of it now besides its events; asked anew whenever it is read.
    """
    subject = of_kind(kind, key)
    written, more = _settled_again(subject, context, traits)
    while more:
        _, more = _settled_again(subject, context, traits)
    return written


def _settled_again(
    subject: Subject, context: Context, traits: Callable[[], Traits] | None
) -> tuple[bool, bool]:
    return store.run_again(lambda: _settled(subject, context, traits))


def _settled(
    subject: Subject, context: Context, traits: Callable[[], Traits] | None
) -> tuple[bool, bool]:
    """Whether anything was written, and whether more is to be told than that."""
    known = store.get(Clocks, subject.key, CLOCKS)
    events = log(subject.log)
    asked = None if traits is None else traits()
    found = read(subject, events, now=context.now, traits=asked)
    news = None if found is None else _news(found, context)
    if found is None or news is None:
        writes = _forgotten(known)
    else:
        writes = _writes(found, news, known, context)
    store.commit(writes)
    return bool(writes), news is not None and news.more


def _news(found: Read, context: Context) -> News:
    return settled(found, now=context.now, most=MOST_TOLD)


def _forgotten(known: Clocks | None) -> list[store.Write]:
    """Clocks of which no log tells any more: nobody looks at them again."""
    if known is None:
        return []
    return [store.delete("clocks", known, condition=Clocks.turns == known.turns)]


def _writes(found: Read, news: News, known: Clocks | None, context: Context) -> list[store.Write]:
    """The item and the events of what is new; none where nothing is."""
    item = _item(found, news, known, context)
    if not news.events and known is not None and _same(item, known):
        return []
    unmoved = Clocks.pk.does_not_exist() if known is None else Clocks.turns == known.turns
    return [
        store.put("clocks", item, condition=unmoved),
        *(eventlog.record(event, context, at=at) for event, at in news.events),
        *found.subject.acts(found, news.plan, context),
    ]


def _item(found: Read, news: News, known: Clocks | None, context: Context) -> Clocks:
    item = Clocks(
        found.subject.key,
        CLOCKS,
        policy=news.policy,
        version=news.version,
        clocks=news.clocks,
        turns=1 if known is None else int(known.turns) + 1,
    )
    if found.counts or news.more:
        item.due_shard, moment = place(found.subject.key, news.due_at or context.now)
        item.due_at = _looked_at(moment if news.due_at is not None else NOT_DUE, known, context)
    return item


def _looked_at(wanted: str, known: Clocks | None, context: Context) -> str:
    """When to look again: an earlier time that is to come anyway may stay, for moving an entry
    of the index costs more than a look for nothing; a clock that is stopped and goes on with
    every message would move it each time."""
    before = None if known is None else known.due_at
    stays = before is not None and iso(context.now) < before < wanted
    return before if before is not None and stays else wanted


def _same(item: Clocks, known: Clocks) -> bool:
    names = ("policy", "clocks", "due_at")
    return all(getattr(item, name) == getattr(known, name) for name in names)
