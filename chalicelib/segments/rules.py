"""Which tier a customer is in, and what has to change for them. Pure: used by `standing`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .rfm import Scores

VIP, REPEAT, ONE_TIME, PROSPECT = "vip", "repeat", "one_time", "prospect"
TIERS: dict[str, str] = {
    VIP: "Khách VIP",
    REPEAT: "Khách quen",
    ONE_TIME: "Khách mua một lần",
    PROSPECT: "Khách tiềm năng",
}
BY_HAND = "hand"
#: The default rule of domain.md §5: R ≥ 4, F ≥ 4, M = 5.
VIP_FROM = Scores(recency=4, frequency=4, monetary=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A tier and why: `hand`, `rfm`, `orders`."""

    name: str
    why: str


def tier(*, by_hand: str | None, delivered: int, scores: Scores | None) -> Tier:
    """The tier of a customer with so many delivered orders; what a person set always wins."""
    if by_hand is not None:
        return Tier(name=by_hand, why=BY_HAND)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


def birthday_month(text: str | None) -> int | None:
    """The month of a birthday as people and forms write it; None when it cannot be read.

    `1990-07-31`, `--07-31`, `31/07/1990`, `31-7`: year first means month second,
    otherwise the day comes first, as in Vietnam.
    """
    parts = [part for part in (text or "").replace("/", "-").split("-") if part]
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    starts_with_month = (text or "").startswith("--")
    month = int(parts[0] if starts_with_month else parts[1])
    return month if 1 <= month <= 12 else None


def cycles_since(last: datetime | None, cycle_days: float | None, now: datetime) -> float | None:
    """How many of their own purchase cycles have passed since a customer's last delivery."""
    if last is None or not cycle_days:
        return None
    return (now - last).total_seconds() / 86_400 / cycle_days
