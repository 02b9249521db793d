"""What may go wrong between a provider and us, beside what the provider means to say.

Each row takes the answer that the provider would have given and says how it arrives. What it
leaves us knowing stands beside it, and must be what our sending makes of it.
"""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .server import Says, reset, written

#: How (status, body, headers) of a success are said.
Told = Callable[[int, bytes, dict[str, str]], Says]
HTML = b"<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>"
ELSEWHERE = "https://elsewhere.example.vn/collect"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Known(StrEnum):
    """What an answer lets us know."""

    SENT = "sent"  # odd, but whole: it was taken
    NOT_TAKEN = "not taken"  # to be tried again without harm
    LOST = "lost"  # it may have been taken or not
    REFUSED = "refused"  # for good, or until somebody looks at the account


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One fault."""

    what: str
    known: Known
    says: Told
    slow: bool = False  # our patience is shortened for it
    unreached: bool = False  # no connection comes about


def _raw(make: Callable[[int, bytes, dict[str, str]], bytes], *, stays: bool = False) -> Told:
    def says(status: int, body: bytes, headers: dict[str, str]) -> Says:
        def write(line: socket.socket) -> bool:
            line.sendall(make(status, body, headers))
            return stays

        return write

    return says


def _stalled(before: Callable[[bytes], bytes]) -> Told:
    def says(status: int, body: bytes, headers: dict[str, str]) -> Says:
        def write(line: socket.socket) -> bool:
            line.sendall(before(written(status, body, headers)))
            time.sleep(0.4)
            return False

        return write

    return says


def _trickling(status: int, body: bytes, headers: dict[str, str]) -> Says:
    def write(line: socket.socket) -> bool:
        line.sendall(HEAD + b"Content-Length: 4000\r\n\r\n")
        for _ in range(40):
            line.sendall(b" ")
            time.sleep(0.02)
        return False

    return write


def _reset(status: int, body: bytes, headers: dict[str, str]) -> Says:
    return reset


def _chunked(body: bytes, *, whole: bool) -> bytes:
    half = len(body) // 2
    pieces = [body[:half], body[half:]]
    told = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces if one)
    return told + b"0\r\n\r\n" if whole else told[:-4]


def _plain(status: int, body: bytes = HTML, **headers: str) -> Told:
    told = {"Content-Type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return _raw(lambda s, b, h: written(status, body, told), stays=True)


def _rows() -> list[tuple[str, Known, Told]]:
    lost, not_taken, refused = Known.LOST, Known.NOT_TAKEN, Known.REFUSED
    return [
        # whole, but unusual
        ("chunked", Known.SENT, _raw(_as_chunks, stays=True)),
        ("gzip", Known.SENT, _raw(_as_gzip, stays=True)),
        ("until the line ends", Known.SENT, _raw(_unmeasured)),
        ("100 before it", Known.SENT, _raw(_continued, stays=True)),
        ("hung up right after it", Known.SENT, _raw(lambda s, b, h: written(s, b, h))),
        # nothing, or not all of it
        ("hung up", lost, _raw(lambda s, b, h: b"")),
        ("reset", lost, _reset),
        ("half a status line", lost, _raw(lambda s, b, h: b"HTTP/1.1 20")),
        ("half the headers", lost, _raw(lambda s, b, h: HEAD)),
        ("cut short", lost, _raw(_cut)),
        ("chunks cut short", lost, _raw(_cut_chunks)),
        ("length too long", lost, _raw(_overlong)),
        ("no HTTP", lost, _raw(lambda s, b, h: b"\x16\x03\x01\x00\xa5\x01\x00\x00\r\n\r\n")),
        ("gzip that is none", lost, _raw(_no_gzip)),
        ("103 before it", lost, _raw(_hinted, stays=True)),
        ("a hundred and fifty headers", lost, _raw(_many_headers)),
        # a success that says nothing
        ("200 html", lost, _plain(200)),
        ("200 empty", lost, _plain(200, b"")),
        ("204", lost, _raw(lambda s, b, h: b"HTTP/1.1 204 No Content\r\n\r\n", stays=True)),
        ("200 null", lost, _plain(200, b"null")),
        ("200 list", lost, _plain(200, b"[]")),
        ("200 object", lost, _plain(200, b"{}")),
        ("200 bytes", lost, _plain(200, b"\xff\xfe\x00")),
        ("200 deep", lost, _plain(200, b"[" * 60_000)),
        ("200 huge", lost, _plain(200, b"x" * 1_500_000)),
        # gateways
        ("502", lost, _plain(502)),
        ("504", lost, _plain(504)),
        ("520", lost, _plain(520)),
        ("500", not_taken, _plain(500)),
        ("503", not_taken, _plain(503, Retry_After="120")),
        ("429", not_taken, _plain(429, Retry_After="Sat, 22 Nov 2026 09:00:00 GMT")),
        ("408", not_taken, _plain(408)),
        # refusals without a code
        ("400", refused, _plain(400)),
        ("403", refused, _plain(403)),
        ("404", refused, _plain(404)),
        ("413", refused, _plain(413)),
        ("301 elsewhere", refused, _plain(301, Location=ELSEWHERE)),
        ("302 elsewhere", refused, _plain(302, Location=ELSEWHERE)),
        ("307 elsewhere", refused, _plain(307, Location=ELSEWHERE)),
        ("308 elsewhere", refused, _plain(308, Location=ELSEWHERE)),
    ]


def _as_chunks(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    head = written(status, b"", {**headers, "Transfer-Encoding": "chunked"}, length=False)
    return head + _chunked(body, whole=True)


def _as_gzip(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    if not body:
        return written(status, body, headers)
    return written(status, gzip.compress(body), {**headers, "Content-Encoding": "gzip"})


def _unmeasured(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    return written(status, body, {**headers, "Connection": "close"}, length=False)


def _continued(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    return b"HTTP/1.1 100 Continue\r\n\r\n" + written(status, body, headers)


def _hinted(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    return b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + written(status, body, headers)


def _cut(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    """A success without a body is cut in its first line."""
    whole = written(status, body, headers)
    return whole[: -(len(body) // 2)] if body else whole[:10]


def _cut_chunks(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    head = written(status, b"", {**headers, "Transfer-Encoding": "chunked"}, length=False)
    return head + (_chunked(body, whole=False) if body else b"5\r\nab")


def _overlong(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    told = {**headers, "Content-Length": str(len(body) + 100)}
    return written(status, body, told, length=False)


def _no_gzip(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    return written(200, b"abcdefgh", {**headers, "Content-Encoding": "gzip"})


def _many_headers(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    return written(status, body, {**headers, **{f"X-{n}": "a" for n in range(150)}})


SPOILT: tuple[Spoilt, ...] = (
    *(Spoilt(what, known, says) for what, known, says in _rows()),
    Spoilt("no answer in time", Known.LOST, _stalled(lambda whole: b""), slow=True),
    Spoilt("stops in the middle", Known.LOST, _stalled(lambda whole: whole[:-1]), slow=True),
    Spoilt("byte by byte", Known.LOST, _trickling, slow=True),
    Spoilt("not listening", Known.NOT_TAKEN, _reset, unreached=True),
)
