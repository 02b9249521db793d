"""Lazada's tables: pushes, states of orders and parcels, kinds of messages, errors of the API.

open.lazada.com docs 120168 (push), 121553 (IM), 120196 (reverse), 120208 (fulfilment); channels.md
§8. What a table does not name is kept and changes nothing.
"""

from __future__ import annotations

from ..event import AttachmentKind
from ..sending import Outcome
from ..shops import Meaning

#: `message_type` of pushes we act on
TRADE, IM, TOKEN, REVERSE, FULFILMENT, SESSION, REVIEW = 0, 2, 8, 10, 14, 19, 21

#: state of an order or a line of it → ours
STATUSES = {
    "unpaid": "placed",
    "paid": "confirmed",
    "pending": "confirmed",
    "topack": "confirmed",
    "confirmed": "confirmed",
    "packed": "packed",
    "repacked": "packed",
    "toship": "packed",
    "ready_to_ship_pending": "packed",
    "ready_to_ship": "packed",
    "shipping": "shipped",
    "shipped": "shipped",
    "delivered": "delivered",
    "failed": "delivery_failed",
    "failed_delivery": "delivery_failed",
    "lost": "delivery_failed",
    "lost_by_3pl": "delivery_failed",
    "damaged_by_3pl": "delivery_failed",
    "shipped_back": "delivery_failed",
    "shipped_back_failed": "delivery_failed",
    "shipped_back_success": "returned",
    "returned": "returned",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
#: of several lines of one order the least far one speaks for it; ended ones only together
ORDERED = (
    *("placed", "confirmed", "packed", "shipped", "delivering", "delivery_failed"),
    *("delivered", "returned", "cancelled"),
)

_FAILED = (
    *("1ST_ATTEMPT_FAILED", "REATTEMPTS_FAILED", "DELIVERY_FAILED"),
    *("LAST_MILE_STATION_CUSTOMER_FAILED_PICKUP",),
)
_MOVING = (
    *("PICKUP_SIGN_IN_SUCCESS", "SC_SIGN_IN_SUCCESS", "IB_SUCCESS_FIRST_MILE_HUB"),
    *("OB_SUCCESS_FIRST_MILE_HUB", "IB_SUCCESS_IN_SORT_CENTER", "OB_SUCCESS_IN_SORT_CENTER"),
    *("PACKAGE_STATIONED_IN", "PACKAGE_STATIONED_OUT", "LAST_MILE_CUSTOMER_STATION_INBOUND"),
    *("LAST_MILE_3PL_SHIPPED_TO_STATION",),
)
_BACK = ("BACK_TO_SHIPPER", "WAREHOUSE_RETURNED")
#: state of a parcel → ours
PARCELS = {
    "READY_TO_SHIP_PENDING": "packed",
    "READY_TO_SHIP": "packed",
    "TRANSIT_TO_SHIP": "packed",
    **{f"INFO_ST_DOMESTIC_{name}": "shipped" for name in _MOVING},
    "INFO_ST_DOMESTIC_OUT_FOR_DELIVERY": "delivering",
    "INFO_ST_DOMESTIC_REDELIVERY": "delivering",
    "DELIVERED": "delivered",
    **{f"INFO_ST_DOMESTIC_{name}": "delivery_failed" for name in _FAILED},
    "DELIVER_FAILED": "delivery_failed",
    "LOST_BY_3PL": "delivery_failed",
    "DAMAGE_BY_3PL": "delivery_failed",
    "PACKAGE_SCRAPPED": "delivery_failed",
    "ON_THE_WAY_BACK_TO_SHIPPER": "delivery_failed",
    **{f"INFO_ST_DOMESTIC_{name}": "returned" for name in _BACK},
    "CANCELLED": "cancelled",
}
#: states of a parcel somebody should speak to the customer about → the title of it
PARCEL_NEWS = {
    "INFO_ST_DOMESTIC_1ST_ATTEMPT_FAILED": "Giao lần đầu không thành công, đơn",
    "INFO_ST_DOMESTIC_REATTEMPTS_FAILED": "Giao lại không thành công, đơn",
    "INFO_ST_DOMESTIC_DELIVERY_FAILED": "Giao không thành công, đơn",
    "DELIVER_FAILED": "Giao không thành công, đơn",
    "LOST_BY_3PL": "Đơn vị vận chuyển làm mất đơn",
    "DAMAGE_BY_3PL": "Đơn vị vận chuyển làm hỏng đơn",
}

#: reverse_status → (sub-type, title) of what the buyer asks by it
REVERSES = {
    "CANCEL_INIT": ("order_change", "Khách yêu cầu hủy đơn"),
    "RTM_INIT": ("exchange_return", "Khách yêu cầu trả hàng, đơn"),
    "RTW_INIT": ("exchange_return", "Khách yêu cầu trả hàng, đơn"),
    "REFUND_INIT": ("refund", "Khách yêu cầu hoàn tiền, đơn"),
}
#: reverse_status → the state of the order it brings about
REVERSED = {
    "CANCEL_SUCCESS": "cancelled",
    "CANCEL_REFUND_ISSUED": "cancelled",
    "RTM_RECEIVE_ITEM": "returned",
    "RTW_REFUND_PENDING": "returned",
    "REFUND_SUCCESS": "returned",
}

#: template_id → its attachment; words stand beside it
TEXT, SYSTEM, EMOJI, ITEM, ORDER_CARD, VOUCHER, FOLLOW = 1, 2, 4, 10006, 10007, 10008, 10010
ATTACHMENTS = {
    3: AttachmentKind.IMAGE,
    EMOJI: AttachmentKind.STICKER,
    6: AttachmentKind.VIDEO,
    ITEM: AttachmentKind.TEMPLATE,
    VOUCHER: AttachmentKind.TEMPLATE,
}
TITLES = {ITEM: "Sản phẩm", VOUCHER: "Mã giảm giá"}
BUYER, SELLER = 1, 2  # account types
RECALLED = 1  # `status` of a message that was taken back
BY_SYSTEM = 2  # `type` of a message nobody wrote

_RETRY = Meaning(Outcome.RETRY, "Lazada tạm thời gặp lỗi hoặc giới hạn tốc độ")
_TOKEN = Meaning(Outcome.REFRESH, "Mã truy cập Lazada đã hết hạn")
_REAUTH = Meaning(Outcome.REAUTH, "Gian hàng không còn cho phép ứng dụng, cần kết nối lại")
#: code → what it means for a send
ERRORS = {
    "IllegalAccessToken": _TOKEN,
    "AccessTokenExpired": _TOKEN,
    "MissingAccessToken": _TOKEN,
    "IllegalRefreshToken": _REAUTH,
    "AppCallLimit": _RETRY,
    "ApiCallLimit": _RETRY,
    "SellerCallLimit": _RETRY,
    "ServiceTimeout": _RETRY,
    "ServiceUnavailable": _RETRY,
    "SYSTEM_EXCEPTION": _RETRY,
    "InsufficientPermission": Meaning(Outcome.PERMANENT, "Ứng dụng Lazada không có quyền này"),
    "IncompleteSignature": Meaning(Outcome.PERMANENT, "Lazada không nhận chữ ký của ứng dụng"),
}
#: `type` of an error → what it means where the code says nothing (channels.md §1.2)
TYPES = {"SYSTEM": _RETRY, "ISP": _RETRY}
UNKNOWN = Meaning(Outcome.PERMANENT, "Lazada từ chối tin nhắn")
#: codes of a renewal that only a person can mend
REFRESH_ENDED = frozenset({"IllegalRefreshToken", "AUTH_TYPE_UNSUPPORTED", "IncompleteSignature"})

BY_CLASS = {
    Outcome.RETRY: "Lazada không trả lời hoặc trả lời không rõ ràng",
    Outcome.REFRESH: "Mã truy cập Lazada đã hết hạn",
    Outcome.PERMANENT: "Lazada từ chối yêu cầu",
}


def meaning_of(code: str, kind: str) -> Meaning:
    """What an error means for a send: by its code, else by who is to blame for it."""
    return ERRORS.get(code) or TYPES.get(kind.upper(), UNKNOWN)
