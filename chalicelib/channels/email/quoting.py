"""What somebody wrote themselves in a mail, without the message they answer. Called by `letter`.

Pure text rules, line by line: mail programs put a line above what they quote, and each has its
own, in the language of its user. A message that is forwarded is not quoted: it is what is said.
Nothing is cut when nothing would be left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..wire import composed

#: Further down nobody looks for the line: what stands there is quoted long since.
MOST_LINES = 5_000
LONGEST_LINE = 1_000

DASHED = re.compile(
    r"\W{0,3}-{2,}\s*(?:original message|reply message|thư gốc|tin nhắn gốc|tin nhắn ban đầu"
    r"|nội dung gốc|ursprüngliche nachricht|message d'origine)\s*-{2,}\W{0,3}",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"-{2,}\s*(?:forwarded message|begin forwarded message|thư được chuyển tiếp"
    r"|thư đã chuyển tiếp|tin nhắn được chuyển tiếp|chuyển tiếp thư)\b|^begin forwarded message",
    re.IGNORECASE | re.MULTILINE,
)
FORWARDED_SUBJECT = re.compile(r"\s*(?:fwd?|chuyển tiếp|c\.tiếp|tr)\s*:", re.IGNORECASE)
ABOVE_THIS = re.compile(
    r"\W*(?:please )?(?:type your reply|reply|write) above this line\W*"
    r"|\W*vui lòng (?:trả lời|viết) (?:phía |ở )?(?:bên )?trên dòng này\W*",
    re.IGNORECASE,
)
#: "On … wrote:", "Vào … đã viết:" and their like; the line may be broken in up to four.
BEGINS = re.compile(
    r"(?:on|vào|lúc|ngày|hôm|trong|le|am|el|op|il|em|den)\b|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    r"|\S.{0,80}[<\[(]\S+@\S+[>\])]",
    re.IGNORECASE,
)
WROTE = re.compile(
    r"(?:\bwrote|\bviết|\bđã viết(?: như sau| rằng)?|\bđã nói|\ba écrit|\bschrieb|\bescribió"
    r"|\bha scritto|\bescreveu|\bschreef|\bskrev)[^:]{0,60}:\s*$",
    re.IGNORECASE,
)
BROKEN_IN = 4
#: The block of headers Outlook puts above: a sender first, then a date, recipient or subject.
SENDER = re.compile(r"\W{0,3}(?:from|từ|người gửi|gửi từ|von|de)\W{0,2}\s*:", re.IGNORECASE)
OTHER_FIELD = re.compile(
    r"\W{0,3}(?:sent|date|đã gửi|ngày gửi|ngày|gửi|gửi lúc|thời gian|to|đến|tới|người nhận"
    r"|subject|chủ đề|tiêu đề|gesendet|envoyé|enviado)\W{0,2}\s*:",
    re.IGNORECASE,
)
BLOCK_LINES = 6
LINE_ABOVE = re.compile(r"\s*(?:_{5,}|-{5,}|={5,}|\*{5,})\s*")
QUOTED = re.compile(r"\s*>")


def own_words(text: str, subject: str = "") -> str:
    """The text without what it quotes; all of it when nothing else would be left.

    `subject` tells a forwarded mail, of which nothing is cut.
    """
    whole = composed(text).replace("\r\n", "\n").strip()
    if FORWARDED_SUBJECT.match(subject) or FORWARDED.search(whole):
        return whole
    lines = whole.split("\n")
    own = _unquoted(lines[: _end(lines)])
    return "\n".join(own).strip() or "\n".join(_unquoted(lines)).strip() or whole


def is_forwarded(text: str, subject: str) -> bool:
    """Whether a mail passes on another one, which is then what it says."""
    return bool(FORWARDED_SUBJECT.match(subject) or FORWARDED.search(text))


def _end(lines: Sequence[str]) -> int:
    """The number of the line at which what is quoted begins; all of them when nothing is.

    A quotation with words of the customer's above it, or (an answer below) without any.
    """
    for number in range(min(len(lines), MOST_LINES)):
        if _starts_quote(lines, number):
            above = number
            while above and (LINE_ABOVE.fullmatch(lines[above - 1]) or not lines[above - 1]):
                above -= 1
            return above
    return len(lines)


def _starts_quote(lines: Sequence[str], number: int) -> bool:
    line = lines[number][:LONGEST_LINE].strip()
    if not line:
        return False
    if DASHED.fullmatch(line) or ABOVE_THIS.fullmatch(line):
        return True
    if SENDER.match(line):
        following = lines[number + 1 : number + BLOCK_LINES]
        return sum(OTHER_FIELD.match(one[:LONGEST_LINE]) is not None for one in following) >= 2
    return _announced(lines, number)


def _announced(lines: Sequence[str], number: int) -> bool:
    """Whether a line, or it with those it was broken into, says who wrote what follows."""
    if not BEGINS.match(lines[number].strip(" *_\t")[:LONGEST_LINE]):
        return False
    joined = ""
    for line in lines[number : number + BROKEN_IN]:
        if not line.strip() or QUOTED.match(line):
            return False
        joined = f"{joined} {line.strip(' *_')}"[:LONGEST_LINE]
        if WROTE.search(joined):
            return True
    return False


def _unquoted(lines: Sequence[str]) -> list[str]:
    """The lines without those that begin with `>`."""
    return [line for line in lines if not QUOTED.match(line)]
