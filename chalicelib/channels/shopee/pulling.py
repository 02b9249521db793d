"""What Shopee is asked for by the clock: pushes it could not deliver, and reviews of products.

`PULLER` is carried out by `intake.pulling`. open.shopee.com: v2.push.get_lost_push_message and
confirm_consumed_lost_push_message (both of the app, without a shop's token),
v2.product.get_comment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from .. import shops
from ..base import Account, Delivery
from ..event import Json
from ..keys import digest
from ..pull import PAGE, Cursor, Pulled, Puller, downward
from ..sending import HttpRequest, HttpResponse
from ..wire import as_integer, as_list, as_object, as_text, peek_object
from . import calls, webhook

LOST, REVIEWS = "lost_pushes", "reviews"
#: What marks a review among payloads: no push has a field of this name.
REVIEW = "review"
PAGE_SIZE = 100
#: A review may show some time after it was written: the shop's filters read it first.
LATE = timedelta(days=1)
#: `error` of an answer that tells of none: a page of the vendor writes "-" for nothing.
NONE = frozenset({"", "-"})


class ShopeePuller(Puller):
    pulls: ClassVar[dict[str, timedelta]] = {
        LOST: timedelta(minutes=15),
        REVIEWS: timedelta(minutes=60),
    }
    #: The pushes of all shops of one app stand in one list.
    app_credentials: ClassVar[tuple[str, ...]] = ("partner_id", "partner_key")

    def request(
        self, name: str, account: Account, cursor: Cursor, *, now: datetime
    ) -> HttpRequest | None:
        if name == LOST:
            return calls.request(account, calls.LOST, now, of_shop=False)
        query = {"cursor": str(cursor.get(PAGE, "")), "page_size": str(PAGE_SIZE)}
        return calls.request(account, calls.COMMENTS, now, query=query)

    def read(
        self, name: str, account: Account, cursor: Cursor, response: HttpResponse, *, now: datetime
    ) -> Pulled | None:
        answer = shops.answered(response)
        found = as_object(answer.get("response"))
        failed = (as_text(answer.get("error")) or "") not in NONE
        if failed or not found or not 200 <= response.status < 300:
            return None
        return _lost(found, account, now) if name == LOST else _reviews(found, account, cursor, now)

    def addressed(self, delivery: Delivery, account: Account) -> Delivery:
        """A lost push, with what tells its shop from a buyer."""
        if REVIEW in delivery.payload:
            return delivery
        return webhook.PROVIDER.delivery(delivery.payload, account.account_id, account)

    def confirmed(self, name: str, response: HttpResponse) -> bool:
        error = as_text(shops.answered(response).get("error")) or ""
        return 200 <= response.status < 300 and error in NONE


# ------------------------------------------------------------------ lost pushes


def _lost(found: Json, account: Account, now: datetime) -> Pulled:
    """The earliest hundred that nobody has confirmed; the next hundred show when these are."""
    lost = [as_object(one) for one in as_list(found.get("push_message_list"))]
    last = as_integer(found.get("last_message_id"))
    confirm = None
    if lost and last is not None:
        body = {"last_message_id": last}
        confirm = calls.request(account, calls.CONFIRM, now, body=body, of_shop=False)
    more = confirm is not None and found.get("has_next_page") is True
    deliveries = [_pushed(entry, account) for entry in lost]
    return Pulled(deliveries=deliveries, cursor={}, more=more, confirm=confirm)


def _pushed(entry: Json, account: Account) -> Delivery:
    """The push inside an entry, under the key it would have come with.

    One that cannot be read is kept as it is: it must not stand in the way of those behind it.
    """
    written = entry.get("data")
    push = peek_object(written.encode(errors="replace")) if isinstance(written, str) else {}
    if webhook.code_of(push) is None:
        push = {name: value for name, value in entry.items() if value is not None}
    named = webhook.PROVIDER.shops(push) or webhook.PROVIDER.shops(entry)
    shop = as_text(entry.get("shop_id")) or next(iter(named), account.account_id)
    return webhook.PROVIDER.delivery(push, shop, None)


# ------------------------------------------------------------------ reviews


def _reviews(found: Json, account: Account, cursor: Cursor, now: datetime) -> Pulled:
    """Reviews written since the last walk; the list ends after 500 to 1,000 of them."""
    comments = [as_object(one) for one in as_list(found.get("item_comment_list"))]
    times = [as_integer(one.get("create_time")) or 0 for one in comments]
    following = as_text(found.get("next_cursor")) if found.get("more") is True else None
    walk = downward(cursor, times, following, late=LATE, now=now)
    fresh = [one for one, new in zip(comments, walk.fresh, strict=True) if new]
    deliveries = [_review(one, account) for one in fresh if as_text(one.get("comment_id"))]
    return Pulled(deliveries=deliveries, cursor=walk.cursor, more=walk.more)


def _review(comment: Json, account: Account) -> Delivery:
    """A review as an event. One that was changed afterwards is another event of the same."""
    identifier = as_text(comment.get("comment_id")) or ""
    changed: list[Any] = [digest(comment.get("comment"))] if edited(comment) else []
    number = as_text(comment.get("order_sn"))
    return Delivery(
        channel="shopee",
        account_id=account.account_id,
        sender=f"order:{number}" if number else f"{REVIEW}:{identifier}",
        event_key=shops.keyed(REVIEW, identifier, *changed, payload=comment),
        payload={REVIEW: comment},
    )


def edited(comment: Json) -> bool:
    """Whether the buyer has changed a review, which they may do once."""
    return as_text(comment.get("editable")) == "HAVE_EDIT_ONCE"


PULLER = ShopeePuller()
