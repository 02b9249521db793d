"""What customers write: Vietnamese as it is typed, with and without accents. Used by `plan`.

`MATTERS` want an answer and open a ticket; `COURTESIES` and `OPT_OUTS` do not.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from string import ascii_lowercase, digits

MATTERS = (
    "Shop ơi, đơn {order} của mình giao hàng trễ 3 ngày rồi mà chưa thấy đâu",
    "Giao hàng trễ quá shop ơi, đơn {order} hẹn hôm kia mà chưa thấy",
    "Mình đặt áo size M mà shop giao nhầm size L, đơn {order}",
    "Nồi chiên mới mua hôm qua, hôm nay bật không lên nguồn, hàng bị lỗi rồi",
    "Nhân viên cửa hàng nói chuyện rất khó chịu, mình không hài lòng chút nào",
    "Mã giảm giá GIAM10 không áp dụng được như quảng cáo là sao vậy shop?",
    "Đơn {order} bị trừ tiền hai lần, shop kiểm tra giúp mình",
    "Cho mình hỏi cách lắp lõi lọc của máy lọc nước với",
    "Mình thanh toán qua ví mãi không được, cứ báo lỗi",
    "Em muốn đổi size đôi giày hôm trước, chưa đi lần nào ạ",
    "Cho chị hoàn tiền đơn {order} nhé, chị không nhận hàng nữa",
    "Máy xay bị rỉ nước, còn bảo hành không shop? SĐT mình {phone}",
    "Anh muốn đổi địa chỉ nhận đơn {order} sang 12 Lê Lợi, Đà Nẵng",
    "Áo khoác gió màu xanh rêu còn size L không ạ, giá bao nhiêu?",
    "Đơn {order} của em đi đến đâu rồi ạ?",
    "Góp ý shop nên có thêm màu be cho túi vải",
    "Mình không đăng nhập được tài khoản, quên mật khẩu rồi, gọi {phone} giúp mình",
)
#: What somebody says in every run, as it stands: the README looks for it.
ALWAYS = MATTERS[1]
COURTESIES = ("Cảm ơn shop nhé", "Dạ vâng ạ", "ok shop", "tks shop nha", "👍", "cam on ad nhieu ❤️")
OPT_OUTS = ("Hủy nhận tin", "STOP", "từ chối nhận tin")
EMOJI = ("😢", "🙏🏻", "😡😡", "❤️", "🇻🇳", "😅")
CAPTIONS = ("Hộp bị móp như hình", "Sản phẩm bị rách ở góc này shop ơi", "")
HUMAN_REPLIES = (
    "Dạ để em kiểm tra ngay cho mình ạ",
    "Shop đã nhận được thông tin, mình chờ chút nhé",
)
AGENT_REPLIES = (
    "Dạ shop xin lỗi mình vì sự bất tiện này, em đã chuyển bộ phận kiểm tra ạ.",
    "Dạ em đã ghi nhận, trong hôm nay bên em sẽ liên hệ lại mình nhé!",
    "Em chào chị, chị cho em xin thêm hình ảnh sản phẩm để em hỗ trợ nhanh ạ.",
)
NAMES = ("Nguyễn Hoàng Anh", "Trần Thị Mỹ Duyên", "Lê Đức Thịnh", "Phạm Ngọc Ánh", "Võ Thuỳ Trang")

#: How the young write: whole words only.
TEENCODE = {
    "không": "ko",
    "rồi": "r",
    "mình": "mk",
    "vậy": "z",
    "được": "dc",
    "cho": "cho",
    "của": "cua",
    "với": "vs",
    "gì": "j",
    "bao nhiêu": "bn",
    "biết": "bít",
}


def without_accents(text: str) -> str:
    """`Giao hàng trễ` → `Giao hang tre`."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def teencode(text: str) -> str:
    """The short forms of chat, in lower case."""
    said = text.lower()
    for word, short in TEENCODE.items():
        said = said.replace(f" {word} ", f" {short} ")
    return said


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


STYLES: tuple[Callable[[str], str], ...] = (str, str, without_accents, teencode, _decomposed)


def matter(chance: random.Random) -> str:
    """Something that wants an answer, in one of the ways people type it."""
    said = chance.choice(STYLES)(_filled(chance.choice(MATTERS), chance))
    return f"{said} {chance.choice(EMOJI)}" if chance.random() < 0.3 else said


def late(chance: random.Random) -> str:
    """What is said in every run."""
    return _filled(ALWAYS, chance)


def mark(key: str) -> str:
    """A short sign that tells one form from another: `#k3f7`.

    Letters and digits by turns, which no order number is, so that it changes nothing
    about what the text says.
    """
    value = int.from_bytes(sha256(key.encode()).digest()[:4])
    signs = []
    for alphabet in (ascii_lowercase, digits) * 2:
        value, at = divmod(value, len(alphabet))
        signs.append(alphabet[at])
    return "#" + "".join(signs)


def _filled(template: str, chance: random.Random) -> str:
    return template.format(
        order=f"DH{chance.randrange(10_000, 99_999)}",
        phone=f"09{chance.randrange(10_000_000, 99_999_999)}",
    )
