"""The item of an approved template, in the `channels` table under its account.

Read and written by `channels.templates` alone; `channels.template_views` shows it.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform.store import Item, table
from .approved import Gap, GapKind


class ApprovedTemplate(Item):
    """`pk` is `templates#<account>`, `sk` is what our API calls it (`Catalogue.id_of`).

    `by_hand` names what a person said of it that no provider's word changes any more (`purpose`,
    `rating`). `gaps` is None until somebody told them. `told_at` is the provider's time of its
    latest word on state or quality, `synchronised_at` when it last stood in the provider's list,
    `detailed_at` when that told its gaps.
    """

    Meta = table("channels")

    name = UnicodeAttribute()
    language = UnicodeAttribute()
    state = UnicodeAttribute()
    kind = UnicodeAttribute(null=True)
    purpose = UnicodeAttribute()
    rating = BooleanAttribute(default=False)
    by_hand = JSONAttribute(null=True)
    gaps = JSONAttribute(null=True)
    text = UnicodeAttribute(null=True)
    quality = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    price = JSONAttribute(null=True)
    told_at = UnicodeAttribute(null=True)
    synchronised_at = UnicodeAttribute(null=True)
    detailed_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    revision = NumberAttribute()

    @property
    def id(self) -> str:
        """What the template is called in our API."""
        return str(self.sk)


def templates_key(account_id: str) -> str:
    """The hash key of an account's templates."""
    return f"templates#{account_id}"


def gaps_of(item: ApprovedTemplate) -> tuple[Gap, ...] | None:
    """The gaps as they were told; None: nobody told them."""
    if item.gaps is None:
        return None
    return tuple(Gap(**{**one, "kind": GapKind(one["kind"])}) for one in item.gaps)


def stored(gaps: tuple[Gap, ...] | None) -> list[dict[str, Any]] | None:
    """Gaps as an item holds them."""
    if gaps is None:
        return None
    return [
        {
            "name": gap.name,
            "kind": gap.kind.value,
            "required": gap.required,
            "max_length": gap.max_length,
            "min_length": gap.min_length,
        }
        for gap in gaps
    ]
