"""Zalo's answers to a mini app's server (channels.md §9), and what its users are told.

Users read the texts, so they are Vietnamese.
"""

from __future__ import annotations

from ..sending import Outcome

CHANNEL, PROVIDER, SOURCE = "zalo_mini_app", "mini_app", "zalo_mini_app"

#: Field → characters at most of what the app posts: its user's name and phone are proved.
FIELDS: dict[str, int] = {
    "id": 64,
    "text": 5000,
    "postback": 200,
    "page_url": 2000,
    "order": 100,
    "product": 200,
}

#: `error` of an answer → what it means. -242: the proof does not fit, so app and secret do
#: not belong together. The code of a phone token that is used up or too old is not confirmed
#: by Zalo's documentation; any other code means the same to us: a new token is needed.
CODES: dict[int, Outcome] = {
    -242: Outcome.REAUTH,
    -501: Outcome.PERMANENT,
    -32: Outcome.RETRY,
}
REASONS: dict[Outcome, str] = {
    Outcome.SENT: "",
    Outcome.REAUTH: "Zalo không chấp nhận khóa bí mật của ứng dụng",
    Outcome.PERMANENT: "Zalo không chấp nhận mã truy cập này, vui lòng lấy mã mới",
    Outcome.RETRY: "Zalo chưa trả lời, vui lòng thử lại sau",
}
NO_SECRET = "Mini App chưa có khóa bí mật của ứng dụng"
NO_SESSION = "Phiên đăng nhập không còn hiệu lực, vui lòng mở lại ứng dụng"
NOT_THEIRS = "Mã truy cập không thuộc về người dùng của phiên này"
NO_PHONE = "Zalo không trả về số điện thoại hợp lệ"
SANDBOX = "Tài khoản thử nghiệm không gọi ra Zalo"
TOLD_TOO_LARGE = "Sự kiện gửi tới quá lớn: tối đa 16 KB"
