"""Notifications out to their agents by e-mail and Zalo. Called by `jobs` every minute.

What one agent gets on one channel at the same time goes as one message. At least once: an
attempt is claimed before it is made, and whoever does not come to record what became of it
leaves it to be tried again. What was read meanwhile, or is not wanted any more, does not go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition

from ..channels import flows as accounts
from ..channels.sending import Outcome, SendResult
from ..conversations.rules import Next, Status, after_attempt, spread
from ..platform import store
from ..platform.clock import iso, parse, zone
from ..platform.clock import now as present
from ..platform.context import Context
from ..platform.due import due, place
from ..platform.errors import AppError
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..platform.log import count, logger
from . import standing, wording
from .keeping import WAITING
from .model import PUSH, Notification, Push
from .preferences import not_before, wanted
from .standing import Known

#: A run ends before the next one begins, its last send included; what is left is oldest then.
LONGEST = timedelta(seconds=30)
AT_A_TIME, MOST_LINES = 500, 20
#: An attempt of which nothing was heard is made again after this.
CLAIMED_FOR = timedelta(minutes=5)
SENT, FAILED, DROPPED = "sent", "failed", "dropped"
AGENT_GONE, NOT_WANTED, READ, NO_SENDER = "agent_gone", "not_wanted", "read", "no_sender"

Key = tuple[str, str]
#: Agent's hash key and channel → the pushes due.
Groups = dict[tuple[str, str], list[Key]]


@frozen
class Due:
    """Pushes of one agent on one channel, with what they push."""

    known: Known
    channel: str
    pushes: Sequence[Push]
    about: Mapping[Key, Notification]


def push_due(begin: Callable[[], Context]) -> dict[str, int]:
    """Send what is due, the oldest first. Returns how many pushes became what.

    An account that does not answer is asked once a run: others' pushes do not wait for it.
    """
    until = begin().now + LONGEST
    did = {SENT: 0, FAILED: 0, DROPPED: 0, WAITING: 0}
    silent: set[str] = set()
    for (pk, channel), keys in _groups(begin().now).items():
        if present() > until:
            break
        if channel in silent:
            continue
        for became, number in _push(pk, channel, keys[:MOST_LINES], begin(), silent).items():
            did[became] += number
    return did


def _groups(now: datetime) -> Groups:
    found: Groups = {}
    for pk, sk in due(Push.due, now=now, most=AT_A_TIME):
        channel = sk.removeprefix(PUSH).partition("#")[0]
        found.setdefault((pk, channel), []).append((pk, sk))
    return found


def _push(
    pk: str, channel: str, keys: Sequence[Key], context: Context, silent: set[str]
) -> dict[str, int]:
    """Push one agent's; a failure of ours leaves them due and holds up nobody else."""
    try:
        known = standing.known(pk.partition("#")[2], fresh=True)
        pushes = _waiting(keys, context.now)
        about = store.get_many(Notification, [one.notification for one in pushes], consistent=True)
        if known is None or not known.active:
            return _drop(pushes, AGENT_GONE)
        found = Due(known=known, channel=channel, pushes=pushes, about=about)
        return _carry_out(found, context, silent)
    except AppError as error:
        logger.warning("not pushed", extra={"agent": pk, "code": error.code})
        return {}


def _waiting(keys: Sequence[Key], now: datetime) -> list[Push]:
    """Those of them that are due by themselves: the index may lag behind."""
    found = store.get_many(Push, keys, consistent=True).values()
    due_now = [one for one in found if one.due_at is not None and one.due_at <= iso(now)]
    return sorted(due_now, key=lambda one: (one.due_at, one.sk))


def _carry_out(found: Due, context: Context, silent: set[str]) -> dict[str, int]:
    dropped: dict[str, list[Push]] = {}
    go: list[Push] = []
    later: list[tuple[Push, datetime]] = []
    for push in found.pushes:
        why = _not_any_more(push, found)
        if why is not None:
            dropped.setdefault(why, []).append(push)
            continue
        kind = found.about[push.notification].kind
        at = not_before(found.known.preferences, kind, context.now, zone())
        if at > context.now:
            later.append((push, at))
        else:
            go.append(push)
    did = {DROPPED: sum(_drop(those, why)[DROPPED] for why, those in dropped.items())}
    store.commit([_moved(push, at) for push, at in later])
    if not go:
        return did
    return did | _send(replace(found, pushes=_claimed(go, context)), context, silent)


def _not_any_more(push: Push, found: Due) -> str | None:
    item = found.about.get(push.notification)
    if item is None or item.read_at is not None:
        return READ
    if found.channel not in wanted(found.known.preferences, item.kind):
        return NOT_WANTED
    return None if found.known.reached_by(found.channel) else NO_SENDER


# ------------------------------------------------------------------ an attempt


def _claimed(pushes: Sequence[Push], context: Context) -> list[Push]:
    """Take an attempt upon us before it is made. Raises `ConditionFailed` where somebody has."""
    until = context.now + CLAIMED_FOR
    store.commit([_again(one, until, attempts=int(one.attempts) + 1) for one in pushes])
    for one in pushes:
        one.attempts = int(one.attempts) + 1
    return list(pushes)


def _send(found: Due, context: Context, silent: set[str]) -> dict[str, int]:
    from . import carrying  # channels, for a minute in which something is due

    account_id = found.known.senders.account(found.channel) or ""
    connected = accounts.account(account_id)
    if connected is None or connected.disabled:
        return _drop(found.pushes, NO_SENDER)
    items = [found.about[one.notification] for one in found.pushes]
    words = _words(items, found.known)
    result = carrying.carry(
        connected,
        carrying.Words(
            id=derived_id("push", *(one.sk for one in found.pushes)),
            to=found.known.addresses[found.channel],
            title=words[0],
            text=words[1],
        ),
        context,
    )
    if result.outcome is Outcome.RETRY:
        silent.add(found.channel)
    return _settle(found.pushes, result, context)


def _words(items: Sequence[Notification], known: Known) -> tuple[str, str]:
    """Title and text of what is pushed together, in the agent's language."""
    called, language = wording.names(items), known.preferences.language
    base = known.senders.link_base
    lines = []
    for item in items:
        said = wording.text(item, called, language)
        lines.append(f"{said}\n{base.rstrip('/')}/{item.link}" if base else said)
    first = wording.title(items[0], called, language)
    more = f" (+{len(items) - 1})" if len(items) > 1 else ""
    return f"{first}{more}", "\n\n".join(lines)


def _settle(pushes: Sequence[Push], result: SendResult, context: Context) -> dict[str, int]:
    following = [_next(one, result, context.now) for one in pushes]
    writes = [_after(one, then) for one, then in zip(pushes, following, strict=True)]
    store.commit(writes)
    did: dict[str, int] = {}
    for then in following:
        became = STATES.get(then.status, WAITING)
        did[became] = did.get(became, 0) + 1
    if FAILED in did:
        count("notification_push_failed")
    return did


STATES = {Status.SENT: SENT, Status.FAILED: FAILED}


def _next(push: Push, result: SendResult, now: datetime) -> Next:
    attempts = int(push.attempts)
    return after_attempt(
        result,
        attempts=attempts,
        queued_at=parse(push.queued_at),
        now=now,
        zone=zone(),
        spread=spread(push.pk, attempts),
    )


def _after(push: Push, then: Next) -> store.Write:
    if then.due_at is not None:
        return _again(push, then.due_at, code=then.code)
    return _ended(push, STATES[then.status], then.code)


# ------------------------------------------------------------------ its writes


def _same(push: Push) -> Push:
    found: Push = store.ref(Push, push.pk, push.sk)
    return found


def _again(
    push: Push, at: datetime, *, attempts: int | None = None, code: str | None = None
) -> store.Write:
    shard, moment = place(push.pk, at)
    values = {"due_shard": shard, "due_at": moment, "code": code}
    counted = {} if attempts is None else {"attempts": attempts}
    actions = store.assign(Push, values | counted)
    return store.update("push", _same(push), *actions, condition=_unmoved(push))


def _moved(push: Push, at: datetime) -> store.Write:
    return _again(push, at)


def _unmoved(push: Push) -> Condition:
    unmoved: Condition = (Push.attempts == int(push.attempts)) & (Push.state == WAITING)
    return unmoved


def _ended(push: Push, state: str, code: str | None) -> store.Write:
    values = {"state": state, "code": code, "due_shard": None, "due_at": None}
    return store.update("push", _same(push), *store.assign(Push, values), condition=_unmoved(push))


def _drop(pushes: Sequence[Push], code: str) -> dict[str, int]:
    store.commit([_ended(one, DROPPED, code) for one in pushes])
    return {DROPPED: len(pushes)}
