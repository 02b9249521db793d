"""What a slice keeps of a person: how it follows them in a merge, is given out, and ends.

Every slice that keeps anything of a customer has a module `belongings` whose
`BELONGINGS` says so, and a line in `reactions.BELONGINGS`; `chalicelib.customer`
walks them all. A merge is a pointer from one profile to another: an item keeps
the profile it came with (`origin`) for ever, and `profile_id` says under whom it
is listed now. So moving there and moving back are the same: list it under
whom its origin belongs with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex

from . import listing, store
from .fact import frozen

#: Tells with whom an original profile belongs now: itself, or whom it was merged into.
Home = Callable[[str], str]
#: A kind of record ("messages") and one record of it, as the person is given it.
Exported = tuple[str, Mapping[str, Any]]

AT_ONCE = 25  # items to a step: a step is what a job does between two looks at the clock


class Owned(store.Item):
    """An item of a person that lists show by profile.

    `origin_id` is the profile it came with, kept from the first move on.
    """

    profile_id = UnicodeAttribute()
    origin_id = UnicodeAttribute(null=True)

    @property
    def origin(self) -> str:
        """The profile it came with: what events name, because it never changes."""
        return str(self.origin_id or self.profile_id)


@frozen
class Belongings:
    """One slice's answer to a merge, an export and an erasure.

    `items` are the models it answers for. The three functions take the id of
    one original profile, except `rehome`, which takes the profile under which
    things are listed. `rehome` and `erase` work in small steps and yield how
    many items each step changed, so that a job can stop between two and go on
    later; both may run again from the start at any time and then find only
    what is left to do.
    """

    items: tuple[type[store.Item], ...]
    rehome: Callable[[str, Home], Iterator[int]]
    export: Callable[[str], Iterator[Exported]]
    erase: Callable[[str], Iterator[int]]


O = TypeVar("O", bound=Owned)  # noqa: E741


def nothing_moves(_listed_under: str, _home: Home) -> Iterator[int]:
    """The `rehome` of a slice whose items stay with their original profile."""
    return iter(())


def listed(
    model: type[O], index: GlobalSecondaryIndex[Any], profile_id: str, *, kind: str = ""
) -> Iterator[list[O]]:
    """All items under a profile in an index, read whole, in steps; `kind` begins their `pk`."""
    keys: list[tuple[str, str]] = []
    for entry in listing.entries(index, profile_id):
        if entry.pk.startswith(kind):
            keys.append((entry.pk, entry.sk))
        if len(keys) == AT_ONCE:
            yield list(store.get_many(model, keys, consistent=True).values())
            keys = []
    if keys:
        yield list(store.get_many(model, keys, consistent=True).values())


def rehome(
    model: type[O],
    index: GlobalSecondaryIndex[Any],
    listed_under: str,
    home: Home,
    *,
    kind: str = "",
) -> Iterator[int]:
    """List what stands under a profile with whom it belongs; what was moved meanwhile is left."""
    for some in listed(model, index, listed_under, kind=kind):
        yield sum(_moved(model, item, home(item.origin)) for item in some)


def _moved(model: type[O], item: O, belongs_with: str) -> int:
    if item.profile_id == belongs_with:
        return 0
    change = store.update(
        "owned",
        store.ref(model, item.pk, item.sk),
        model.profile_id.set(belongs_with),
        model.origin_id.set(item.origin),
        condition=model.profile_id == item.profile_id,
    )
    try:
        store.commit([change])
    except store.ConditionFailed:
        return 0  # moved or erased since it was read
    return 1
