"""The newest things of a customer, by kind: for segments and the customer's portrait."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ..platform import listing, store
from .model import BEHAVIOUR, DEAL, ITEM, ORDER, Behaviour, Bought, Deal, Order, OwnedItem

B = TypeVar("B", bound=Bought)


def newest_of(profile_id: str, *, most: int) -> list[Order]:
    """The newest orders listed under a profile, newest first; two requests."""
    return orders([profile_id], most=most)


def orders(profile_ids: Iterable[str], *, most: int) -> list[Order]:
    """The newest orders of these profiles together; two requests a profile."""
    return _newest(Order, ORDER, profile_ids, most)


def items(profile_ids: Iterable[str], *, most: int) -> list[OwnedItem]:
    """The items delivered last to these profiles together."""
    return _newest(OwnedItem, ITEM, profile_ids, most)


def deals(profile_ids: Iterable[str], *, most: int) -> list[Deal]:
    """The newest deals of these profiles together."""
    return _newest(Deal, DEAL, profile_ids, most)


def behaviours(profile_ids: Iterable[str], *, most: int) -> list[Behaviour]:
    """What these profiles did last."""
    return _newest(Behaviour, BEHAVIOUR, profile_ids, most)


def _newest(model: type[B], kind: str, profile_ids: Iterable[str], most: int) -> list[B]:
    keys = [key for one in profile_ids for key in _keys(model, kind, one, most)]
    found = store.get_many(model, keys).values()
    return sorted(found, key=lambda item: str(item.at), reverse=True)[:most]


def _keys(model: type[B], kind: str, profile_id: str, most: int) -> list[tuple[str, str]]:
    """Without `pages`: a cursor would be sealed that nobody asks for."""
    where = model.at.startswith(kind)
    return listing.keys(model.by_profile, profile_id, where, limit=most, newest_first=True)
