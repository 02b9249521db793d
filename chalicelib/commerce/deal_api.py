"""Routes of deals."""

from __future__ import annotations

from ..platform import store
from ..platform.batches import BatchResult, Checkable, RowResult, each
from ..platform.context import Context
from ..platform.http import Api, Call, Change, PageView
from ..platform.roles import EVERYONE
from . import deals
from .people import listed_under
from .product_api import TELLERS
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
    return Change(view=DealView.of(told.deal, created=told.created), writes=told.writes)


@bp.command(
    "POST",
    "/deals/batch",
    roles=TELLERS,
    body=Checkable,
    returns=BatchResult,
    summary="Up to 100 deals as the single route takes them; each is taken or refused alone",
)
def upsert_deals(call: Call[Checkable]) -> Change:
    def take(row: DealNew) -> tuple[RowResult, list[store.Write]]:
        told = _upserted(row, call.context)
        return RowResult.of(told.deal.id, created=told.created), told.writes

    return Change(view=each(call.body.items, DealNew, take, dry_run=call.body.dry_run), writes=[])


def _upserted(row: DealNew, context: Context) -> deals.Upserted:
    customer = None if row.customer is None else row.customer.customer()
    return deals.upsert(row.source, row.external_id, row.told(), context, customer=customer)


@bp.get("/deals/{deal_id}", roles=EVERYONE, returns=DealView, summary="One deal")
def read_deal(call: Call[None], deal_id: str) -> DealView:
    return DealView.of(deals.load(deal_id))
