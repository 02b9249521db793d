"""What an order's course means: statuses, which word is the newer, what counts, what follows.

Pure; called by the flows of this slice.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from ..channels.registry import CHANNELS, adapter
from ..language.text import fold
from ..platform.fact import frozen

#: Clocks of shops run ahead; what is told of later than this from now is a mistake.
MOST_AHEAD = timedelta(days=1)
#: Ten million million minor units: beyond any order, and exact in every JSON reader.
MOST_MONEY = 10**13
#: A promise further off than this is a typing error in the year.
LONGEST_PROMISE = timedelta(days=730)


@frozen
class Status:
    """A state of an order: its rank on the way, and what it counts as in the sums."""

    vi: str
    rank: int
    group: str  # a field of `SumsItem`

    @property
    def on_its_way(self) -> bool:
        """Whether a promised time still binds us."""
        return self.group == "open_orders"


def _row(vi: str, rank: int, group: str) -> Status:
    return Status(vi=vi, rank=rank, group=group)


STATUSES: dict[str, Status] = {
    "placed": _row("Đã đặt", 10, "open_orders"),
    "confirmed": _row("Đã xác nhận", 20, "open_orders"),
    "packed": _row("Đã đóng gói", 30, "open_orders"),
    "shipped": _row("Đã gửi đi", 40, "open_orders"),
    "delivering": _row("Đang giao", 50, "open_orders"),
    "delivery_failed": _row("Giao không thành công", 55, "open_orders"),
    "delivered": _row("Đã giao", 60, "delivered"),
    "cancelled": _row("Đã hủy", 70, "cancelled"),
    "returned": _row("Đã hoàn trả", 80, "returned"),
}
DELIVERED = "delivered"

MADE_ON = tuple(CHANNELS)
#: Where an order says nothing of its channel.
DEFAULT_SOURCE = "website"

DEAL_STATES: dict[str, str] = {
    "open": "Đang trao đổi",
    "won": "Thành công",
    "lost": "Không thành công",
}
LOST_REASONS: dict[str, str] = {
    "price": "Giá cao",
    "competitor": "Chọn nơi khác",
    "product": "Sản phẩm chưa phù hợp",
    "out_of_stock": "Hết hàng",
    "delivery": "Giao hàng chậm hoặc phí cao",
    "payment": "Khó khăn trong thanh toán",
    "trust": "Chưa tin tưởng",
    "service": "Chưa hài lòng về phục vụ",
    "timing": "Chưa phải lúc",
    "no_need": "Không còn nhu cầu",
    "no_answer": "Không trả lời",
    "other": "Khác",
}


@frozen
class Kind:
    """A behaviour: how much it says of interest in its product, and whether others act on it."""

    interest: int
    told: bool = False


BEHAVIOURS: dict[str, Kind] = {
    "page_view": Kind(interest=0),
    "product_view": Kind(interest=1),
    "search": Kind(interest=0),
    "wishlist_added": Kind(interest=2),
    "cart_added": Kind(interest=3),
    "cart_abandoned": Kind(interest=3, told=True),
    "checkout_started": Kind(interest=3),
    "app_opened": Kind(interest=0),
    "app_event": Kind(interest=0),
    "email_opened": Kind(interest=0),
    "ad_clicked": Kind(interest=1),
}


def source_of(channel: str | None) -> str:
    """The source of requests (domain.md §2) of an order made on a channel."""
    built = adapter(channel) if channel else None
    return DEFAULT_SOURCE if built is None else built.source


def folded_number(number: str) -> str:
    """An order number as it is compared: `#DH-12 345`, `dh12345` are one. May be empty."""
    return re.sub(r"[^0-9a-z]", "", fold(number))


def in_time(at: datetime, now: datetime) -> bool:
    """Whether a time that must have passed is not ahead of us by more than a clock's error."""
    return at - now <= MOST_AHEAD


# ------------------------------------------------------------------ newer words


@frozen
class Course:
    """How far an order is: `history` are (status, when), in the order of their times."""

    status: str
    told_at: str
    history: tuple[tuple[str, str], ...]


def newer(known: Course, status: str, told_at: str | None) -> bool:
    """Whether a push says the latest word of an order (times ISO 8601).

    Of two with the same time, or when the source gives none, the one further on
    its way is the later.
    """
    ahead = STATUSES[status].rank >= STATUSES[known.status].rank
    if told_at is None or told_at == known.told_at:
        return ahead
    return told_at > known.told_at


def with_steps(
    history: Iterable[Sequence[str]], steps: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """A status history with further steps; each status once, with the earliest time known."""
    first: dict[str, str] = {}
    for status, at in [*((one[0], one[1]) for one in history), *steps]:
        first[status] = min(at, first.get(status, at))
    return tuple(sorted(first.items(), key=lambda one: (one[1], STATUSES[one[0]].rank)))


# ------------------------------------------------------------------ what counts


@frozen
class Counted:
    """An order as far as the sums depend on it. `delivered_at` only where it counts as that."""

    order_id: str
    group: str
    currency: str
    total: int
    refunded: int
    placed_at: str
    delivered_at: str | None


def cycle_days(deliveries: Sequence[datetime]) -> float | None:
    """The median gap in days between the days of delivery; None with fewer than two days.

    Orders of one day are one purchase.
    """
    days = sorted({at.date() for at in deliveries})
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return float(median(gaps)) if gaps else None


# ------------------------------------------------------------------ what follows


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last one of the month where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def warranty_ends(delivered: date, months: int | None) -> str | None:
    """The day a warranty ends (YYYY-MM-DD): delivery + months; None where there is none."""
    return add_months(delivered, months).isoformat() if months else None


def next_purchase(delivered: date, usual_days: int | None, quantity: int) -> str | None:
    """When it will be used up (YYYY-MM-DD): delivery + usual days × quantity; None: not known."""
    if not usual_days:
        return None
    days = min(usual_days * quantity, MOST_DAYS)
    return (delivered + timedelta(days=days)).isoformat()


#: A hundred years of anything is enough, and further no calendar of ours goes.
MOST_DAYS = 36_500


def of_interest(seen: Iterable[tuple[str, str | None]], *, most: int = 5) -> list[tuple[str, int]]:
    """The products somebody looks at most, by the interest their behaviours tell of.

    `seen` are (kind, sku), newest first; of equals the more recent comes first.
    """
    points: dict[str, int] = {}
    for kind, sku in seen:
        weight = BEHAVIOURS[kind].interest if kind in BEHAVIOURS else 0
        if sku is not None and weight:
            points[sku] = points.get(sku, 0) + weight
    return sorted(points.items(), key=lambda one: -one[1])[:most]


def line_total(lines: Iterable[Mapping[str, Any]]) -> int:
    """Σ quantity × unit price."""
    return sum(int(line["quantity"]) * int(line["unit_price"]) for line in lines)
