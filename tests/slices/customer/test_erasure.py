"""A person's rights, whole: a copy of everything, then the end of everything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.customer import erasing, walking
from chalicelib.platform import context, store
from chalicelib.platform.aws import client
from chalicelib.platform.settings import SETTINGS
from chalicelib.profiles import rights
from chalicelib.profiles.family import family_of
from chalicelib.profiles.model import (
    MERGE,
    SUGGESTION,
    MergeMark,
    SuggestionMark,
    UnderProfile,
)
from chalicelib.profiles.rights import RightsMark
from chalicelib.reactions import BELONGINGS
from chalicelib.tickets.model import TicketWord, TicketWords
from tests.faults import Calls, Killed, Snapshot, watched
from tests.meta.attributes import TAKEN_OFF
from tests.meta.test_belongings import answered_for
from tests.slices.customer.somebody import TRACES, somebody
from tests.world import World

#: Slices of which a person is given nothing, each with the reason why; none so far.
NOTHING_GIVEN: frozenset[str] = frozenset()
#: Keys of anything that stands under a profile: no items of its own.
UNSTORED = {UnderProfile}
#: Models with the same attributes are told apart by how their keys begin.
BEGINNINGS: dict[type[store.Item], str] = {
    SuggestionMark: SUGGESTION,
    MergeMark: MERGE,
    RightsMark: rights.RIGHTS,
}
#: What is worked out anew of the numbers that stay of a ticket.
WORKED_OUT: set[type[store.Item]] = {TicketWord, TicketWords}


@pytest.fixture
def person(world: World) -> str:
    """A profile's id of somebody of whom something of every kind is kept."""
    return somebody(world)


def stored(world: World) -> dict[type[store.Item], list[dict[str, Any]]]:
    """What is kept of persons: the items of every model, told apart by their attributes."""
    return {model: found for model in answered_for() if (found := _of(world, model))}


def _of(world: World, model: type[store.Item]) -> list[dict[str, Any]]:
    attributes = model.get_attributes().values()
    every = {one.attr_name for one in attributes}
    needed = {one.attr_name for one in attributes if not one.null}
    table = model.Meta.table_name.removeprefix(f"{world.cloud.prefix}-")
    found = (item for item in world.cloud.items(table) if needed <= set(item) <= every)
    beginning = BEGINNINGS.get(model, "")
    return [item for item in found if item["pk"]["S"].startswith(beginning)]


def ask(world: World, profile_id: str, kind: str) -> dict[str, Any]:
    """Take a request down; its view."""
    body = {"verified_by": "call_back", "reason": "Chị Hạnh yêu cầu qua điện thoại"}
    answer = world.admin.post(f"/profiles/{profile_id}/{kind}", body)
    assert answer.status == 202, answer.body
    view: dict[str, Any] = answer.body
    return view


def request(world: World, request_id: str) -> dict[str, Any]:
    view: dict[str, Any] = world.admin.get(f"/rights-requests/{request_id}").body
    return view


def everything(world: World) -> dict[str, str]:
    """Every item of every table and every object of the bucket, as text, case folded."""
    import zlib

    found: dict[str, str] = {}
    for name in world.cloud._tables():
        short = name.removeprefix(f"{world.cloud.prefix}-")
        for item in world.cloud.items(short):
            raw = item.get("raw", {}).get("B")
            text = json.dumps(item, ensure_ascii=False, default=str)
            if raw is not None:
                text += zlib.decompress(raw).decode("utf-8", "replace")
            found[f"{short} {item['pk']} {item['sk']}"] = text.casefold()
    listed = client("s3").list_objects_v2(Bucket=SETTINGS.bucket).get("Contents", [])
    for entry in listed:
        body = client("s3").get_object(Bucket=SETTINGS.bucket, Key=entry["Key"])["Body"].read()
        if entry["Key"].startswith("messages/"):
            body = zlib.decompress(body)
        found[f"bucket {entry['Key']}"] = body.decode("utf-8", "replace").casefold()
    return found


def traces(world: World) -> list[str]:
    """Where anything of the person stands."""
    return [
        f"{where}: {trace}"
        for where, text in everything(world).items()
        for trace in TRACES
        if trace.casefold() in text or trace.casefold() in where.casefold()
    ]


def test_a_copy_of_everything_and_then_nothing_is_left(world: World, person: str) -> None:
    asked = ask(world, person, "export")
    world.run()
    done = request(world, asked["id"])
    assert done["status"] == "done", done
    copy = world.admin.get(f"/rights-requests/{asked['id']}/export").body
    document = json.loads(copy["content"])
    told = json.dumps(document, ensure_ascii=False).casefold()
    for trace in ("nguyễn thị hạnh", "+84987654321", "máy xay bị hỏng", "ghi chú riêng"):
        assert trace in told
    assert set(document["sections"]) == set(BELONGINGS) - NOTHING_GIVEN
    assert set(stored(world)) == set(answered_for()) - UNSTORED
    page = world.admin.get(f"/rights-requests/{asked['id']}/export", format="html").body
    assert "<h2>Tin nhắn" in page["content"]
    assert "Đơn hàng" in page["content"]
    assert traces(world) != []

    gone = ask(world, person, "erase")
    world.run()
    proof = request(world, gone["id"])
    assert proof["status"] == "done", proof
    assert set(proof["proof"]["left"].values()) == {0}
    assert proof["reason"] is None
    assert traces(world) == []
    assert world.admin.get(f"/profiles/{person}").status == 410
    assert world.admin.get(f"/rights-requests/{asked['id']}/export").status == 404
    assert all(ticket["status"] == "done" for ticket in world.tickets())
    after = stored(world)
    assert set(after) == set(TAKEN_OFF) | WORKED_OUT
    for model, names in TAKEN_OFF.items():
        held = [name for item in after[model] for name in names & set(item) if _any(item[name])]
        assert held == [], model.__name__


def _any(value: dict[str, Any]) -> bool:
    """Whether an attribute in DynamoDB's own form holds anything."""
    return next(iter(value.values())) not in ("[]", "{}", "", True)


def test_whoever_writes_again_is_a_new_customer(world: World, person: str) -> None:
    ask(world, person, "erase")
    world.run()
    world.zalo("Cho mình hỏi giá áo khoác")
    world.run()
    (new,) = world.list("/profiles")
    assert new["id"] != person
    (ticket,) = world.tickets(status="new")
    assert [m["text"] for m in world.messages(ticket["id"])] == ["Cho mình hỏi giá áo khoác"]


def test_what_is_written_during_an_erasure_waits_and_begins_anew(world: World, person: str) -> None:
    asked = ask(world, person, "erase")
    item = rights.load(asked["id"])
    family = [str(one) for one in family_of(person).ids]
    item = walking.begun(item, family, context.begin())
    assert erasing._marked(item, context.begin(), walking.Clock(60))
    world.zalo("Cho mình hỏi giá áo khoác")
    world.run()
    assert world.pump.failures
    assert world.list("/profiles") == []
    world.pump.retry()
    (new,) = world.list("/profiles")
    assert new["id"] not in family
    assert request(world, asked["id"])["status"] == "done"
    assert traces(world) == [t for t in traces(world) if "7812345678901234567" in t]


#: Calls that leave something behind: a process killed between two reads has done nothing.
CHANGES = frozenset(
    {
        *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
        *("PutObject", "DeleteObject"),
    }
)


def test_an_erasure_killed_anywhere_is_gone_on_with(world: World, person: str) -> None:
    asked = ask(world, person, "erase")
    before = Snapshot.of(world.cloud)
    calls = Calls()
    with watched(calls):
        _work(asked["id"])
    assert request(world, asked["id"])["status"] == "done"
    changing = [n for n, call in enumerate(calls.made, start=1) if call in CHANGES]
    assert len(changing) > 40
    for number, broken in enumerate(changing[::5]):
        before.restore()
        with pytest.raises(Killed), watched(Calls(broken=broken, after=bool(number % 2))):
            _work(asked["id"])
        _work(asked["id"])
        assert request(world, asked["id"])["status"] == "done", calls.made[broken - 1]
        assert traces(world) == [], (broken, calls.made[broken - 1])


def _work(request_id: str) -> None:
    for _ in range(20):
        if erasing.erase_step(request_id, context.begin(), 60):
            return
    raise AssertionError("never done")


def test_what_a_restore_brings_back_is_erased_again(world: World, person: str) -> None:
    yesterday = Snapshot.of(world.cloud)
    asked = ask(world, person, "erase")
    world.run()
    proof = request(world, asked["id"])["proof"]
    ledger = {
        key: body for key, body in world.cloud.objects().items() if key.startswith("erasures/")
    }
    assert ledger
    yesterday.restore()
    world.cloud.put_objects(ledger)
    assert traces(world) != []
    removed = erasing.reapply(proof["profile_ids"], context.begin())
    assert sum(removed.values()) > 0
    assert traces(world) == []
    assert erasing.reapply(proof["profile_ids"], context.begin()).keys() == removed.keys()
