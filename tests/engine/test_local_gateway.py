"""The HTTP side of the local runtime against what API Gateway does."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.local.gateway import LARGEST_BODY, Application, Gateway, Pace, pause
from infra.local.runtime import Server
from infra.local.sources import http_handler

from . import sample

pytestmark = pytest.mark.engine

Call = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = Server(Application(Gateway(sample.app, http_handler(sample.app))), 0)
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def call(port: int) -> Call:
    def ask(
        method: str, path: str, body: bytes = b"", *, token: str = "", kind: str = "text/plain"
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Accept": "application/octet-stream"}
        headers |= {"Content-Type": kind} if method == "POST" else {}
        headers |= {"Authorization": token} if token else {}
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read()

    return ask


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/v1/health", "", 200),
        ("/v1/me", "", 401),
        ("/v1/me", "Bearer bad", 401),  # as of one that sends none
        ("/v1/me", "crash", 401),  # an authorizer that raises "Unauthorized"
        ("/v1/me", "Bearer good", 200),
        ("/nowhere", "", 404),
        ("/nowhere", "Bearer good", 404),
    ],
)
def test_who_gets_in(call: Call, path: str, token: str, status: int) -> None:
    answered, headers, body = call("GET", path, token=token)
    assert answered == status
    assert headers["access-control-allow-origin"] == "*"
    if status != 200:
        assert headers["content-type"] == "application/problem+json"
        told = json.loads(body)
        assert told["status"] == status
        assert (headers.get("www-authenticate") == "Bearer") is (status == 401)
        assert "$" not in told["instance"]


def test_requests_of_many_threads_do_not_mix(call: Call) -> None:
    answers: dict[int, Any] = {}

    def ask(number: int) -> None:
        answers[number] = call("GET", f"/v1/me?q={number}", token="Bearer good")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, (status, _, body) in answers.items():
        assert (status, json.loads(body)["query"]) == (200, [str(number)])


def test_the_caller_and_the_query_arrive(call: Call) -> None:
    _, _, body = call("GET", "/v1/me?q=gi%E1%BB%9D&q=b", token="Bearer good")
    assert json.loads(body) == {"role": "agent", "query": ["giờ", "b"], "address": "127.0.0.1"}


@pytest.mark.parametrize("body", [b"", bytes(range(256)), "Xin chào ạ".encode(), b'{ "a":1 }\r\n'])
def test_bodies_arrive_and_leave_byte_for_byte(call: Call, body: bytes) -> None:
    status, headers, answered = call("POST", "/webhooks/zalo", body)
    assert (status, answered) == (200, body)
    assert headers["content-length"] == str(len(body))


def test_paths_arrive_as_sent(call: Call) -> None:
    _, headers, _ = call("POST", "/webhooks/a%2Bb%3A")
    assert headers["x-provider"] == "a%2Bb%3A"


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)])
def test_ten_megabytes_are_the_most(call: Call, size: int, status: int) -> None:
    assert call("POST", "/webhooks/zalo", b"x" * size)[0] == status


def test_head_has_the_length_and_no_body(call: Call) -> None:
    status, headers, body = call("HEAD", "/v1/head")
    assert (status, headers["content-length"], body) == (200, "4", b"")


def test_a_preflight_is_answered(call: Call) -> None:
    status, headers, _ = call("OPTIONS", "/v1/me")
    assert status == 200
    assert headers["access-control-allow-methods"] == "GET,OPTIONS"


def test_a_wrong_content_type_and_a_wrong_method(call: Call) -> None:
    assert call("POST", "/webhooks/zalo", b"x", kind="image/x-odd")[0] == 415
    assert call("DELETE", "/v1/health")[0] == 405


def test_nobody_gets_in_while_it_closes(port: int) -> None:
    application = Application(Gateway(sample.app, http_handler(sample.app)))
    application.closing = True
    server = Server(application, 0)
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/v1/health")
    assert connection.getresponse().status == 503
    server.stop()


@pytest.mark.parametrize(("behind", "seconds"), [(0, 0), (4.0, 0), (5.0, 0.2), (60, 0.5)])
def test_webhooks_wait_a_little_when_the_queues_are_behind(behind: float, seconds: float) -> None:
    assert pause(behind) == pytest.approx(seconds)


def test_turns_come_at_a_steady_rate() -> None:
    pace = Pace(50)
    waits = [pace.turn() for _ in range(4)]
    assert waits[0] == pytest.approx(0, abs=0.005)
    assert waits[3] == pytest.approx(3 / 50, abs=0.01)
