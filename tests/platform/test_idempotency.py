"""`Idempotency-Key`: one command, one effect, one answer, however often it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from app import app
from chalicelib.platform import idempotency
from chalicelib.platform.idempotency import Answer
from chalicelib.platform.roles import Role
from tests.client import Caller
from tests.cloud import Cloud

PATH = "/departments"
NEW = {"id": "lab", "name": "Phòng thử"}


@pytest.fixture
def admin(aws: Cloud) -> Caller:
    return Caller(app=app).token(Role.ADMIN)


def keyed(caller: Caller, key: str = "k1") -> Caller:
    return caller.with_headers(Idempotency_Key=key)


def added(aws: Cloud) -> int:
    return sum(item["name"]["S"] == "team.structure_changed" for item in aws.items("events"))


def test_the_same_again_gives_the_first_answer_again(aws: Cloud, admin: Caller) -> None:
    first = keyed(admin).post(PATH, NEW)
    again = keyed(admin).post(PATH, NEW)
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.etag == first.etag
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert added(aws) == 1


def test_without_a_key_the_second_is_a_second(aws: Cloud, admin: Caller) -> None:
    assert [admin.post(PATH, NEW).status for _ in range(2)] == [201, 409]


def test_a_key_is_good_for_one_body(aws: Cloud, admin: Caller) -> None:
    keyed(admin).post(PATH, NEW)
    other = keyed(admin).post(PATH, {**NEW, "name": "Khác"})
    assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")
    assert other.body["field"] == "Idempotency-Key"


def test_keys_of_others_and_of_other_routes_are_other_keys(aws: Cloud, admin: Caller) -> None:
    keyed(admin).post(PATH, NEW)
    somebody = Caller(app=app).token(Role.ADMIN)
    assert keyed(somebody).post(PATH, NEW).status == 409
    team = {"name": "Nhóm", "department_id": "lab"}
    assert keyed(admin).post("/teams", team).status == 201


def test_a_refused_command_may_be_mended_and_sent_again(aws: Cloud, admin: Caller) -> None:
    assert keyed(admin).post(PATH, {**NEW, "id": "!"}).status == 422
    assert keyed(admin).post(PATH, NEW).status == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256])
def test_an_unusable_key_is_refused(aws: Cloud, admin: Caller, key: str) -> None:
    answer = keyed(admin, key).post(PATH, NEW)
    assert (answer.status, answer.body["field"]) == (422, "Idempotency-Key")
    assert added(aws) == 0


def test_the_longest_key_is_taken(aws: Cloud, admin: Caller) -> None:
    assert keyed(admin, "x" * 255).post(PATH, NEW).status == 201


@pytest.mark.parametrize("looks", [1, 2])
def test_twins_at_the_same_moment_write_once_and_answer_alike(
    aws: Cloud, admin: Caller, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """The second looks before the first has written, and meets its writes afterwards."""
    first = keyed(admin).post(PATH, NEW)
    real = idempotency.earlier_answer
    blind = [None] * (looks - 1)

    def too_early(key: idempotency.Key) -> Answer | None:
        return blind.pop() if blind else real(key)

    monkeypatch.setattr(idempotency, "earlier_answer", too_early)
    second = keyed(admin).post(PATH, NEW)
    assert (second.status, second.body) == (201, first.body)
    assert second.headers["idempotent-replay"] == "true"
    assert added(aws) == 1


def test_an_answer_with_a_secret_is_never_kept(aws: Cloud, admin: Caller) -> None:
    body: dict[str, Any] = {"name": "máy", "role": "integration"}
    assert keyed(admin).post("/tokens", body).status == 422
    answer = admin.post("/tokens", body)
    assert answer.status == 201
    assert answer.body["token"] not in str(aws.items("control"))
