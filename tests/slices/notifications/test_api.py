"""The feed by API: own only, unread, pages, read once and all; preferences and senders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.notifications import flows
from chalicelib.platform import listing, store
from chalicelib.platform.clock import iso, now
from tests.slices.notifications.happening import assigned, feed, kinds, tell, unread
from tests.world import OA, World


def test_everybody_sees_their_own(world: World) -> None:
    lan, mai = world.agent("Lan"), world.agent("Mai")
    tell(assigned("t1", world.agents["Lan"]))
    (told,) = feed(lan)
    assert feed(mai) == []
    assert mai.post(f"/notifications/{told['id']}/read").status == 404
    assert unread(lan) == 1


def test_a_token_of_nobody_has_no_feed(world: World) -> None:
    for path in ("/notifications", "/notifications/count", "/notifications/preferences"):
        assert world.admin.get(path).status == 404
    assert world.admin.post("/notifications/read-all").status == 404


def test_pages_are_newest_first_and_a_cursor_is_of_one_feed(world: World) -> None:
    lan, mai = world.agent("Lan"), world.agent("Mai")
    tell(*(assigned(f"t{n}", world.agents["Lan"]) for n in range(5)))
    first = lan.get("/notifications", limit=2).body
    rest = lan.get("/notifications", limit=3, cursor=first["next_cursor"]).body
    links = [item["link"] for item in [*first["items"], *rest["items"]]]
    assert links == [f"ticket/t{n}" for n in (4, 3, 2, 1, 0)]
    assert mai.get("/notifications", limit=2, cursor=first["next_cursor"]).status == 422


def test_reading_twice_counts_once(world: World) -> None:
    lan = world.agent("Lan")
    tell(assigned("t1", world.agents["Lan"]), assigned("t2", world.agents["Lan"]))
    newest, oldest = feed(lan)
    first = lan.post(f"/notifications/{newest['id']}/read")
    assert first.body["read_at"] is not None
    assert lan.post(f"/notifications/{newest['id']}/read").body == first.body
    assert unread(lan) == 1
    assert [item["id"] for item in feed(lan, unread="true")] == [oldest["id"]]
    assert lan.post("/notifications/nothing/read").status == 404


def test_parallel_reads_count_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lan = world.agent("Lan")
    tell(*(assigned(f"t{n}", world.agents["Lan"]) for n in range(3)))
    first, second, _ = (f"/notifications/{one['id']}/read" for one in feed(lan))
    monkeypatch.setattr(store, "CONFLICT_PAUSE", 0)
    commit = store.commit
    for ours, theirs in ((first, first), (second, "/notifications/read-all")):
        waiting = [theirs]

        def late(writes: Iterable[store.Write], waiting: list[str] = waiting) -> None:
            found = list(writes)
            if waiting:
                assert lan.post(waiting.pop()).status == 200
            commit(found)

        monkeypatch.setattr(store, "commit", late)
        assert lan.post(ours).status == 200
        monkeypatch.setattr(store, "commit", commit)
        assert not waiting
        assert unread(lan) == len(feed(lan, unread="true"))
    assert unread(lan) == 0


def test_everything_before_a_moment_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lan = world.agent("Lan")
    tell(*(assigned(f"t{n}", world.agents["Lan"]) for n in range(7)))
    moment = now() + timedelta(milliseconds=1)
    early = lan.post("/notifications/read-all", {"until": iso(moment - timedelta(hours=1))})
    assert early.body == {"read": 0, "more": False}
    with monkeypatch.context() as no_query:  # DynamoDB refuses a range that ends first
        no_query.setattr(listing, "keys", None)
        long_ago = lan.post("/notifications/read-all", {"until": "2001-01-01T00:00:00Z"})
    assert long_ago.body == {"read": 0, "more": False}
    monkeypatch.setattr(flows, "TOGETHER", 2)
    monkeypatch.setattr(flows, "MOST", 5)
    some = lan.post("/notifications/read-all", {"until": iso(moment)})
    assert some.body == {"read": 5, "more": True}
    assert unread(lan) == 2
    assert lan.post("/notifications/read-all", {"until": iso(moment)}).body["read"] == 2
    assert lan.post("/notifications/read-all").body == {"read": 0, "more": False}
    assert unread(lan) == 0
    assert all(item["read_at"] for item in feed(lan))


def test_preferences_begin_with_the_defaults(world: World) -> None:
    lan = world.agent("Lan")
    said = lan.get("/notifications/preferences").body
    assert said["kinds"]["clock_escalated"] == {"feed": True, "email": True, "zalo": True}
    assert said["kinds"]["ticket_assigned"] == {"feed": True, "email": False, "zalo": False}
    assert (said["quiet"], said["late_together"], said["language"]) == (None, True, "vi")


def test_preferences_are_replaced_under_their_revision(world: World) -> None:
    lan = world.agent("Lan")
    body: dict[str, Any] = {
        "kinds": {"ticket_assigned": {"feed": False, "zalo": True}},
        "quiet": {"since": "22:00", "until": "07:00"},
        "language": "en",
    }
    before = lan.get("/notifications/preferences").etag
    changed = lan.with_headers(If_Match=before).put("/notifications/preferences", body)
    assert changed.body["kinds"]["ticket_assigned"] == {"feed": False, "email": False, "zalo": True}
    assert lan.get("/notifications/preferences").body == changed.body
    assert lan.with_headers(If_Match=before).put("/notifications/preferences", body).status == 412
    tell(assigned("t1", world.agents["Lan"]))
    assert feed(lan) == []
    assert unread(lan) == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kinds": {"gossip": {"feed": True}}}, "kinds"),
        ({"quiet": {"since": "24:00", "until": "07:00"}}, "quiet.since"),
        ({"quiet": {"since": "22:00", "until": "22:00"}}, "quiet.until"),
        ({"language": "fr"}, "language"),
    ],
)
def test_preferences_that_make_no_sense_are_refused(
    world: World, body: dict[str, Any], field: str
) -> None:
    answer = world.agent("Lan").put("/notifications/preferences", body)
    assert answer.status == 422
    assert answer.body["field"].startswith(field)


def test_counting_goes_on_under_other_preferences(world: World) -> None:
    lan = world.agent("Lan")
    tell(assigned("t1", world.agents["Lan"]))
    assert lan.put("/notifications/preferences", {"language": "en"}).status == 200
    assert unread(lan) == 1


def test_managers_say_what_pushes_go_out_by(world: World) -> None:
    mail = world.connect("email", "hotro@shop.example.vn", {"signing_key": "k"}, provider="mailgun")
    (oa,) = [one for one in world.list("/channel-accounts") if one["account_id"] == OA]
    body = {"email_account": mail, "zalo_account": oa["id"], "link_base": "https://cx.example.vn"}
    assert world.agent("Lan").put("/notifications/senders", body).status == 403
    assert world.admin.put("/notifications/senders", body).status == 200
    said = world.admin.get("/notifications/senders")
    assert said.body == {**body, "revision": 1}
    swapped = world.admin.put("/notifications/senders", {"email_account": oa["id"]})
    assert (swapped.status, swapped.body["field"]) == (422, "email_account")
    stale = world.admin.with_headers(If_Match='"0"').put("/notifications/senders", {})
    assert stale.status == 412
    assert world.admin.put("/notifications/senders", {}).body["zalo_account"] is None


def test_a_kind_that_is_not_wanted_at_all_leaves_nothing(world: World) -> None:
    lan = world.agent("Lan")
    lan.put("/notifications/preferences", {"kinds": {"ticket_assigned": {"feed": False}}})
    tell(assigned("t1", world.agents["Lan"]))
    assert [one for one in world.cloud.items("notifications") if "kind" in one] == []
    assert kinds(lan) == []
