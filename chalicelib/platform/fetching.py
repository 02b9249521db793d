"""Fetching what a stranger's address points to: streamed, capped, and never from inside.

Called by `chalicelib.media` for the attachments of customers, whose addresses come from
webhooks. Only https on port 443 of public addresses is asked: the name is resolved here, every
address it has must be public, and the connection goes to that very address, so that a name
cannot point elsewhere a moment later. Every redirect begins anew with all of it.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from urllib.parse import quote, urljoin, urlsplit

from .fact import frozen

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0  # between two packets
MOST_REDIRECTS = 5
BLOCK = 65536
LONGEST_ADDRESS = 4096
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
#: What is public of IPv6, less what carries an IPv4 address in it (6to4, Teredo).
PUBLIC_V6 = ipaddress.ip_network("2000::/3")
PROTOCOL = ipaddress.ip_network("192.0.0.0/24")  # some clouds' metadata; `is_global` says global
CARRIERS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))

REFUSED, GONE, TOO_LARGE, NO_ANSWER = "address_refused", "gone", "too_large", "no_answer"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses of a server that may have it later: the others of 4xx mean that it is not there.
AGAIN = frozenset({408, 425, 429})

Headers = Callable[[str], Mapping[str, str]]


@frozen
class Fetched:
    """The bytes, or the code of why there are none; `again` when a later try may have them."""

    body: bytes = b""
    code: str | None = None
    again: bool = False


@frozen
class _Target:
    secure: bool
    host: str
    port: int
    path: str
    address: str

    @property
    def here(self) -> bool:
        """Whether it is a stand-in on this machine."""
        return self.host in LOOPBACK


class _Refused(Exception):
    """The fetch ends here; `why` is what became of it."""

    def __init__(self, why: Fetched) -> None:
        super().__init__(why.code)
        self.why = why


def fetch(
    url: str, *, most: int, seconds: float, stand_in: bool, headers: Headers = lambda _url: {}
) -> Fetched:
    """GET the bytes of an address, at most `most` of them, within `seconds` in all.

    `headers` gives those for an address, asked anew after a redirect. `stand_in` lets plain
    http go to this machine: for stages that run on one.
    """
    deadline, came_from = time.monotonic() + seconds, None
    try:
        for _ in range(MOST_REDIRECTS + 1):
            target = _target(url, stand_in=stand_in and (came_from is None or came_from.here))
            answer = _ask(target, headers(url), most, deadline)
            if isinstance(answer, Fetched):
                return answer
            url, came_from = urljoin(url, answer), target
    except _Refused as refused:
        return refused.why
    return Fetched(code=GONE)


def _target(url: str, *, stand_in: bool) -> _Target:
    """Where an address leads, resolved. Raises `_Refused`."""
    scheme, host, port, path = _read(url)
    if host in LOOPBACK:
        if not stand_in:
            raise _Refused(Fetched(code=REFUSED))
        address = "::1" if host == "::1" else "127.0.0.1"
        usual = 443 if scheme == "https" else 80
        return _Target(
            secure=scheme == "https", host=host, port=port or usual, path=path, address=address
        )
    if scheme != "https" or port not in (None, 443) or HOST.fullmatch(host) is None:
        raise _Refused(Fetched(code=REFUSED))
    try:
        found = resolve(host, 443)
    except (OSError, UnicodeError):
        raise _Refused(Fetched(code=NO_ANSWER, again=True)) from None
    if not found or not all(is_public(one) for one in found):
        raise _Refused(Fetched(code=REFUSED))
    return _Target(secure=True, host=host, port=443, path=path, address=found[0])


def _read(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port, path with query. Raises `_Refused` for what can be read two ways."""
    plain = quote(url.strip(), safe="!#$%&'()*+,/:;=?@[]~")
    try:
        parts = urlsplit(plain)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise _Refused(Fetched(code=REFUSED)) from None
    strange = "@" in parts.netloc or "%" in parts.netloc or scheme not in ("http", "https")
    if strange or len(plain) > LONGEST_ADDRESS:
        raise _Refused(Fetched(code=REFUSED))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return scheme, host, port, path


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which they are to be tried. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not private, local, shared or reserved."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False  # with a zone (`fe80::1%eth0`): never public
    if one.is_multicast or not one.is_global:
        return False
    if isinstance(one, ipaddress.IPv4Address):
        return one not in PROTOCOL
    return one in PUBLIC_V6 and not any(one in net for net in CARRIERS)


class _Plain(http.client.HTTPConnection):
    """A connection to one address, whatever the name says by now."""

    def __init__(self, target: _Target) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self.line: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the address that was looked at."""
        place = (self.target.address, self.target.port)
        self.sock = socket.create_connection(place, timeout=CONNECT_SECONDS)
        self.sock.settimeout(READ_SECONDS)
        if self.target.secure:
            self.sock = _trust().wrap_socket(self.sock, server_hostname=self.target.host)
        self.line = self.sock  # the library lets go of its own before the last byte


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _ask(target: _Target, headers: Mapping[str, str], most: int, deadline: float) -> Fetched | str:
    """The bytes, or where a redirect leads."""
    connection = _Plain(target)
    left = deadline - time.monotonic()
    if left <= 0:
        return Fetched(code=NO_ANSWER, again=True)
    # A server that sends a byte now and then would never run into a time-out of the socket.
    watch = threading.Timer(left, _hang_up, [connection])
    watch.daemon = True
    watch.start()
    try:
        sent = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "lien-mach"}
        if target.secure and target.port == 443:
            sent["Host"] = target.host
        connection.request("GET", target.path, headers={**sent, **headers})
        answer = _answered(connection.getresponse(), most)
        # An answer without a length ends where the line is cut: it may be half a file.
        late = time.monotonic() >= deadline
        return Fetched(code=NO_ANSWER, again=True) if late else answer
    except (OSError, http.client.HTTPException, ValueError):
        return Fetched(code=NO_ANSWER, again=True)
    finally:
        watch.cancel()
        connection.close()


def _hang_up(connection: _Plain) -> None:
    if connection.line is None:
        return
    with suppress(OSError):
        connection.line.shutdown(socket.SHUT_RDWR)


def _answered(response: http.client.HTTPResponse, most: int) -> Fetched | str:
    location = response.getheader("Location")
    if response.status in REDIRECTS and location:
        return location
    if response.status != 200:
        again = response.status >= 500 or response.status in AGAIN
        return Fetched(code=NO_ANSWER if again else GONE, again=again)
    if (response.length or 0) > most:
        return Fetched(code=TOO_LARGE)
    return _streamed(response, most)


def _streamed(response: http.client.HTTPResponse, most: int) -> Fetched:
    """Read what comes; an answer that ends early is none."""
    body = bytearray()
    expected = response.length
    while block := response.read1(BLOCK):
        body += block
        if len(body) > most:
            return Fetched(code=TOO_LARGE)
    if expected is not None and len(body) < expected:
        return Fetched(code=NO_ANSWER, again=True)
    return Fetched(body=bytes(body))
