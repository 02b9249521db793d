"""What stands around a customer: proofs, merges, suggestions, requests. For the customer view.

All of it is listed in one index under the originals, so one query an original
finds it, however much there is: of what is beyond `MOST_LISTED` nothing is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from ..platform import store
from ..platform.fact import frozen
from . import listed
from .model import IDENTITY, MERGE, ONLY, SUGGESTION, Identity, Merge, Suggestion
from .rights import DONE, RIGHTS, RightsRequest

MOST_LISTED = 1_000  # keys of an original: 15 read units
MOST_SHOWN = 50  # of a kind

I = TypeVar("I", bound=store.Item)  # noqa: E741


@frozen
class Around:
    """`identities` oldest first, the others newest first. `merges` by the original each took
    in, without those that were undone; `suggestions` and `requests` only open ones."""

    identities: tuple[Identity, ...]
    merges: dict[str, Merge]
    suggestions: tuple[Suggestion, ...]
    requests: tuple[RightsRequest, ...]


def around(profile_ids: Sequence[str]) -> Around:
    """What stands around a customer of these originals: a query for each, and four reads."""
    under = [key for one in profile_ids for key in listed.keys(one, most=MOST_LISTED)]
    keys = list(dict.fromkeys(pk for pk, _ in under))
    identities = _of_kind(Identity, f"{IDENTITY}#", keys)
    suggested = _of_kind(Suggestion, SUGGESTION, keys)
    asked = _of_kind(RightsRequest, RIGHTS, keys)
    merges = _of_kind(Merge, MERGE, keys)
    mine = set(profile_ids)
    return Around(
        identities=tuple(sorted(identities, key=lambda item: str(item.created_at))),
        merges={item.profile_id: item for item in merges if item.undone_at is None},
        suggestions=_newest(
            item
            for item in suggested
            if item.state == "open" and not {item.profile_id, item.other_id} <= mine
        ),
        requests=_newest(item for item in asked if item.status != DONE),
    )


def _of_kind(model: type[I], kind: str, keys: Iterable[str]) -> list[I]:
    wanted = [(pk, ONLY) for pk in keys if pk.startswith(kind)][:MOST_SHOWN]
    return list(store.get_many(model, wanted).values())


L = TypeVar("L", Suggestion, RightsRequest)


def _newest(items: Iterable[L]) -> tuple[L, ...]:
    return tuple(sorted(items, key=lambda item: str(item.listed_at), reverse=True))
