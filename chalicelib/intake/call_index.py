"""Where a provider's call is kept, found by its id, and what was told of it before that is known.

Called by `calls`. A recording or the keys that were pressed may name a call but no customer,
and may come first: what they tell waits here for the event that says who called.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..conversations.model import Message
from ..platform import store
from ..platform.control import ONLY, Control, control, epoch
from ..platform.fact import frozen
from ..platform.ids import derived_id

#: Recordings come within hours; a call found no more by its id is found by its customer.
KEPT_FOR = timedelta(days=14)
#: The writes below carry this name.
CALL_WRITE = "call"


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


def missed_ticket(profile_id: str, day: str) -> str | None:
    """The ticket of the calls a customer missed us by on a day (`2026-11-21`); None: none yet."""
    found = store.get(Control, _missed_pk(profile_id, day), ONLY)
    return None if found is None else str((found.data or {})["ticket_id"])


def keep_missed_ticket(
    profile_id: str, day: str, ticket_id: str, now: datetime, *, instead_of: str | None
) -> store.Write:
    """The write that makes it so; refused when there is another one already than `instead_of`."""
    item = control(
        _missed_pk(profile_id, day),
        data={"ticket_id": ticket_id},
        expires_at=epoch(now + KEPT_FOR),
    )
    unchanged = None if instead_of is None else Control.data == {"ticket_id": instead_of}
    return store.put("missed calls", item, condition=unchanged)


def _missed_pk(profile_id: str, day: str) -> str:
    return f"missed_calls#{profile_id}#{day}"
