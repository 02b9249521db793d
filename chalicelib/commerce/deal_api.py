"""Routes of deals."""

from __future__ import annotations

from ..platform.batches import BatchResult, Checkable, batch_of, upserts
from ..platform.context import Context
from ..platform.http import Api, Call, Change, PageView
from ..platform.revision import Upserted
from ..platform.roles import EVERYONE, TELLERS
from . import deals
from .model import Deal
from .people import listed_under
from .views import DealNew, DealQuery, DealView

bp = Api(__name__)


@bp.get(
    "/deals",
    roles=EVERYONE,
    returns=PageView[DealView],
    query=DealQuery,
    summary="Deals, newest first: all, or of a customer",
)
def list_deals(call: Call[None]) -> PageView[DealView]:
    profile_id = call.query.profile_id
    found = (
        deals.everything(call.page())
        if profile_id is None
        else deals.of_profile(call.page(), listed_under(profile_id))
    )
    items = [DealView.of(item) for item in found.items]
    return PageView[DealView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/deals",
    roles=TELLERS,
    body=DealNew,
    returns=DealView,
    summary="Add a deal, or change the one of this source and external id",
)
def upsert_deal(call: Call[DealNew]) -> Change:
    told = _upserted(call.body, call.context)
    return Change(view=DealView.of(told.item, created=told.created), writes=told.writes)


@bp.command(
    "POST",
    "/deals/batch",
    roles=TELLERS,
    body=batch_of(Checkable, DealNew),
    returns=BatchResult,
    summary="Up to 100 deals as the single route takes them; each is taken or refused alone",
)
def upsert_deals(call: Call[Checkable]) -> Change:
    told = upserts(call.body, DealNew, lambda row: _upserted(row, call.context))
    return Change(view=told, writes=[])


def _upserted(row: DealNew, context: Context) -> Upserted[Deal]:
    customer = None if row.customer is None else row.customer.customer()
    return deals.upsert(row.source, row.external_id, row.told(), context, customer=customer)


@bp.get("/deals/{deal_id}", roles=EVERYONE, returns=DealView, summary="One deal")
def read_deal(call: Call[None], deal_id: str) -> DealView:
    return DealView.of(deals.load(deal_id))
