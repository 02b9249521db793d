"""Routes of orders and of what customers own by them."""

from __future__ import annotations

from ..platform.batches import BatchResult, Checkable, batch_of, upserts
from ..platform.context import Context
from ..platform.http import Api, Call, Change, ListQuery, PageView
from ..platform.pages import Page
from ..platform.revision import Upserted
from ..platform.roles import EVERYONE, STAFF, TELLERS
from . import items, orders
from .model import Order
from .order_views import OrderNew, OrderQuery, OrderView, OwnedItemView
from .people import listed_under

bp = Api(__name__)


@bp.get(
    "/orders",
    roles=EVERYONE,
    returns=PageView[OrderView],
    query=OrderQuery,
    summary="Orders, newest first: all, of a customer, or of the number a customer gives",
)
def list_orders(call: Call[None]) -> PageView[OrderView]:
    found = _listed(call)
    wanted = call.query.status
    kept = [OrderView.of(item) for item in found.items if wanted in (None, item.status)]
    return PageView[OrderView](items=kept, next_cursor=found.next_cursor)


def _listed(call: Call[None]) -> Page[Order]:
    query = call.query
    if query.number is not None:
        under = None if query.profile_id is None else listed_under(query.profile_id)
        found = orders.find_by_number(query.number)
        return Page(items=[one for one in found if under in (None, one.profile_id)])
    if query.profile_id is not None:
        return orders.of_profile(call.page(), listed_under(query.profile_id))
    return orders.everything(call.page())


@bp.command(
    "POST",
    "/orders",
    roles=TELLERS,
    body=OrderNew,
    returns=OrderView,
    summary="Add an order, or change the one of this source and external id",
    refuses=(410,),
)
def upsert_order(call: Call[OrderNew]) -> Change:
    told = _upserted(call.body, call.context)
    view = OrderView.of(told.item, created=told.created)
    # A guest's: it ends with whoever turns out to have placed it.
    about = () if told.item.profile_id else (str(told.item.pk),)
    return Change(view=view, writes=told.writes, about=about)


@bp.command(
    "POST",
    "/orders/batch",
    roles=TELLERS,
    body=batch_of(Checkable, OrderNew),
    returns=BatchResult,
    summary="Up to 100 orders as the single route takes them; each is taken or refused alone",
)
def upsert_orders(call: Call[Checkable]) -> Change:
    told = upserts(call.body, OrderNew, lambda row: _upserted(row, call.context))
    return Change(view=told, writes=[])


def _upserted(row: OrderNew, context: Context) -> Upserted[Order]:
    customer = None if row.customer is None else row.customer.customer()
    told, seller = row.told(), row.seller
    return orders.upsert(
        row.source, row.external_id, told, context, customer=customer, seller=seller
    )


@bp.get("/orders/{order_id}", roles=EVERYONE, returns=OrderView, summary="One order")
def read_order(call: Call[None], order_id: str) -> OrderView:
    return OrderView.of(orders.load(order_id))


@bp.get(
    "/profiles/{profile_id}/items",
    roles=STAFF,
    returns=PageView[OwnedItemView],
    query=ListQuery,
    summary="What a customer owns by delivered orders, newest first, with warranty and next need",
)
def list_owned_items(call: Call[None], profile_id: str) -> PageView[OwnedItemView]:
    found = items.of_profile(call.page(), listed_under(profile_id))
    shown = [OwnedItemView.of(item) for item in found.items]
    return PageView[OwnedItemView](items=shown, next_cursor=found.next_cursor)
