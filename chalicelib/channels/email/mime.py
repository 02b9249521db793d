"""A mail as it came over the wire, taken apart without ever raising. Called by `letter`.

Standards: RFC 5322, 2045–2049, 2231, 3464. Real mails keep to them loosely: parts without an
end, charsets that are none, names in four encodings, a hundred parts inside each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import collapse_rfc2231_value, getaddresses
from inspect import signature
from itertools import islice
from typing import Any

from ...platform.fact import frozen
from .charsets import LONGEST_HEADER, decoded, header, octets

#: SES takes no larger ones; what is beyond is not looked at, and its last part may be cut.
LARGEST_MAIL = 45_000_000  # bytes
MOST_PARTS = 500
#: What the parser of Python may be given to do (`_bearable`): a mail of ten seconds at most.
#: Otherwise one of 1 MB takes minutes, and a line of three bytes sixty of memory.
MOST_LINES, MOST_WORK = 800_000, 30_000_000
MULTIPART, DASHES = re.compile(rb"multipart/", re.IGNORECASE), re.compile(rb"[\r\n]--")
MOST_HEADERS = 500
LONGEST_STRUCTURE = 4_000  # characters of a header that has parameters, or of addresses read
#: How a release of Python is told to read addresses as leniently as all did before (`told_apart`).
LENIENT: dict[str, Any] = (
    {"strict": False} if "strict" in signature(getaddresses).parameters else {}
)
OF_ADDRESSES = frozenset({"from", "sender", "reply-to"})
QUOTING = re.compile(r'["\\<>]')
LARGEST_TEXT = 2_000_000  # bytes of one text part; nobody writes more
HEADERS_END = 200_000  # bytes in which the headers must be
#: What the parser of Python may raise on a mail that is none; seen, not made up.
BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class _Short(Compat32):
    """Python's plain policy, without the endless headers over whose parameters it takes hours."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        most = LONGEST_STRUCTURE if name.lower().startswith("content-") else LONGEST_HEADER
        return name, value[:most]


COMPAT = _Short()


@frozen
class Part:
    """One part that is no container: its type, its file name if it has one, and its bytes."""

    type: str
    charset: str | None
    name: str | None
    attached: bool  # the mail says so, or it has a file name
    content_id: str | None
    body: bytes


@frozen
class Taken:
    """A mail taken apart: its headers as text, in order, and its parts in order."""

    headers: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    type: str  # of the whole
    report: bool = False


def take_apart(raw: bytes) -> Taken:
    """Everything of a mail; of one that cannot be read its headers, and its text as it stands.

    So is one that is built to keep its reader busy.
    """
    if not _bearable(raw):
        return _unread(raw)
    try:
        message = BytesParser(policy=COMPAT).parsebytes(raw[:LARGEST_MAIL])
        parts = tuple(_parts(message))
    except BROKEN:
        return _unread(raw)
    kind = message.get_content_type()
    return Taken(
        headers=_headers(message), parts=parts, type=kind, report=kind == "multipart/report"
    )


def _bearable(raw: bytes) -> bool:
    """Whether the parser comes to an end with a mail: it compares every line with the boundaries
    of all the containers around it, and makes an object of every part."""
    lines = max(raw.count(end, 0, LARGEST_MAIL) for end in (b"\n", b"\r"))
    containers, parts = (
        sum(1 for _ in mark.finditer(raw, 0, LARGEST_MAIL)) for mark in (MULTIPART, DASHES)
    )
    work = lines * (1 + containers) + 100 * parts
    return lines <= MOST_LINES and work <= MOST_WORK


def _unread(raw: bytes) -> Taken:
    return Taken(headers=headers_of(raw), parts=(_as_it_stands(raw),), type="text/plain")


def headers_of(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The headers of a mail alone, for who only asks whose it is."""
    try:
        return _headers(BytesHeaderParser(policy=COMPAT).parsebytes(raw[:HEADERS_END]))
    except BROKEN:
        return ()


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    listed = islice(message.raw_items(), MOST_HEADERS)
    return tuple((name.lower(), _value(name.lower(), value)) for name, value in listed)


def told_apart(values: Iterable[str]) -> list[tuple[str, str]]:
    """(name, address) pairs of header values, however badly they are written.

    Some releases of Python tell nothing of a header they do not like (CVE-2023-27043), others
    do: here all do, and what such a header proves is looked at by `letter.is_sure`.
    """
    return getaddresses(list(values), **LENIENT)


def _value(name: str, value: object) -> str:
    """A header as text. In one of addresses the encoded words are read after these are told
    apart: `=?utf-8?q?victim=40khach.vn?= <me@example.vn>` is nobody's but mine."""
    raw = str(value)
    if name not in OF_ADDRESSES or "=?" not in raw:
        return header(raw)
    try:
        pairs = told_apart([raw[:LONGEST_STRUCTURE]])
    except BROKEN:
        return header(raw)
    if not all(address for _, address in pairs):
        return header(raw)
    return ", ".join(f'"{QUOTING.sub("", header(who))}" <{address}>' for who, address in pairs)


def _as_it_stands(raw: bytes) -> Part:
    _, _, body = raw[:LARGEST_TEXT].replace(b"\r\n", b"\n").partition(b"\n\n")
    return Part(
        type="text/plain", charset=None, name=None, attached=False, content_id=None, body=body
    )


def _parts(message: Message) -> Iterator[Part]:
    """The parts of a mail, one mail inside another as one part."""
    waiting = [message]
    found = 0
    while waiting and found < MOST_PARTS:
        part = waiting.pop()
        inside = part.get_payload()
        container = part.get_content_maintype() == "multipart"
        if container and isinstance(inside, list):
            waiting += [one for one in reversed(inside) if isinstance(one, Message)]
            continue
        found += 1
        yield _part(part)


def _part(part: Message) -> Part:
    # A container without the parts it announces is a text as it stands.
    kind = part.get_content_type()
    kind = "text/plain" if kind.startswith("multipart/") else kind
    name = _name(part)
    disposition = (header(part.get("content-disposition") or "").split(";")[0]).strip().lower()
    return Part(
        type=kind,
        charset=_parameter(part, "charset", "content-type"),
        name=name,
        attached=disposition == "attachment" or name is not None,
        content_id=header(part.get("content-id") or "").strip("<> ") or None,
        body=_body(part),
    )


def _body(part: Message) -> bytes:
    """The bytes of a part, decoded; of a mail inside a mail the mail."""
    inside = part.get_payload()
    if isinstance(inside, list):
        return b"\r\n".join(_whole(one) for one in inside if isinstance(one, Message))
    try:
        body = part.get_payload(decode=True)
    except BROKEN:
        body = None
    return body if isinstance(body, bytes) else octets(str(inside or ""))


def _whole(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except BROKEN:
        return b""


def _name(part: Message) -> str | None:
    """The file name: `filename` or `name`, plain, as encoded words, or by RFC 2231."""
    return _parameter(part, "filename", "content-disposition") or _parameter(
        part, "name", "content-type"
    )


def _parameter(part: Message, name: str, field: str) -> str | None:
    try:
        value = part.get_param(name, None, field)
        if isinstance(value, tuple) and value[0]:  # RFC 2231: (charset, language, escaped bytes)
            return decoded(value[2].encode("latin-1", "replace"), value[0]).strip() or None
        text = header(collapse_rfc2231_value(value)) if value else ""
    except BROKEN:
        return None
    return text.strip() or None
