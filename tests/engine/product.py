"""The whole product on a state folder of its own, run by the very commands people use.

Used by the tests of this folder that need the running product: its address and
tokens, and a demo customer who writes signed Zalo messages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from infra import names
from infra.client import Answer, Api, Http
from infra.demo import ZALO
from infra.local.engine import any_free_port
from infra.local.home import Home, read_env, write_record


class Product:
    """Started and stopped with `up` and `down`; between them `api` and `say` reach it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder=folder)
        write_record(self.home.record("port"), {"engine": any_free_port()})

    def up(self, *words: str) -> None:
        """As `infra/up --detach`, on a free port."""
        place = ["--folder", str(self.home.folder), "--port", str(any_free_port())]
        self._run("up", "--detach", *place, *words)
        self.env = read_env(self.home.env)
        self.http = Http(self.env["BASE_URL"])
        self.api = Api(transport=self.http, token=self.env["ADMIN_TOKEN"])

    def down(self) -> None:
        """As `infra/down`."""
        self._run("down", "--folder", str(self.home.folder))

    def _run(self, command: str, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", f"infra.local.{command}", *words],
            cwd=names.ROOT,
            env={name: value for name, value in os.environ.items() if name not in _TEST_SETTINGS},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def say(self, customer: int, text: str, *, message: str, tampered: bool = False) -> Answer:
        """A text of a Zalo customer, signed as Zalo signs it."""
        body, headers = zalo_text(customer, text, message=message)
        sent = body + b" " if tampered else body
        return self.http.request("POST", "/webhooks/zalo", headers, sent)

    def say_all(self, sayings: list[tuple[int, str, str]]) -> list[int]:
        """Many at once, 16 connections: (customer, text, message id) → statuses."""
        with ThreadPoolExecutor(16) as pool:
            answers = [pool.submit(self.say, who, text, message=key) for who, text, key in sayings]
            return [answer.result().status for answer in answers]

    def tickets(self, marker: str) -> list[dict[str, Any]]:
        """The tickets whose subject contains `marker`."""
        return [one for one in self.api.items("/tickets") if marker in (one["subject"] or "")]

    def messages(self, ticket_id: str) -> list[str]:
        """The texts of a ticket, newest first."""
        return [one["text"] for one in self.api.items(f"/tickets/{ticket_id}/messages")]


#: What tests/conftest.py sets for moto; a product started from here must not inherit it.
_TEST_SETTINGS = {"STAGE", "RESOURCE_PREFIX", "BUCKET"}


def zalo_text(customer: int, text: str, *, message: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a `user_send_text` of the demo account."""
    app, now = ZALO.credentials["app_id"], str(int(time.time() * 1000))
    event = {
        "app_id": app,
        "user_id_by_app": str(customer),
        "event_name": "user_send_text",
        "sender": {"id": str(7_000_000_000 + customer)},
        "recipient": {"id": ZALO.account_id},
        "message": {"msg_id": message, "text": text},
        "timestamp": now,
    }
    body = json.dumps(event, ensure_ascii=False).encode()
    secret = ZALO.credentials["oa_secret_key"]
    mac = sha256(app.encode() + body + now.encode() + secret.encode()).hexdigest()
    return body, {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Product]:
    """A product that is up, and down afterwards."""
    product = Product(folder)
    try:
        product.up(*words)
        yield product
    finally:
        product.down()
