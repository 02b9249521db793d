"""What wants no answer, what stops messages, and what is more than a matter of its type."""

import pytest

from chalicelib.language.text import fold
from chalicelib.language.topics import understand

COURTESIES = (
    "cảm ơn shop",
    "Cảm ơn shop nhiều ạ",
    "cám ơn ạ",
    "CẢM ƠN SHOP!!!",
    "tks shop",
    "Thank you so much!",
    "ok em",
    "okeee",
    "Ok cảm ơn bạn nhé 😊",
    "dạ vâng ạ",
    "dạ",
    "ừ",
    "hi",
    "hi shop ơi",
    "xin chào shop",
    "Chào shop ạ",
    "good morning shop",
    "cảm ơn shop đã hỗ trợ nhiệt tình",
    "chúc shop buôn may bán đắt",
    "mình nhận được rồi, cảm ơn shop",
    "không có gì ạ",
    "Đã rõ, cảm ơn bạn",
    "ok để em xem",
    "bye shop",
    "haha",
    "hihi",
    "kkk",
)
FACES = (
    "👍",
    "👍🏻",
    "😍😍😍",
    "❤️",
    "<3",
    ":)))",
    "=))",
    "/-heart",
    "/-strong /-heart",
    ":-h",
    "[smile]",
    "🇻🇳",
    "",
    " ",
)
NOT_COURTESIES = (
    "cảm ơn, nhưng đơn của tôi chưa tới",
    "cảm ơn vì hàng lỗi",
    "cảm ơn shop, khi nào giao ạ",
    "alo có ai không",
    "alo?",
    "xin chào, giá bao nhiêu",
    "chào shop, cho em hỏi",
    "hi, mình muốn mua áo",
    "shop ơi",
    "?",
    "👍?",
    "ok?",
    "...",
    "1",
    "không",
    "dạ đơn DH12345",
    "0912345678",
    "Rất hài lòng",
    "Shop phục vụ tốt quá 😍👍🏻 /-heart :) 🇻🇳",
    "stop",
    "cảm ơn " * 60,
)


@pytest.mark.parametrize("text", [*COURTESIES, *map(fold, COURTESIES), *FACES])
def test_courtesy(text: str) -> None:
    assert understand(text).courtesy
    assert not understand(text, has_attachment=True).courtesy


@pytest.mark.parametrize("text", [*NOT_COURTESIES, *map(fold, NOT_COURTESIES)])
def test_no_courtesy(text: str) -> None:
    assert not understand(text).courtesy


OUT = (
    "STOP",
    "Stop!",
    "HỦY",
    "Huỷ",
    "TC",
    "TC QC",
    "TỪ CHỐI",
    "từ chối nhận tin",
    "ngừng nhận tin",
    "hủy đăng ký",
    "hủy nhận tin giúp mình",
    "không nhận tin nữa",
    "Không muốn nhận tin nhắn quảng cáo nữa",
    "đừng gửi tin cho tôi nữa",
    "shop ơi đừng nhắn tin nữa",
    "unsubscribe",
    "please stop",
    "stop sending me messages",
)
NOT_OUT = (
    "hủy đơn",
    "hủy đơn giúp mình",
    "hủy giúp em đơn DH12345",
    "từ chối nhận hàng",
    "từ chối thanh toán",
    "ngừng giao đi",
    "không mua nữa",
    "không nhận hàng nữa",
    "không nhận được tin nhắn",
    "stop order",
    "TC12345",
    "cảm ơn",
    "",
)


@pytest.mark.parametrize("text", [*OUT, *map(fold, OUT)])
def test_opt_out(text: str) -> None:
    meant = understand(text)
    assert meant.opt_out
    assert not meant.courtesy
    assert not meant.opt_in


@pytest.mark.parametrize("text", [*NOT_OUT, *map(fold, NOT_OUT)])
def test_no_opt_out(text: str) -> None:
    assert not understand(text).opt_out


@pytest.mark.parametrize(
    "text", ["START", "dang ky lai", "Đăng ký lại", "đăng ký nhận tin", "muốn nhận lại tin nhắn ạ"]
)
def test_opt_in(text: str) -> None:
    assert understand(text).opt_in
    assert not understand(text).opt_out


@pytest.mark.parametrize("text", ["đăng ký tài khoản", "start máy không được", "nhận lại hàng"])
def test_no_opt_in(text: str) -> None:
    assert not understand(text).opt_in


REASONS = (
    ("Tôi sẽ khởi kiện ra tòa", "legal", True),
    ("tôi sẽ kiện shop", "legal", True),
    ("Tôi đã nhờ luật sư", "legal", True),
    ("không hoàn tiền tôi báo công an", "legal", True),
    ("gửi đơn lên cục quản lý thị trường", "legal", True),
    ("tôi sẽ gọi phóng viên", "press", True),
    ("để báo chí vào cuộc", "press", True),
    ("tôi bóc phốt cho xem", "viral", True),
    ("Không xử lý tôi đăng bài lên group", "viral", True),
    ("tôi đăng lên facebook cho mọi người biết", "viral", True),
    ("đăng clip lên tiktok", "viral", True),
    ("em bị dị ứng phải nhập viện", "safety", False),
    ("pin phát nổ", "safety", False),
    ("bị trừ tiền hai lần", "money", False),
    ("lần thứ 3 rồi đấy", "repeated", False),
)


@pytest.mark.parametrize(("text", "reason", "urgent"), REASONS)
def test_reasons_of_severity(text: str, reason: str, urgent: bool) -> None:
    for typed in (text, fold(text)):
        meant = understand(typed)
        assert reason in meant.severe
        assert meant.urgent_words is urgent


@pytest.mark.parametrize(
    "text",
    [
        "giao kiện hàng cho em",
        "điều kiện đổi trả",
        "có sự kiện gì không",
        "thiếu phụ kiện",
        "thấy shop đăng lên facebook giá 200k",
        "giao tới công an phường 5",
        "không bị dị ứng gì",
        "em uống ngày 3 lần",
    ],
)
def test_what_only_looks_severe(text: str) -> None:
    assert understand(text).severe == ()
    assert understand(fold(text)).severe == ()
