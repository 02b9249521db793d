"""What Lazada is asked for by the clock: orders that have changed, for pushes that were lost.

`PULLER` is carried out by `intake.pulling`. open.lazada.com, `/orders/get`: at most 100 orders,
by `updated_at`. Reviews are pushed (type 21); the list of them asks for a product, not a shop.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from .. import shops
from ..base import Account, Delivery
from ..event import Json
from ..pull import FIRST, PAGE, Cursor, Pulled, Puller
from ..sending import HttpRequest, HttpResponse
from ..wire import as_integer, as_list, as_object, as_text
from . import calls
from .codes import TRADE
from .reading import written

ORDERS = "orders"
PAGE_SIZE = 100
#: An order may be listed some time after it changed.
LATE = timedelta(minutes=10)


class LazadaPuller(Puller):
    pulls: ClassVar[dict[str, timedelta]] = {ORDERS: timedelta(minutes=60)}

    def request(
        self, name: str, account: Account, cursor: Cursor, *, now: datetime
    ) -> HttpRequest | None:
        given = {
            "update_after": _since(cursor, now).isoformat(timespec="seconds"),
            "sort_by": "updated_at",
            "sort_direction": "ASC",
            "limit": str(PAGE_SIZE),
            "offset": str(cursor.get(PAGE, 0)),
        }
        return calls.request(account, "GET", calls.CHANGED, now, given)

    def read(
        self, name: str, account: Account, cursor: Cursor, response: HttpResponse, *, now: datetime
    ) -> Pulled | None:
        answer = shops.answered(response)
        code = as_text(answer.get("code")) or "0"
        found = as_object(answer.get("data")).get("orders")
        if code != "0" or not isinstance(found, list) or not 200 <= response.status < 300:
            return None
        orders = [as_object(one) for one in as_list(found)]
        deliveries = [_delivery(one, account) for one in orders if as_text(one.get("order_id"))]
        more = len(orders) >= PAGE_SIZE
        then = _following(cursor, orders, now) if more else {"since": _done(cursor, now)}
        return Pulled(deliveries=deliveries, cursor=then, more=more)


def _since(cursor: Cursor, now: datetime) -> datetime:
    told = as_text(cursor.get("since"))
    return now.astimezone(UTC) - FIRST if told is None else datetime.fromisoformat(told)


def _done(cursor: Cursor, now: datetime) -> str:
    """The walk has seen all until now; a little of it is looked at again."""
    return max(_since(cursor, now), now.astimezone(UTC) - LATE).isoformat(timespec="seconds")


def _following(cursor: Cursor, orders: list[Json], now: datetime) -> Json:
    """Goes on where the last order of a full page stands: an order that changes meanwhile moves to
    the end and shifts the others, so numbers of places would pass one over. Only where a whole
    page changed in one moment they are counted.
    """
    since = _since(cursor, now)
    times = [at for one in orders if (at := written(one.get("updated_at"))) is not None]
    last = min(max([since, *map(_moment, times)]), max(since, now.replace(microsecond=0)))
    if last > since:
        return {"since": last.isoformat(timespec="seconds")}
    place = as_integer(cursor.get(PAGE)) or 0
    return {"since": since.isoformat(timespec="seconds"), PAGE: place + len(orders)}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)


def _delivery(order: Json, account: Account) -> Delivery:
    """An order as the push that it changed, with all that is listed of it beside."""
    number, changed = as_text(order.get("order_id")) or "", written(order.get("updated_at"))
    at = None if changed is None else int(datetime.fromisoformat(changed).timestamp())
    return Delivery(
        channel="lazada",
        account_id=account.account_id,
        sender=f"order:{number}",
        event_key=shops.keyed("listed_order", number, changed, payload=order),
        payload={
            "seller_id": account.account_id,
            "message_type": TRADE,
            "timestamp": at,
            "data": {"trade_order_id": number},
            "order": order,
        },
    )


PULLER = LazadaPuller()
