"""What standards keep of a person: when they were contacted, and when they are to be next.

It stands under the profile that stands for the customer. A merge and its undoing have both
profiles reviewed by their events (`caring.review`), so nothing moves here.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..platform import store
from ..platform.belongings import Belongings, Exported, nothing_moves
from .model import CARE, Care

OF_CARE = ("tier", "contacted_at", "due_at")


def _export(profile_id: str) -> Iterator[Exported]:
    care = store.get(Care, profile_id, CARE)
    if care is not None:
        shown = {name: getattr(care, name) for name in OF_CARE}
        yield "care", {name: value for name, value in shown.items() if value is not None}


def _erase(profile_id: str) -> Iterator[int]:
    """What is put here later is refused: it is put together with a check of the profile."""
    if store.get(Care, profile_id, CARE) is not None:
        yield store.remove(Care, [(profile_id, CARE)])


BELONGINGS = Belongings(items=(Care,), rehome=nothing_moves, export=_export, erase=_erase)
