"""What becomes of an item on its way back into a stage. Pure; called by `loading`.

Put into an empty stage an item comes as it was, with three exceptions: what has
expired meanwhile stays out, an event is marked (`restored`), so that the stream
does not take it for news, and in another stage than its own a connected account
is put to rest. Put back in place, `outcome` decides between it and what stands
there now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.platform.control import epoch
from chalicelib.platform.eventlog import RESTORED

from .typed import Item, same, text

EVENTS = "events"


class Outcome(StrEnum):
    """What is done with one item; the words of the report."""

    NEW = "new"  # it is not there: put
    CHANGED = "changed"  # it is there and differs: put over it
    SAME = "same"
    KEPT = "kept"  # it differs, and what is there must not be taken back
    EXPIRED = "expired"


def expired(item: Mapping[str, Any], ttl: str | None, *, now: datetime) -> bool:
    """Whether DynamoDB would remove it anyway; `ttl` names the attribute, in epoch seconds."""
    if ttl is None or ttl not in item:
        return False
    return float(item[ttl].get("N", "inf")) <= epoch(now)


def marked(table: str, item: Item, *, at: str) -> Item:
    """An event with the sign that it is no news; any other item as it is."""
    return {**item, RESTORED: {"S": at}} if table == EVENTS else item


def put_to_rest(table: str, item: Item) -> Item:
    """A connected account that sends nothing and renews no token.

    In a copy of a stage a live account would write to real customers, and use up
    tokens that are good for one renewal only, which the original needs.
    """
    if table != "channels" or "mode" not in item:
        return item
    asleep = {name: value for name, value in item.items() if name not in ("due_shard", "due_at")}
    return {**asleep, "mode": {"S": "sandbox"}}


Keeps = Callable[[Item, Item], bool]  # (what the backup has, what is there): is it left?


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Items of a table whose present state an in-place restore must not take back."""

    table: str
    key: str  # how their hash key begins
    keeps: Keeps
    why: str


def _always(_wanted: Item, _present: Item) -> bool:
    return True


def _counted_on(wanted: Item, present: Item) -> bool:
    return float(present.get("value", {}).get("N", 0)) >= float(wanted["value"]["N"])


def _revoked(_wanted: Item, present: Item) -> bool:
    return bool(present.get("revoked", {}).get("BOOL"))


def _erased(_wanted: Item, present: Item) -> bool:
    return text(present, "erased_at") is not None


GUARDS: tuple[Guard, ...] = (
    Guard(table="control", key="signing#", keeps=_always, why="every id depends on it"),
    Guard(table="control", key="erased#", keeps=_always, why="the erasure stands"),
    Guard(table="control", key="counter#", keeps=_counted_on, why="a number is given once"),
    Guard(table="control", key="token#", keeps=_revoked, why="a revoked token stays so"),
    Guard(table="channels", key="account#", keeps=_always, why="its tokens may be used up"),
    Guard(table="profiles", key="", keeps=_erased, why="erased people do not come back"),
)


def guarded(table: str, wanted: Item, present: Item) -> bool:
    """Whether what is there stays although the backup has something else."""
    key = str(text(wanted, "pk"))
    return any(
        guard.keeps(wanted, present)
        for guard in GUARDS
        if guard.table == table and key.startswith(guard.key)
    )


def outcome(table: str, wanted: Item, present: Item | None) -> Outcome:
    """What is done with an item of the backup where `present` stands (None: nothing does)."""
    if present is None:
        return Outcome.NEW
    if same(_unmarked(wanted), _unmarked(present)):
        return Outcome.SAME
    return Outcome.KEPT if guarded(table, wanted, present) else Outcome.CHANGED


def _unmarked(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != RESTORED}


def spared(table: str, key: str) -> bool:
    """Whether `--exact` leaves an item that the backup does not have: erasures, and our keys."""
    return table == "control" and key.startswith(("erased#", "signing#"))
