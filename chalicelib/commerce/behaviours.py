"""What customers do on sites and in apps: pages seen, carts left. Kept a year, with consent only.

Called by `behaviour_api`. Tracking needs a consent of its own (Law 91/2025/QH15), so a
row of a customer who has not given it is refused, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..events.commerce import BehaviourSeen
from ..platform import eventlog, retention, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.control import epoch
from ..platform.errors import AppError, Forbidden, Invalid
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..platform.pages import Page, PageRequest, page
from ..profiles import consent, knowing
from .model import BEHAVIOUR, ONLY, Behaviour, product_id
from .rules import BEHAVIOURS, in_time

BEHAVIOUR_WRITE = "behaviour"
KEPT = "behaviours"  # the kind by which retention knows them
#: Rows to a transaction: it takes a hundred writes, and a row may bring two.
TOGETHER = 40


class NoTrackingConsent(Forbidden):
    code, title = "no_tracking_consent", "The customer has not agreed to tracking"


class TooOld(Invalid):
    code, title = "too_old", "Older than behaviours are kept"


@frozen
class Seen:
    """One behaviour as a site tells of it. `external_id` is the site's own id of it."""

    kind: str
    source: str
    occurred_at: datetime
    external_id: str | None = None
    sku: str | None = None
    page: str | None = None
    words: str | None = None
    name: str | None = None
    value: int | None = None


def of_profile(request: PageRequest, profile_id: str) -> Page[Behaviour]:
    """What a customer did, newest first (listed under the profile that stands for them)."""
    where = Behaviour.at.startswith(BEHAVIOUR)
    return page(Behaviour, request, profile_id, index=Behaviour.by_profile, where=where)


def take(
    profile_id: str, rows: Mapping[int, Seen], context: Context
) -> tuple[dict[int, str], dict[int, AppError]]:
    """Keep rows of one original; returns the ids of those kept and why others are not.

    A row that came before is kept as it is and has its first id. Raises
    `ProfileNotFound`, `ProfileIsErased`, and what is transient.
    """
    whose = knowing.standing_of(profile_id)
    if not consent.granted(profile_id, "tracking"):
        return {}, {number: NoTrackingConsent() for number in rows}
    refused = {number: fault for number, row in rows.items() if (fault := _fault(row, context))}
    items = {
        number: _item(row, whose, context) for number, row in rows.items() if number not in refused
    }
    wanted = list({item.pk: item for item in items.values()}.values())
    there = store.get_many(Behaviour, [(item.pk, item.sk) for item in wanted], consistent=True)
    new = [item for item in wanted if (item.pk, item.sk) not in there]
    for start in range(0, len(new), TOGETHER):
        _keep(new[start : start + TOGETHER], whose, context)
    return {number: item.id for number, item in items.items()}, refused


def _fault(row: Seen, context: Context) -> AppError | None:
    if row.kind not in BEHAVIOURS:
        return Invalid(f"one of {', '.join(BEHAVIOURS)}", field="kind")
    if not in_time(row.occurred_at, context.now):
        return Invalid("lies in the future", field="occurred_at")
    if context.now - row.occurred_at >= retention.period(KEPT):
        return TooOld(field="occurred_at")
    return None


def _item(row: Seen, whose: knowing.Standing, context: Context) -> Behaviour:
    moment = iso(row.occurred_at)
    told = (
        (row.external_id,) if row.external_id else (row.kind, moment, row.sku or "", row.page or "")
    )
    identifier = derived_id("behaviour", whose.origin, row.source, *told)
    return Behaviour(
        BEHAVIOUR + identifier,
        ONLY,
        profile_id=whose.owner,
        origin_id=whose.origin,
        at=f"{BEHAVIOUR}{moment}#{identifier}",
        kind=row.kind,
        source=row.source,
        sku=row.sku,
        page=row.page,
        words=row.words,
        name=row.name,
        value=row.value,
        occurred_at=moment,
        expires_at=epoch(row.occurred_at + retention.period(KEPT)),
    )


def _keep(items: Sequence[Behaviour], whose: knowing.Standing, context: Context) -> None:
    """Write rows together; when one of them was quicker elsewhere, one by one."""
    try:
        store.commit(_writes(items, whose, context))
    except store.ConditionFailed:
        for item in items:
            _keep_one(item, whose, context)


def _keep_one(item: Behaviour, whose: knowing.Standing, context: Context) -> None:
    try:
        store.commit(_writes([item], whose, context))
    except store.ConditionFailed as refused:
        if BEHAVIOUR_WRITE not in refused.names:
            raise  # the customer was merged away or erased meanwhile: look again


def _writes(
    items: Sequence[Behaviour], whose: knowing.Standing, context: Context
) -> list[store.Write]:
    told = [item for item in items if BEHAVIOURS[item.kind].told]
    return [
        knowing.stands_for_itself(whose.owner),
        *(store.put(BEHAVIOUR_WRITE, item) for item in items),
        *(eventlog.record(_event(item), context) for item in told),
    ]


def _event(item: Behaviour) -> BehaviourSeen:
    about: dict[str, Any] = {"product_id": product_id(item.sku)} if item.sku else {}
    return BehaviourSeen(profile_id=item.origin, behaviour_id=item.id, kind=item.kind, **about)
