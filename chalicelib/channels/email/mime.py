"""A mail as it came over the wire, taken apart without ever raising. Called by `letter`.

Standards: RFC 5322, 2045–2049, 2231, 3464. Real mails keep to them loosely: parts without an
end, charsets that are none, names in four encodings, a hundred parts inside each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import collapse_rfc2231_value

from ...platform.fact import frozen
from .charsets import decoded, header, octets

#: SES takes no larger ones; what is beyond is not looked at, and its last part may be cut.
LARGEST_MAIL = 45_000_000  # bytes
MOST_PARTS = 500
LARGEST_TEXT = 2_000_000  # bytes of one text part; nobody writes more
HEADERS_END = 200_000  # bytes in which the headers must be
#: What the parser of Python may raise on a mail that is none; seen, not made up.
BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
COMPAT = policy.compat32


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
    """Everything of a mail; of one that cannot be read its headers, and its text as it stands."""
    try:
        message = BytesParser(policy=COMPAT).parsebytes(raw[:LARGEST_MAIL])
        parts = tuple(_parts(message))
    except BROKEN:
        return Taken(headers=headers_of(raw), parts=(_as_it_stands(raw),), type="text/plain")
    kind = message.get_content_type()
    return Taken(
        headers=_headers(message), parts=parts, type=kind, report=kind == "multipart/report"
    )


def headers_of(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The headers of a mail alone, for who only asks whose it is."""
    try:
        return _headers(BytesHeaderParser(policy=COMPAT).parsebytes(raw[:HEADERS_END]))
    except BROKEN:
        return ()


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), header(value)) for name, value in message.raw_items())


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
