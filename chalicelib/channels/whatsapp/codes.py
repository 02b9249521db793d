"""WhatsApp's codes in our words: kinds of message, statuses, errors of the Cloud API.

Errors: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
and channels.md §1.2. They come as an answer to a send and in the status `failed`. Reasons
are read by agents, so they are Vietnamese.
"""

from __future__ import annotations

from ..event import AttachmentKind, Kind
from ..meta.graph import Verdict, Words
from ..sending import Outcome

#: type of a message that is a file → kind of attachment; `voice` is what `audio` was called
MEDIA = {
    "image": AttachmentKind.IMAGE,
    "audio": AttachmentKind.AUDIO,
    "voice": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "document": AttachmentKind.FILE,
    "sticker": AttachmentKind.STICKER,
}

#: status of a message of ours → what it tells; any other (`deleted`, `warning`) tells us nothing
STATUSES = {
    "sent": Kind.SENT,
    "delivered": Kind.DELIVERED,
    "read": Kind.READ,
    "played": Kind.READ,
    "failed": Kind.FAILED,
}

#: What the customer sent and WhatsApp does not hand over.
UNSUPPORTED = "Nội dung không hỗ trợ"
#: The answers of a form (Flow) that are not the object they should be.
BAD_FORM = "Biểu mẫu không đọc được"

WINDOW: Verdict = (
    Outcome.UNREACHABLE,
    "Đã quá 24 giờ từ tin nhắn cuối của khách, WhatsApp chỉ nhận tin theo mẫu",
)
UNDELIVERABLE: Verdict = (
    Outcome.UNREACHABLE,
    "Khách không nhận được tin: số không dùng WhatsApp, đã chặn, hoặc bản ứng dụng quá cũ",
)
TOKEN: Verdict = (Outcome.REAUTH, "Mã truy cập WhatsApp đã hết hạn, cần kết nối lại")
PERMISSION: Verdict = (Outcome.REAUTH, "Ứng dụng chưa được cấp quyền nhắn tin, cần kết nối lại")
NOT_REGISTERED: Verdict = (Outcome.REAUTH, "Số WhatsApp chưa được đăng ký, cần kết nối lại")
RATE: Verdict = (Outcome.RETRY, "WhatsApp đang giới hạn tốc độ gửi")
PAIR_RATE: Verdict = (Outcome.RETRY, "Gửi quá nhiều tin liên tiếp cho khách này")
SPAM_RATE: Verdict = (Outcome.RETRY, "WhatsApp đang hạn chế số này vì bị khách chặn hoặc báo xấu")
TEMPORARY: Verdict = (Outcome.RETRY, "WhatsApp tạm thời gặp lỗi")
MAINTENANCE: Verdict = (Outcome.RETRY, "Tài khoản WhatsApp đang được bảo trì")
MEDIA_FAILED: Verdict = (Outcome.RETRY, "WhatsApp chưa tải được tệp đính kèm")
BAD_REQUEST: Verdict = (Outcome.PERMANENT, "WhatsApp từ chối nội dung tin nhắn")
BAD_TYPE: Verdict = (Outcome.PERMANENT, "WhatsApp không hỗ trợ loại tin nhắn này")
BLOCKED: Verdict = (Outcome.PERMANENT, "Tài khoản WhatsApp đang bị khóa hoặc hạn chế")
PAYMENT: Verdict = (Outcome.PERMANENT, "Tài khoản WhatsApp chưa thiết lập thanh toán")
DISPLAY_NAME: Verdict = (Outcome.PERMANENT, "Tên hiển thị của số WhatsApp chưa được duyệt")
TO_SELF: Verdict = (Outcome.PERMANENT, "Không thể gửi tin cho chính số của mình")
EXPERIMENT: Verdict = (Outcome.UNREACHABLE, "WhatsApp không chuyển tin tiếp thị cho khách này")
OPTED_OUT: Verdict = (Outcome.UNREACHABLE, "Khách đã từ chối nhận tin tiếp thị trên WhatsApp")
COUNTRY: Verdict = (Outcome.UNREACHABLE, "Số WhatsApp không được phép nhắn tới nước của khách")
NEEDS_PHONE: Verdict = (Outcome.PERMANENT, "Loại tin này cần số điện thoại của khách")
TEMPLATE_SHAPE: Verdict = (Outcome.PERMANENT, "Nội dung không khớp với mẫu tin WhatsApp")
TEMPLATE_MISSING: Verdict = (Outcome.PERMANENT, "Mẫu tin WhatsApp không có hoặc chưa được duyệt")
TEMPLATE_LONG: Verdict = (Outcome.PERMANENT, "Nội dung quá dài so với mẫu tin WhatsApp")
TEMPLATE_STOPPED: Verdict = (Outcome.PERMANENT, "Mẫu tin WhatsApp đang bị tạm ngừng")
#: A code we do not know, without `is_transient`: trying again could double a message that did
#: go out, so an agent decides.
UNKNOWN: Verdict = (Outcome.PERMANENT, "WhatsApp trả về một mã lỗi chưa rõ")
#: A success without a message id (cut off, or a proxy's page): it did not come from WhatsApp whole.
UNCLEAR: Verdict = (Outcome.RETRY, "WhatsApp trả lời không rõ ràng")
NO_ANSWER: Verdict = (Outcome.RETRY, "Không nhận được trả lời của WhatsApp")

CODES: dict[int, Verdict] = {
    0: TOKEN,
    1: TEMPORARY,
    2: TEMPORARY,
    3: PERMISSION,
    4: RATE,
    10: PERMISSION,
    17: RATE,
    33: NOT_REGISTERED,
    100: BAD_REQUEST,
    190: TOKEN,
    **dict.fromkeys(range(200, 300), PERMISSION),
    368: BLOCKED,
    613: RATE,
    80007: RATE,
    130429: RATE,
    130472: EXPERIMENT,
    130497: COUNTRY,
    131000: TEMPORARY,
    131005: PERMISSION,
    131008: BAD_REQUEST,
    131009: BAD_REQUEST,
    131016: TEMPORARY,
    131021: TO_SELF,
    131026: UNDELIVERABLE,
    131031: BLOCKED,
    131037: DISPLAY_NAME,
    131042: PAYMENT,
    131045: NOT_REGISTERED,
    131047: WINDOW,
    131048: SPAM_RATE,
    131049: EXPERIMENT,
    131050: OPTED_OUT,
    131051: BAD_TYPE,
    131052: MEDIA_FAILED,
    131053: MEDIA_FAILED,
    131056: PAIR_RATE,
    131057: MAINTENANCE,
    131062: NEEDS_PHONE,
    132000: TEMPLATE_SHAPE,
    132001: TEMPLATE_MISSING,
    132005: TEMPLATE_LONG,
    132007: TEMPLATE_SHAPE,
    132012: TEMPLATE_SHAPE,
    132015: TEMPLATE_STOPPED,
    132016: TEMPLATE_STOPPED,
    132018: TEMPLATE_SHAPE,
    133010: NOT_REGISTERED,
    133016: RATE,
    135000: BAD_REQUEST,
}

#: HTTP status → verdict, when the answer names no code; other 4xx: `UNKNOWN`, 5xx: `TEMPORARY`
HTTP: dict[int, Verdict] = {
    0: NO_ANSWER,
    401: TOKEN,
    403: PERMISSION,
    408: NO_ANSWER,
    425: TEMPORARY,
    429: RATE,
}

WORDS = Words(temporary=TEMPORARY, unknown=UNKNOWN, statuses=HTTP)
