"""Where a provider's call is kept, found by its id, and what was told of it before that is known.

Called by `intake.calls`, and by `dialling` and `calling_out` for calls we place: these are found
by our own id as well, and by the telephone that rings for them. A recording or the keys that were
pressed may name a call but no customer, and may come first: what they tell waits here for the
event that says who called.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..platform import store
from ..platform.control import ONLY, Control, control, epoch
from ..platform.errors import AppError
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..platform.signing import keyed_id
from .model import Message

#: Recordings come within hours; a call found no more by its id is found by its customer.
KEPT_FOR = timedelta(days=14)
#: The writes below carry this name.
CALL_WRITE = "call"
#: A telephone that rings for a call is asked to ring for no other one until this is over.
ONE_AT_A_TIME = timedelta(seconds=20)
RINGING_FOR = timedelta(minutes=10)


@frozen
class Known:
    """What is known of a call by its id: where it is kept, or what was told of it so far."""

    pk: str | None = None  # None: the event names no call
    revision: int = 0
    place: tuple[str, str] | None = None  # conversation, message
    facts: Mapping[str, Any] | None = None


def look(account: str, call_id: str | None) -> Known:
    """What is known of a provider's call on an account of ours; read consistently."""
    if call_id is None:
        return Known()
    pk = f"call#{derived_id('call', account, call_id)}"
    found = store.get(Control, pk, ONLY)
    if found is None:
        return Known(pk=pk)
    data = found.data or {}
    place = data.get("place")
    return Known(
        pk=pk,
        revision=int(found.value or 0),
        place=None if place is None else (place[0], place[1]),
        facts=data.get("facts"),
    )


def keep_place(known: Known, message: Message, now: datetime) -> list[store.Write]:
    """The writes that say where the call is kept; refused when it moved meanwhile."""
    return _write(known, {"place": [message.pk, message.id]}, now)


def keep_facts(known: Known, facts: Mapping[str, Any], now: datetime) -> list[store.Write]:
    """The writes that keep what was told of a call whose customer is not known yet."""
    return _write(known, {"facts": dict(facts)}, now)


def _write(known: Known, data: dict[str, Any], now: datetime) -> list[store.Write]:
    if known.pk is None:
        return []
    item = control(known.pk, data=data, value=known.revision + 1, expires_at=epoch(now + KEPT_FOR))
    unchanged = None if known.revision == 0 else Control.value == known.revision
    return [store.put(CALL_WRITE, item, condition=unchanged)]


# ------------------------------------------------------------------ calls we place


def ours(account: str, our_id: str) -> Known:
    """What is known of a call that we placed, by our own id of it."""
    return look(account, f"ours#{our_id}")


def occupy(
    account: str, telephone: str, message: Message, now: datetime, *, error: AppError
) -> store.Write:
    """The write by which a telephone is rung for one call; refused with `error` while it is
    rung for another. The key does not tell whose telephone it is."""
    item = control(
        _ringing(account, telephone),
        data={"place": [message.pk, message.id]},
        value=epoch(now + ONE_AT_A_TIME),
        expires_at=epoch(now + RINGING_FOR),
    )
    free = Control.pk.does_not_exist() | (Control.value <= epoch(now))
    return store.put("telephone", item, condition=free, error=error)


def ringing_for(account: str, telephone: str) -> tuple[str, str] | None:
    """The latest call a telephone was rung for: its conversation and its message."""
    found = store.get(Control, _ringing(account, telephone), ONLY)
    if found is None:
        return None
    place = (found.data or {})["place"]
    return place[0], place[1]


def _ringing(account: str, telephone: str) -> str:
    return f"ringing#{keyed_id('ringing', account, telephone)}"
