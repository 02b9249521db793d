"""What became of one case; made by the modules of each kind of file, shown by `__main__`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`BY_RULE`: not what the case expects, and a rule of ours says why."""

    PASS = "pass"
    BY_RULE = "pass by rule"
    FAIL = "FAIL"
    UNREADABLE = "UNREADABLE"  # the case, not the product, is at fault


GOOD = frozenset({Verdict.PASS, Verdict.BY_RULE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One case: what it wants, what the product says, and why the two may differ."""

    id: str
    kind: str
    expected: str
    got: str
    verdict: Verdict
    why: str = ""

    @property
    def ok(self) -> bool:
        """Whether the product did as it should."""
        return self.verdict in GOOD
