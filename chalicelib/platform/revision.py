"""Changing an item in hand under its revision, and what taking a row of another system gives.

Called by the flows of slices whose items count a `revision`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

from . import store
from .fact import frozen


class HasId(Protocol):
    """Whatever the API names by its id."""

    @property
    def id(self) -> str: ...


I_co = TypeVar("I_co", bound=HasId, covariant=True)


@frozen
class Upserted(Generic[I_co]):
    """An item as it will be, whether it is new, and the writes that make it so."""

    item: I_co
    created: bool
    writes: list[store.Write]


def differing(item: store.Item, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose values are not the item's already."""
    return {name: value for name, value in fields.items() if getattr(item, name) != value}


def revise(name: str, item: Any, changed: Mapping[str, Any]) -> store.Write:
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
        model.revision.set(before + 1),
        condition=model.revision == before,
    )
