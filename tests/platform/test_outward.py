"""Answers of providers that are broken, cut or endless: each is told as none, in time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from chalicelib.platform import outward

Says = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(says: Says) -> Iterator[str]:
    """A server that answers its one request so; its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()

    def serve() -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            _whole_request(line)
            says(line)
            # Closed with anything of the request unread, the kernel would take back the answer.
            line.shutdown(socket.SHUT_WR)
            line.settimeout(5)
            while line.recv(65_536):
                continue

    running = threading.Thread(target=serve, daemon=True)
    running.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/send"
    finally:
        listening.close()


def _whole_request(line: socket.socket) -> None:
    """Read the request: its headers and the two bytes of its body may come in pieces."""
    seen = b""
    while not seen.endswith(b"\r\n\r\n{}"):
        more = line.recv(65_536)
        if not more:
            return
        seen += more


def sent(says: Says) -> tuple[int, bytes]:
    with answering(says) as url:
        answer = outward.call("POST", url, headers={"x-a": "1"}, body=b"{}")
    return answer.status, answer.body


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x01\x02\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n{}",
        HEAD + b"content-length: 100\r\n\r\n{",
        HEAD + b"content-length: 2, 3\r\n\r\n{}",
        HEAD + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd",
        HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\n-5\r\n",
        HEAD + b"a: b\r\n" * 200 + b"\r\n{}",
    ],
)
def test_what_is_no_answer_is_told_as_none(answer: bytes) -> None:
    status, why = sent(lambda line: line.sendall(answer))
    assert status == 0
    assert why.isalpha()


@pytest.mark.parametrize("how", ["length", "chunks", "until the end"])
def test_a_whole_answer_is_read_however_it_comes(how: str) -> None:
    body = b'{"error":0}' * 9_000

    def says(line: socket.socket) -> None:
        if how == "length":
            line.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
        elif how == "chunks":
            pieces = [body[at : at + 7_000] for at in range(0, len(body), 7_000)]
            chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""]]
            line.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n" + b"".join(chunks))
        else:
            line.sendall(HEAD + b"\r\n" + body)

    assert sent(says) == (200, body)


def test_no_more_is_read_than_answers_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "MAX_ANSWER", 100)
    long = HEAD + b"content-length: 5000\r\n\r\n" + b"x" * 5_000
    assert sent(lambda line: line.sendall(long)) == (200, b"x" * 100)


def test_an_answer_that_trickles_in_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "WHOLE_SECONDS", 0.3)

    def says(line: socket.socket) -> None:
        line.sendall(HEAD + b"content-length: 1000\r\n\r\n")
        for _ in range(100):
            line.sendall(b"x")
            time.sleep(0.05)

    begun = time.monotonic()
    status, _ = sent(says)
    assert status == 0
    assert time.monotonic() - begun < 3


def test_a_header_that_cannot_be_sent_is_no_crash() -> None:
    assert outward.call("GET", "http://127.0.0.1:9/", headers={"x": "a\nb"}, body=b"")[0] == 0


def test_early_hints_are_not_the_answer() -> None:
    """Taken for one, the real one would be read as that to the next request."""
    early = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    late = HEAD + b"content-length: 2\r\n\r\n{}"
    assert sent(lambda line: line.sendall(early + late))[0] == 0
    assert sent(lambda line: line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + late)) == (200, b"{}")


def test_headers_come_with_the_answer() -> None:
    with answering(lambda line: line.sendall(HEAD + b"X-Message-Id: 7\r\n\r\n")) as url:
        answer = outward.call("POST", url, headers={}, body=b"{}")
    assert answer.headers["x-message-id"] == "7"


def test_a_connection_that_lay_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its other end is gone, which a process that was frozen meanwhile never heard."""
    cleared: list[bool] = []
    monkeypatch.setattr(outward._pool(), "clear", lambda: cleared.append(True))
    present = time.time()
    for seconds, expected in ((0.0, 0), (1.0, 0), (10.0, 1), (11.0, 1)):
        monkeypatch.setattr(outward, "_called", present if seconds == 0.0 else outward._called)
        monkeypatch.setattr(time, "time", lambda at=present + seconds: at)
        outward._awake()
        assert len(cleared) == expected
