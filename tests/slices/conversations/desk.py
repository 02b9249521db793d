"""An agent, a customer's ticket, and a live OA whose provider says what the test wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.client import Caller
from tests.world import World

TOKENS = {"access_token": "access-1", "refresh_token": "refresh-1", "app_secret": "app-secret"}
SIZE = "Cho mình đổi size áo với ạ"
#: longer than one message of Zalo's, so three parts
LONG = " ".join(["chữ"] * 1200)

Answer = dict[str, Any] | Callable[[], Any]


def zalo_error(code: int) -> Answer:
    return {"error": code, "message": "no"}


@dataclass
class Provider:
    """Zalo as this process reaches it: says `answers` in order, then takes everything."""

    answers: list[Answer] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)  # texts it took
    tokens: list[str] = field(default_factory=list)  # with which it was asked
    renewed: int = 0

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Stands in for `outward.call`."""
        if "access_token" in url:
            self.renewed += 1
            pair = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": "90000"}
            return 200, json.dumps(pair).encode()
        self.tokens.append(headers["access_token"])
        answer = self.answers.pop(0) if self.answers else self.taken
        if callable(answer):
            answer = answer()
            text = json.loads(body)["message"]["text"]
            self.sent.append(text)
        return (0, b"ReadTimeoutError") if answer is None else (200, json.dumps(answer).encode())

    def taken(self) -> Any:
        return {"error": 0, "data": {"message_id": f"z-{len(self.sent) + 1}"}}


@dataclass
class Desk:
    """An agent, a customer's ticket, and a live OA."""

    world: World
    lan: Caller
    ticket: dict[str, Any]
    account: str

    def reply(self, text: str = "Dạ được ạ") -> None:
        answer = self.lan.post(f"/tickets/{self.ticket['id']}/replies", {"text": text})
        assert answer.status == 202, answer.body
        self.world.run()

    @property
    def message(self) -> dict[str, Any]:
        (found,) = (m for m in self.world.messages(self.ticket["id"]) if m["direction"] == "out")
        return found

    def due(self) -> None:
        """The schedule that takes up delayed replies, and what follows."""
        self.world.pump.schedule("conversations_send_due")
        self.world.run()

    def events(self) -> list[str]:
        return [n for n in self.world.events(self.ticket["id"]) if n.startswith("message.")][1:]
