"""Which tier a customer is in, and what has to change for them. Pure: used by `standing`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ..platform.fact import frozen
from ..profiles.tiers import HAND, ONE_TIME, PROSPECT, REPEAT, VIP
from .rfm import Scores

#: The default rule of domain.md §5: R ≥ 4, F ≥ 4, M = 5.
VIP_FROM = Scores(recency=4, frequency=4, monetary=5)


@frozen
class Tier:
    """A tier and why: `hand`, `rfm`, `orders`."""

    name: str
    why: str


def tier(*, by_hand: str | None, delivered: int, scores: Scores | None) -> Tier:
    """The tier of a customer with so many delivered orders; what a person set always wins."""
    if by_hand is not None:
        return Tier(name=by_hand, why=HAND)
    if scores is not None and _is_vip(scores):
        return Tier(name=VIP, why="rfm")
    names = {0: PROSPECT, 1: ONE_TIME}
    return Tier(name=names.get(delivered, REPEAT), why="orders")


def _is_vip(scores: Scores) -> bool:
    return (
        scores.recency >= VIP_FROM.recency
        and scores.frequency >= VIP_FROM.frequency
        and scores.monetary >= VIP_FROM.monetary
    )


@frozen
class Moves:
    """Segments a customer enters and leaves, in a fixed order."""

    enters: tuple[str, ...]
    leaves: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.enters) + len(self.leaves)

    def first(self, most: int) -> Moves:
        """As many of them as fit, leaving first."""
        leaves = self.leaves[:most]
        return Moves(leaves=leaves, enters=self.enters[: most - len(leaves)])


def moves(*, was: Iterable[str], meets: Iterable[str], known: Iterable[str]) -> Moves:
    """What changes of the segments that were looked at (`known`); others stay as they are."""
    before, after = set(was), set(meets)
    looked_at = set(known)
    return Moves(
        enters=tuple(sorted((after - before) & looked_at)),
        leaves=tuple(sorted((before - after) & looked_at)),
    )


def cycles_since(last: datetime | None, cycle_days: float | None, now: datetime) -> float | None:
    """How many of their own purchase cycles have passed since a customer's last delivery."""
    if last is None or not cycle_days:
        return None
    return (now - last).total_seconds() / 86_400 / cycle_days
