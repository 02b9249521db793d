"""The HTTP side: what is wrong with a request is said in one shape, and nothing is half done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.config import Config
from chalice.local import LocalGateway
from chalice.test import Client, HTTPResponse

from app import app
from chalicelib.platform import received
from chalicelib.platform.context import begin
from chalicelib.platform.errors import Malformed
from chalicelib.platform.http import LONGEST_ID, View
from chalicelib.platform.received import revisions
from chalicelib.platform.roles import Role
from chalicelib.platform.store import StoreUnavailable
from chalicelib.team import flows as team
from tests.client import Caller
from tests.cloud import Cloud

PATH = "/departments"
NEW = {"id": "lab", "name": "Phòng thử"}
PROBLEM = {"type", "title", "status", "code", "detail", "instance"}


@pytest.fixture
def admin(aws: Cloud) -> Caller:
    return Caller(app=app).token(Role.ADMIN)


def raw(caller: Caller, body: bytes, *, method: str = "POST", **headers: str) -> HTTPResponse:
    """Exactly these bytes to the departments."""
    sent = {"Content-Type": "application/json", **caller.headers, **headers}
    with Client(app) as client:
        return client.http.request(method, f"/v1{PATH}", headers=sent, body=body)


def field_of(answer: HTTPResponse) -> Any:
    return json.loads(answer.body).get("field")


# ----------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("GET", "/departments/none", None, 404, "department_not_found", None),
        ("GET", "/tickets/none", None, 404, "ticket_not_found", None),
        ("POST", PATH, {**NEW, "id": "customer_care"}, 409, None, None),
        ("POST", PATH, {"id": "lab"}, 422, "invalid", "name"),
        ("POST", PATH, {**NEW, "colour": "red"}, 422, "invalid", "colour"),
        ("POST", PATH, [NEW], 400, "malformed", "body"),
        ("GET", PATH + "?colour=red", None, 422, "invalid", "colour"),
        ("GET", PATH + "?limit=0", None, 422, "invalid", "limit"),
        ("GET", PATH + "?limit=101", None, 422, "invalid", "limit"),
        ("GET", PATH + "?limit=x", None, 422, "invalid", "limit"),
        ("GET", PATH + "?limit=1&limit=2", None, 422, "invalid", "limit"),
        ("GET", PATH + "?cursor=x", None, 422, "bad_cursor", "cursor"),
        ("GET", "/tickets?type=nonsense", None, 422, "invalid", "type"),
        ("GET", "/tickets?profile_id=", None, 422, "invalid", "profile_id"),
        ("GET", "/tickets//messages", None, 404, "not_found", None),
    ],
)
def test_a_refusal_is_a_problem_that_a_browser_may_read(
    admin: Caller,
    method: str,
    path: str,
    body: Any,
    status: int,
    code: str | None,
    field: str | None,
) -> None:
    team.load_defaults(begin())
    answer = admin.call(method, path, body)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert set(answer.body) >= PROBLEM
    assert answer.body["status"] == status
    assert answer.body["code"] == code or code is None
    assert answer.body["type"].endswith(answer.body["code"])
    assert answer.body.get("field") == field or field is None
    assert answer.headers["x-correlation-id"] in answer.body["instance"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"null", 400),
        (b"\xff\xfe", 400),
        ('{"id":"lab","name":"Phòng"}'.encode("latin-1"), 400),
        (b'{"id":"lab","name":NaN}', 400),
        (b'{"id":"lab","name":1e999}', 400),
        (b'{"id":"lab","name":"\\ud800"}', 400),
        (b'{"id":"lab","name":' + b"[" * 60 + b"]" * 60 + b"}", 400),
        (b'{"id":' * 30_000, 400),
        (b"[" * 200_000, 400),
        (b'{"id":"lab","name":' + b"9" * 5_000 + b"}", 400),
        (b'{"id":"lab","name":"' + b"x" * 1_000_000 + b'"}', 413),
        (b'{"id":"lab","name":"' + b"x" * 900_000 + b'"}', 422),
        (b'{"id":"lab","name":7}', 422),
        (b"", 422),
        (b"{}", 422),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else str(value),
)
def test_whatever_the_bytes_are_the_answer_names_the_body_or_a_field(
    admin: Caller, aws: Cloud, body: bytes, status: int
) -> None:
    answer = raw(admin, body)
    assert answer.status_code == status, answer.body
    assert field_of(answer) == ("body" if status in (400, 413) else field_of(answer))
    assert field_of(answer)
    assert not [item for item in aws.items("events") if "structure" in item["name"]["S"]]


def test_a_whole_letter_beyond_the_first_plane_is_taken(admin: Caller) -> None:
    assert raw(admin, b'{"id":"lab","name":"\\ud83d\\ude00"}').status_code == 201


def test_another_content_type_is_refused(admin: Caller) -> None:
    sent = raw(admin, b"id=lab", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert sent.status_code == 415
    assert sent.headers["Content-Type"] == "application/problem+json"
    assert sent.headers["Access-Control-Allow-Origin"] == "*"
    told = json.loads(sent.body)
    assert (told["status"], told["code"]) == (415, "unsupported_media_type")
    assert "x-www-form-urlencoded" in told["detail"]


def test_another_method_is_refused_and_the_known_ones_are_told(admin: Caller) -> None:
    answer = admin.delete("/health")
    assert (answer.status, answer.body["code"]) == (405, "method_not_allowed")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"] == "GET"
    assert set(answer.body) >= PROBLEM


def test_every_field_at_fault_is_named_the_first_of_them_twice(admin: Caller) -> None:
    told = admin.post(PATH, {"name": "", "colour": "red"}).body
    assert [one["field"] for one in told["errors"]] == ["id", "name", "colour"]
    assert told["errors"][0] == {"field": told["field"], "detail": told["detail"]}


def test_a_single_fault_is_among_the_errors_too(admin: Caller) -> None:
    told = admin.get(f"{PATH}?cursor=x").body
    assert told["errors"] == [{"field": "cursor", "detail": told["detail"]}]


def test_of_countless_faults_some_are_told(admin: Caller) -> None:
    told = admin.post(PATH, {f"no{number}": 1 for number in range(500)}).body
    assert len(told["errors"]) == received.MOST_FAULTS


def test_a_charset_beside_the_content_type_is_taken(admin: Caller) -> None:
    body = json.dumps(NEW).encode()
    sent = raw(admin, body, **{"Content-Type": "application/json; charset=utf-8"})
    assert sent.status_code == 201


@pytest.mark.parametrize("odd", ["%2F", "%00", "a b", "%25", "%F0%9F%98%80", "..%2F..", "#", "'"])
def test_an_id_with_any_letters_is_only_unknown(admin: Caller, odd: str) -> None:
    answer = admin.get(f"/tickets/{odd.replace(' ', '%20').replace('#', '%23')}")
    assert answer.status == 404
    assert answer.body["status"] == 404


@pytest.mark.parametrize("letter", ["x", "%F0%9F%98%80"])
def test_an_id_longer_than_any_of_ours_is_not_looked_up(admin: Caller, letter: str) -> None:
    assert admin.get(f"/tickets/{letter * (LONGEST_ID + 1)}").status == 404
    assert admin.get(f"/agents/{letter * 90}").status == 404


def test_an_unknown_path_is_the_gateway_s_to_answer(admin: Caller) -> None:
    with Client(app) as client:
        assert client.http.get("/v1/nowhere").status_code == 403


@pytest.mark.parametrize("method", ["HEAD", "TRACE", "PUT"])
def test_another_method_does_nothing(admin: Caller, aws: Cloud, method: str) -> None:
    answer = raw(admin, b"{}", method=method)
    assert answer.status_code in (403, 405)


def test_a_browser_may_ask_before() -> None:
    gateway = LocalGateway(app, Config.create(chalice_stage="test", app_name="test"))
    answer = gateway.handle_request("OPTIONS", f"/v1{PATH}", {"origin": "https://x"}, b"")
    assert answer["statusCode"] == 200
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert headers["access-control-allow-origin"] == "*"
    assert "If-Match" in headers["access-control-allow-headers"]
    assert {"GET", "POST"} <= set(headers["access-control-allow-methods"].split(","))


# ------------------------------------------------------------ who may call


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer lm_unknown",
        "Basic bG06eA==",
        "lm_x",
        "Bearer a.b.c",
        "Bearer ế",
    ],
)
def test_without_a_good_token_nothing_is_shown(aws: Cloud, header: str | None) -> None:
    caller = Caller(app=app)
    if header is not None:
        caller = caller.with_headers(Authorization=header)
    assert caller.get(PATH).status in (401, 403)


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.INTEGRATION])
def test_a_role_may_do_what_a_route_declares_and_no_more(aws: Cloud, role: Role) -> None:
    caller = Caller(app=app).token(role)
    assert caller.get(PATH).status == 200
    refused = caller.post(PATH, NEW)
    assert (refused.status, refused.body["code"]) == (403, "forbidden")
    assert refused.headers["access-control-allow-origin"] == "*"


# ------------------------------------------------------------- correlation


@pytest.mark.parametrize(
    ("given", "kept"), [("trace-1:a.b_C", True), ("x" * 129, False), ("a b", False), ("ế", False)]
)
def test_a_caller_s_correlation_id_is_kept_when_it_is_one(
    admin: Caller, given: str, kept: bool
) -> None:
    answer = admin.with_headers(X_Correlation_Id=given).get(PATH)
    assert answer.status == 200
    assert (answer.headers["x-correlation-id"] == given) is kept


# ----------------------------------------------------------------- revision


def test_an_etag_locks_out_who_saw_an_older_state(admin: Caller) -> None:
    made = admin.post(PATH, NEW)
    path = f"{PATH}/lab"
    assert admin.get(path).etag == made.etag
    stale = admin.with_headers(If_Match='"99"').patch(path, {"name": "Khác"})
    assert (stale.status, stale.body["code"]) == (412, "stale_revision")
    assert admin.get(path).body["name"] == NEW["name"]
    assert admin.with_headers(If_Match=made.etag).patch(path, {"name": "Khác"}).status == 200
    assert admin.with_headers(If_Match=made.etag).patch(path, {"name": "Nữa"}).status == 412


def test_what_has_no_revision_matches_no_etag(admin: Caller) -> None:
    answer = admin.with_headers(If_Match='"1"').post(PATH, NEW)
    assert answer.status == 412
    assert admin.with_headers(If_Match="*").post(PATH, NEW).status == 201


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"3"', {3}),
        ("3", {3}),
        ('W/"3"', {3}),
        ('"3", "4"', {3, 4}),
        ('"abc"', set()),
        ("", set()),
        ('"-1"', set()),
        ('"٣"', set()),
        ('"' + "9" * 40 + '"', set()),
    ],
)
def test_if_match_in_all_its_forms(header: str | None, named: set[int] | None) -> None:
    assert revisions(header) == named


# ------------------------------------------------------------------ crashes


def test_a_crash_tells_the_caller_nothing_but_that(
    admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("0912345678")

    monkeypatch.setattr(team, "departments", crash)
    answer = admin.get(PATH)
    assert (answer.status, answer.body["code"]) == (500, "internal")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "0912345678" not in str(answer)


def test_what_may_work_later_says_when_to_try(
    admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("throttled")

    monkeypatch.setattr(team, "departments", down)
    answer = admin.get(PATH)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


def test_depth_is_counted_without_recursion() -> None:
    class Anything(View):
        inner: Any = None

    fine = b'{"inner":' + b'{"a":' * 30 + b"1" + b"}" * 30 + b"}"
    assert received.body(Anything, fine)
    wide = b'{"inner":[' + b",".join([b"[]"] * 500) + b"]}"
    assert received.body(Anything, wide)
    with pytest.raises(Malformed, match="levels deep"):
        received.body(Anything, b'{"inner":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}")
