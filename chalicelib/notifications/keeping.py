"""From events to notifications in agents' feeds, and on their way out. Called by `jobs`.

May run any number of times for an event, in any order and in parallel: a notification's key
follows from what it tells, and what is told together is folded (`rules`). Most are one write
alone; only what has parts is a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..platform import retention, store
from ..platform.clock import iso, zone
from ..platform.context import Context
from ..platform.control import epoch
from ..platform.due import place as due_place
from ..platform.eventlog import Recorded
from ..platform.fact import frozen
from ..platform.ids import derived_id
from . import hearing, standing
from .kinds import FEED, PUSHED
from .model import MEMBER, NOTIFICATION, Member, Notification, Push, agent_pk, push_sk
from .preferences import not_before, wanted
from .rules import Content, Place, Told, by_agent, folded, place
from .standing import Known

RETENTION = "notifications"
#: A push waits for what is told together with it, a late one for what else is late.
TOGETHER, LATE_TOGETHER = timedelta(seconds=20), timedelta(minutes=2)
WAITING = "waiting"


@frozen
class Gathered:
    """What belongs into one notification, where that is, and when it ends."""

    known: Known
    place: Place
    told: tuple[Told, ...]
    ends: int

    @property
    def pk(self) -> str:
        """The agent's hash key."""
        return agent_pk(self.known.agent_id)

    @property
    def members(self) -> dict[str, str]:
        """What counts once → the key of its mark; nothing is marked where there is but one."""
        if not self.place.late:
            return {}
        own = self.place.id
        return {one.member: MEMBER + derived_id("member", own, one.member) for one in self.told}


def tell(events: Sequence[Recorded], context: Context) -> None:
    """Tell agents what events say. Nobody who does not work here any more is told anything."""
    told = [one for event in events for one in hearing.heard(event)]
    for agent_id, theirs in by_agent(told).items():
        known = standing.known(agent_id)
        if known is not None and known.active:
            for one in _gathered(theirs, known, context.now):
                _tell(one, context)


def _gathered(told: Sequence[Told], known: Known, now: datetime) -> list[Gathered]:
    """What is wanted, and not over already, by the notification it belongs to."""
    found: dict[str, list[Told]] = {}
    places: dict[str, Place] = {}
    for one in told:
        where = place(one, together=known.preferences.late_together)
        if wanted(known.preferences, one.kind) and _ends(where) > now:
            places[where.id] = where
            found.setdefault(where.id, []).append(one)
    return [
        Gathered(known=known, place=where, told=tuple(found[id_]), ends=epoch(_ends(where)))
        for id_, where in places.items()
    ]


def _ends(where: Place) -> datetime:
    return where.at + retention.period(RETENTION)


def _tell(one: Gathered, context: Context) -> None:
    """As if it were new, which most are; what was told before is looked at first."""
    try:
        store.commit(_writes(one, None, frozenset(), context))
    except store.ConditionFailed:
        store.run_again(lambda: _tell_besides(one, context))


def _tell_besides(one: Gathered, context: Context) -> None:
    known = store.get(Notification, one.pk, NOTIFICATION + one.place.id)
    marks = [(one.pk, sk) for sk in one.members.values()]
    there = {sk for _, sk in store.get_many(Member, marks, consistent=True)}
    counted = frozenset(member for member, sk in one.members.items() if sk in there)
    if known is not None and not one.place.late:
        counted = frozenset(told.member for told in one.told)
    store.commit(_writes(one, known, counted, context))


def _writes(
    one: Gathered, before: Notification | None, counted: frozenset[str], context: Context
) -> list[store.Write]:
    content = folded(_content(before), one.told, counted=counted)
    if content is None:
        return []
    item = _item(one, before, content)
    pushes = _pushes(item, one.known)
    item.pushes = [*item.pushes, *pushes]
    unmoved = None if before is None else Notification.turns == before.turns
    return [
        store.put("notification", item, condition=unmoved),
        *(_push(channel, item, one.known, context.now) for channel in pushes),
        *_marks(one, counted),
    ]


def _content(item: Notification | None) -> Content | None:
    if item is None:
        return None
    return Content(
        kind=item.kind,
        link=item.link,
        data=item.data,
        rank=int(item.rank),
        late_by=int(item.late_by),
        count=int(item.many),
    )


def _marks(one: Gathered, counted: frozenset[str]) -> list[store.Write]:
    new = sorted(sk for member, sk in one.members.items() if member not in counted)
    return [store.put("member", Member(one.pk, sk, expires_at=one.ends)) for sk in new]


def _item(one: Gathered, before: Notification | None, content: Content) -> Notification:
    """What is told more of what was read is unread again."""
    shown = FEED in wanted(one.known.preferences, content.kind)
    return Notification(
        one.pk,
        NOTIFICATION + one.place.id,
        unread_of=one.pk if shown else None,
        kind=content.kind,
        link=content.link,
        data=dict(content.data),
        rank=content.rank,
        late_by=content.late_by,
        many=content.count,
        late=True if one.place.late else None,
        at=iso(one.place.at),
        hidden=None if shown else True,
        pushes=[] if before is None else list(before.pushes),
        turns=1 if before is None else int(before.turns) + 1,
        expires_at=one.ends,
    )


def _pushes(item: Notification, known: Known) -> list[str]:
    """The channels it is to be pushed on and was not."""
    goes = wanted(known.preferences, item.kind)
    return [
        channel
        for channel in PUSHED
        if channel in goes and channel not in item.pushes and known.reached_by(channel)
    ]


def _push(channel: str, item: Notification, known: Known, now: datetime) -> store.Write:
    waits = LATE_TOGETHER if item.late else TOGETHER
    at = not_before(known.preferences, item.kind, now + waits, zone())
    shard, moment = due_place(item.pk, at)
    push = Push(
        item.pk,
        push_sk(channel, item.id),
        state=WAITING,
        attempts=0,
        queued_at=iso(now),
        due_shard=shard,
        due_at=moment,
        expires_at=item.expires_at,
    )
    return store.put("push", push)
