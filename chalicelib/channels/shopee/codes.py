"""Shopee's tables: pushes, order states, kinds of messages, errors of the API.

open.shopee.com developer guides 18 (push) and 20 (authorisation), API v2 data definition;
what webchat messages hold is in no public page and taken from clients of others (channels.md §8).
"""

from __future__ import annotations

from ..event import AttachmentKind
from ..sending import Outcome
from ..shops import Meaning

#: codes of pushes we act on; every other one is kept and ignored
DEAUTHORISED, ORDER, TRACKING, WEBCHAT, EXPIRY = 2, 3, 4, 10, 12

#: order_status → ours; what is left out changes nothing of an order
STATUSES = {
    "UNPAID": "placed",
    "PENDING": "placed",
    "READY_TO_SHIP": "confirmed",
    "INVOICE_PENDING": "confirmed",
    "PROCESSED": "packed",
    "RETRY_SHIP": "packed",
    "SHIPPED": "shipped",
    "TO_CONFIRM_RECEIVE": "delivered",
    "COMPLETED": "delivered",
    "CANCELLED": "cancelled",
}
#: order_status → (sub-type, title) of what the buyer asks by it
ASKED = {
    "IN_CANCEL": ("order_change", "Khách yêu cầu hủy đơn hàng"),
    "TO_RETURN": ("exchange_return", "Khách yêu cầu trả hàng/hoàn tiền"),
}

#: message_type → its attachment; a text, an item and an order are read apart
ATTACHMENTS = {
    "image": AttachmentKind.IMAGE,
    "image_with_text": AttachmentKind.IMAGE,
    "video": AttachmentKind.VIDEO,
    "sticker": AttachmentKind.STICKER,
    "file": AttachmentKind.FILE,
    "item": AttachmentKind.TEMPLATE,
    "item_list": AttachmentKind.TEMPLATE,
    "voucher": AttachmentKind.TEMPLATE,
}
#: message types of the platform itself: nobody says anything
SYSTEM = frozenset({"notification", "faq", "faq_liveagent", "system", "unsupported"})

_RETRY = Meaning(Outcome.RETRY, "Shopee tạm thời gặp lỗi")
_REAUTH = Meaning(Outcome.REAUTH, "Gian hàng không còn cho phép ứng dụng, cần kết nối lại")
_TOKEN = Meaning(Outcome.REFRESH, "Mã truy cập Shopee đã hết hạn")
#: error (lower case, without a module before it) → what it means for a send
ERRORS = {
    "error_server": _RETRY,
    "error_inner": _RETRY,
    "error_network": _RETRY,
    "error_system_busy": _RETRY,
    "error_busy": _RETRY,
    "error_limit": Meaning(Outcome.RETRY, "Shopee đang giới hạn tốc độ gửi"),
    "error_rate_limit": Meaning(Outcome.RETRY, "Shopee đang giới hạn tốc độ gửi"),
    "invalid_access_token": _TOKEN,
    "invalid_acceess_token": _TOKEN,  # as the vendor spells it
    "shop_access_expired": _REAUTH,
    "shop_no_linked": _REAUTH,
    "shop_banned": _REAUTH,
    "error_shop": _REAUTH,
    "error_param": Meaning(Outcome.PERMANENT, "Shopee từ chối nội dung tin nhắn"),
    "error_auth": Meaning(Outcome.PERMANENT, "Ứng dụng Shopee không có quyền nhắn tin"),
    "error_permission": Meaning(Outcome.PERMANENT, "Ứng dụng Shopee không có quyền nhắn tin"),
    "error_sign": Meaning(Outcome.PERMANENT, "Shopee không nhận chữ ký: kiểm tra partner key"),
    "duplicate_request": Meaning(Outcome.PERMANENT, "Đánh giá này đã được trả lời rồi"),
}
#: `error_auth` is said of tokens too; then the message names one
TOKEN_WORDS = ("access_token", "acceess_token", "access token")
#: errors of a public answer to a review → why, for people
REPLIES = {
    "duplicate_request": "Đánh giá này đã được trả lời rồi",
    "error_not_exist": "Đánh giá không còn nữa",
    "cmt_not_exist": "Đánh giá không còn nữa",
}
UNKNOWN = Meaning(Outcome.PERMANENT, "Shopee trả về một mã lỗi chưa rõ")
#: errors of a renewal that only a person can mend
REFRESH_ENDED = frozenset(
    {
        "refresh_token_expired",
        "error_shop_refresh_token",
        "shop_access_expired",
        "shop_no_linked",
        "shop_banned",
        "error_auth",
        "error_sign",
        "error_param",
        "error_permission",
    }
)

BY_CLASS = {
    Outcome.RETRY: "Shopee không trả lời hoặc trả lời không rõ ràng",
    Outcome.REFRESH: "Mã truy cập Shopee đã hết hạn",
    Outcome.PERMANENT: "Shopee từ chối yêu cầu",
}


def meaning_of(error: str, message: str) -> Meaning:
    """What an error means for a send; `message` is the vendor's English."""
    name = error.lower().rpartition(".")[2]
    if name == "error_auth" and any(word in message.lower() for word in TOKEN_WORDS):
        return _TOKEN
    return ERRORS.get(name, UNKNOWN)
