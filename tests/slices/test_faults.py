"""The main job with a fault at every single AWS call: nothing is lost, nothing happens twice.

A story is told once undisturbed, then each of its steps once for every call it
makes, with that call broken. Whoever got no answer does what such callers do:
providers deliver again, clients repeat under their `Idempotency-Key`, queues and
streams redeliver.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.intake import webhook
from chalicelib.platform.errors import AppError
from chalicelib.platform.store import StoreUnavailable
from tests.client import Answer, Caller
from tests.cloud import Cloud
from tests.faults import Calls, Killed, Snapshot, timed_out, watched
from tests.world import PAGE, World

LATE = "Shop ơi đơn DH12345 giao hàng trễ quá, 5 ngày rồi chưa nhận được"
SIZE = "Cho mình đổi size áo với ạ"
MORE = "Mình cần gấp, shop kiểm tra giúp"

#: Calls that change nothing: whoever is killed at one has done what they had done before it.
READS = frozenset({"GetItem", "BatchGetItem", "Query", "GetObject", "HeadObject"})


def _everywhere(made: list[str]) -> list[int]:
    return list(range(1, len(made) + 1))


def _changes(made: list[str]) -> list[int]:
    return [number for number, operation in enumerate(made, start=1) if operation not in READS]


def _last(made: list[str]) -> list[int]:
    """Of the calls that change something the last; the others' ends are the next's beginnings."""
    return _changes(made)[-1:]


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and at which of the calls that were made, counted from 1."""

    calls: Calls
    at: Callable[[list[str]], list[int]]


FAULTS = {
    "killed before the call": Fault(Calls(), _changes),
    "killed after the call": Fault(Calls(after=True), _last),
    "no answer to the call": Fault(Calls(after=True, error=timed_out), _everywhere),
}


@dataclass
class Stage:
    """An organisation with one agent who has room for one ticket, ready to be told the story."""

    world: World
    lan: Caller

    def again(self, before: Snapshot) -> None:
        """As it was, in a new process."""
        before.restore()
        self.world.pump.stream_position = 0
        self.world.pump.failures.clear()


@pytest.fixture
def stage(world: World, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(webhook, "MOST_EVENTS", 2)
    lan = world.agent("Lan", capacity=1)
    world.agent("Mai")
    world.presence("Mai", "away")
    world.run()
    return Stage(world=world, lan=lan)


def insisted(act: Callable[[], Any], done: Callable[[Any], bool] = bool) -> Any:
    """What a caller does who gets no good answer: the same again."""
    for _ in range(6):
        try:
            answer = act()
        except (Killed, StoreUnavailable):  # the latter: the authorizer, a 500 of the gateway
            continue
        if done(answer):
            return answer
    raise AssertionError("never answered")


def settled(world: World) -> None:
    """Everything behind the 200, redelivered until nothing fails."""

    def run() -> bool:
        try:
            world.pump.retry()
        except AppError:  # the stream's worker: its batch comes again
            return False
        return not world.pump.failures

    insisted(run)


def written(world: World, **message: Any) -> None:
    """A customer writes; the provider insists on its 200."""
    event = {**message, "timestamp": "1"}
    insisted(lambda: world.zalo_event(event), lambda status: bool(status == 200))
    settled(world)


def said(user: str, number: int, text: str) -> dict[str, Any]:
    """One text message of a customer of the OA."""
    return {
        "app_id": "3456789012345678901",
        "event_name": "user_send_text",
        "sender": {"id": user},
        "recipient": {"id": "2345678901234567890"},
        "message": {"msg_id": f"m-{user}-{number}", "text": text},
    }


def commanded(
    world: World, caller: Caller, path: str, body: Any, key: str, *, method: str = "POST"
) -> None:
    """A person's command; their client repeats it until it is answered."""
    named = caller.with_headers(Idempotency_Key=key)

    def good(answer: Answer) -> bool:
        assert answer.status < 400 or answer.status >= 500, answer.body
        return answer.status < 300

    insisted(lambda: named.call(method, path, body), good)
    settled(world)


def first_ticket(world: World) -> str:
    """The id of the ticket that was opened first."""
    found = of_kind(world.cloud, "tickets", "ticket")
    return str(min(found, key=lambda item: item["opened_at"]["S"])["pk"]["S"])


def answered(stage: Stage) -> None:
    path = f"/tickets/{first_ticket(stage.world)}/replies"
    reply = {"text": "Dạ shop kiểm tra ngay", "expects_answer": True}
    commanded(stage.world, stage.lan, path, reply, "reply")


def finished(stage: Stage) -> None:
    path = f"/tickets/{first_ticket(stage.world)}/done"
    commanded(stage.world, stage.lan, path, {"outcome": "resolved"}, "done")


def lan_leaves(stage: Stage) -> None:
    world = stage.world
    path = f"/agents/{world.agents['Lan']}"
    commanded(world, world.admin, path, {"active": False}, "leaves", method="PATCH")


def mai_comes(stage: Stage) -> None:
    world = stage.world
    path = f"/agents/{world.agents['Mai']}/presence"
    commanded(world, world.admin, path, {"presence": "available"}, "comes", method="PUT")


def page_crowded(stage: Stage) -> None:
    """More events in one request than go into the queue singly, an echo and an edit among them."""
    sides = {"sender": {"id": "chi"}, "recipient": {"id": PAGE}, "timestamp": 1}
    items: list[dict[str, Any]] = [
        {**sides, "message": {"mid": "p-1", "text": SIZE}},
        {**sides, "message_edit": {"mid": "p-1", "text": f"{SIZE}, size L", "num_edit": 1}},
        {
            **sides,
            "sender": sides["recipient"],
            "recipient": sides["sender"],
            "message": {"mid": "p-2", "text": "Dạ được ạ", "is_echo": True},
        },
    ]
    insisted(lambda: stage.world.facebook_items(items), lambda status: bool(status == 200))
    settled(stage.world)


#: Two customers, an agent with room for one: the second one's ticket waits for the first's end.
STORY: dict[str, Callable[[Stage], None]] = {
    "a complaint": lambda stage: written(stage.world, **said("an", 1, LATE)),
    "another customer": lambda stage: written(stage.world, **said("binh", 1, SIZE)),
    "a reply": answered,
    "a second message": lambda stage: written(stage.world, **said("an", 2, MORE)),
    "done, the next in line": finished,
    "a third message, reopened": lambda stage: written(stage.world, **said("an", 3, MORE)),
    "the agent leaves": lan_leaves,
    "another comes": mai_comes,
    "a crowd of events": page_crowded,
}


def every(cloud: Cloud, table: str) -> list[dict[str, Any]]:
    """All items of a table in DynamoDB's typed JSON, read past AWS."""
    items = cloud._tables()[f"{cloud.prefix}-{table}"].all_items()
    return [{name: value.to_json() for name, value in item.attrs.items()} for item in items]


def of_kind(cloud: Cloud, table: str, kind: str) -> list[dict[str, Any]]:
    """The items of a table whose range key is of this kind, as they are stored."""
    raw = every(cloud, table)
    return [item for item in raw if item["sk"]["S"].partition("#")[0] == kind]


#: table → range key's kind → the attributes that must come out the same
COMPARED: dict[str, dict[str, tuple[str, ...]]] = {
    "conversations": {
        "message": ("direction", "status", "text", "courtesy", "author", "due_at", "error_code"),
        "conversation": ("user_id", "channel", "unfollowed", "opted_out"),
    },
    "tickets": {
        "ticket": (
            *("status", "sub_type", "department_id", "agent_id", "waiting_on", "outcome"),
            *("subject", "revision", "reopened", "waiting_key", "order"),
        ),
        "task": ("task_status", "task_department", "what"),
        "words": ("words",),
    },
    "profiles": {"profile": ("name", "phones", "revision"), "-": ("kind", "verified")},
    "team": {"-": ("name", "load", "presence", "revision")},
    "channels": {"-": ("state", "revision")},
}


def state(cloud: Cloud) -> dict[str, Any]:
    """Everything that matters afterwards, without ids, times and ticket numbers."""
    found: dict[str, Any] = {}
    for table, kinds in COMPARED.items():
        for kind, names in kinds.items():
            rows = [
                tuple(str(item.get(name)) for name in names) for item in of_kind(cloud, table, kind)
            ]
            found[f"{table} {kind}"] = sorted(rows)
    found["tickets words"] = len(found["tickets words"])  # they hold the number
    found["events"] = Counter(item["name"]["S"] for item in every(cloud, "events"))
    found["sent"] = sum("outbox#" in item["pk"]["S"] for item in every(cloud, "channels"))
    found["quarantine"] = len(every(cloud, "quarantine"))
    found["waiting"] = {
        name: len(queue._messages) for name, queue in cloud._queues().items() if queue._messages
    }
    return found


def test_undisturbed_story_ends_as_told(stage: Stage) -> None:
    for step in STORY.values():
        step(stage)
    world = stage.world
    mai = world.agents["Mai"]
    tickets = {ticket["number"][-1]: ticket for ticket in world.tickets()}
    found = {n: (t["sub_type"], t["status"], t["reopened"]) for n, t in tickets.items()}
    assert found == {
        "1": ("delivery_late", "in_progress", 1),
        "2": ("exchange_return", "new", 0),
        "3": ("exchange_return", "in_progress", 0),
    }
    assert {ticket["agent_id"] for ticket in tickets.values()} == {mai}
    assert {a["name"]: a["load"] for a in world.list("/agents")} == {"Lan": 0, "Mai": 3}
    told = state(world.cloud)
    assert (told["sent"], told["quarantine"], told["waiting"]) == (1, 0, {})
    assert told["events"]["message.received"] == 5
    assert told["events"]["ticket.assigned"] == 5
    assert told["events"]["ticket.unassigned"] == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_changes_nothing_in_the_end(stage: Stage, fault: str) -> None:
    broken_calls = 0
    for name, step in STORY.items():
        before = Snapshot.of(stage.world.cloud)
        stage.again(before)
        with watched(Calls()) as calls:
            step(stage)
        expected, after = state(stage.world.cloud), Snapshot.of(stage.world.cloud)
        for number in FAULTS[fault].at(calls.made):
            stage.again(before)
            with watched(replace(FAULTS[fault].calls, broken=number, made=[])):
                step(stage)
            told = f"{name}: {fault} {number}, {calls.made[number - 1]}"
            assert state(stage.world.cloud) == expected, told
            broken_calls += 1
        stage.again(after)
    assert broken_calls >= len(STORY)
