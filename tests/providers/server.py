"""A provider's end of the line: an HTTP server on a socket, that does what a test tells it.

What it answers is a function that writes on the socket itself, so that it can be late, cut
short, or no HTTP at all. Used by `office`.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader

#: Writes an answer; False: the line is of no more use.
Says = Callable[[socket.socket], bool]
REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came. Names of headers are lower case; `url` is the whole address."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def written(
    status: int, body: bytes, headers: Mapping[str, str] | None = None, *, length: bool = True
) -> bytes:
    """An answer as it stands on the wire."""
    told = {"Content-Type": "application/json", **(headers or {})}
    if length:
        told["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in told.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def reset(line: socket.socket) -> bool:
    """The other side is told that there is no such connection any more."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
    return False


@dataclass
class Line:
    """The server; `answer` decides what is said to a request, in the thread of its connection."""

    answer: Callable[[Asked], Says]
    listening: socket.socket = field(default_factory=socket.socket)
    open: set[socket.socket] = field(default_factory=set)
    refuses: Callable[[], bool] = lambda: False  # a connection is reset before it says a word

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    @contextmanager
    def running(self) -> Iterator[Line]:
        self.listening.bind(("127.0.0.1", 0))
        self.listening.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self.listening.close()
            for line in list(self.open):
                line.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self.listening.accept()
            except OSError:
                return
            if self.refuses():
                reset(line)
                continue
            self.open.add(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError):
            reading = line.makefile("rb")
            while asked := _read(reading):
                if not self.answer(asked)(line):
                    break
        self.open.discard(line)
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()


def _read(reading: BufferedReader) -> Asked | None:
    """One request; None when the line ended."""
    first = reading.readline().decode()
    if not first.strip():
        return None
    method, target, _ = first.split(" ", 2)
    headers: dict[str, str] = {}
    while (row := reading.readline().decode("latin-1").strip()) != "":
        name, _, value = row.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = reading.read(int(headers.get("content-length", "0")))
    url = f"https://{headers.get('host', '')}{target}"
    return Asked(method=method, url=url, headers=headers, body=body)
