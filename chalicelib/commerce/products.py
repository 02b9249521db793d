"""Products: kept by their sku, listed, searched without accents. Called by `product_api`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..events.commerce import ProductChanged
from ..language.text import words as words_of
from ..platform import eventlog, store, wordindex
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Invalid, NotFound
from ..platform.pages import Page, PageRequest, page
from ..platform.revision import Upserted, differing, revise
from .currencies import DEFAULT, MINOR_DIGITS
from .model import ONLY, PRODUCT, Product, ProductWord, ProductWords, product_id

FIELDS = (
    "name",
    "names",
    "category",
    "price",
    "currency",
    "stock",
    "warranty_months",
    "usual_days",
    "related",
)


class ProductNotFound(NotFound):
    code, title = "product_not_found", "No such product"


def load(product: str) -> Product:
    """The product of an id. Raises `ProductNotFound`."""
    found = store.get(Product, PRODUCT + product, ONLY)
    if found is None:
        raise ProductNotFound(field="product_id")
    return found


def named(skus: Iterable[str]) -> dict[str, Product]:
    """The products of these skus that are known, by sku; one read."""
    keys = [(PRODUCT + product_id(sku), ONLY) for sku in skus]
    return {item.sku: item for item in store.get_many(Product, keys).values()}


def everything(request: PageRequest, *, category: str | None = None) -> Page[Product]:
    """All products, newest first; a category narrows a page after it was read."""

    def keep(item: Product) -> bool:
        return category is None or item.category == category

    return page(Product, request, "products", index=Product.by_listing, keep=keep)


def matching(request: PageRequest, text: str) -> Page[Product]:
    """Products with all these words in sku, names or category, accents or not."""
    words = wordindex.chosen(words_of(text))
    if not words:
        raise Invalid("nothing to search for", field="q")
    return wordindex.search(ProductWord, Product, request, words, sk=ONLY)


def upsert(sku: str, told: Mapping[str, Any], context: Context) -> Upserted[Product]:
    """Take what is told of a product; what is left out stays as it is.

    Raises `Invalid` naming the field: a currency that is none, a new product without a name.
    """
    if told.get("currency", DEFAULT) not in MINOR_DIGITS:
        raise Invalid(f"{told['currency']} is no currency of ISO 4217", field="currency")
    identifier = product_id(sku)
    known = store.get(Product, PRODUCT + identifier, ONLY)
    if known is None:
        return _added(identifier, sku, told, context)
    given = {name: told[name] for name in FIELDS if name in told}
    different = differing(known, given)
    if not different:
        return Upserted(item=known, created=False, writes=[])
    different["updated_at"] = iso(context.now)
    update = revise("product", known, different)
    return Upserted(
        item=known, created=False, writes=[update, _told(known, tuple(different), context)]
    )


def _added(
    identifier: str, sku: str, told: Mapping[str, Any], context: Context
) -> Upserted[Product]:
    if not told.get("name"):
        raise Invalid("a new product needs a name", field="name")
    moment = iso(context.now)
    given = {name: told[name] for name in FIELDS if name in told}
    product = Product(
        PRODUCT + identifier,
        ONLY,
        at=f"{PRODUCT}{moment}#{identifier}",
        sku=sku,
        created_at=moment,
        updated_at=moment,
        revision=1,
        **{"currency": DEFAULT, **given},
    )
    writes = [store.put("product", product), _told(product, tuple(given), context)]
    return Upserted(item=product, created=True, writes=writes)


def _told(product: Product, changed: tuple[str, ...], context: Context) -> store.Write:
    event = ProductChanged(product_id=product.id, changed=tuple(sorted(changed)))
    return eventlog.record(event, context)


def index_words(product_ids: Iterable[str]) -> None:
    """Bring the search keys of products up to date; called by the indexing reactor."""
    keys = [(PRODUCT + one, ONLY) for one in product_ids]

    def wanted() -> dict[str, list[str]]:
        found = store.get_many(Product, keys, consistent=True).values()
        return {item.pk: _words(item) for item in found}

    wordindex.write(ProductWord, ProductWords, wanted)


def _words(product: Product) -> list[str]:
    text = " ".join([product.sku, product.name, *product.names, product.category or ""])
    return wordindex.chosen(words_of(text))
