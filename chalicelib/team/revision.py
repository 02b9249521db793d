"""Changing an item of the team under its revision. Called by `flows` and `tokens`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..platform import store
from .model import TeamItem


def differing(item: TeamItem, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose values are not the item's already."""
    return {name: value for name, value in fields.items() if getattr(item, name) != value}


def revise(name: str, item: TeamItem, changed: Mapping[str, Any]) -> store.Write:
    """Put changed values on the item in hand, and give the write that does so in the table.

    The write refuses when somebody else made the next revision first.
    """
    model, before = type(item), int(item.revision)
    for field, value in {**changed, "revision": before + 1}.items():
        setattr(item, field, value)
    return store.update(
        name,
        store.ref(model, item.pk, item.sk),
        *store.assign(model, changed),
        TeamItem.revision.set(before + 1),
        condition=TeamItem.revision == before,
    )
