"""Changing an item of the team under its revision. Called by `flows` and `tokens`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pynamodb.expressions.update import Action

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
    actions = [_assign(model, field, value) for field, value in changed.items()]
    for field, value in {**changed, "revision": before + 1}.items():
        setattr(item, field, value)
    return store.update(
        name,
        store.ref(model, item.pk, item.sk),
        *actions,
        TeamItem.revision.set(before + 1),
        condition=TeamItem.revision == before,
    )


def _assign(model: type[TeamItem], field: str, value: Any) -> Action:
    attribute = getattr(model, field)
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action
