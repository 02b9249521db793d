"""Deals: sales being talked about, taken from a CRM by their own number; won, lost and why.

Called by `deal_api`; imports and pushes use `upsert` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..events.commerce import DealChanged
from ..platform import eventlog, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.errors import Invalid, NotFound
from ..platform.pages import Page, PageRequest, page
from ..platform.revision import Upserted, differing, revise
from .currencies import DEFAULT, MINOR_DIGITS
from .model import DEAL, ONLY, Deal, deal_id
from .people import Customer, customer_of
from .rules import DEAL_STATES, LOST_REASONS, in_time

FIELDS = (
    "title",
    "state",
    "reason",
    "amount",
    "currency",
    "skus",
    "branch",
    "opened_at",
    "closed_at",
)
PAST = ("opened_at", "closed_at", "updated_at")
SILENT = frozenset({"told_at"})


class DealNotFound(NotFound):
    code, title = "deal_not_found", "No such deal"


def load(deal: str) -> Deal:
    """The deal of an id. Raises `DealNotFound`."""
    found = store.get(Deal, DEAL + deal, ONLY)
    if found is None:
        raise DealNotFound(field="deal_id")
    return found


def everything(request: PageRequest) -> Page[Deal]:
    """All deals, newest first."""
    return page(Deal, request, "deals", index=Deal.by_listing)


def of_profile(request: PageRequest, profile_id: str) -> Page[Deal]:
    """The deals listed under a customer, newest first."""
    return page(Deal, request, profile_id, index=Deal.by_profile, where=Deal.at.startswith(DEAL))


def upsert(
    source: str,
    external_id: str,
    told: Mapping[str, Any],
    context: Context,
    *,
    customer: Customer | None = None,
) -> Upserted[Deal]:
    """Take what a source tells of one of its deals; what it leaves out stays as it is.

    What is older (`updated_at`) than what stands here changes nothing. Raises `Invalid`
    naming the field: a new deal needs a customer, a lost one a reason.
    """
    _check(told, context)
    identifier = deal_id(source, external_id)
    known = store.get(Deal, DEAL + identifier, ONLY)
    if known is None:
        return _opened(identifier, source, external_id, told, context, customer)
    return _told_again(known, told, context)


def _check(told: Mapping[str, Any], context: Context) -> None:
    if told.get("currency", DEFAULT) not in MINOR_DIGITS:
        raise Invalid(f"{told['currency']} is no currency of ISO 4217", field="currency")
    if told.get("state", "open") not in DEAL_STATES:
        raise Invalid(f"one of {', '.join(DEAL_STATES)}", field="state")
    if told.get("reason") is not None and told["reason"] not in LOST_REASONS:
        raise Invalid(f"one of {', '.join(LOST_REASONS)}", field="reason")
    for name in PAST:
        if told.get(name) is not None and not in_time(parse(told[name]), context.now):
            raise Invalid("lies in the future", field=name)


def _settled(fields: dict[str, Any], moment: str) -> dict[str, Any]:
    """The fields with what their state asks of them. Raises `Invalid`."""
    lost, ended = fields["state"] == "lost", fields["state"] != "open"
    if lost and not fields.get("reason"):
        raise Invalid("a lost deal needs a reason", field="reason")
    return {
        **fields,
        "reason": fields.get("reason") if lost else None,
        "closed_at": (fields.get("closed_at") or moment) if ended else None,
    }


def _opened(
    identifier: str,
    source: str,
    external_id: str,
    told: Mapping[str, Any],
    context: Context,
    customer: Customer | None,
) -> Upserted[Deal]:
    whose = None if customer is None else customer_of(customer, source, context, channel=None)
    if whose is None:
        raise Invalid("whose deal it is", field="customer")
    moment = told.get("updated_at") or iso(context.now)
    base: dict[str, Any] = {"state": "open", "currency": DEFAULT, "skus": [], "opened_at": moment}
    fields = _settled({**base, **_given(told)}, moment)
    deal = Deal(
        DEAL + identifier,
        ONLY,
        at=f"{DEAL}{fields['opened_at']}#{identifier}",
        profile_id=whose.owner,
        origin_id=whose.origin,
        source=source,
        external_id=external_id,
        told_at=moment,
        created_at=iso(context.now),
        revision=1,
        **fields,
    )
    writes = [store.put("deal", deal), *whose.writes, _event(deal, None, context)]
    return Upserted(item=deal, created=True, writes=writes)


def _given(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in FIELDS if name in told}


def _told_again(deal: Deal, told: Mapping[str, Any], context: Context) -> Upserted[Deal]:
    told_at = told.get("updated_at")
    if told_at is not None and told_at < deal.told_at:
        return Upserted(item=deal, created=False, writes=[])
    moment = told_at or max(deal.told_at, iso(context.now))
    base = {name: getattr(deal, name) for name in FIELDS}
    fields = _settled({**base, **_given(told)}, moment)
    fields["at"] = f"{DEAL}{fields['opened_at']}#{deal.id}"
    different = differing(deal, fields)
    if told_at is not None and told_at != deal.told_at:
        different["told_at"] = told_at
    if not different:
        return Upserted(item=deal, created=False, writes=[])
    return _revised(deal, different, context)


def _revised(deal: Deal, different: Mapping[str, Any], context: Context) -> Upserted[Deal]:
    before = deal.state
    update = revise("deal", deal, different)
    told = [] if set(different) <= SILENT else [_event(deal, before, context)]
    return Upserted(item=deal, created=False, writes=[update, *told])


def _event(deal: Deal, before: str | None, context: Context) -> store.Write:
    changed = DealChanged(
        deal_id=deal.id,
        profile_id=deal.origin,
        amount=None if deal.amount is None else int(deal.amount),
        currency=deal.currency,
        before=before,
        state=deal.state,
        reason=deal.reason,
    )
    return eventlog.record(changed, context)
