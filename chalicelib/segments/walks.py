"""Long ways through all customers, a chunk at a time over the `segmenting` queue.

A chunk is an entry that sends the next one when it is done, so a walk survives
any stop, and one that comes twice changes nothing. There are three: a new condition
taken round (`walk` with a segment), everybody judged anew every night, because
days pass and bounds move (`walk` without), and the members of a removed segment
cleared away (`clear`). `catch_up` sends those who came since it last looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from ..platform import queue, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.control import ONLY, Control, control
from ..profiles import rounds
from ..tickets import recent as tickets
from . import standing
from .flows import BUILDING, READY
from .model import SEGMENTS, STANDING, Member, Segment, State, member_pk

WALK, CLEAR, LOOK = "segments.walk", "segments.clear", "segments.look"
CHUNK = 50  # customers judged for one entry; ten entries must fit into a worker's minute
SENT_TOGETHER = 25  # customers named by one entry of `catch_up`
MOST_CAUGHT_UP = 1_000  # new customers, and new tickets, of one run
CAUGHT_UP = "segments#caught-up"
#: Indexes lag and clocks differ: what is younger is left to the next run.
SETTLED_AFTER = timedelta(minutes=1)

Body = Mapping[str, Any]


def begin_walk(segment: Segment | None, context: Context) -> None:
    """Start going through all customers, for one segment or (None) for everything."""
    told = {} if segment is None else {"segment_id": segment.id, "defined": int(segment.defined)}
    _send([{"name": WALK, **told, "after": rounds.BEGINNING, "step": 0}], context)


def walk(body: Body, context: Context) -> None:
    """Judge the next customers, note how far that is, and send the next chunk."""
    segment_id = body.get("segment_id")
    if segment_id is not None and not _wanted(body):
        return  # defined anew or removed meanwhile: another walk goes, or none
    some = rounds.after(body["after"], most=CHUNK)
    judged = standing.settle(some.profile_ids, context, only=segment_id, quiet=True)
    if segment_id is not None and not _noted(body, judged, last=some.position is None):
        return
    if some.position is not None:
        _send([{**body, "after": some.position, "step": body["step"] + 1}], context)


def _wanted(body: Body) -> bool:
    found = store.get(Segment, SEGMENTS, body["segment_id"])
    return found is not None and int(found.defined) == body["defined"]


def _noted(body: Body, judged: int, *, last: bool) -> bool:
    """Count a chunk once; False when another copy of this walk is ahead."""
    item, step = store.ref(Segment, SEGMENTS, body["segment_id"]), body["step"]
    count = store.update(
        "step",
        item,
        Segment.evaluated.add(judged),
        Segment.step.set(step + 1),
        Segment.state.set(READY if last else BUILDING),
        condition=(Segment.defined == body["defined"]) & (Segment.step == step),
    )
    try:
        store.commit([count])
    except store.ConditionFailed:
        # Counted before, perhaps by a run that then failed to send the next chunk.
        found = store.get(Segment, item.pk, item.sk)
        return found is not None and int(found.step) == step + 1
    return True


def clear(body: Body, context: Context) -> None:
    """Take the next members out of a segment that is no more."""
    segment_id = body["segment_id"]
    found = list(store.query(Member, member_pk(segment_id), limit=CHUNK))
    for member in found:
        _taken_out(member, segment_id)
    if len(found) == CHUNK:
        _send([{"name": CLEAR, "segment_id": segment_id}], context)


def _taken_out(member: Member, segment_id: str) -> None:
    def attempt() -> None:
        state = store.get(State, member.sk, STANDING)
        writes = [store.delete("member", member, condition=None)]
        if state is not None:
            change = store.update(
                "standing",
                store.ref(State, state.pk, state.sk),
                State.segments.delete({segment_id}),
                State.revision.add(1),
                condition=State.revision == state.revision,
            )
            writes.append(change)
        store.commit(writes)

    store.run_again(attempt)


def catch_up(context: Context) -> Mapping[str, int]:
    """Have those judged who became known, or opened a ticket, since the last run.

    Instead of reacting to each: a first message would cost half as many requests
    again. What carries an older time (an import, a late webhook) is met by the night's walk.
    """
    until = context.now - SETTLED_AFTER
    known = store.get(Control, CAUGHT_UP, ONLY)
    start = {"profiles": iso(until), "tickets": iso(until)}
    since = start if known is None else known.data
    came = rounds.after(since["profiles"], most=MOST_CAUGHT_UP, until=until)
    opened = tickets.opened_after(since["tickets"], until=until, most=MOST_CAUGHT_UP)
    wanted = dict.fromkeys([*came.profile_ids, *(ticket.profile_id for ticket in opened)])
    look(wanted, context)
    reached = {
        "profiles": came.position or iso(until),
        "tickets": opened[-1].opened_at if len(opened) == MOST_CAUGHT_UP else iso(until),
    }
    item = control(CAUGHT_UP)
    store.commit([store.update("caught up", item, Control.data.set(reached), condition=None)])
    return {"customers": len(wanted)}


def look(profile_ids: Iterable[str], context: Context) -> None:
    """Have customers judged by the worker of the queue, some at a time."""
    ids = list(profile_ids)
    _send(
        [
            {"name": LOOK, "profile_ids": ids[start : start + SENT_TOGETHER]}
            for start in range(0, len(ids), SENT_TOGETHER)
        ],
        context,
    )


def _send(bodies: Iterable[Body], context: Context) -> None:
    told = {"correlation_id": context.correlation_id}
    queue.send(queue.SEGMENTING, [queue.message({**body, **told}) for body in bodies])
