"""Commitments: published, read by anybody, put into replies, held against what was done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib.platform import store
from chalicelib.platform.clock import local_day, now
from chalicelib.platform.context import begin
from chalicelib.platform.roles import Role
from chalicelib.sla import governing
from chalicelib.standards import commitments, showing
from chalicelib.standards.texts import EXAMPLES
from chalicelib.standards.tiers import LANGUAGES
from tests.client import Caller
from tests.world import World

TEXT = {
    "title": {"vi": "Giao lại miễn phí", "en": "Free redelivery"},
    "body": {"vi": "Giao lỗi thì giao lại.\n\nKhông thu phí <b>.", "en": "We deliver again."},
    "conditions": {"vi": "Trong nội thành.", "en": "In town."},
    "measured_by": [{"policy": "requests", "clock": "resolve"}],
}


def published(world: World, **fields: Any) -> dict[str, Any]:
    answer = world.admin.post("/commitments", {"id": "redelivery", **TEXT, **fields})
    assert answer.status == 201, answer.body
    return dict(answer.body)


def page(path: str = "/commitments", **headers: str) -> Any:
    with Client(app) as client:
        return client.http.get(path, headers=headers)


def public() -> list[dict[str, Any]]:
    answer = Caller(app=app).get("/commitments")
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def day(days: int = 0) -> str:
    return str(local_day(now()) + timedelta(days=days))


def test_an_example_promises_nothing_until_somebody_publishes_it(world: World) -> None:
    assert public() == []
    assert "đang được cập nhật" in page().body.decode()
    shown = world.admin.get("/commitments/all").body["items"]
    assert [one["id"] for one in shown] == list(EXAMPLES)
    assert all(one["versions"][0]["example"] and one["promised"] is None for one in shown)
    assert world.admin.get("/commitments/exchange/text").status == 404
    example = shown[0]["versions"][0]
    text = {name: example[name] for name in ("title", "body", "conditions", "measured_by")}
    answer = world.admin.post("/commitments/exchange/versions", text)
    assert (answer.status, answer.body["promised"]) == (201, 1)
    (one,) = public()
    assert (one["id"], one["title"]["vi"]) == ("exchange@1", "Đổi trả trong 7 ngày")
    assert len(world.admin.get("/commitments/all").body["items"]) == len(EXAMPLES)


def test_examples_say_everything_in_both_languages_and_are_measured_by_what_is_there(
    world: World,
) -> None:
    for one in commitments.known():
        store.commit(commitments.example_published(one, begin()))
    there = {policy.id: policy.promises for policy in governing.latest().policies}
    for text in EXAMPLES.values():
        for words in (text.title, text.body, text.conditions):
            assert set(words) == set(LANGUAGES)
            assert all(words.values())
        assert all(clock in there[policy] for policy, clock in text.measured_by)
    assert [one["commitment"] for one in public()] == list(EXAMPLES)


def test_a_text_stays_what_it_was_when_a_new_one_takes_over(world: World) -> None:
    published(world)
    agent = world.agent("Lan")
    first = agent.get("/commitments/redelivery/text").body
    assert first["id"] == "redelivery@1"
    assert first["text"].startswith("Giao lại miễn phí\n\nGiao lỗi")
    english = agent.get("/commitments/redelivery/text", language="en").body
    assert english["text"].endswith("In town.")
    later = {**TEXT, "title": {"vi": "Giao lại", "en": "Redelivery"}, "valid_from": day(3)}
    answer = world.admin.post("/commitments/redelivery/versions", later)
    assert (answer.status, answer.body["promised"]) == (201, 1)
    assert agent.get("/commitments/redelivery/text").body["id"] == "redelivery@1"
    found = commitments.load("redelivery")
    assert [found.on(local_day(now()) + timedelta(days=n)).number for n in (2, 3)] == [1, 2]  # type: ignore[union-attr]
    assert [one["version"] for one in answer.body["versions"]] == [2, 1]


def test_what_was_promised_in_the_past_is_not_rewritten(world: World) -> None:
    published(world)
    for fields, field in (
        ({"valid_from": day(-1)}, "valid_from"),
        ({"valid_until": day(-1)}, "valid_until"),
        ({"valid_until": "2026-13-01"}, "valid_until"),
        ({"measured_by": [{"policy": "nobody", "clock": "resolve"}]}, "measured_by.0.policy"),
        ({"measured_by": [{"policy": "praise", "clock": "resolve"}]}, "measured_by.0.clock"),
    ):
        answer = world.admin.post("/commitments/redelivery/versions", {**TEXT, **fields})
        assert (answer.status, answer.body["field"]) == (422, field)
    assert world.admin.post("/commitments/redelivery/end", {"valid_until": day(-1)}).status == 422


def test_two_who_publish_at_once_do_not_overwrite_each_other(world: World) -> None:
    published(world)
    fresh = world.admin.with_headers(If_Match='"1"')
    assert fresh.post("/commitments/redelivery/versions", TEXT).status == 201
    assert fresh.post("/commitments/redelivery/versions", TEXT).status == 412
    again = world.admin.post("/commitments", {"id": "redelivery", **TEXT})
    assert again.body["code"] == "commitment_exists"
    assert world.admin.post("/commitments", {"id": "report", **TEXT}).status == 422


def test_an_ended_commitment_is_promised_to_the_end_of_its_last_day(world: World) -> None:
    published(world)
    answer = world.admin.post("/commitments/redelivery/end", {"valid_until": day(1)})
    assert (answer.status, answer.body["promised"]) == (200, 1)
    found = commitments.load("redelivery")
    assert found.on(local_day(now()) + timedelta(days=1)) is not None
    assert found.on(local_day(now()) + timedelta(days=2)) is None
    again = world.admin.post("/commitments/redelivery/end", {"valid_until": day(1)})
    assert again.body["code"] == "nothing_to_end"


def test_only_managers_publish_and_strangers_read_nothing_but_what_is_promised(
    world: World,
) -> None:
    published(world)
    agent, stranger = world.agent("Lan"), Caller(app=app)
    assert agent.post("/commitments", {"id": "x", **TEXT}).status == 403
    assert agent.get("/commitments/redelivery").status == 200
    assert stranger.get("/commitments/all").status == 401
    (one,) = public()
    assert not {"written_by", "measured_by"} & set(one)


def test_the_page_is_for_telephones_readers_and_caches(world: World) -> None:
    published(world)
    vietnamese, english = page(), page("/commitments?language=en")
    html = vietnamese.body.decode()
    assert vietnamese.status_code == 200
    assert '<html lang="vi">' in html
    assert 'name="viewport"' in html
    assert '<h2 id="redelivery-title">Giao lại miễn phí</h2>' in html
    assert "<p>Không thu phí &lt;b&gt;.</p>" in html
    assert "<script" not in html
    assert "Free redelivery" in english.body.decode()
    assert vietnamese.headers["Cache-Control"] == "public, max-age=300"
    assert vietnamese.headers["Content-Language"] == "vi"
    assert "default-src 'none'" in vietnamese.headers["Content-Security-Policy"]
    tag = vietnamese.headers["ETag"]
    assert page(**{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, None, "vi"),
        ("en", "vi-VN,vi", "en"),
        ("fr", "en-US,en;q=0.9", "en"),
        (None, "fr-FR,fr;q=0.9,en;q=0.8,vi;q=0.7", "en"),
        (None, "de", "vi"),
    ],
)
def test_the_page_speaks_the_language_asked_for(
    asked: str | None, accepted: str | None, language: str
) -> None:
    assert showing.chosen(asked, accepted) == language


def test_a_reply_puts_on_record_which_text_it_told_of(world: World) -> None:
    published(world)
    agent = world.agent("Lan")
    world.zalo("Giao lỗi thì sao shop", user="a")
    world.run()
    path = f"/tickets/{world.ticket()['id']}"
    words = agent.get("/commitments/redelivery/text").body
    reply = {"text": words["text"], "commitment_versions": [words["id"]]}
    assert agent.post(f"{path}/replies", reply).status == 202
    queued = [one for one in world.list(f"{path}/events") if one["name"] == "message.queued"]
    assert [one["data"]["commitments"] for one in queued] == [["redelivery@1"]]
    assert agent.post(f"{path}/replies", {**reply, "commitment_versions": ["x"]}).status == 422


def test_the_report_sets_promises_against_what_was_done(world: World) -> None:
    published(world)
    agent = world.agent("Lan", department="technical")
    world.zalo("Máy nhà em dùng không được, hướng dẫn giúp em cách sử dụng với", user="a")
    world.run()
    ticket = world.ticket()
    assert ticket["type"] == "technical_support"
    pending = world.admin.get("/commitments/report").body["items"][0]["total"]
    assert (pending["matters"], pending["share"], pending["median_used"]) == (0, None, None)
    agent.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"})
    world.run()
    answer = world.admin.token(Role.LEAD).get("/commitments/report")
    (row,) = answer.body["items"]
    assert (row["commitment"], row["texts"]) == ("redelivery", ["redelivery@1"])
    (line,) = row["clocks"]
    assert (line["policy"], line["clock"]) == ("requests", "resolve")
    kept = line["kept"]
    assert (kept["matters"], kept["met"], kept["breached"], kept["share"]) == (1, 1, 0, 1.0)
    assert kept["median_promised"] == 16 * 3600
    assert answer.body["provisional"]
    past = world.admin.get("/commitments/report", **{"from": "2026-01-01", "to": "2026-01-31"})
    assert past.body["items"] == []
    assert world.admin.get("/commitments/report", **{"from": day(1), "to": day()}).status == 422


def test_no_more_texts_hold_than_can_be_ended_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commitments, "MOST_VALID", 2)
    published(world)
    path = "/commitments/redelivery"
    assert world.admin.post(f"{path}/versions", TEXT).status == 201
    refused = world.admin.post(f"{path}/versions", TEXT)
    assert (refused.status, refused.body["code"]) == (409, "too_many_texts")
    assert world.admin.post(f"{path}/end").status == 200
    assert world.admin.post(f"{path}/versions", TEXT).status == 201
