"""What moving, exporting and erasing share: every slice's belongings, and how to walk them.

Called by `moving`, `exporting` and `erasing`; a request's customer and their belongings all
in one place are for the last two.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib import import_module

from pynamodb.expressions.update import Action

from ..platform import store
from ..platform.belongings import Belongings
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.pages import PageRequest
from ..profiles import merging, rights
from ..profiles.family import ProfileIsErased, ProfileNotFound, find, homes
from ..profiles.rights import RightsRequest
from ..reactions import BELONGINGS

#: How long even a large customer takes.
TAKES = timedelta(minutes=15)
#: The unit of a request's work that precedes all others.
SETTLED = "settled"


class Clock:
    """How much of the time given for a step is left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        return time.monotonic() > self._end


def slices() -> Iterator[tuple[str, Belongings]]:
    """Every slice's belongings by its name, in the order they are to be walked."""
    for name in BELONGINGS:
        found: Belongings = import_module(f"chalicelib.{name}.belongings").BELONGINGS
        yield name, found


def settled(originals: Sequence[str]) -> Iterator[int]:
    """Bring home whatever stands under these originals, or of theirs under others.

    A merge or its undoing may be on its way: what stands under somebody is not
    theirs for certain until this has been done. What is their own stays or comes.
    """
    known, ours = homes(), frozenset(originals)

    def home(origin: str) -> str:
        """Where an original belongs; one that is being erased keeps what is its own."""
        if origin in ours:
            return originals[0]
        try:
            return known(origin)
        except (ProfileIsErased, ProfileNotFound):
            return origin

    led_to = (str(merge.into) for one in originals for merge in merging.of_profile(one))
    places = [*originals, *led_to]
    for place in dict.fromkeys(places):
        for _, one in slices():
            yield from one.rehome(place, home)


def begun(request: RightsRequest, originals: Sequence[str], context: Context) -> RightsRequest:
    """The request as one that is worked on for these originals, who stands for all of them first.

    An export is listed under each of them from here on: it ends with any of them. Raises
    `ConditionFailed` when somebody else has begun meanwhile.
    """
    start = store.update(
        "rights request",
        store.ref(RightsRequest, request.pk, request.sk),
        RightsRequest.status.set(rights.WORKING),
        RightsRequest.originals.set(list(originals)),
        RightsRequest.started_at.set(request.started_at or iso(context.now)),
        condition=RightsRequest.pk.exists()
        & (RightsRequest.originals.does_not_exist() | (RightsRequest.status == rights.OPEN)),
    )
    exported = originals if request.kind == rights.EXPORT else ()
    store.commit([start, *(rights.mark(request.id, one) for one in exported)])
    return rights.load(request.id)


def started_over(request: RightsRequest) -> None:
    """Forget what was done of a request: its customer is no longer the one it was begun for."""
    again = store.update(
        "rights request",
        store.ref(RightsRequest, request.pk, request.sk),
        RightsRequest.originals.remove(),
        RightsRequest.units.remove(),
        RightsRequest.counts.remove(),
        RightsRequest.rounds.add(1),
        condition=RightsRequest.status == rights.WORKING,
    )
    store.commit([again])


def gone_on(
    request: RightsRequest, *, counts: dict[str, int], unit: str | None = None
) -> RightsRequest:
    """The request with these counts, and one more unit of its work done."""
    actions: list[Action] = [RightsRequest.counts.set(counts)]
    if unit is not None:
        actions.append(RightsRequest.units.add({unit}))
    done = store.update(
        "rights request",
        store.ref(RightsRequest, request.pk, request.sk),
        *actions,
        condition=RightsRequest.status == rights.WORKING,
    )
    store.commit([done])
    return rights.load(request.id)


def unanswered(now: datetime, *, most: int) -> list[str]:
    """Requests that should be answered by now, as fast as that goes, the most urgent first.

    Their queue entry may have been given up on: going on with one twice does no harm.
    """
    found = rights.listed(PageRequest(scope="unanswered", limit=most), answered=False)
    return [one.id for one in found.items if now - parse(one.received_at) > TAKES]


def done_of(request: RightsRequest) -> frozenset[str]:
    """The units that are done."""
    return frozenset(request.units or ())


def counted(request: RightsRequest, slice_name: str, more: int) -> dict[str, int]:
    """The counts of a request with so many records more of a slice."""
    counts = {name: int(count) for name, count in (request.counts or {}).items()}
    counts[slice_name] = counts.get(slice_name, 0) + more
    return counts


def is_erased(profile_id: str) -> bool:
    """Whether a profile is erased, or not there at all."""
    found = find(profile_id)
    return found is None or found.erased_at is not None
