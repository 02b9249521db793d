"""Clocks of tasks and of rights requests: kept, warned of and broken like those of tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from chalicelib.platform import store
from chalicelib.platform.clock import iso, now, parse
from chalicelib.profiles import rights
from chalicelib.sla import flows, governing, of_tasks, subjects, watching
from chalicelib.sla.model import CLOCKS, Clocks
from chalicelib.sla.policies import DEFAULTS, Policy, chosen
from tests.slices.customer.people import arrives
from tests.slices.sla.test_settling import moment, stored
from tests.world import World

LATE = "Giao hàng quá chậm, tôi rất bức xúc, một tuần rồi chưa nhận được!"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    governing.forget()
    yield
    governing.forget()


def told(key: str) -> list[tuple[str, dict[str, object]]]:
    """What the log says of a subject's clocks, wherever it is kept."""
    log = flows.log(subjects.of_kind(subjects.kind_of(key), key).log)
    return [(one.name, dict(one.data)) for one in log if one.data.get("about") == key]


def names(key: str) -> list[str]:
    return [name for name, _ in told(key)]


def settle(key: str, at: datetime) -> None:
    flows.settle(subjects.kind_of(key), key, moment(at))


def complaint(world: World) -> tuple[str, str]:
    """A complaint about another department's work: its ticket and its task's key."""
    world.zalo(LATE, user="a")
    world.run()
    (ticket,) = world.tickets()
    (task,) = world.admin.get(f"/tickets/{ticket['id']}").body["tasks"]
    return ticket["id"], of_tasks.key_of(ticket["id"], task["id"])


def test_a_task_has_four_working_hours_and_then_its_lead_is_told(world: World) -> None:
    world.agent("Kho", department="logistics", role="lead")
    ticket_id, key = complaint(world)
    assert names(key) == ["clock.terms_agreed"]
    assert told(key)[0][1]["policy"] == "tasks"
    clock = stored(key).clocks["resolve"]
    assert (clock["state"], clock["target"]) == ("running", 4 * 3600)
    due = parse(clock["due_at"])
    assert watching.watch(moment(due + timedelta(days=3)))["settled"] == 2, "ticket and task"
    warned, broken, first, second = (data for _, data in told(key)[1:])
    assert (warned["percent"], broken["due"], second["level"]) == (75, iso(due), 2)
    assert first["to"] == [world.agents["Kho"]]
    assert f"ticket#{ticket_id}" not in {data["about"] for _, data in told(key)}


def test_a_task_that_is_done_met_its_promise(world: World) -> None:
    ticket_id, key = complaint(world)
    task_id = key.rpartition("#")[2]
    assert world.admin.post(f"/tickets/{ticket_id}/tasks/{task_id}/done").status == 200
    world.run()
    assert names(key)[1:] == ["clock.met"]
    assert stored(key).due_at is None
    world.admin.post(f"/tickets/{ticket_id}/done", {"outcome": "spam"})
    world.run()
    assert names(key)[1:] == ["clock.met"], "what the ticket becomes later is not about it"


def test_spam_takes_its_tasks_along_and_brings_them_back(world: World) -> None:
    ticket_id, key = complaint(world)
    world.admin.post(f"/tickets/{ticket_id}/done", {"outcome": "spam"})
    world.run()
    assert stored(key).clocks["resolve"]["state"] == "cancelled"
    assert stored(key).due_at is None
    world.admin.post(f"/tickets/{ticket_id}/reopen")
    world.run()
    clock = stored(key).clocks["resolve"]
    assert (clock["state"], clock["round"]) == ("running", 2)


def test_a_finished_ticket_leaves_its_task_to_be_done(world: World) -> None:
    ticket_id, key = complaint(world)
    world.admin.post(f"/tickets/{ticket_id}/done", {"outcome": "resolved"})
    world.run()
    assert stored(key).clocks["resolve"]["state"] == "running"


def test_a_policy_is_about_tickets_unless_it_names_something_else() -> None:
    everything = Policy(id="all", name="-", promises={})
    assert everything.fits({"subject": "ticket"})
    assert everything.fits({"type": "inquiry"})
    assert not everything.fits({"subject": "task"})
    task = {"subject": "task", "what": "order_late", "department_id": "logistics"}
    one = {"subject": ("task",), "what": ("order_late",)}
    assert Policy(id="late", name="-", when=(one,), promises={}).fits(task)
    other = {"subject": ("task",), "department_id": ("technical",)}
    assert not Policy(id="other", name="-", when=(other,), promises={}).fits(task)
    found = chosen(DEFAULTS, {**task, "sub_type": "praise", "priority": "urgent"})
    assert found is not None
    assert found.id == "tasks"


def asked(world: World, kind: str = "export", **more: object) -> str:
    """Somebody asks for their data; returns the key of the request's clocks."""
    world.agent("Hà", role="lead")
    customer = arrives("zalo_oa", "1")
    body = {"verified_by": "id_document", **more}
    answer = world.admin.post(f"/profiles/{customer}/{kind}", body)
    assert answer.status == 202, answer.body
    return f"rights#{answer.body['id']}"


def test_a_rights_request_is_due_when_the_law_says(world: World) -> None:
    key = asked(world)
    due = rights.load(key.removeprefix("rights#")).due_at
    settle(key, now())
    assert told(key)[0][1]["policy"] == "law"
    assert stored(key).clocks["resolve"]["due_at"] == due
    settle(key, parse(due))
    assert names(key)[1:] == ["clock.warned"], "due at its last moment, kept at its last moment"
    settle(key, parse(due) + timedelta(seconds=1))
    assert names(key)[2:] == ["clock.breached", "clock.escalated"]
    assert told(key)[-1][1]["to"] == [world.agents["Hà"]]


@pytest.mark.parametrize("kind", ["export", "erase"])
def test_an_answered_request_met_the_law(world: World, kind: str) -> None:
    key = asked(world, kind)
    world.run()
    assert names(key)[-1:] == ["clock.met"]
    assert told(key)[-1][1]["in_time"] is True
    assert stored(key).due_at is None


def test_a_request_that_was_taken_down_too_late_is_broken_at_once(world: World) -> None:
    key = asked(world, requested_at=iso(now() - timedelta(days=9)))
    settle(key, now())
    assert "clock.breached" in names(key)
    assert stored(key).clocks["resolve"]["due_at"] == rights.load(key[7:]).due_at


@pytest.mark.parametrize("key", ["ticket#gone", "task#gone#1", "rights#gone"])
def test_clocks_whose_log_is_gone_are_forgotten(world: World, key: str) -> None:
    item = Clocks(key, CLOCKS, version=0, clocks={}, turns=3)
    item.due_shard, item.due_at = "due#0", iso(now())
    store.commit([store.put("clocks", item)])
    assert watching.watch(moment(now()))["left"] == 0
    assert store.get(Clocks, key, CLOCKS) is None
