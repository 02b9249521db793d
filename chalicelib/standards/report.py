"""Promise against reality: every commitment with how the clocks that measure it were kept.

Called by `commitments_api`. The figures are those of `sla.counting`: met ÷ (met + breached), by
the day of the verdict; what is still open is in none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..platform.fact import frozen
from ..sla import counting
from ..sla.counting import NONE_KEPT, Kept
from .commitments import Known, known
from .model import CommitmentText
from .texts import Measure


@frozen
class Line:
    """One clock that measures a commitment, and how it was kept."""

    policy: str
    clock: str
    kept: Kept


@frozen
class Row:
    """A commitment with its texts of the period and its clocks; `total` is over all of them."""

    commitment: Known
    texts: tuple[CommitmentText, ...]
    lines: tuple[Line, ...]
    total: Kept


def between(first: date, last: date) -> list[Row]:
    """The commitments that held on any of these days; as many queries as months and texts."""
    counts = counting.kept(first, last)
    rows = ((one, one.between(first, last)) for one in known())
    return [_row(one, texts, counts) for one, texts in rows if texts]


def _row(one: Known, texts: list[CommitmentText], counts: Mapping[Measure, Kept]) -> Row:
    measures = [(str(pair[0]), str(pair[1])) for text in texts for pair in text.measured_by]
    lines = tuple(
        Line(policy=policy, clock=clock, kept=counts.get((policy, clock), NONE_KEPT))
        for policy, clock in dict.fromkeys(measures)
    )
    total = counting.together(line.kept for line in lines)
    return Row(commitment=one, texts=tuple(texts), lines=lines, total=total)
