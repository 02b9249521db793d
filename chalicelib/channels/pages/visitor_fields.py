"""The fields of what a visitor's page posts (`visitors`): what each holds, what they are told.

Visitors read the texts, so they are Vietnamese.
"""

from __future__ import annotations

#: field → characters at most (NFC, outer white space aside)
FIELDS: dict[str, int] = {
    "id": 64,
    "text": 5000,
    "postback": 200,
    "name": 200,
    "phone": 50,
    "email": 254,
    "page_url": 2000,
}
#: Of one line: a line break in a name would forge lines wherever it is shown.
SINGLE_LINE = frozenset({"id", "postback", "name", "phone", "email", "page_url"})

TOKEN_HEADER = "x-visitor-token"
#: What the page's script may send besides what every page may.
ASKS = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, X-Visitor-Token",
    "Access-Control-Max-Age": "7200",
}

MAX_BODY = 64 * 1024  # bytes
LONGEST_REPLY = 10_000  # characters
LARGEST_FILE = 40 * 1024 * 1024  # bytes: as large as we keep any
MOST_CHOICES, LONGEST_TITLE = 10, 80

#: Of one visitor, and of all visitors behind one address, in a minute.
MOST_OF_VISITOR, MOST_OF_ADDRESS = 30, 120

NO_VISIT = "Phiên trò chuyện không còn hiệu lực, vui lòng bắt đầu lại"
TEXT_MISSING = "Vui lòng nhập nội dung"
ID_MISSING = "Thiếu id của tin nhắn (UUID do trang tạo ra)"
UNTIL_MISSING = "Thiếu thời điểm đã xem (mili giây)"
TYPE_UNKNOWN = "Loại không được hỗ trợ: message hoặc read"
TOO_LONG = "Tối đa {limit} ký tự"
NOT_TEXT = "Giá trị phải là chữ"
BODY_UNREADABLE = "Không đọc được nội dung gửi lên: cần JSON, mã hóa UTF-8"
BODY_TOO_LARGE = "Nội dung gửi lên quá lớn: tối đa 64 KB"
CONTENT_TYPE = "Chỉ nhận application/json"
NOTHING_TO_SAY = "Tin nhắn không có nội dung"
