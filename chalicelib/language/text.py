"""Preparation of customers' text: storable form, search form, and tokens for reading.

Called by intake (before a message is stored), by whoever writes or asks search keys, and by the
other modules of this package. Pure; any string is accepted, lone surrogates included.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from .teencode import TEENCODE

# Bytes no one means to send, and invisible marks that come with copied phone numbers and names.
# Not in here: U+200C/U+200D (joiners), variation selectors and tag characters, which make emoji.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_BLANKS_AROUND_LINE_END = re.compile(r" ?\n ?")
_MANY_LINE_ENDS = re.compile(r"\n{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")

# The Icelandic eth is what old Vietnamese keyboards and fonts leave in place of đ.
_FOLDING: dict[int, str | None] = {
    **dict.fromkeys(range(0x300, 0x370)),
    **dict.fromkeys(map(ord, "đĐðÐ"), "d"),
}
_WORD = re.compile(r"[^\W_]+")


def normalise(text: str) -> str:
    """The form in which a text is stored: NFC, no control characters, sane whitespace.

    Line ends become ``\\n`` (at most one empty line in a row), other blanks one space; the ends
    are stripped. Emoji keep their joiners, selectors and skin tones. Split surrogate pairs are
    joined, lone ones become U+FFFD, so that the result can always be encoded. Idempotent.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return _MANY_LINE_ENDS.sub("\n\n", _BLANKS_AROUND_LINE_END.sub("\n", text)).strip()


def one_line(text: str) -> str:
    """A name or title as it is stored: normalised, on one line. Raises ValueError for an empty one."""
    line = " ".join(normalise(text).split())
    if not line:
        raise ValueError("must not be empty")
    return line


def fold(text: str) -> str:
    """The search form: lower case, no accents, ``đ`` → ``d``, single spaces. Idempotent.

    ``fold("Giao hàng  TRỄ") == "giao hang tre"``, whether typed composed or decomposed.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_FOLDING)
    return " ".join(text.lower().split())


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text in order, repetitions kept: what search keys are made of."""
    return tuple(_WORD.findall(fold(text)))


@dataclass(frozen=True, slots=True)
class Token:
    """One word as read.

    ``accents`` is empty when it was typed without any, ``PLAIN`` when it is meant that way.
    """

    folded: str
    accents: str
    sentence: int
    segment: int


# No Vietnamese syllable has more than seven letters; what is longer is no word.
_LONGEST_WORD = 40
_PIECES = re.compile(r"(\d+(?:[.,]\d+)*)(?![^\W_])|([^\W_]+)|([.!?;\n…]+)|([,:()+]+)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_STRETCHED = re.compile(r"(.)\1{2,}")
# A refusal before one of these says nothing about what comes after it.
_TURNS = frozenset(("nhung", "tuy", "song", "con"))
_AMOUNT = re.compile(r"\d+(?:k|tr|đ|d|vnd|vnđ|ml|l|g|kg|cm|m|h|p|gb|tb|%|m\d+|tr\d+|h\d+)")
_UNITS = frozenset(("k", "kg", "km", "m", "h", "tr", "cm", "c", "d", "đ"))

PLAIN = "-"
_PLAIN_WORDS = frozenset(
    "ai anh ba ban bao bay be bi bo bia cao cam can cay chai chan chat chi chua chia chim cho chung"
    " con cu cua cung da dai dao day di do doi du dung em gan gia giao gian gom gai ghi hai"
    " ham hai han hay hi ho hoa hoang hong hu hung in kem keo kha khai khi kho khoa khoan"
    " khu kia kim ky la lam lan lao lau lo loa loan long lung ma mai mang may men mi mong mua mui"
    " nam nan nay ngang nghe ngay ngon nha nhanh nhau nhe nho no nu ong pha phai phan phim phong"
    " qua quan quay que qui ra rang ren ri sai san sang sao say sen si so son sau ta tai tan tang"
    " tay te tem ten tha tham than thang thanh theo thi thu thua thong thom ti tim tin to toan tra"
    " trai trang tranh tre trong trung tu tung tuy u ung va vai vang ve vi vo voi vu vua vui"
    " xa xang xem xin xinh xong xu xung y yen".split()
)
_TONES = {0x300: 1, 0x301: 2, 0x303: 3, 0x309: 3, 0x323: 4}


@lru_cache(maxsize=8192)
def accents(word: str) -> str:
    """The accents of one lower-case word, comparable: quality letters, then the tone.

    ``hoà`` and ``hòa`` are the same, and so are hỏi and ngã (``trể`` = ``trễ``), which half the
    country does not tell apart. Empty for a word without accents.
    """
    if word.isascii():
        return ""
    tone = ""
    letters = []
    for sign in unicodedata.normalize("NFD", word):
        found = _TONES.get(ord(sign))
        if found is None:
            letters.append(sign)
        else:
            tone = str(found)
    return unicodedata.normalize("NFC", "".join(letters)) + tone


@lru_cache(maxsize=8192)
def _spellings(word: str) -> tuple[tuple[str, str], ...]:
    """One typed word as (folded, accents) of what it stands for; teencode may stand for several."""
    meant = TEENCODE.get(word) or TEENCODE.get(_STRETCHED.sub(r"\1", word))
    if meant is not None:
        return tuple((fold(part), accents(part)) for part in meant.split())
    folded = fold(word)
    short = _STRETCHED.sub(r"\1", folded)
    return ((short, accents(word) if short == folded else ""),)


def tokens(text: str, *, longest: int = 10_000) -> tuple[Token, ...]:
    """Words of a text for reading its meaning, with sentence and segment (comma, "nhưng") counted.

    Addresses of web pages are left out, numbers read as ``0``, stretched words shortened
    (``lâuuuu``), teencode expanded. Only the first ``longest`` characters are read.
    """
    prepared = _ADDRESS.sub(" ", unicodedata.normalize("NFKC", text[:longest]).lower())
    found: list[Token] = []
    sentence = segment = 0
    accented = typed = 0
    number_end = -9
    for piece in _PIECES.finditer(prepared):
        kind = piece.lastindex
        if kind == 1:
            found.append(Token("0", "", sentence, segment))
        elif kind == 2:
            word = piece.group()[:_LONGEST_WORD]
            if _AMOUNT.fullmatch(word):
                word = "0"
            typed += 1
            accented += not word.isascii()
            # "50 k" and "3 kg" are an amount and a weight, not "không".
            for folded, marks in (
                ((word, ""),)
                if piece.start() - number_end <= 1 and word in _UNITS
                else _spellings(word)
            ):
                segment += folded in _TURNS
                found.append(Token(folded, marks, sentence, segment))
        else:
            segment += 1
            sentence += kind == 3
        if kind == 1:
            number_end = piece.end()
    return _meant_plain(found) if 3 * accented >= typed else tuple(found)


def _meant_plain(found: list[Token]) -> tuple[Token, ...]:
    """Where the writer uses accents, common words that have none are meant as they stand."""
    return tuple(
        replace(token, accents=PLAIN)
        if not token.accents and token.folded in _PLAIN_WORDS
        else token
        for token in found
    )
