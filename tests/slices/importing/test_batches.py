"""Batches of customers and tickets from other systems, through the API on moto."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform.aws import client
from chalicelib.platform.roles import Role
from infra import operations
from tests.client import Answer
from tests.world import World

SHOP = "haravan"
LAN = {
    "external_id": "C-1",
    "name": "Nguyễn Thị Lan",
    "phones": ["0901 234 567"],
    "emails": ["Lan@Shop.vn"],
    "birthday": "1990-05-17",
}


def send(world: World, *rows: Any, path: str = "/profiles/batch", **more: Any) -> Answer:
    answer = world.admin.post(path, {"source": SHOP, "items": list(rows), **more})
    assert answer.status == 200, answer.body
    return answer


def results(answer: Answer) -> list[str]:
    return [row["result"] for row in answer.body["results"]]


def everything(world: World) -> dict[str, Any]:
    return {
        table: sorted(map(str, world.cloud.items(table)))
        for table in ("profiles", "tickets", "events", "conversations")
    }


def test_a_customer_is_added_once_and_taught_what_is_new(world: World) -> None:
    added = send(world, LAN)
    assert results(added) == ["created"]
    profile_id = added.body["results"][0]["id"]
    assert results(send(world, LAN)) == ["unchanged"]
    told = send(world, {**LAN, "name": "Tên khác", "address": "12 Lê Lợi, Huế"})
    assert results(told) == ["updated"]
    shown = world.admin.get(f"/profiles/{profile_id}").body
    assert shown["name"] == "Nguyễn Thị Lan"  # what is known is never overwritten
    assert shown["address"] == "12 Lê Lợi, Huế"
    assert shown["phones"] == ["+84901234567"]
    assert shown["emails"] == ["lan@shop.vn"]
    assert shown["birthday"] == "1990-05-17"


def test_a_typed_phone_identifies_nobody_of_another_source(world: World) -> None:
    mine = send(world, {"phones": ["0901234567"]}).body["results"][0]["id"]
    again = send(world, {"phones": ["84901234567"], "name": "Lan"}).body["results"][0]
    assert (again["id"], again["result"]) == (mine, "updated")
    other = world.admin.post(
        "/profiles/batch", {"source": "zendesk", "items": [{"phones": ["0901234567"]}]}
    )
    assert other.body["results"][0]["result"] == "created"
    assert other.body["results"][0]["id"] != mine


def test_a_vouched_phone_is_the_same_person_whoever_tells(world: World) -> None:
    row = {"phones": ["0901234567"], "vouched": True}
    one = send(world, {**row, "external_id": "A"}).body["results"][0]["id"]
    other = world.admin.post("/profiles/batch", {"source": "pos", "items": [row]})
    assert other.body["results"][0]["id"] == one


def test_rows_at_fault_are_refused_alone_with_every_field(world: World) -> None:
    answer = send(
        world,
        LAN,
        {"external_id": "C-2", "phones": ["12"], "emails": ["không phải"]},
        {"name": "Không ai"},
        {"external_id": "C-3", "birthday": "31/02/1990", "gender": "?"},
        {"external_id": "C-4", "unknown": 1},
        {"external_id": "C-5", "attributes": {"hang": "vàng"}},
        {"external_id": "C-6", "consents": [{"purpose": "marketing", "state": "maybe"}]},
    )
    assert results(answer) == ["created", *["refused"] * 6]
    faults = [{f["field"] for f in row["errors"]} for row in answer.body["results"]]
    assert faults == [
        set(),
        {"phones.0", "emails.0"},
        {"external_id"},
        {"birthday", "gender"},
        {"unknown"},
        {"attributes.hang"},
        {"consents.0.state"},
    ]
    assert answer.body["accepted"] == 1
    assert answer.body["refused"] == 6
    assert len(world.list("/profiles")) == 1


def test_a_dry_run_writes_nothing_and_tells_the_same(world: World) -> None:
    before = everything(world)
    rows = (LAN, {"name": "Không ai"})
    dry = send(world, *rows, dry_run=True)
    assert everything(world) == before
    assert dry.body["dry_run"] is True
    assert results(dry) == results(send(world, *rows))


def test_custom_fields_and_consent_come_along(world: World) -> None:
    fields = [{"name": "hang", "label": "Hạng", "kind": "text"}]
    current = world.admin.get("/profile-fields")
    assert world.admin.with_headers(If_Match=current.etag).put(
        "/profile-fields", {"fields": fields}
    ).status in (200, 201)
    row = {
        **LAN,
        "attributes": {"hang": "vàng"},
        "consents": [
            {"purpose": "marketing", "state": "granted", "at": "2025-03-01T08:00:00+07:00"}
        ],
    }
    profile_id = send(world, row).body["results"][0]["id"]
    assert world.admin.get(f"/profiles/{profile_id}").body["attributes"] == {"hang": "vàng"}
    said = [
        item
        for item in world.cloud.items("profiles")
        if item["pk"]["S"] == profile_id and item["sk"]["S"].startswith("consent#")
    ]
    assert [one["source"]["S"] for one in said] == ["import"]
    assert results(send(world, row)) == ["unchanged"]
    changed = {**row, "attributes": {"hang": "bạc"}, "address": "Huế"}
    assert results(send(world, changed)) == ["updated"]
    shown = world.admin.get(f"/profiles/{profile_id}").body
    assert (shown["attributes"], shown["address"]) == ({"hang": "bạc"}, "Huế")


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.MANAGER])
def test_people_at_work_do_not_import(world: World, role: Role) -> None:
    caller = world.admin.token(role)
    for path in ("/profiles/batch", "/tickets/batch"):
        assert caller.post(path, {"source": SHOP, "items": [{}]}).status == 403


# ------------------------------------------------------------------- tickets

OLD = {
    "external_id": "881",
    "number": "ZD-881",
    "type": "complaint",
    "sub_type": "delivery_late",
    "subject": "Giao trễ 3 ngày",
    "opened_at": "2025-02-01T09:00:00+07:00",
    "done_at": "2025-02-02T10:00:00+07:00",
    "outcome": "resolved",
    "tags": ["cũ"],
    "customer": {"external_id": "C-1", "name": "Lan"},
    "messages": [
        {"at": "2025-02-01T09:00:00+07:00", "author": "customer", "text": "Đơn tới đâu rồi?"},
        {"at": "2025-02-01T09:30:00+07:00", "author": "agent", "name": "Mai", "text": "Dạ em xem"},
    ],
}


def test_a_done_ticket_comes_with_its_own_times_and_history(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.agent("Mai")
    answer = send(world, OLD, path="/tickets/batch")
    assert results(answer) == ["created"]
    world.run()
    ticket = world.ticket()
    assert ticket["id"] == answer.body["results"][0]["id"]
    assert (ticket["status"], ticket["outcome"], ticket["agent_id"]) == ("done", "resolved", None)
    assert ticket["opened_at"] == "2025-02-01T02:00:00.000Z"
    assert ticket["done_at"] == "2025-02-02T03:00:00.000Z"
    assert ticket["tags"] == ["cũ", "ZD-881"]
    events = world.list(f"/tickets/{ticket['id']}/events")
    of_clocks = {event["name"] for event in events if event["name"].startswith("clock.")}
    assert of_clocks == {"clock.terms_agreed"}, "no promise of ours was broken"
    told = [(event["name"], event["at"]) for event in events if event["name"] not in of_clocks]
    assert told[0] == ("ticket.opened", "2025-02-01T02:00:00.000Z")
    assert told[-1] == ("ticket.done", "2025-02-02T03:00:00.000Z")
    (note,) = world.list(f"/tickets/{ticket['id']}/notes")
    assert "khách hàng: Đơn tới đâu rồi?" in note["text"]
    assert "nhân viên Mai: Dạ em xem" in note["text"]
    assert results(send(world, OLD, path="/tickets/batch")) == ["unchanged"]
    assert len(world.tickets()) == 1
    assert [one["id"] for one in world.list("/tickets", q="giao tre")] == [ticket["id"]]
    assert operations.main(["verify"]) == 0
    assert "1 tickets are what their events tell" in capsys.readouterr().out


def test_an_open_ticket_waits_in_line_and_gets_an_agent(world: World) -> None:
    world.agent("Mai")
    still = {name: value for name, value in OLD.items() if name not in ("done_at", "outcome")}
    send(world, still, path="/tickets/batch")
    world.run()
    assert world.ticket()["agent_id"] == world.agents["Mai"]


def test_tickets_at_fault(world: World) -> None:
    future = "2099-01-01T00:00:00Z"
    rows: list[dict[str, Any]] = [
        {**OLD, "opened_at": future, "done_at": future},
        {**OLD, "outcome": None},
        {**OLD, "sub_type": "usage_help"},
        {**OLD, "customer": {}},
        {**OLD, "messages": [{**OLD["messages"][0], "at": future}]},  # type: ignore[index]
        {**OLD, "messages": [{**OLD["messages"][0], "text": "x" * 16_000}] * 40},  # type: ignore[index]
    ]
    before = everything(world)
    answer = send(world, *rows, path="/tickets/batch")
    assert [row["field"] for row in answer.body["results"]] == [
        "opened_at",
        "done_at",
        "sub_type",
        "external_id",
        "messages.at",
        "messages",
    ]
    assert everything(world) == before


def test_a_dry_run_of_tickets_uses_up_no_number(world: World) -> None:
    def counters() -> list[Any]:
        found = client("dynamodb").scan(TableName=f"{world.cloud.prefix}-control")["Items"]
        return [item for item in found if item["pk"]["S"].startswith("counter#")]

    before, numbers = everything(world), counters()
    assert results(send(world, OLD, path="/tickets/batch", dry_run=True)) == ["created"]
    assert everything(world) == before
    assert counters() == numbers


def test_a_long_history_becomes_several_notes(world: World) -> None:
    said = [
        {"at": f"2025-02-01T09:{n:02d}:00+07:00", "author": "customer", "text": "x" * 4000}
        for n in range(10)
    ]
    send(world, {**OLD, "messages": said}, path="/tickets/batch")
    notes = world.list(f"/tickets/{world.ticket()['id']}/notes")
    assert len(notes) == 4
    assert sum(note["text"].count("x") for note in notes) == 40_000
