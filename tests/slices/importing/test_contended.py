"""Rows that others kept from their turn are sent again, and only those."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from infra.client import Answer, Api
from infra.importing import sending
from infra.importing.mapping import Mapped


class Busy:
    """An API at which every second row has to wait, so many times."""

    def __init__(self, times: int) -> None:
        self.left, self.sent, self.keys = times, list[list[str]](), list[str]()

    def call(self, _method: str, _path: str, body: Any, *, headers: dict[str, str]) -> Answer:
        self.sent.append([row["external_id"] for row in body["items"]])
        self.keys.append(headers["Idempotency-Key"])
        again, self.left = self.left > 0, self.left - 1
        results = [self._result(index, waits=again and index % 2 == 0) for index in range(99)]
        told = {"results": results[: len(body["items"])]}
        return Answer(status=200, body=json.dumps(told).encode())

    def _result(self, index: int, *, waits: bool) -> dict[str, Any]:
        result = {"result": "refused", "code": "contended"} if waits else {"result": "created"}
        return {"index": index, "retryable": waits, **result}


def taken(api: Busy, *ids: str) -> list[tuple[str, str]]:
    lines = [
        sending._Line(number=number, mapped=Mapped(item={"external_id": one}))
        for number, one in enumerate(ids)
    ]
    plan = sending.Plan(kind="orders", source="shop")
    ended = sending._taken(cast("Api", api), plan, lines, "run")
    return sorted((line.mapped.item["external_id"], told["result"]) for line, told in ended)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PAUSE", 0)


def test_only_what_waits_is_sent_again_under_a_key_of_its_own() -> None:
    api = Busy(2)
    assert taken(api, "a", "b", "c") == [("a", "created"), ("b", "created"), ("c", "created")]
    assert api.sent == [["a", "b", "c"], ["a", "c"], ["a"]]
    assert len(set(api.keys)) == 3


def test_what_waits_for_ever_is_refused_in_the_end() -> None:
    api = Busy(99)
    assert taken(api, "a", "b") == [("a", "refused"), ("b", "created")]
    assert len(api.sent) == len(set(api.keys)) == sending.TRIES
