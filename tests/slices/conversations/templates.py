"""An OA with an approved template, a customer it is sent to, and a Zalo that takes templates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from chalicelib.platform.clock import now, zone
from tests.client import Answer
from tests.world import APP_ID, OA, World, milliseconds

PHONE, USER = "+84912345678", "7812345678901234567"
TEMPLATE = "345678"
DATA = {"customer": "Chị Lan", "order": "DH-1024"}
ENTERED = {
    "name": TEMPLATE,
    "title": "Đánh giá sau khi giao hàng",
    "kind": "CUSTOMER_CARE",
    "rating": True,
    "gaps": [
        {"name": "customer", "max_length": 30},
        {"name": "order", "max_length": 12, "min_length": 4},
        {"name": "note", "required": False},
    ],
}

_numbers = count(1)


@dataclass
class ZaloTemplates:
    """Zalo as this process reaches it: says `answers` in order, then takes every template.

    `before` runs when a template has been taken and its answer is not told yet.
    """

    answers: list[Any] = field(default_factory=list)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # address, body
    remaining: int = 4987
    before: Callable[[dict[str, Any]], None] = lambda body: None
    got: dict[str, Any] = field(default_factory=dict)  # path and query of a GET → answer

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Stands in for `outward.call`."""
        assert headers["access_token"].startswith("access-")
        if method == "GET":
            return self._read(url.removeprefix("https://business.openapi.zalo.me/"))
        told = json.loads(body)
        answer = self.answers.pop(0) if self.answers else self.taken
        if callable(answer):
            self.sent.append((url, told))
            answer = answer()
            self.before(told)
        return (0, b"ReadTimeoutError") if answer is None else (200, json.dumps(answer).encode())

    def _read(self, asked: str) -> tuple[int, bytes]:
        answer = self.got.get(asked, {"error": -109, "message": "Invalid template id"})
        return 200, json.dumps(answer).encode()

    def taken(self) -> Any:
        _, told = self.sent[-1]
        named = {"msg_id": f"zns-{len(self.sent)}"}
        if "phone" not in told:
            return {"error": 0, "data": {"message_id": f"zns-{len(self.sent)}"}}
        self.remaining -= 1
        quota = {"dailyQuota": "5000", "remainingQuota": str(self.remaining)}
        data = {**named, "sent_time": "1795255226000", "sending_mode": "1", "quota": quota}
        return {"error": 0, "message": "Success", "data": data}

    def lost(self) -> Any:
        """It takes the template, and the answer never comes."""
        return None


@dataclass
class Shop:
    """A live OA with a template, and a customer known by a phone."""

    world: World
    account: str
    profile: str

    def push(self, **more: Any) -> Answer:
        body = {
            "profile_id": self.profile,
            "account_id": self.account,
            "template_id": TEMPLATE,
            "data": DATA,
            **more,
        }
        return self.world.admin.post("/template-messages", body)

    def pushed(self, **more: Any) -> dict[str, Any]:
        """A template on its way, after everything behind it has happened."""
        answer = self.push(**more)
        assert answer.status == 202, answer.body
        self.world.run()
        return self.message(answer.body["conversation_id"], answer.body["id"])

    def message(self, conversation: str, message: str) -> dict[str, Any]:
        path = f"/conversations/{conversation}/messages"
        (found,) = [one for one in self.world.list(path) if one["id"] == message]
        return found

    def again(self, message: dict[str, Any]) -> dict[str, Any]:
        return self.message(message["conversation_id"], message["id"])

    def due(self) -> None:
        """The schedule that takes up what waits, and what follows."""
        self.world.pump.schedule("conversations_send_due")
        self.world.run()

    def template(self) -> dict[str, Any]:
        path = f"/channel-accounts/{self.account}/templates/{TEMPLATE}"
        answer = self.world.admin.get(path)
        assert answer.status == 200, answer.body
        return dict(answer.body)

    def health(self) -> dict[str, Any]:
        return dict(self.world.admin.get(f"/channel-accounts/{self.account}").body["health"])

    def event(self, name: str, **fields: Any) -> None:
        """An event of the OA's templates arrives, and everything behind it happens."""
        told = {
            "app_id": APP_ID,
            "oa_id": OA,
            "event_name": name,
            "timestamp": str(milliseconds()),
            **fields,
        }
        assert self.world.zalo_event(told) == 200
        self.world.run()

    def overtakes(self, name: str, **fields: Any) -> None:
        """The same, while something else is under way: only this event is handled."""
        told = {"app_id": APP_ID, "oa_id": OA, "event_name": name, "timestamp": milliseconds()}
        assert self.world.zalo_event({**told, **fields}) == 200
        pump = self.world.pump
        (inbound,) = (one for one in pump._sources() if "inbound" in one.queue)
        assert pump._queue(inbound)

    def received(self, message: dict[str, Any]) -> None:
        """Zalo tells that a template is on the customer's phone."""
        self.event(
            "user_received_message",
            sender={"id": OA},
            recipient={"id": PHONE.removeprefix("+")},
            message={"delivery_time": str(milliseconds()), **message},
        )


def until(hour: int, minute: int = 0) -> timedelta:
    """How long it is until that time of the organisation's day comes next."""
    local = now().astimezone(zone())
    then = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return then - local if then > local else then + timedelta(days=1) - local


def local(moment: str) -> datetime:
    """An instant of the API in the organisation's time."""
    return datetime.fromisoformat(moment).astimezone(zone())


def customer(world: World, *phones: str, vouched: bool = False, **more: Any) -> str:
    """A profile with phones that another system tells of, proved or not; its id."""
    known = {"external_id": f"k-{next(_numbers)}", "name": "Trần Thị Lan", "phones": phones}
    row = {**known, "vouched": vouched, **more}
    answer = world.admin.post("/profiles/batch", {"source": "pos", "items": [row]})
    assert answer.status == 200, answer.body
    world.run()
    return str(answer.body["results"][0]["id"])
