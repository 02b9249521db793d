"""Facts of a customer that conditions may ask for: their names, kinds and where they are from.

The table `FACTS` is all a later slice adds to, with a source in `gathering` if
it brings its own. Shown by `GET /v1/segments/facts`.
"""

from __future__ import annotations

import re
from enum import StrEnum

from ..platform.fact import frozen
from ..profiles.attributes import NAME


class Kind(StrEnum):
    """What a fact's value is: text, int or float, bool, an instant, a list of texts;
    `custom` is a field of the organisation's own and holds a text, number, flag or day."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"
    LIST = "list"
    CUSTOM = "custom"


@frozen
class FactDefinition:
    """`source` is whose reads bring the fact (a key of `gathering.SOURCES`)."""

    kind: Kind
    source: str
    vi: str


def _row(kind: Kind, source: str, vi: str) -> FactDefinition:
    return FactDefinition(kind=kind, source=source, vi=vi)


#: Every fact by name.
FACTS: dict[str, FactDefinition] = {
    "tier": _row(Kind.TEXT, "standing", "Hạng khách hàng"),
    "recency_score": _row(Kind.NUMBER, "standing", "Điểm mua gần đây (1–5)"),
    "frequency_score": _row(Kind.NUMBER, "standing", "Điểm mua thường xuyên (1–5)"),
    "monetary_score": _row(Kind.NUMBER, "standing", "Điểm giá trị mua (1–5)"),
    "first_channel": _row(Kind.TEXT, "profile", "Kênh đầu tiên"),
    "created_at": _row(Kind.DATE, "profile", "Biết đến từ"),
    "gender": _row(Kind.TEXT, "profile", "Giới tính"),
    "birthday_month": _row(Kind.NUMBER, "profile", "Tháng sinh"),
    "birthday_this_month": _row(Kind.FLAG, "profile", "Sinh nhật trong tháng này"),
    "has_phone": _row(Kind.FLAG, "profile", "Có số điện thoại"),
    "has_email": _row(Kind.FLAG, "profile", "Có email"),
    "acquisition_channel": _row(Kind.TEXT, "profile", "Nguồn khách: kênh"),
    "placed_orders": _row(Kind.NUMBER, "orders", "Số đơn đã đặt"),
    "open_orders": _row(Kind.NUMBER, "orders", "Số đơn đang xử lý"),
    "delivered_orders": _row(Kind.NUMBER, "orders", "Số đơn đã giao"),
    "returned_orders": _row(Kind.NUMBER, "orders", "Số đơn trả lại"),
    "delivered_amount": _row(Kind.NUMBER, "orders", "Giá trị đơn đã giao (VND)"),
    "last_order_at": _row(Kind.DATE, "orders", "Đặt đơn gần nhất"),
    "last_delivered_at": _row(Kind.DATE, "orders", "Nhận hàng gần nhất"),
    "cycle_days": _row(Kind.NUMBER, "orders", "Chu kỳ mua (ngày)"),
    "cycles_since_delivery": _row(Kind.NUMBER, "orders", "Số chu kỳ từ lần nhận hàng cuối"),
    "last_order_branch": _row(Kind.TEXT, "last_order", "Chi nhánh của đơn gần nhất"),
    "last_message_at": _row(Kind.DATE, "conversations", "Nhắn tin gần nhất"),
    "channels": _row(Kind.LIST, "conversations", "Các kênh đã nhắn"),
    "open_tickets": _row(Kind.NUMBER, "tickets", "Số phiếu đang mở"),
    "open_ticket_types": _row(Kind.LIST, "tickets", "Loại phiếu đang mở"),
    "complaints_90_days": _row(Kind.NUMBER, "tickets", "Khiếu nại trong 90 ngày"),
    "recent_tickets": _row(Kind.NUMBER, "tickets", "Số phiếu gần đây (tối đa 50)"),
    "consents": _row(Kind.LIST, "consent", "Mục đích đã đồng ý"),
}

ATTRIBUTE = re.compile(rf"attributes\.({NAME})")


def kind_of(fact: str) -> Kind | None:
    """What a fact's value is; None for no fact of ours. `attributes.<key>` is a custom field."""
    if ATTRIBUTE.fullmatch(fact):
        return Kind.CUSTOM
    known = FACTS.get(fact)
    return None if known is None else known.kind


def custom_field(fact: str) -> str | None:
    """The name of the custom field that a fact is; None for one of ours."""
    found = ATTRIBUTE.fullmatch(fact)
    return None if found is None else found[1]


def source_of(fact: str) -> str:
    """Whose reads bring a fact."""
    return "profile" if ATTRIBUTE.fullmatch(fact) else FACTS[fact].source
