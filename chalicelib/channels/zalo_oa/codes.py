"""Zalo's tables: what its events are, what its attachments are, what its error codes mean.

Read by `webhook.py` (events) and `adapter.py` (all). Classes of error codes are those of the
vendor's integration specification of 2026-08; texts are for the agent who reads them.
"""

from __future__ import annotations

from ..event import AttachmentKind, Kind
from ..sending import Outcome

# ------------------------------------------------------------------ events

MEDIA = ("text", "image", "gif", "file", "audio", "video", "sticker", "link")

#: event name → what it is in our words; a name not listed is `Kind.UNKNOWN`
EVENTS: dict[str, Kind] = {
    **{f"user_send_{what}": Kind.MESSAGE for what in (*MEDIA, "business_card", "location")},
    **{f"anonymous_send_{what}": Kind.MESSAGE for what in MEDIA},
    **{f"oa_send_{what}": Kind.ECHO for what in (*MEDIA, "list", "template")},
    **{f"oa_send_anonymous_{what}": Kind.ECHO for what in MEDIA},
    "user_reacted_message": Kind.REACTION,
    "oa_reacted_message": Kind.REACTION,
    "user_received_message": Kind.DELIVERED,
    "user_seen_message": Kind.READ,
    "follow": Kind.FOLLOW,
    "unfollow": Kind.UNFOLLOW,
    "user_submit_info": Kind.CONTACT,
    "user_feedback": Kind.ANSWER,
    "user_click_response_button": Kind.ANSWER,
    "user_click_chatnow": Kind.CONTEXT,
    "widget_interaction_accepted": Kind.CONTEXT,
    "change_template_status": Kind.TEMPLATE,
    "change_template_quality": Kind.TEMPLATE,
    "change_oa_daily_quota": Kind.ACCOUNT,
}

#: events in which the OA is the sender although their name does not begin with `oa_`
SENT_BY_OA = frozenset({"user_received_message", "user_seen_message"})

#: events that may happen more than once to one message: their time is part of their key
REPEATABLE = frozenset({"user_reacted_message", "oa_reacted_message", "user_click_response_button"})

#: `message.attachments[].type`, also the last word of the event's name
ATTACHMENTS: dict[str, AttachmentKind] = {
    "image": AttachmentKind.IMAGE,
    "photo": AttachmentKind.IMAGE,
    "gif": AttachmentKind.IMAGE,
    "sticker": AttachmentKind.STICKER,
    "file": AttachmentKind.FILE,
    "audio": AttachmentKind.AUDIO,
    "voice": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "link": AttachmentKind.LINK,
    "location": AttachmentKind.LOCATION,
    "business_card": AttachmentKind.CONTACT,
    "list": AttachmentKind.TEMPLATE,
    "template": AttachmentKind.TEMPLATE,
}

# ------------------------------------------------------------- error codes

BY_CLASS: dict[Outcome, str] = {
    Outcome.RETRY: "Zalo tạm thời không nhận, sẽ gửi lại",
    Outcome.REFRESH: "Mã truy cập Zalo đã hết hạn, đang gia hạn",
    Outcome.TOMORROW: "Đã hết hạn mức gửi trong ngày, sẽ gửi lại vào ngày mai",
    Outcome.MORNING: "Zalo không cho gửi ban đêm, sẽ gửi lại sau 6 giờ sáng",
    Outcome.REAUTH: "Kết nối Zalo OA cần người quản trị kiểm tra và kết nối lại",
    Outcome.PERMANENT: "Zalo từ chối tin nhắn này",
    Outcome.UNREACHABLE: "Zalo không đưa được tin đến khách này",
}

#: The day's quota of the whole account, where the others are one template's or one customer's.
USED_UP = -144

CLASSES: dict[Outcome, tuple[int, ...]] = {
    Outcome.RETRY: (-32, -100, -200, -211),
    Outcome.REFRESH: (-216, -220, -124, 452),
    Outcome.TOMORROW: (USED_UP, -147, -1441, -1471, -1472),
    Outcome.MORNING: (-133, -234),
    Outcome.REAUTH: (
        *(-101, -102, -103, -104, -105),
        *(-135, -1351, -136, -137, -212, -219, -320, -321),
    ),
    Outcome.PERMANENT: (
        *(-108, -112, -131, -146),
        *(-1121, -1122, -1123, -1124, -1125, -1126, -1127, -1128, -1129),
        *(-201, -217, -227, -232, -240, -244, -248, -249),
    ),
    Outcome.UNREACHABLE: (-114, -118, -119, -139, -140, -141, -213, -230),
}

#: code → outcome. A code not listed is `UNLISTED`
CODES: dict[int, Outcome] = {code: kind for kind, codes in CLASSES.items() for code in codes}

#: An unlisted refusal is final: the agent sees it at once with Zalo's own words and can send
#: again, while a blind retry would leave the message looking as if it were on its way.
UNLISTED = Outcome.PERMANENT

#: code → why, where it can be said more exactly than by its class
REASONS: dict[int, str] = {
    -32: "Gửi quá nhanh so với giới hạn của Zalo, sẽ gửi lại",
    -108: "Số điện thoại không hợp lệ",
    -112: "Dữ liệu của mẫu tin không hợp lệ",
    -114: "Khách không nhận được tin: không hoạt động, đã từ chối hoặc Zalo quá cũ",
    -118: "Tài khoản Zalo của khách không tồn tại",
    -119: "Tài khoản Zalo của khách không thể nhận tin",
    -131: "Mẫu tin chưa được Zalo duyệt",
    -139: "Khách từ chối nhận loại tin này",
    -140: "OA không được gửi loại tin này cho khách",
    -141: "Khách từ chối nhận tin từ OA",
    -146: "Mẫu tin đã bị Zalo khóa",
    -201: "Tham số không hợp lệ",
    -212: "Ứng dụng chưa được OA cấp quyền này, cần kết nối lại",
    -213: "Khách chưa quan tâm OA",
    -219: "Ứng dụng Zalo đã bị gỡ hoặc bị khóa, cần kết nối lại",
    -230: "Khách không tương tác với OA trong 7 ngày qua",
    -240: "Zalo đã ngừng hỗ trợ cách gửi này",
    -249: "Mẫu tin này không gửi được theo mã người dùng",
}


def outcome_of(code: int) -> Outcome:
    """What an error code other than 0 asks for."""
    return CODES.get(code, UNLISTED)


def reason_of(code: int, said: str) -> str:
    """Why, for people: our text for a known code, else Zalo's own words."""
    if code in CODES:
        return REASONS.get(code, BY_CLASS[CODES[code]])
    words = f": {said[:200]}" if said else ""
    return f"{BY_CLASS[UNLISTED]} (mã {code}){words}"
