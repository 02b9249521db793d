"""A small organisation on moto: departments, agents, connected accounts, and customers who write.

What a test says reads as what happens: `world.zalo("Đơn hàng giao trễ")`,
`world.run()`, `world.tickets()`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from chalice.test import Client

from app import app
from chalicelib.platform import context, signing
from chalicelib.platform.clock import now
from chalicelib.platform.roles import Role
from chalicelib.team import flows as team
from infra import signing as providers
from tests.client import Answer, Caller, make_token
from tests.cloud import Cloud
from tests.faults import Snapshot
from tests.pump import Pump

OA = "2345678901234567890"
APP_ID = "3456789012345678901"
OA_SECRET = "test-oa-secret-key"
PAGE = "105550001112223"
APP_SECRET = "test-app-secret"

# below, `list` is a method
Items = list[dict[str, Any]]
Names = list[str]

_numbers = count(1)
#: By stage: the caller and the tables of a world that `ready` has made.
_ready: dict[str, tuple[Caller, Snapshot]] = {}


def milliseconds() -> int:
    """The present as providers write it."""
    return int(now().timestamp() * 1000)


@dataclass
class World:
    """One organisation, its caller of the API, and the pump behind it."""

    cloud: Cloud
    pump: Pump
    admin: Caller
    agents: dict[str, str] = field(default_factory=dict)

    @classmethod
    def made(cls, cloud: Cloud) -> World:
        """Departments, a Zalo OA and a Facebook page in sandbox mode, nobody at work yet."""
        team.load_defaults(context.begin())
        admin = Caller(app=app).bearer(make_token(Role.ADMIN))
        world = cls(cloud=cloud, pump=Pump(cloud=cloud), admin=admin)
        credentials = {"app_id": APP_ID, "oa_secret_key": OA_SECRET}
        world.connect("zalo_oa", OA, credentials)
        world.connect("facebook_message", PAGE, {"app_secret": APP_SECRET, "verify_token": "v"})
        return world

    @classmethod
    def ready(cls, cloud: Cloud) -> World:
        """The same, as it is once all reactions to its making are over. Made once a process."""
        if cloud.prefix not in _ready:
            made = cls.made(cloud)
            made.run()
            signing.key("ids")  # the stage's own: to make it is no part of what a test counts
            _ready[cloud.prefix] = made.admin, Snapshot.of(cloud)
        admin, snapshot = _ready[cloud.prefix]
        snapshot.restore()
        return cls(cloud=cloud, pump=Pump(cloud=cloud), admin=admin)

    def connect(self, channel: str, account_id: str, credentials: Any, **more: Any) -> str:
        """Connect a channel account in sandbox mode; returns our id of it."""
        body = {
            "channel": channel,
            "account_id": account_id,
            "name": f"{channel} {account_id}",
            "mode": "sandbox",
            "credentials": credentials,
            **more,
        }
        answer = self.admin.post("/channel-accounts", body)
        assert answer.status == 201, answer.body
        return str(answer.body["id"])

    def agent(
        self, name: str, *, department: str = "customer_care", role: str = "agent", **more: Any
    ) -> Caller:
        """An agent who is here; returns a caller with their token."""
        body = {"name": name, "role": role, "department_id": department, **more}
        answer = self.admin.post("/agents", body)
        assert answer.status == 201, answer.body
        self.agents[name] = answer.body["id"]
        self.presence(name, "available")
        caller = Caller(app=app)
        return caller.bearer(make_token(Role(role), agent_id=answer.body["id"]))

    def presence(self, name: str, presence: str) -> None:
        """Somebody comes or goes."""
        path = f"/agents/{self.agents[name]}/presence"
        answer = self.admin.put(path, {"presence": presence})
        assert answer.status == 200, answer.body

    def webhook(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post a request as a provider does; returns the status."""
        sent = {"Content-Type": "application/json", **headers}
        with Client(app) as client:
            return int(client.http.post(f"/webhooks/{path}", headers=sent, body=body).status_code)

    def zalo(self, text: str, *, user: str = "7812345678901234567", **more: Any) -> str:
        """A customer writes to the OA; returns the provider's message id."""
        msg_id: str = more.pop("msg_id", f"zalo-{next(_numbers)}")
        event = {
            "app_id": APP_ID,
            "event_name": "user_send_text",
            "sender": {"id": user},
            "recipient": {"id": OA},
            "message": {"msg_id": msg_id, "text": text},
            "timestamp": str(milliseconds()),
            **more,
        }
        assert self.zalo_event(event) == 200
        return msg_id

    def zalo_event(self, event: Mapping[str, Any]) -> int:
        """Any event of the OA, signed."""
        body = json.dumps(event, ensure_ascii=False).encode()
        signature = providers.zalo(APP_ID, body, str(event["timestamp"]), OA_SECRET)
        return self.webhook("zalo", body, {"X-ZEvent-Signature": signature})

    def facebook(self, text: str, *, user: str = "6677889900112233", **more: Any) -> str:
        """A customer writes to the page; returns the message's mid."""
        mid: str = more.pop("mid", f"m_{next(_numbers)}")
        item = {
            "sender": {"id": user},
            "recipient": {"id": PAGE},
            "timestamp": milliseconds(),
            "message": {"mid": mid, "text": text, **more},
        }
        assert self.facebook_items([item]) == 200
        return mid

    def facebook_items(self, items: Items, page: str = PAGE) -> int:
        """Any `messaging` items of a page in one request, signed."""
        entry = {"id": page, "time": milliseconds(), "messaging": items}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        return self.webhook("meta", body, {"X-Hub-Signature-256": providers.meta(body, APP_SECRET)})

    def run(self) -> None:
        """Everything behind the 200, until nothing is left."""
        self.pump.run()

    def list(self, path: str, **query: object) -> Items:
        """The items of a list of the API."""
        answer: Answer = self.admin.get(path, **query)
        assert answer.status == 200, answer.body
        items: Items = answer.body["items"]
        return items

    def tickets(self, **query: object) -> Items:
        return self.list("/tickets", **query)

    def ticket(self) -> dict[str, Any]:
        """The one ticket there is."""
        (only,) = self.tickets()
        return only

    def messages(self, ticket_id: str) -> Items:
        """A ticket's messages, oldest first."""
        return self.list(f"/tickets/{ticket_id}/messages")[::-1]

    def events(self, ticket_id: str) -> Names:
        """The names of what happened to a ticket, in order."""
        return [event["name"] for event in self.list(f"/tickets/{ticket_id}/events")]
