"""The standards of the tiers in force, and the ones before them.

Called by `caring` (who is to be contacted how often) and `api`. The defaults of `tiers` are
version 0 and need not be stored.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..events.standards import StandardsChanged
from ..platform import eventlog, store, versions
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import StaleRevision
from ..platform.fact import frozen
from .model import TIERS, TierStandards
from .tiers import DEFAULTS, Contacts, Standards, read_standard, standard_json


@frozen
class InForce:
    """Standards by tier, under their version."""

    version: int
    standards: Standards
    changed_at: str | None = None
    changed_by: str | None = None

    def contacts(self, tier: str) -> Contacts | None:
        """How often customers of a tier are contacted; None: not at all."""
        found = self.standards.get(tier)
        return None if found is None else found.contacts


DEFAULT = InForce(version=0, standards=DEFAULTS)


def latest() -> InForce:
    """The standards in force now; one read."""
    found = versions.latest(TierStandards, TIERS)
    return DEFAULT if found is None else _opened(found)


def of_version(number: int) -> InForce:
    """Standards that are or were in force. Raises `versions.NoSuchVersion`."""
    if number == DEFAULT.version:
        return DEFAULT
    found = versions.kept(TierStandards, TIERS, number)
    if found is None:
        raise versions.NoSuchVersion(field="version")
    return _opened(found)


def replaced(wanted: InForce, context: Context) -> tuple[InForce, list[store.Write]]:
    """Standards in the place of those whose version they have, and the writes that do so.

    They raise `StaleRevision` where another was quicker.
    """
    on = wanted.version
    after = replace(wanted, version=on + 1, changed_at=iso(context.now), changed_by=context.actor)
    stale = StaleRevision("the standards were changed meanwhile", field="If-Match")
    return after, [
        *versions.replacing(partial(_item, after), on=on, error=stale),
        eventlog.record(StandardsChanged(version=after.version), context),
    ]


def _item(one: InForce, sk: str) -> TierStandards:
    return TierStandards(
        TIERS,
        sk,
        number=one.version,
        standards={tier: standard_json(standard) for tier, standard in one.standards.items()},
        changed_at=one.changed_at,
        changed_by=one.changed_by,
    )


def _opened(item: TierStandards) -> InForce:
    return InForce(
        version=int(item.number),
        standards={tier: read_standard(told) for tier, told in item.standards.items()},
        changed_at=item.changed_at,
        changed_by=item.changed_by,
    )
