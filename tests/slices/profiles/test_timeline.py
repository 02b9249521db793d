"""What happened to a customer, and what was noted: over every profile that was merged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.platform.clock import iso
from tests.slices.customer.families import customer, merged, parted
from tests.world import World


def noted(world: World, profile_id: str, text: str) -> Any:
    answer = world.admin.post(f"/profiles/{profile_id}/notes", {"text": text})
    assert answer.status == 201, answer.body
    return answer.body


def texts(world: World, profile_id: str, **query: Any) -> list[str]:
    return [note["text"] for note in world.list(f"/profiles/{profile_id}/notes", **query)]


def test_notes_stay_with_whom_they_were_written_of_and_are_read_together(world: World) -> None:
    one, other = customer("An"), customer("An Lê")
    first = noted(world, one, "  Gọi sau 17 giờ ")
    assert (first["text"], first["profile_id"]) == ("Gọi sau 17 giờ", one)
    assert first["author"].startswith("token:")
    noted(world, other, "Khách quen")
    merge = merged(one, other)
    noted(world, other, "Viết sau khi gộp")
    assert texts(world, one) == ["Viết sau khi gộp", "Khách quen", "Gọi sau 17 giờ"]
    assert texts(world, other) == texts(world, one)
    parted(merge)
    assert texts(world, one) == ["Gọi sau 17 giờ"]
    assert texts(world, other) == ["Viết sau khi gộp", "Khách quen"]


def test_a_note_is_told_without_its_text_and_written_once(world: World) -> None:
    one = customer("An")
    again = world.admin.with_headers(Idempotency_Key="k1")
    for _ in range(2):
        assert again.post(f"/profiles/{one}/notes", {"text": "Bí mật"}).status == 201
    assert texts(world, one) == ["Bí mật"]
    (told,) = world.list(f"/profiles/{one}/timeline", kind="profile.note_added")
    assert told["data"] == {"note_id": world.list(f"/profiles/{one}/notes")[0]["id"]}
    assert "Bí mật" not in str(world.cloud.items("events"))


@pytest.mark.parametrize("text", ["", "   ", None])
def test_a_note_says_something(world: World, text: Any) -> None:
    refused = world.admin.post(f"/profiles/{customer('An')}/notes", {"text": text})
    assert (refused.status, refused.body["field"]) == (422, "text")


def test_nobody_s_notes(world: World) -> None:
    assert world.admin.get("/profiles/none/notes").status == 404
    assert world.admin.post("/profiles/none/notes", {"text": "x"}).status == 404


def walked(world: World, profile_id: str, limit: int, **query: Any) -> list[list[str]]:
    """The ids on each page of a timeline."""
    pages: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        asked = {"limit": limit, **query, **cursor}
        answer = world.admin.get(f"/profiles/{profile_id}/timeline", **asked)
        assert answer.status == 200, answer.body
        pages.append([event["id"] for event in answer.body["items"]])
        if answer.body["next_cursor"] is None:
            return pages
        cursor = {"cursor": answer.body["next_cursor"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_a_timeline_is_the_union_of_all_originals_newest_first(world: World, limit: int) -> None:
    ids = [customer(name) for name in ("An", "An Lê", "Lê An")]
    for number in range(6):
        noted(world, ids[number % 3], f"{number}")
    merge = merged(ids[0], ids[1])
    merged(ids[1], ids[2])
    every = [event for page in walked(world, ids[2], limit) for event in page]
    assert every == sorted(every, reverse=True)
    assert len(every) == len(set(every)) == 3 + 6 + 2  # made, noted, merged
    assert all(len(page) <= limit for page in walked(world, ids[0], limit))
    parted(merge)
    alone = [event for page in walked(world, ids[1], limit) for event in page]
    assert len(alone) < len(every)


def test_filters_narrow_and_a_cursor_is_good_for_its_own_list_only(world: World) -> None:
    one, other = customer("An"), customer("An Lê")
    for number in range(3):
        noted(world, one, f"{number}")
    path = f"/profiles/{one}/timeline"
    assert len(world.list(path, kind="profile.note_added")) == 3
    assert {event["name"] for event in world.list(path, kind="identity.")} <= {"identity.added"}
    assert world.list(path, kind="order.") == []
    first = world.admin.get(path, limit=2, kind="profile.").body
    assert first["next_cursor"]
    for elsewhere in (
        {"kind": "ticket.", "limit": 2},
        {"limit": 2},
        {"kind": "profile.", "since": "2026-01-01T00:00:00Z"},
    ):
        refused = world.admin.get(path, cursor=first["next_cursor"], **elsewhere)
        assert (refused.status, refused.body["code"]) == (422, "bad_cursor")
    foreign = f"/profiles/{other}/timeline"
    refused = world.admin.get(foreign, cursor=first["next_cursor"], limit=2, kind="profile.")
    assert refused.body["code"] == "bad_cursor"


def test_since_and_until_bound_the_time(world: World) -> None:
    one = customer("An")
    path, now = f"/profiles/{one}/timeline", datetime.now(UTC)
    every = len(world.list(path))
    hour = timedelta(hours=1)
    assert every > 0
    assert len(world.list(path, since=iso(now - hour), until=iso(now + hour))) == every
    assert world.list(path, since=iso(now + hour)) == []
    assert world.list(path, until=iso(now - hour)) == []
    assert world.list(path, since=iso(now + hour), until=iso(now - hour)) == []
    assert world.admin.get(path, since="hôm qua").status == 422
    assert world.admin.get(path, kind="x#1").status == 422
