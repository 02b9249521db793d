"""Recency, frequency and money in fifths, from histograms instead of lists of customers. Pure.

Each customer with a delivered order falls into one bucket of three histograms:

* recency: the day of the last delivery (its ordinal): ageing moves nobody;
* frequency: the number of delivered orders, one bucket each up to 64, then eighths of
  a doubling;
* money: the delivered amount in eighths of a doubling: bucket = ⌊8·log₂(amount)⌋.

A score of 1 to 5 says how many fifths of all customers lie below:
`score = 1 + min(4, ⌊5 × customers in lower buckets ÷ customers⌋)`. Equal values
score equally, the lowest 1. Within a bucket customers count as equal; a bucket
of money spans a factor of 2^(1/8), so a score differs from that of exact
amounts only where the customer is within 9.06 % of others at the boundary. Days,
and numbers of orders up to 64, are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import floor, log2
from typing import Any

from ..platform.fact import frozen

FIFTHS = 5
LEAST_CUSTOMERS = 5  # fewer have no fifths: nobody scores
STEPS = 8  # buckets to a doubling
EXACT = 64  # order numbers with a bucket of their own

#: The three histograms.
RECENCY, FREQUENCY, MONEY = "r", "f", "m"
KINDS = (RECENCY, FREQUENCY, MONEY)

Buckets = Mapping[str, int]


@frozen
class Scores:
    """Fifths of one customer, 1 to 5 each."""

    recency: int
    frequency: int
    monetary: int


def buckets(*, last_day: date, orders: int, amount: int) -> dict[str, int]:
    """Where a customer with delivered orders stands in each histogram; `amount` in VND."""
    return {
        RECENCY: last_day.toordinal(),
        FREQUENCY: orders if orders <= EXACT else EXACT + floor(STEPS * log2(orders / EXACT)),
        MONEY: 0 if amount < 1 else 1 + floor(STEPS * log2(amount)),
    }


def bounds(histogram: Mapping[int, int]) -> list[int]:
    """The lowest bucket of the scores 2, 3, 4 and 5; empty with too few customers.

    Score s begins right after the bucket up to which (s − 1)/5 of all customers lie.
    """
    total = sum(histogram.values())
    if total < LEAST_CUSTOMERS:
        return []
    found: list[int] = []
    below = 0
    for bucket in sorted(histogram):
        below += histogram[bucket]
        while len(found) < FIFTHS - 1 and FIFTHS * below >= (len(found) + 1) * total:
            found.append(bucket + 1)
    return found


def score(bucket: int, lowest: list[int]) -> int:
    """The fifth of a bucket, given what `bounds` found."""
    return 1 + sum(bucket >= bound for bound in lowest)


def scores(where: Buckets, bounds_of: Mapping[str, Any]) -> Scores | None:
    """A customer's scores; None while there are too few customers to compare with."""
    if not all(bounds_of.get(kind) for kind in KINDS):
        return None
    recency, frequency, money = (score(where[kind], bounds_of[kind]) for kind in KINDS)
    return Scores(recency=recency, frequency=frequency, monetary=money)
