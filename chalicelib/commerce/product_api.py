"""Routes of products."""

from __future__ import annotations

from ..platform import store
from ..platform.batches import BatchResult, Checkable, RowResult, each
from ..platform.http import Api, Call, Change, PageView
from ..platform.roles import EVERYONE, LEADS, Role
from . import products
from .views import ProductNew, ProductQuery, ProductView

bp = Api(__name__)

#: Who tells of products, orders and deals: shops and CRMs, and leads by hand.
TELLERS = LEADS | {Role.INTEGRATION}


@bp.get(
    "/products",
    roles=EVERYONE,
    returns=PageView[ProductView],
    query=ProductQuery,
    summary="Products, newest first; q searches sku, names and category without accents",
)
def list_products(call: Call[None]) -> PageView[ProductView]:
    query = call.query
    found = (
        products.everything(call.page(), category=query.category)
        if query.q is None
        else products.matching(call.page(), query.q)
    )
    items = [
        ProductView.of(item) for item in found.items if query.category in (None, item.category)
    ]
    return PageView[ProductView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/products",
    roles=TELLERS,
    body=ProductNew,
    returns=ProductView,
    summary="Add a product, or change the one of this sku; what is left out stays as it is",
)
def upsert_product(call: Call[ProductNew]) -> Change:
    told = products.upsert(call.body.sku, call.body.told(), call.context)
    return Change(view=ProductView.of(told.product, created=told.created), writes=told.writes)


@bp.command(
    "POST",
    "/products/batch",
    roles=TELLERS,
    body=Checkable,
    returns=BatchResult,
    summary="Up to 100 products as the single route takes them; each is taken or refused alone",
)
def upsert_products(call: Call[Checkable]) -> Change:
    def take(row: ProductNew) -> tuple[RowResult, list[store.Write]]:
        told = products.upsert(row.sku, row.told(), call.context)
        return RowResult.of(told.product.id, created=told.created), told.writes

    told = each(call.body.items, ProductNew, take, dry_run=call.body.dry_run)
    return Change(view=told, writes=[])


@bp.get("/products/{product_id}", roles=EVERYONE, returns=ProductView, summary="One product")
def read_product(call: Call[None], product_id: str) -> ProductView:
    return ProductView.of(products.load(product_id))
