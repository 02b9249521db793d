"""A web site of another origin that embeds the widget, and hears what its page sees."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: What a careful shop's pages say of scripts and styles: the widget must live with it.
POLICY = (
    "default-src 'none'; script-src 'self' {widget}; connect-src 'self' {widget}; style-src 'self'"
)

Report = dict[str, Any]


@dataclass
class Site:
    """Its address, and what its page reports: one object a report, in order."""

    address: str
    embedded: str = ""
    widget: str = ""
    reports: queue.Queue[Report] = field(default_factory=queue.Queue)
    go: threading.Event = field(default_factory=threading.Event)

    def page(self, story: str) -> str:
        """The address of the page that plays a story of `play.js`."""
        return f"{self.address}/?story={story}"

    def hears(self, step: str, *, seconds: float = 60) -> Report:
        """The report of a step. Raises `AssertionError` when another or none comes."""
        try:
            report = self.reports.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"the page never came to: {step}") from None
        assert report.get("step") == step, report
        return report

    def served(self, path: str) -> tuple[str, str]:
        """Content type and text of a path."""
        if path == "/go":
            self.go.wait(timeout=60)
            return "text/plain", ""
        if path.startswith("/play.js"):
            return "text/javascript", (HERE / "play.js").read_text(encoding="utf-8")
        html = (HERE / "shop.html").read_text(encoding="utf-8")
        return "text/html", html.replace("@script", self.embedded)


@contextmanager
def open_site() -> Iterator[Site]:
    """A site on a free port, until it is left."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    site = Site(address=f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = site.served(self.path)
            self._answer(kind, text.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            site.reports.put(json.loads(body))
            self._answer("text/plain", b"")

        def _answer(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(widget=escape(site.widget)))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nothing: what matters is reported."""

    return Handler
