"""Customers made, merged and parted without a channel, and what the API shows of them."""

from __future__ import annotations

from typing import Any

from chalicelib.channels.event import ContactHints
from chalicelib.platform import context, store
from chalicelib.profiles import knowing, merging
from tests.world import World


def customer(name: str | None = None, *, user: str = "", **hints: Any) -> str:
    """A customer with one Zalo identity; returns the profile's id."""
    known = ContactHints(name=name, **hints)
    value = user or f"user of {name} {sorted(hints.items())}"
    key = knowing.IdentityKey(kind="zalo_oa", account="1", value=value)
    made = knowing.create(key, known, context.begin(), channel="zalo_oa", verified=True)
    store.commit(made.writes)
    return made.profile_id


def merged(into: str, taken: str) -> str:
    """Make one customer of two; returns the merge's id."""
    made = merging.merge(into, taken, context.begin(), why=merging.BY_PERSON)
    store.commit(made.writes)
    return made.merge.id


def parted(merge_id: str) -> None:
    """Undo a merge."""
    store.commit(merging.undo(merging.load(merge_id), context.begin()))


def view(world: World, profile_id: str) -> Any:
    """The customer, whole."""
    answer = world.admin.get(f"/profiles/{profile_id}")
    assert answer.status == 200, answer.body
    return answer.body


def names(world: World, **query: Any) -> list[str]:
    """The names of the customers a list shows, in order."""
    return [one["name"] for one in world.list("/profiles", **query)]
