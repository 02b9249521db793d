"""The fields of a form on a web page: what each may hold, and what its visitor is told.

Used by `forms`. Visitors read the texts, so they are Vietnamese.
"""

from __future__ import annotations

#: field → characters at most (NFC, outer white space aside)
FIELDS: dict[str, int] = {
    "name": 200,
    "phone": 50,
    "email": 254,
    "subject": 300,
    "message": 5000,
    "page_url": 2000,
    "order": 100,
    "product": 300,
    "client_id": 100,
    "identifier": 256,
    "identifier_hash": 128,
}
#: Of one line: a line break in a name or subject would forge lines wherever it is shown.
SINGLE_LINE = frozenset({"name", "phone", "email", "subject", "order", "product"})
CONSENT = "consent"
NO_FORM = "Không biết biểu mẫu này: cần widget_key của một biểu mẫu trong nội dung gửi lên"
#: Hidden from people by the page's style: whoever fills it in is a program.
HONEYPOT = "website"
WIDGET_KEY = "widget_key"
#: Never kept: they prove something or carry nothing.
DROPPED = frozenset({WIDGET_KEY, "identifier_hash", HONEYPOT})

#: how forms write a ticked and an empty box
BOXES: dict[str, bool] = {
    "true": True,
    "on": True,
    "1": True,
    "yes": True,
    "false": False,
    "off": False,
    "0": False,
    "no": False,
}

MAX_BODY = 64 * 1024  # bytes
MAX_FIELDS = 100

MESSAGE_MISSING = "Vui lòng nhập nội dung cần hỗ trợ"
TOO_LONG = "Tối đa {limit} ký tự"
NOT_TEXT = "Giá trị phải là chữ"
NOT_A_BOX = "Giá trị phải là có hoặc không"
BODY_UNREADABLE = "Không đọc được nội dung gửi lên: cần JSON hoặc biểu mẫu, mã hóa UTF-8"
BODY_TOO_LARGE = "Nội dung gửi lên quá lớn: tối đa 64 KB"
TYPE_UNKNOWN = "Chỉ nhận application/json hoặc application/x-www-form-urlencoded"
