"""Events as the reactor receives them, and what came of them. For this folder's tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.notifications import keeping
from chalicelib.platform.clock import iso, now
from chalicelib.platform.context import Context
from chalicelib.platform.eventlog import Recorded
from chalicelib.platform.ids import new_id
from tests.client import Caller

STARTED = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def at(moment: datetime) -> Context:
    """Work at an instant."""
    return Context(now=moment, actor="system", correlation_id="test")


def event(name: str, subject: str, data: dict[str, Any], **more: Any) -> Recorded:
    """Something that was recorded just now, by the system."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "at": now(),
        "actor": "system",
        "correlation_id": "test",
        "profile_id": None,
        **more,
    }
    return Recorded(name=name, subject=subject, data=data, **fields)


def step(name: str, ticket: str, *to: str, **more: Any) -> Recorded:
    """A step of a ticket's clock (`warned`, `escalated` …), told to agents."""
    moment = more.pop("at", None)
    data = {
        "kept_under": f"ticket#{ticket}",
        "about": f"ticket#{ticket}",
        "clock": "acknowledge",
        "round": 1,
        "started_at": iso(STARTED),
        "target": 300,
        "late_by": 0,
        "due": iso(STARTED + timedelta(minutes=5)),
        "percent": 75 if name == "warned" else 100,
        "to": list(to),
        **more,
    }
    given = {} if moment is None else {"at": moment}
    return event(f"clock.{name}", f"ticket#{ticket}", data, **given)


def assigned(ticket: str, agent_id: str, **more: Any) -> Recorded:
    """A ticket became an agent's."""
    actor = more.pop("actor", "system")
    data = {"ticket_id": ticket, "agent_id": agent_id, "how": "least_load", **more}
    return event("ticket.assigned", f"ticket#{ticket}", data, actor=actor)


def tell(*events: Recorded, moment: datetime | None = None) -> None:
    """The reactor gets a batch."""
    keeping.tell(list(events), at(moment or now()))


def feed(caller: Caller, **query: object) -> Sequence[dict[str, Any]]:
    """What an agent sees, newest first."""
    answer = caller.get("/notifications", **query)
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def kinds(caller: Caller, **query: object) -> list[str]:
    return [item["kind"] for item in feed(caller, **query)]


def unread(caller: Caller) -> int:
    answer = caller.get("/notifications/count")
    assert answer.status == 200, answer.body
    return int(answer.body["unread"])
