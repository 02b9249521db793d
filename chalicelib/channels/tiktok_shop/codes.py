"""TikTok Shop's tables: pushes, states of orders, kinds of messages, error codes.

partner.tiktokshop.com, webhooks and Customer Service API 202309; channels.md §1.2, §8. What a
table does not name is kept and changes nothing.
"""

from __future__ import annotations

from ..event import AttachmentKind
from ..sending import Outcome
from ..shops import Meaning

#: `type` of pushes we act on; 13 tells that an agent joined or left, 33 is of creators
ORDER, ADDRESS, PACKAGE, DEAUTHORISED, EXPIRING = 1, 3, 4, 6, 7
CANCELLATION, RETURN, MESSAGE = 11, 12, 14

#: order_status → ours
STATUSES = {
    "UNPAID": "placed",
    "ON_HOLD": "placed",
    "AWAITING_SHIPMENT": "confirmed",
    "PARTIALLY_SHIPPING": "packed",
    "AWAITING_COLLECTION": "packed",
    "IN_TRANSIT": "shipped",
    "DELIVERED": "delivered",
    "COMPLETED": "delivered",
    "CANCEL": "cancelled",
    "CANCELLED": "cancelled",
}
#: cancel_status → state of the order
CANCELLED = {
    "CANCELLATION_REQUEST_SUCCESS": "cancelled",
    "CANCELLATION_REQUEST_COMPLETE": "cancelled",
}
#: return_status → state of the order
RETURNED = {"RETURN_OR_REFUND_REQUEST_COMPLETE": "returned"}

CANCEL_ASKED = frozenset({"CANCELLATION_REQUEST_PENDING"})
RETURN_ASKED = frozenset({"RETURN_OR_REFUND_REQUEST_PENDING", "REPLACEMENT_REQUEST_PENDING"})
#: return_type → (sub-type, title) of what the buyer asks
RETURNS = {
    "REFUND": ("refund", "Khách yêu cầu hoàn tiền, đơn"),
    "REPLACEMENT": ("exchange_return", "Khách yêu cầu đổi hàng, đơn"),
    "RETURN_AND_REFUND": ("exchange_return", "Khách yêu cầu trả hàng hoàn tiền, đơn"),
}
ANY_RETURN = ("exchange_return", "Khách yêu cầu trả hàng/hoàn tiền, đơn")
CANCEL_TITLE = "Khách yêu cầu hủy đơn"
BUYER, SHOP = "BUYER", "SHOP"

#: type of a message → its attachment; words and orders are read apart
ATTACHMENTS = {
    "IMAGE": AttachmentKind.IMAGE,
    "VIDEO": AttachmentKind.VIDEO,
    "EMOTICONS": AttachmentKind.STICKER,
    "PRODUCT_CARD": AttachmentKind.TEMPLATE,
    "COUPON_CARD": AttachmentKind.TEMPLATE,
    "RETURN_REFUND_CARD": AttachmentKind.TEMPLATE,
}
TITLES = {
    "PRODUCT_CARD": "Sản phẩm",
    "COUPON_CARD": "Mã giảm giá",
    "RETURN_REFUND_CARD": "Trả hàng/hoàn tiền",
}
#: where the buyer came from: nobody says anything
ENTRIES = frozenset({"BUYER_ENTER_FROM_PRODUCT", "BUYER_ENTER_FROM_ORDER"})
#: of the platform itself: kept, never a word of anybody
SYSTEM_TYPES = frozenset({"ALLOCATED_SERVICE", "NOTIFICATION", "BUYER_ENTER_FROM_TRANSFER"})
#: who of our side wrote by himself; the others are machines of the shop
PEOPLE = frozenset({"CUSTOMER_SERVICE"})
MACHINES = frozenset({"SHOP", "ROBOT"})

_RATE = Meaning(Outcome.RETRY, "TikTok Shop đang giới hạn tốc độ gửi")
_RETRY = Meaning(Outcome.RETRY, "TikTok Shop tạm thời gặp lỗi")
_TOKEN = Meaning(Outcome.REFRESH, "Mã truy cập TikTok Shop đã hết hạn")
_CONTENT = Meaning(Outcome.PERMANENT, "TikTok Shop từ chối nội dung tin nhắn")
_RIGHTS = Meaning(Outcome.PERMANENT, "Ứng dụng TikTok Shop chưa được cấp quyền chăm sóc khách hàng")
#: code → what it means for a send
ERRORS = {
    36009002: _RATE,
    36009003: _RETRY,
    36009007: Meaning(Outcome.RETRY, "TikTok Shop trả lời quá chậm"),
    45101001: _CONTENT,
    45101002: _CONTENT,
    45101003: Meaning(Outcome.PERMANENT, "Không tìm thấy cuộc trò chuyện trên TikTok Shop"),
    45101004: Meaning(Outcome.TOMORROW, "Đã dùng hết hạn mức tin nhắn trong ngày"),
    45101006: Meaning(Outcome.PERMANENT, "Tin nhắn có từ ngữ TikTok Shop không cho phép"),
    45102007: Meaning(Outcome.PERMANENT, "Không có quyền trong cuộc trò chuyện này"),
    45109001: Meaning(Outcome.PERMANENT, "TikTok Shop đã đóng cuộc trò chuyện với khách"),
    101000: Meaning(Outcome.REAUTH, "Mã truy cập TikTok Shop không hợp lệ, cần kết nối lại"),
    105001: _TOKEN,
    105002: _TOKEN,
    105005: _RIGHTS,
    106001: Meaning(Outcome.PERMANENT, "TikTok Shop không nhận chữ ký: kiểm tra app secret"),
    106013: Meaning(Outcome.PERMANENT, "Thiếu shop cipher của gian hàng"),
}
UNKNOWN = Meaning(Outcome.PERMANENT, "TikTok Shop trả về một mã lỗi chưa rõ")

BY_CLASS = {
    Outcome.RETRY: "TikTok Shop không trả lời hoặc trả lời không rõ ràng",
    Outcome.REFRESH: "Mã truy cập TikTok Shop đã hết hạn",
    Outcome.PERMANENT: "TikTok Shop từ chối yêu cầu",
}
#: 36009004 is said of five things; only words about the token speak of it
CREDENTIALS = 36009004
TOKEN_WORDS = ("access_token", "access-token")


def meaning_of(code: int, message: str) -> Meaning:
    """What an error code means for a send; `message` is the vendor's English."""
    if code == CREDENTIALS and any(word in message.lower() for word in TOKEN_WORDS):
        return _TOKEN
    return ERRORS.get(code, UNKNOWN)
