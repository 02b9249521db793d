"""What people do with tickets, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform.roles import Role
from tests.world import World

SIZE = "Cho mình đổi size áo với ạ"
LATE = "Giao hàng trễ quá, 5 ngày rồi chưa nhận được"


def asked(world: World, text: str = SIZE, **more: Any) -> dict[str, Any]:
    """A customer's matter; the ticket of it."""
    world.zalo(text, **more)
    world.run()
    return world.tickets()[0]


class TestReplies:
    def test_claim_a_free_ticket_and_start_it(self, world: World) -> None:
        ticket = asked(world)
        lan = world.agent("Lan", department="technical")
        assert lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"}).status == 202
        world.run()
        after = world.ticket()
        assert (after["status"], after["agent_id"]) == ("in_progress", world.agents["Lan"])
        assert world.admin.get(f"/agents/{world.agents['Lan']}").body["load"] == 1

    def test_with_one_key_twice_is_one(self, world: World) -> None:
        ticket = asked(world)
        caller = world.agent("Lan").with_headers(Idempotency_Key="once")
        path = f"/tickets/{ticket['id']}/replies"
        first, second = (caller.post(path, {"text": "Dạ"}) for _ in range(2))
        world.run()
        assert (first.status, second.status) == (202, 202)
        assert first.body == second.body
        assert second.headers["idempotent-replay"] == "true"
        assert len(world.messages(ticket["id"])) == 2
        other = caller.post(path, {"text": "Khác"})
        assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")
        assert len(world.messages(ticket["id"])) == 2

    def test_on_a_done_ticket_are_refused(self, world: World) -> None:
        ticket = asked(world)
        world.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"})
        refused = world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"})
        assert (refused.status, refused.body["code"]) == (409, "ticket_done")
        assert len(world.messages(ticket["id"])) == 1

    def test_by_a_program_start_nothing(self, world: World) -> None:
        ticket = asked(world)
        program = world.admin.token(Role.INTEGRATION)
        assert program.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"}).status == 202
        world.run()
        assert (world.ticket()["status"], world.ticket()["first_reply_at"]) == ("new", None)

    def test_only_where_that_customer_is(self, world: World) -> None:
        ticket = asked(world)
        world.facebook("Áo sơ mi trắng giá bao nhiêu")
        world.run()
        (page,) = (c for c in world.list("/conversations") if c["channel"] != "zalo_oa")
        body = {"text": "Dạ", "conversation_id": page["id"]}
        refused = world.admin.post(f"/tickets/{ticket['id']}/replies", body)
        assert (refused.status, refused.body["field"]) == (422, "conversation_id")

    @pytest.mark.parametrize("text", ["", "   ", "\n"])
    def test_of_nothing_are_refused(self, world: World, text: str) -> None:
        ticket = asked(world)
        assert world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": text}).status == 422


class TestFinishing:
    def test_needs_an_outcome(self, world: World) -> None:
        ticket = asked(world)
        for body in ({}, {"outcome": "fine"}):
            refused = world.admin.post(f"/tickets/{ticket['id']}/done", body)
            assert (refused.status, refused.body["field"]) == (422, "outcome")
        assert world.ticket()["status"] == "new"

    def test_new_to_done_as_spam(self, world: World) -> None:
        ticket = asked(world)
        done = world.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "spam"})
        assert (done.status, done.body["status"]) == (200, "done")
        again = world.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "spam"})
        assert (again.status, again.body["code"]) == (409, "ticket_done")

    def test_reopened_by_a_person(self, world: World) -> None:
        ticket = asked(world)
        path = f"/tickets/{ticket['id']}"
        not_done = world.admin.post(f"{path}/reopen", {})
        assert (not_done.status, not_done.body["code"]) == (409, "ticket_not_done")
        world.admin.post(f"{path}/done", {"outcome": "resolved"})
        opened = world.admin.post(f"{path}/reopen", {})
        assert (opened.body["status"], opened.body["outcome"]) == ("in_progress", None)
        assert world.ticket() == opened.body


class TestCorrecting:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"type": "none"}, "type"),
            ({"type": None}, "type"),
            ({"sub_type": "none"}, "sub_type"),
            ({"type": "inquiry", "sub_type": "refund"}, "sub_type"),
            ({"priority": "very"}, "priority"),
            ({"department_id": "none"}, "department_id"),
            ({"stage": "none"}, "stage"),
            ({"waiting_on": "nobody"}, "waiting_on"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_only_to_known_values(self, world: World, change: Any, field: str) -> None:
        ticket = asked(world)
        refused = world.admin.patch(f"/tickets/{ticket['id']}", change)
        assert (refused.status, refused.body["field"]) == (422, field)
        assert world.ticket() == ticket

    def test_sub_type_brings_its_type(self, world: World) -> None:
        ticket = asked(world)
        changed = world.admin.patch(f"/tickets/{ticket['id']}", {"sub_type": "refund"})
        assert (changed.body["type"], changed.body["sub_type"]) == ("service_request", "refund")
        changed = world.admin.patch(f"/tickets/{ticket['id']}", {"type": "inquiry"})
        assert (changed.body["type"], changed.body["sub_type"]) == ("inquiry", None)
        assert world.ticket() == changed.body

    def test_another_department_means_its_queue(self, world: World) -> None:
        world.agent("Lan")
        world.agent("Kỹ", department="technical")
        ticket = asked(world)
        path = f"/tickets/{ticket['id']}"
        world.admin.patch(path, {"department_id": "technical"})
        world.run()
        assert world.ticket()["agent_id"] == world.agents["Kỹ"]
        loads = {a["name"]: a["load"] for a in world.list("/agents")}
        assert loads == {"Lan": 0, "Kỹ": 1}

    def test_complaint_about_staff_leaves_its_agent_for_a_lead(self, world: World) -> None:
        world.agent("Lan")
        ticket = asked(world)
        world.admin.patch(f"/tickets/{ticket['id']}", {"sub_type": "staff_attitude"})
        world.run()
        assert world.ticket()["agent_id"] is None
        world.agent("Trưởng", role="lead")
        world.run()
        assert world.ticket()["agent_id"] == world.agents["Trưởng"]

    def test_waiting_complaint_about_staff_holds_up_nobody(self, world: World) -> None:
        first = asked(world)
        world.admin.patch(f"/tickets/{first['id']}", {"sub_type": "staff_attitude"})
        second = asked(world, user="another")
        world.run()
        world.agent("Lan")
        world.run()
        agents = {t["id"]: t["agent_id"] for t in world.tickets()}
        assert agents == {first["id"]: None, second["id"]: world.agents["Lan"]}

    def test_same_values_change_nothing(self, world: World) -> None:
        ticket = asked(world)
        same = world.admin.patch(f"/tickets/{ticket['id']}", {"priority": ticket["priority"]})
        assert (same.status, same.body["revision"]) == (200, ticket["revision"])

    def test_event_tells_codes_and_no_words(self, world: World) -> None:
        ticket = asked(world)
        change = {"subject": "Chị An đổi áo", "priority": "high"}
        world.admin.patch(f"/tickets/{ticket['id']}", change)
        told = world.list(f"/tickets/{ticket['id']}/events")[-1]
        assert told["data"]["changed"] == ["priority", "subject"]
        assert told["data"]["after"] == {"priority": "high"}
        assert "An" not in str(told)


class TestRevisions:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("PATCH", "", {"priority": "high"}),
            ("POST", "/done", {"outcome": "resolved"}),
            ("POST", "/assignment", {}),
            ("DELETE", "/assignment", None),
        ],
    )
    def test_stale_one_is_refused_and_changes_nothing(
        self, world: World, method: str, path: str, body: Any
    ) -> None:
        lan = world.agent("Lan")
        ticket = asked(world)
        events = world.events(ticket["id"])
        stale = lan.with_headers(If_Match='"99"')
        refused = stale.call(method, f"/tickets/{ticket['id']}{path}", body)
        assert (refused.status, refused.body["code"]) == (412, "stale_revision")
        world.run()
        assert world.ticket() == ticket
        assert world.events(ticket["id"]) == events

    def test_current_one_is_taken_once(self, world: World) -> None:
        ticket = asked(world)
        path = f"/tickets/{ticket['id']}"
        etag = world.admin.get(path).etag
        caller = world.admin.with_headers(If_Match=etag)
        assert caller.patch(path, {"priority": "high"}).status == 200
        assert caller.patch(path, {"priority": "low"}).status == 412

    def test_customers_message_spoils_no_edit(self, world: World) -> None:
        ticket = asked(world)
        path = f"/tickets/{ticket['id']}"
        etag = world.admin.get(path).etag
        world.zalo("Mình mặc size L")
        world.run()
        assert world.admin.with_headers(If_Match=etag).patch(path, {"tags": ["vip"]}).status == 200


class TestLists:
    def test_filters(self, world: World) -> None:
        world.agent("Lan")
        size = asked(world)
        late = asked(world, LATE, user="binh")
        world.admin.post(f"/tickets/{size['id']}/done", {"outcome": "resolved"})
        wanted: dict[str, list[dict[str, Any]]] = {
            late["id"]: [
                {"status": "new"},
                {"sub_type": "delivery_late"},
                {"type": "complaint", "department_id": "customer_care"},
                {"priority": "high"},
                {"profile_id": late["profile_id"]},
                {"agent_id": world.agents["Lan"], "status": "new"},
                {"waiting_on": "agent", "status": "new", "source": "zalo_oa"},
            ],
            size["id"]: [
                {"status": "done"},
                {"department_id": "customer_care", "status": "done"},
                {"agent_id": world.agents["Lan"], "sub_type": "exchange_return"},
            ],
        }
        for expected, queries in wanted.items():
            for query in queries:
                assert [t["id"] for t in world.tickets(**query)] == [expected], query
        assert [t["id"] for t in world.tickets()] == [late["id"], size["id"]], "newest first"

    def test_unassigned_of_a_department_oldest_first(self, world: World) -> None:
        first, second = asked(world), asked(world, user="binh")
        found = world.tickets(department_id="customer_care", unassigned=True)
        assert [t["id"] for t in found] == [first["id"], second["id"]]

    @pytest.mark.parametrize("words", ["giao hang tre", "Giao hàng trễ", "GIAO HANG", "tre giao"])
    def test_search_without_accents(self, world: World, words: str) -> None:
        late = asked(world, LATE)
        asked(world, user="binh")
        assert [t["id"] for t in world.tickets(q=words)] == [late["id"]]

    def test_search_by_number(self, world: World) -> None:
        ticket = asked(world)
        asked(world, user="binh")
        number = ticket["number"]
        head, _, count = number.rpartition("-")
        for written in (number, number.lower(), count, f"{head.lower()}-{int(count)}"):
            assert [t["id"] for t in world.tickets(q=written)] == [ticket["id"]], written

    @pytest.mark.parametrize(("words", "named"), [("shop", "shop"), ("Ạ", "a"), ("?", "two")])
    def test_search_for_nothing_that_tells_says_why(
        self, world: World, words: str, named: str
    ) -> None:
        refused = world.admin.get("/tickets", q=words)
        assert (refused.status, refused.body["field"]) == (422, "q")
        assert named in refused.body["detail"]

    def test_search_finds_new_words_and_forgets_old_ones(self, world: World) -> None:
        ticket = asked(world)
        world.admin.patch(f"/tickets/{ticket['id']}", {"subject": "Váy xanh"})
        world.run()
        assert len(world.tickets(q="vay xanh")) == 1
        assert world.tickets(q="doi size") == []

    def test_cursor_walks_through_and_belongs_to_its_list(self, world: World) -> None:
        for user in ("an", "binh", "chi"):
            asked(world, user=user)
        seen: list[str] = []
        answer = world.admin.get("/tickets", limit=2)
        first = answer.body["next_cursor"]
        while True:
            seen += [t["id"] for t in answer.body["items"]]
            cursor = answer.body["next_cursor"]
            if cursor is None:
                break
            answer = world.admin.get("/tickets", limit=2, cursor=cursor)
        assert len(seen) == len(set(seen)) == 3
        for path, query in (
            ("/conversations", {}),
            ("/tickets", {"status": "new"}),
        ):
            foreign = world.admin.get(path, limit=2, cursor=first, **query)
            assert (foreign.status, foreign.body["code"]) == (422, "bad_cursor")
        bent = world.admin.get("/tickets", cursor=first[:-2] + "AA")
        assert bent.status == 422

    def test_events_and_timeline_tell_the_same_story(self, world: World) -> None:
        lan = world.agent("Lan")
        ticket = asked(world)
        lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"})
        world.run()
        lan.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"})
        events = world.list(f"/tickets/{ticket['id']}/events")
        assert [e["id"] for e in events] == sorted(e["id"] for e in events), "oldest first"
        timeline = world.list(f"/profiles/{ticket['profile_id']}/timeline")
        hers = {e["id"] for e in events if not e["name"].startswith("clock.")}
        assert hers < {e["id"] for e in timeline}, "what we promised ourselves is the ticket's only"
        assert timeline[0]["name"] == "ticket.done", "newest first"
        assert timeline[-1]["name"] in ("profile.created", "conversation.started")


def test_notes_stay_inside(world: World) -> None:
    lan = world.agent("Lan")
    ticket = asked(world)
    assert lan.post(f"/tickets/{ticket['id']}/notes", {"text": "Khách quen"}).status == 201
    world.run()
    assert [n["text"] for n in world.list(f"/tickets/{ticket['id']}/notes")] == ["Khách quen"]
    assert len(world.messages(ticket["id"])) == 1
    assert world.ticket()["status"] == "new"


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b"])
def test_a_note_of_nothing_is_refused(world: World, text: str) -> None:
    path = f"/tickets/{asked(world)['id']}/notes"
    refused = world.admin.post(path, {"text": text})
    assert (refused.status, refused.body["field"]) == (422, "text")
    assert world.list(path) == []


def test_task_is_done_once(world: World) -> None:
    ticket = asked(world, LATE)
    (task,) = world.admin.get(f"/tickets/{ticket['id']}").body["tasks"]
    path = f"/tickets/{ticket['id']}/tasks/{task['id']}/done"
    for _ in range(2):
        done = world.admin.post(path, {})
        assert (done.status, done.body["status"]) == (200, "done")
    assert world.list("/tasks", department_id="logistics") == []
    assert world.events(ticket["id"]).count("task.done") == 1
    unknown = world.admin.post(f"/tickets/{ticket['id']}/tasks/none/done", {})
    assert unknown.status == 404


def test_ticket_by_hand(world: World) -> None:
    world.zalo("Chào shop")
    world.run()
    (profile,) = world.list("/profiles")
    body = {"profile_id": profile["id"], "type": "service_request", "subject": "Bảo hành máy"}
    made = world.admin.post("/tickets", {**body, "sub_type": "warranty"})
    assert (made.status, made.body["department_id"]) == (201, "technical")
    world.run()
    assert [t["id"] for t in world.tickets(q="bao hanh may")] == [made.body["id"]]
    for wrong, field in (
        ({"source": "none"}, "source"),
        ({"type": "none"}, "type"),
        ({"sub_type": "praise"}, "sub_type"),
    ):
        refused = world.admin.post("/tickets", {**body, **wrong})
        assert (refused.status, refused.body["field"]) == (422, field)
