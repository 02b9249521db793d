"""Fetching strangers' addresses: nothing of the inside is reached, nothing is endless."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from chalicelib.platform import fetching
from chalicelib.platform.fetching import GONE, NO_ANSWER, REFUSED, TOO_LARGE, Fetched, fetch
from tests.files import JPEG, Files, body, elsewhere, serving


@pytest.fixture
def files() -> Iterator[Files]:
    with serving() as found:
        yield found


def get(url: str, *, most: int = 100_000, seconds: float = 5, stand_in: bool = True) -> Fetched:
    return fetch(url, most=most, seconds=seconds, stand_in=stand_in)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("113.160.1.1", True),
        ("2606:4700:4700::1111", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("0.0.0.0", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.0.192", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378::1", False),
        ("2001:db8::1", False),
        ("nonsense", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert fetching.is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.vn/a.jpg",
        "ftp://files.example.vn/a.jpg",
        "file:///etc/passwd",
        "gopher://files.example.vn/",
        "//files.example.vn/a",
        "https://files.example.vn:8443/a",
        "https://files.example.vn:22/a",
        "https://user:secret@files.example.vn/a",
        "https://files.example.vn@10.0.0.1/a",
        "https://files.example.vn\\@10.0.0.1/a",
        "https://10.0.0.1\x00.example.vn/",
        "https://files.example.vn%2f@evil/",
        "https://fịles.example.vn/a",
        "https:///a",
        "https://[::1%25lo]/a",
        "https://[fe80::1]/a",
        "https://files.example.vn:99999/a",
        "https://files.example.vn:x/a",
        "https://" + "a" * 5000,
        "",
        "a.jpg",
        "data:text/html,<script>",
    ],
)
def test_strange_addresses_are_refused_without_being_looked_up(url: str) -> None:
    assert get(url) == Fetched(code=REFUSED)


@pytest.mark.parametrize(
    "addresses", [["10.0.0.5"], ["113.160.1.1", "127.0.0.1"], ["169.254.169.254"], []]
)
def test_a_name_that_leads_inside_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    monkeypatch.setattr(fetching, "resolve", lambda host, port: addresses)
    assert get("https://files.example.vn/a.jpg") == Fetched(code=REFUSED)


def test_the_connection_goes_to_the_very_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that answers otherwise a moment later (rebinding) changes nothing."""
    looked: list[str] = []
    connected: list[object] = []

    def resolve(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["113.160.1.1"]

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(fetching, "resolve", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert get("https://files.example.vn/a.jpg") == Fetched(code=NO_ANSWER, again=True)
    assert (looked, connected) == (["files.example.vn"], [("113.160.1.1", 443)])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/a", "https://localhost/a", "http://[::1]/a", "https://127.1/a"]
)
def test_on_aws_nothing_stands_in(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(fetching, "resolve", lambda host, port: ["127.0.0.1"])
    assert get(url, stand_in=False) == Fetched(code=REFUSED)


def test_a_name_nobody_knows_now_is_tried_again() -> None:
    assert get("https://files.example.vn/a.jpg") == Fetched(code=NO_ANSWER, again=True)


def test_bytes_come_as_they_are(files: Files) -> None:
    assert get(files.put("/a.jpg?x=1&y=%C3%A1", JPEG)) == Fetched(body=JPEG)
    assert files.asked[0][1]["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "inside",
    [
        "https://10.0.0.1/latest/meta-data",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "http://files.example.vn/",
    ],
)
def test_a_redirect_is_looked_at_as_the_first_address_was(files: Files, inside: str) -> None:
    monkey = pytest.MonkeyPatch()
    monkey.setattr(fetching, "resolve", lambda host, port: [host])
    assert get(files.put("/a", elsewhere(inside))) == Fetched(code=REFUSED)
    monkey.undo()


def test_from_outside_a_redirect_does_not_lead_to_this_machine(
    monkeypatch: pytest.MonkeyPatch, files: Files
) -> None:
    secret = files.put("/secret", JPEG)
    answers = [secret]
    real = fetching._ask
    monkeypatch.setattr(fetching, "resolve", lambda host, port: ["113.160.1.1"])
    monkeypatch.setattr(fetching, "_ask", lambda *a: answers.pop() if answers else real(*a))
    assert get("https://files.example.vn/a") == Fetched(code=REFUSED)
    assert files.asked == []


def test_redirects_are_followed_and_end(files: Files) -> None:
    files.put("/there.jpg", JPEG)
    assert get(files.put("/a", elsewhere("/there.jpg"))).body == JPEG
    assert get(files.put("/round", elsewhere("/round"))) == Fetched(code=GONE)


def test_headers_are_given_anew_for_every_address(files: Files) -> None:
    there = files.put("/there.jpg", JPEG)
    here = files.put("/a", elsewhere(there))
    got = fetch(
        here,
        most=10_000,
        seconds=5,
        stand_in=True,
        headers=lambda url: {"Authorization": "secret"} if url == here else {},
    )
    assert got.body == JPEG
    assert ["authorization" in headers for _, headers in files.asked] == [True, False]


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (404, GONE, False),
        (403, GONE, False),
        (410, GONE, False),
        (204, GONE, False),
        (429, NO_ANSWER, True),
        (408, NO_ANSWER, True),
        (500, NO_ANSWER, True),
        (503, NO_ANSWER, True),
    ],
)
def test_what_a_status_means(files: Files, status: int, code: str, again: bool) -> None:
    url = files.put("/a", body(b"", status=status))
    assert get(url) == Fetched(code=code, again=again)


def _chunked(to: BaseHTTPRequestHandler) -> None:
    to.send_response(200)
    to.send_header("Transfer-Encoding", "chunked")
    to.end_headers()
    for _ in range(50):
        to.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
    to.wfile.write(b"0\r\n\r\n")


def _lying(to: BaseHTTPRequestHandler) -> None:
    to.send_response(200)
    to.send_header("Content-Length", "5000")
    to.end_headers()
    to.wfile.write(b"x" * 100)
    to.close_connection = True


def _dripping(to: BaseHTTPRequestHandler) -> None:
    to.send_response(200)
    to.end_headers()
    try:
        for _ in range(200):
            to.wfile.write(b"x")
            to.wfile.flush()
            time.sleep(0.05)
    except OSError:
        to.close_connection = True
    to.close_connection = True


def test_what_is_too_large_is_not_read_to_its_end(files: Files) -> None:
    assert get(files.put("/a", b"x" * 2000), most=1000) == Fetched(code=TOO_LARGE)
    assert get(files.put("/b", _chunked), most=1000) == Fetched(code=TOO_LARGE)
    assert len(get(files.put("/b", _chunked)).body) == 50 * 1024


def test_half_a_file_is_no_file(files: Files) -> None:
    assert get(files.put("/a", _lying)) == Fetched(code=NO_ANSWER, again=True)


def test_a_slow_server_is_hung_up_on(files: Files) -> None:
    began = time.monotonic()
    assert get(files.put("/a", _dripping), seconds=0.6) == Fetched(code=NO_ANSWER, again=True)
    assert time.monotonic() - began < 3
