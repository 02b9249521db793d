"""Words by which a customer stops or resumes messages from us; used by ``topics``.

Only a message that is nothing but such a word counts: "HỦY" stops messages, "hủy đơn" is an order.
"""

from collections.abc import Sequence
from functools import cache

from .phrasebook import Phrasebook, phrases
from .text import Token

_TELL = "[tin|tin nhắn|thông báo|quảng cáo|tin quảng cáo|tin nhắn quảng cáo|khảo sát|thông tin|email|mail|sms|tin khuyến mãi|bản tin|qc|tin rác]"
_SEND = "[gửi|nhắn|nhận|spam|làm phiền|gọi|gửi tin|nhắn tin|nhận tin]"
_WORDS: dict[str, dict[float, str]] = {
    "out": {
        1: f"""
[stop|stopall|stop all|unsubscribe|unsub|optout|opt out|huy|hủy|huỷ|tc|từ chối|dnc|ngừng|dừng lại|hủy tin|tc qc|tc quảng cáo|hủy quảng cáo]
[please stop|stop sending|stop messaging|stop spam|stop spamming|remove me|do not contact|don t contact|stop texting] (me|messages|this|messages to me|from the list|from your list) (messages)
[từ chối|tc|hủy|huỷ|ngừng|dừng|ngưng|thôi|hủy bỏ|tắt|bỏ] (việc|đăng ký|đăng kí) ({_SEND[1:-1]}) (cho) {_TELL}
[ngừng|dừng|ngưng|thôi|đừng] (có) {_SEND} ({_TELL[1:-1]}) (cho|đến) (tôi|mình|em|anh|chị|tui) (nữa)
[ngừng|dừng|ngưng|đừng] (có) {_SEND} (cho|đến) (tôi|mình|em|anh|chị|tui) {_TELL}
[không|chẳng] (muốn|cần|đồng ý|có nhu cầu|thích) {_SEND} (thêm) {_TELL}
[không|đừng] {_SEND} ({_TELL[1:-1]}) (cho) (tôi|mình|em|anh|chị|tui) nữa
[không|chẳng] (muốn|cần) {_SEND} ({_TELL[1:-1]}) nữa
[hủy đăng ký|huỷ đăng ký|hủy đăng kí|hủy theo dõi tin|hủy nhận tin|từ chối nhận tin|ngừng nhận tin|hủy dk|hủy dịch vụ tin nhắn] ({_TELL[1:-1]})
"""
    },
    "in": {
        1: f"""
[start|unstop|resubscribe|subscribe|opt in|optin|start again]
[đăng ký lại|đăng kí lại|đk lại|dk lại|dang ky lai|mở lại tin nhắn|bật lại thông báo]
[đăng ký|đăng kí|đồng ý|muốn|cho|đăng ký lại|tiếp tục] (tôi|mình|em) (muốn) nhận (lại) {_TELL}
nhận (lại) {_TELL} (trở lại) [lại|trở lại|tiếp]
nhận lại {_TELL}
"""
    },
    "filler": {
        1: """
[shop|em|anh|chị|bạn|mình|tôi|ad|admin|ơi|ạ|nhé|nha|giúp|giùm|hộ|dùm|cho|với|đi|lại|nữa|xin|vui lòng|làm ơn|please|dạ|vui|cảm ơn|thanks|cho tôi|luôn|đừng|này|các|của shop|từ shop|quảng cáo|nữa nhé|me|ngay|hàng|ngày|tui]
"""
    },
}
_LONGEST = 20


@cache
def _book() -> Phrasebook:
    return Phrasebook(phrases(_WORDS))


def _says(found: Sequence[Token], label: str) -> bool:
    return 0 < len(found) <= _LONGEST and _book().covers(found, label)


def opts_out(found: Sequence[Token]) -> bool:
    """Whether a message, as ``text.tokens``, is nothing but "no more messages"."""
    return _says(found, "out")


def opts_in(found: Sequence[Token]) -> bool:
    """Whether a message, as ``text.tokens``, is nothing but "messages again, please"."""
    return _says(found, "in")
