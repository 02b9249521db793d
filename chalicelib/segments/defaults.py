"""The segments every organisation starts with; editable and removable. Written by `flows`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..platform.fact import frozen
from ..profiles.tiers import PROSPECT, VIP


@frozen
class Default:
    """A segment to begin with; `condition` as the API takes it."""

    name: str
    description: str
    condition: Mapping[str, Any]


def _fact(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


#: Code → segment; its id is derived from the code.
DEFAULTS: dict[str, Default] = {
    "vip": Default(
        name="Khách VIP",
        description="Mua gần đây, mua thường xuyên, chi tiêu nhiều nhất, hoặc được chọn bằng tay",
        condition=_fact("tier", "eq", VIP),
    ),
    "at_risk": Default(
        name="Có nguy cơ rời bỏ",
        description="Đã mua ít nhất hai lần nhưng quá hai chu kỳ mua chưa quay lại",
        condition={
            "all": [
                _fact("delivered_orders", "gte", 2),
                _fact("cycles_since_delivery", "gt", 2),
                _fact("open_orders", "eq", 0),
            ]
        },
    ),
    "open_inquiry": Default(
        name="Tiềm năng đang hỏi mua",
        description="Chưa mua lần nào và đang có phiếu tư vấn mở",
        condition={
            "all": [
                _fact("tier", "eq", PROSPECT),
                _fact("open_ticket_types", "contains", "inquiry"),
            ]
        },
    ),
    "birthday_this_month": Default(
        name="Sinh nhật tháng này",
        description="Sinh nhật trong tháng hiện tại",
        condition=_fact("birthday_this_month", "eq", True),
    ),
}
