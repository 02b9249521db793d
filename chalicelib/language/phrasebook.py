"""Finding the phrases of a table in a message, whole words only; used by this package alone.

A phrase is written with accents, its words in order; ``[a|b c]`` is one of several, ``(a|b c)``
the same but may be missing, ``..`` stands for up to three words and ``...`` for up to seven of
the same sentence, ``0`` for any number, ``{name}`` for a text of ``MACROS``. ``!a`` must carry its
accents, because without them it is another common word ("dở" and "do"). A word of the message
that has accents must have the same ones; one typed without any fits by its letters, unless it is
meant so (``text.PLAIN``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..platform.fact import frozen
from .text import PLAIN, Token, accents, fold

_THING = (
    "hàng|đồ|đơn|đơn hàng|món hàng|sản phẩm|áo|quần|váy|đầm|giày|dép|túi|máy|món|hộp|kiện hàng|sách"
)
_VERY = (
    "hơi|rất|quá|khá|cực|cực kì|cực kỳ|siêu|thật|thật sự|thực sự|bị|cũng|thì|là|vô cùng|toàn|lại"
    "|càng|có vẻ|hơi bị|quá là|khá là|rất là|vẫn|đã|có|nhìn|như"
)
_ME = "mình|tôi|em|anh|chị|tui|cháu|cô|chú|bạn|tớ|khách|nhà mình|bên mình|bọn mình|con"
MACROS: dict[str, str] = {
    "no": "[không|chưa|chẳng|chả|đâu có|đâu thấy] (hề|thể|thấy|có|được|bao giờ) (thấy|có|được)",
    "very": f"({_VERY}) ({_VERY})",
    "thing": f"[{_THING}]",
    "goods": f"({_THING}|cái|chiếc) (này|đó|của {_ME.replace('|', '|của ')})",
    "n": "[0|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mấy|cả|nửa|chục|nhiều|vài|hơn]",
    "period": "[ngày|tuần|tháng|hôm|bữa|ngày trời|tuần lễ]",
    "late": "[trễ|chậm|muộn|lâu]",
    "ship": "[giao|ship|gửi|vận chuyển|chuyển phát]",
    "me": f"({_ME})",
    "for": f"(giúp|hộ|giùm|dùm|cho|lại|luôn) ({_ME}) (với|cái)",
    "please": f"[muốn|cần|xin|nhờ|yêu cầu|đòi|định|cho {_ME.replace('|', '|cho ')}"
    f"|giúp|hộ|giùm|cho|phải] ({_ME}) (được|xin)",
    "q": "[không|chưa|bao nhiêu|bao lâu|thế nào|như thế nào|sao|ở đâu|đâu|khi nào|bao giờ|mấy|gì|nào]",
    "ask": "[hỏi|nhắn|nhắn tin|gọi|gọi điện|liên hệ|liên lạc|inbox|chat|gọi tổng đài|gọi hotline|mail]",
}

_PART = re.compile(r"\[[^\]]*\]|\([^)]*\)|\S+")
_MACRO = re.compile(r"\{(\w+)\}")

_REFUSING = ("không", "chưa", "chẳng", "chả")
_REFUSALS = {fold(word): accents(word) for word in _REFUSING}

# Folded word → the accents it may carry.
Choices = dict[str, frozenset[str]]


def is_refusal(token: Token) -> bool:
    """Whether a word is "không", "chưa", "chẳng" or "chả" (and not "chua", sour)."""
    marks = _REFUSALS.get(token.folded)
    return marks is not None and token.accents in (marks, "")


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a phrase: single words, longer alternatives by their first word, or a gap.

    ``refuses``: "không" or its like stands in an alternative.
    """

    choices: Choices
    longer: Mapping[str, tuple[tuple[Choices, ...], ...]]
    optional: bool = False
    refuses: bool = False
    gap: int = 0

    def firsts(self) -> Iterator[str]:
        yield from self.choices
        yield from self.longer


@frozen
class Phrase:
    """A compiled phrase. ``needs`` has a bit for each part that may not be missing, the same bit for equal parts."""

    label: str
    weight: float
    parts: tuple[Part, ...]
    needs: int
    solid: bool
    refuses: bool


@frozen
class Match:
    """A phrase found in tokens [start, end)."""

    label: str
    weight: float
    start: int
    end: int
    solid: bool
    refuses: bool


@lru_cache(maxsize=4096)
def _word(written: str) -> tuple[str, frozenset[str]]:
    strict = written.startswith("!")
    word = "0" if written.isdigit() else written.removeprefix("!")
    marks = accents(word)
    # "đoi", "đuoc": đ typed, the rest not.
    if not marks:
        return fold(word), frozenset(("", PLAIN))
    half = fold(word.replace("đ", "\0")).replace("\0", "đ") if "đ" in word else marks
    return fold(word), frozenset((marks,) if strict else (marks, half, ""))


def _choices(words: Iterable[str]) -> Choices:
    choices: Choices = {}
    for written in words:
        folded, marks = _word(written)
        choices[folded] = choices.get(folded, frozenset()) | marks
    return choices


@lru_cache(maxsize=4096)
def _only(written: str) -> Choices:
    folded, marks = _word(written)
    return {folded: marks}


@lru_cache(maxsize=4096)
def _part(written: str) -> Part:
    if written in ("..", "..."):
        return Part({}, {}, gap=3 if written == ".." else 7)
    alternatives = [words.split() for words in written.strip("[]()").split("|")]
    longer: dict[str, tuple[tuple[Choices, ...], ...]] = {}
    for words in alternatives:
        if len(words) > 1:
            first = _word(words[0])[0]
            longer[first] = (*longer.get(first, ()), tuple(map(_only, words)))
    return Part(
        _choices(words[0] for words in alternatives if len(words) == 1),
        longer,
        optional=written.startswith("("),
        refuses=any(word in _REFUSING for words in alternatives for word in words),
    )


def _ends(part: Part, found: Sequence[Token], at: int) -> Sequence[int]:
    """Where the alternatives of a part that fit at ``at`` end, longer ones first."""
    token = found[at]
    single = (at + 1,) if token.accents in part.choices.get(token.folded, ()) else ()
    longer = part.longer.get(token.folded)
    if longer is None:
        return single
    ends = [at + len(words) for words in longer if _all_fit(words, found, at)]
    return (*sorted(ends, reverse=True), *single) if ends else single


def _all_fit(words: Sequence[Choices], found: Sequence[Token], at: int) -> bool:
    if at + len(words) > len(found) or found[at].sentence != found[at + len(words) - 1].sentence:
        return False
    for word in words:
        if found[at].accents not in word.get(found[at].folded, ()):
            return False
        at += 1
    return True


def _reach(parts: Sequence[Part], step: int, found: Sequence[Token], at: int) -> int:
    """Index after the last token ``parts[step:]`` take from ``at`` on; 0 when they do not fit."""
    while step < len(parts):
        part = parts[step]
        if part.gap:
            return _after_gap(parts, step, found, at)
        if at < len(found) and found[at].sentence == found[at - 1].sentence:
            for end in _ends(part, found, at):
                reached = _reach(parts, step + 1, found, end)
                if reached:
                    return reached
        if not part.optional:
            return 0
        step += 1
    return at


def _after_gap(parts: Sequence[Part], step: int, found: Sequence[Token], at: int) -> int:
    for start in range(at, min(at + parts[step].gap + 1, len(found))):
        if found[start].sentence != found[at - 1].sentence:
            return 0
        reached = _reach(parts, step + 1, found, start)
        if reached:
            return reached
    return 0


class Phrasebook:
    """Phrases by their first word. Built once, read by every message."""

    __slots__ = ("_bits", "_by_first", "_offers")

    def __init__(self, phrases: Iterable[tuple[str, float, str]]) -> None:
        """``phrases``: (label, weight, phrase as in the module's docstring)."""
        self._by_first: dict[str, list[Phrase]] = {}
        self._bits: dict[int, int] = {}
        self._offers: dict[str, int] = {}
        for label, weight, written in phrases:
            text = _MACRO.sub(lambda name: MACROS[name.group(1)], written)
            parts = tuple(_part(part) for part in _PART.findall(text))
            if parts[0].optional or parts[0].gap or parts[-1].gap:
                raise ValueError(f"a phrase begins and ends with words: {written!r}")
            phrase = Phrase(
                label=label,
                weight=weight,
                parts=parts,
                needs=self._needs(parts),
                solid=not any(part.gap for part in parts),
                refuses=any(part.refuses for part in parts if not part.optional),
            )
            for first in set(parts[0].firsts()):
                self._by_first.setdefault(first, []).append(phrase)

    def _needs(self, parts: Sequence[Part]) -> int:
        """The bits of the necessary parts; notes for each word which parts it can begin."""
        needs = 0
        for part in parts:
            if not part.optional and not part.gap:
                bit = self._bits.get(id(part))
                if bit is None:
                    bit = self._bits[id(part)] = 1 << len(self._bits)
                    for word in part.firsts():
                        self._offers[word] = self._offers.get(word, 0) | bit
                needs |= bit
        return needs

    def find(self, found: Sequence[Token]) -> list[Match]:
        """Every phrase met, longest alternatives first; matches may overlap."""
        places: dict[str, list[int]] = {}
        for at, token in enumerate(found):
            places.setdefault(token.folded, []).append(at)
        offered = 0
        for word in places:
            offered |= self._offers.get(word, 0)
        matches = []
        for word, starts in places.items():
            for phrase in self._by_first.get(word, ()):
                if phrase.needs & offered == phrase.needs:
                    for at in starts:
                        end = _reach_from(phrase.parts, found, at)
                        if end:
                            matches.append(
                                Match(
                                    label=phrase.label,
                                    weight=phrase.weight,
                                    start=at,
                                    end=end,
                                    solid=phrase.solid,
                                    refuses=phrase.refuses,
                                )
                            )
        return matches

    def covers(self, found: Sequence[Token], label: str) -> bool:
        """Whether phrases of ``label``, and of ``filler`` beside them, take up every word."""
        reached = {0: False}
        for at, token in enumerate(found):
            if at in reached:
                for phrase in self._by_first.get(token.folded, ()):
                    end = phrase.label in (label, "filler") and _reach_from(phrase.parts, found, at)
                    if end:
                        said = reached[at] or phrase.label == label
                        reached[end] = reached.get(end, False) or said
        return reached.get(len(found), False)


def _reach_from(parts: Sequence[Part], found: Sequence[Token], at: int) -> int:
    """As ``_reach``, for the first word of a phrase, which may begin a sentence."""
    for end in _ends(parts[0], found, at):
        reached = _reach(parts, 1, found, end)
        if reached:
            return reached
    return 0


def phrases(table: dict[str, dict[float, str]]) -> Iterator[tuple[str, float, str]]:
    """(label, weight, phrase) of a table label → weight → phrases, one a line."""
    for label, by_weight in table.items():
        for weight, block in by_weight.items():
            for written in filter(None, map(str.strip, block.split("\n"))):
                yield label, weight, written
