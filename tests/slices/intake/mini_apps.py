"""A Zalo Mini App's two ends: graph.zalo.me as it answers, and the front end on one phone."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from app import app
from tests.client import Answer, Caller
from tests.world import APP_ID, World

SECRET = "test-zalo-app-secret"
USER, OTHER = "4567890123456789012", "4567890123456789999"
PHONE = "84912345678"

Said = tuple[int, bytes]


def said(value: Any, status: int = 200) -> Said:
    return status, json.dumps(value).encode()


@dataclass
class Zalo:
    """graph.zalo.me: users by access token, phones by code, each of which is good once."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    secret: str = SECRET
    fails: Said | None = None
    calls: list[str] = field(default_factory=list)

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> Said:
        """Stands in for `outward.call`."""
        parts = urlsplit(url)
        assert (method, parts.scheme, parts.netloc) == ("GET", "https", "graph.zalo.me")
        self.calls.append(parts.path)
        if self.fails is not None:
            return self.fails
        token = headers["access_token"]
        if parts.path == "/v2.0/me/info":
            assert headers["secret_key"] == self.secret
            number = self.codes.pop((token, headers["code"]), None)
            if number is None:
                return said({"data": {}, "error": -501, "message": "token expired"})
            return said({"data": {"number": number}, "error": 0, "message": "Success"})
        proof = hmac.new(self.secret.encode(), token.encode(), sha256).hexdigest()
        if headers["appsecret_proof"] != proof:
            return said({"error": -242, "message": "Invalid appsecret_proof"})
        if token not in self.users:
            return said({"error": 452, "message": "Session expired"})
        return said({**self.users[token], "error": 0, "message": "Success"})


@dataclass
class App:
    """The front end on one phone."""

    site: str = APP_ID
    token: str = ""
    caller: Caller = field(default_factory=lambda: Caller(app=app))

    def post(self, what: str, **body: Any) -> Answer:
        return self.caller.post(f"/mini-app/{self.site}/{what}", body)

    def own(self, what: str, **body: Any) -> Answer:
        return self.post(what, token=self.token, **body)

    def signs_in(self, access_token: str = "AT-1") -> Answer:
        answer = self.post("session", access_token=access_token)
        if answer.status == 200:
            self.token = answer.body["token"]
        return answer

    def proves_phone(self, code: str = "C-1", access_token: str = "AT-1") -> Answer:
        return self.own("phone", access_token=access_token, code=code)

    def asks(self, world: World, text: str, key: str = "k1", **more: Any) -> int:
        body = json.dumps({"id": key, "text": text, **more}).encode()
        return world.webhook(f"mini_app/{self.site}", body, {"X-Visitor-Token": self.token})
