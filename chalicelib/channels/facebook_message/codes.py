"""Messenger's codes in our words: kinds of attachment, errors of the Send API.

Errors: developers.facebook.com/docs/messenger-platform/error-codes (2026-03-18) and
channels.md §3. Reasons are read by agents, so they are Vietnamese.
"""

from __future__ import annotations

import re

from ..base import Outcome
from ..event import AttachmentKind

#: Payloads of the button that only opens the chat: where somebody came from, not what they want.
GET_STARTED = re.compile(r"^\W*(get[ _-]?started|bat[ _-]?dau|start)\W*$", re.IGNORECASE)

Verdict = tuple[Outcome, str]

ATTACHMENTS = {
    "image": AttachmentKind.IMAGE,
    "sticker": AttachmentKind.STICKER,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "file": AttachmentKind.FILE,
    "location": AttachmentKind.LOCATION,
    "fallback": AttachmentKind.LINK,
    "share": AttachmentKind.LINK,
    "post": AttachmentKind.LINK,
    "reel": AttachmentKind.LINK,
    "ig_reel": AttachmentKind.LINK,
    "story_mention": AttachmentKind.LINK,
    "template": AttachmentKind.TEMPLATE,
}

#: Apps of Meta itself in which a person types: an echo of these is a human's answer.
#: 263902037430900 is the Page Inbox (Meta Business Suite).
INBOX_APPS = frozenset({"263902037430900"})

WINDOW: Verdict = (Outcome.PERMANENT, "Đã quá thời hạn được phép trả lời khách")
NO_SUCH_USER: Verdict = (Outcome.PERMANENT, "Không tìm thấy khách này trên trang")
UNAVAILABLE: Verdict = (Outcome.PERMANENT, "Khách hiện không nhận tin nhắn của trang")
PERMISSION: Verdict = (Outcome.REAUTH, "Trang chưa cấp quyền nhắn tin, cần kết nối lại")
TOKEN: Verdict = (Outcome.REAUTH, "Mã truy cập của trang đã hết hạn, cần kết nối lại")
RATE: Verdict = (Outcome.RETRY, "Facebook đang giới hạn tốc độ gửi")
TEMPORARY: Verdict = (Outcome.RETRY, "Facebook tạm thời gặp lỗi")
BAD_REQUEST: Verdict = (Outcome.PERMANENT, "Facebook từ chối nội dung tin nhắn")
DEAD_TAG: Verdict = (Outcome.PERMANENT, "Facebook không còn nhận nhãn tin nhắn này")
BLOCKED: Verdict = (Outcome.PERMANENT, "Trang đang bị Facebook hạn chế nhắn tin")
NOT_READY: Verdict = (Outcome.PERMANENT, "Ứng dụng chưa được duyệt để nhắn tin cho khách này")
#: A code we do not know, without `is_transient`: trying again could double a message that
#: did go out, so an agent decides.
UNKNOWN: Verdict = (Outcome.PERMANENT, "Facebook trả về một mã lỗi chưa rõ")
#: A success without a message id (cut off, or a proxy's page): it did not reach Facebook whole.
UNCLEAR: Verdict = (Outcome.RETRY, "Facebook trả lời không rõ ràng")
NO_ANSWER: Verdict = (Outcome.RETRY, "Không nhận được trả lời của Facebook")

#: code → verdict, whatever the subcode unless `SUBCODES` knows better
CODES: dict[int, Verdict] = {
    1: TEMPORARY,
    2: TEMPORARY,
    3: PERMISSION,
    4: RATE,
    9: RATE,
    10: PERMISSION,
    17: RATE,
    32: RATE,
    100: BAD_REQUEST,
    102: TOKEN,
    104: TOKEN,
    190: TOKEN,
    200: PERMISSION,
    230: PERMISSION,
    341: RATE,
    368: BLOCKED,
    551: UNAVAILABLE,
    613: RATE,
    1200: TEMPORARY,
    2500: TOKEN,
    80004: RATE,
    80006: RATE,
    80007: RATE,
    130429: RATE,
}

#: (code, subcode) → verdict
SUBCODES: dict[tuple[int, int], Verdict] = {
    (2, 2018344): (Outcome.PERMANENT, "Trang chưa chấp nhận điều khoản của Facebook"),
    (10, 1893063): WINDOW,
    (10, 2018065): WINDOW,
    (10, 2018108): UNAVAILABLE,
    (10, 2018278): WINDOW,
    (10, 2534022): WINDOW,
    (100, 33): NO_SUCH_USER,
    (100, 1893061): DEAD_TAG,
    (100, 2018001): NO_SUCH_USER,
    (100, 2018218): NO_SUCH_USER,
    (200, 1545041): UNAVAILABLE,
    (200, 2018028): NOT_READY,
    (613, 1893016): BLOCKED,
}

#: HTTP status → verdict, when the answer names no code; other 4xx: `UNKNOWN`, 5xx: `TEMPORARY`
STATUSES: dict[int, Verdict] = {
    0: NO_ANSWER,
    401: TOKEN,
    403: PERMISSION,
    408: NO_ANSWER,
    425: TEMPORARY,
    429: RATE,
}
