"""Routes of products."""

from __future__ import annotations

from ..platform.batches import BatchResult, Checkable, batch_of, upserts
from ..platform.context import Context
from ..platform.http import Api, Call, Change, PageView
from ..platform.revision import Upserted
from ..platform.roles import EVERYONE, TELLERS
from . import products
from .model import Product
from .views import ProductNew, ProductQuery, ProductView

bp = Api(__name__)


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
    told = _upserted(call.body, call.context)
    return Change(view=ProductView.of(told.item, created=told.created), writes=told.writes)


@bp.command(
    "POST",
    "/products/batch",
    roles=TELLERS,
    body=batch_of(Checkable, ProductNew),
    returns=BatchResult,
    summary="Up to 100 products as the single route takes them; each is taken or refused alone",
)
def upsert_products(call: Call[Checkable]) -> Change:
    told = upserts(call.body, ProductNew, lambda row: _upserted(row, call.context))
    return Change(view=told, writes=[])


def _upserted(row: ProductNew, context: Context) -> Upserted[Product]:
    return products.upsert(row.sku, row.told(), context)


@bp.get("/products/{product_id}", roles=EVERYONE, returns=ProductView, summary="One product")
def read_product(call: Call[None], product_id: str) -> ProductView:
    return ProductView.of(products.load(product_id))
