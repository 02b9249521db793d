"""A server on this machine that stands in for a provider's file store: what it serves is said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"picture" * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"drawing" * 40
PDF = b"%PDF-1.7\n" + b"page" * 40
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def body(content: bytes, *, kind: str = "image/jpeg", status: int = 200) -> Answer:
    """An ordinary answer."""

    def say(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        to.send_header("Content-Type", kind)
        to.send_header("Content-Length", str(len(content)))
        to.end_headers()
        to.wfile.write(content)

    return say


def elsewhere(location: str) -> Answer:
    """A redirect."""

    def say(to: BaseHTTPRequestHandler) -> None:
        to.send_response(302)
        to.send_header("Location", location)
        to.send_header("Content-Length", "0")
        to.end_headers()

    return say


@dataclass
class Files:
    """Path → what is answered; every request is noted with its headers."""

    base: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def put(self, path: str, answer: Answer | bytes) -> str:
        """Serve something under a path; returns its address."""
        self.answers[path] = body(answer) if isinstance(answer, bytes) else answer
        return self.base + path


@contextmanager
def serving() -> Iterator[Files]:
    """The server, until the block ends."""
    files = Files(base="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            files.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            files.answers.get(self.path, body(b"no", status=404))(self)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    files.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield files
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
