"""Bytes and headers of mails as text, whatever charset they claim to be in.

Called by `mime`, `sendgrid`, `letter`. A charset nobody knows, or that does not fit the bytes, is
guessed: UTF-8 when it is that, else Windows-1258, the old Vietnamese one. Never raises.
"""

from __future__ import annotations

import codecs
import re
from binascii import Error as BadBase64
from email.errors import HeaderParseError
from email.header import decode_header

from ..wire import composed

#: What senders call a charset → one that reads all of it.
ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "utf8mb4": "utf-8",
    "x-windows-1258": "cp1258",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "iso-8859-1": "cp1252",  # as browsers read it: nobody means the control characters
    "latin1": "cp1252",
}
#: Python codecs that are no charset of a mail, or that take time beyond all measure.
REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
LEGACY = "cp1258"
#: Control characters that are no part of a text; tabs and line ends are.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
FOLDED = re.compile(r"[\r\n]+[ \t]*")
LONGEST_HEADER = 20_000  # characters


def decoded(body: bytes, charset: str | None = None) -> str:
    """The bytes as NFC text, line ends as `\\n`, without control characters."""
    text = _declared(body, charset)
    if text is None:
        text = _guessed(body)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return composed(CONTROL.sub("", plain))


def _declared(body: bytes, charset: str | None) -> str | None:
    """The bytes in the charset they claim; None when that cannot be."""
    name = (charset or "").strip().strip("\"'").lower()
    if not name or len(name) > 40:
        return None
    try:
        codec = codecs.lookup(ALIASES.get(name, name)).name
        return None if codec in REFUSED else body.decode(codec)
    except (LookupError, UnicodeError, ValueError):
        return None


def _guessed(body: bytes) -> str:
    """UTF-8 where all but a few bytes are that, else the old Vietnamese charset."""
    text = body.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    return text if broken * 20 <= len(text) else body.decode(LEGACY, "replace")


def header(value: object) -> str:
    """A header's value as text on one line: encoded words read, folding undone."""
    raw = FOLDED.sub(" ", str(value))[:LONGEST_HEADER]
    try:
        parts = decode_header(raw)
    except (HeaderParseError, BadBase64, ValueError):
        parts = [(raw, None)]
    text = "".join(_part(piece, charset) for piece, charset in parts)
    return CONTROL.sub("", " ".join(text.split()))


def _part(piece: bytes | str, charset: str | None) -> str:
    body = piece if isinstance(piece, bytes) else octets(piece)
    return decoded(body, charset)


def octets(text: str) -> bytes:
    """The bytes behind a text of the mail parser, which keeps those above ASCII as surrogates."""
    return text.encode("utf-8", "surrogateescape")
