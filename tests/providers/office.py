"""Our side: one connected account, one conversation, and the product's own sending over sockets.

The tables are moto's, the HTTP is real: only where a provider's host is found, is ours to say.
Used by the tests here and by `python -m tests.providers`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import urllib3
from moto.dynamodb.models.dynamo_type import DynamoType

from chalicelib.channels import connections
from chalicelib.channels import flows as accounts
from chalicelib.channels.base import WebhookRequest
from chalicelib.channels.event import Author
from chalicelib.channels.model import CONNECTED, ONLY, account_key
from chalicelib.conversations import delivery
from chalicelib.conversations.model import (
    CONVERSATION,
    MESSAGE,
    Conversation,
    Message,
    conversation_id,
)
from chalicelib.conversations.rules import Status
from chalicelib.intake import webhook
from chalicelib.platform import context, outward, store
from chalicelib.platform.clock import iso, now, parse
from chalicelib.platform.context import Context
from chalicelib.platform.ids import new_id
from tests.cloud import Cloud
from tests.pump import Pump

from .fake import Fake, Known
from .server import Line

PATIENCE, HASTE = 5.0, 0.1  # seconds
MINUTE = timedelta(minutes=1)
_numbers = count(1)


@dataclass
class Pool:
    """Stands in for `outward`'s: every host is the one provider on this machine."""

    port: int
    real: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(retries=False, maxsize=4)
    )
    patience: float = PATIENCE
    nobody: bool = False  # nobody is listening

    def request(self, method: str, url: str, *, headers: Any, **how: Any) -> Any:
        parts = urlsplit(url)
        port = 9 if self.nobody else self.port
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        return self.real.request(
            method,
            f"http://127.0.0.1:{port}{target}",
            headers={**headers, "Host": parts.netloc},
            timeout=self.patience,
            **how,
        )

    def clear(self) -> None:
        self.real.clear()


@dataclass
class Office:
    """One account with one customer, and the provider that carries it."""

    cloud: Cloud
    fake: Fake
    pool: Pool
    at: datetime
    account: str = ""
    conversation: str = ""
    kept: Any = None  # the account, and the conversation, as they were at first
    talk: Any = None
    waited: int = 0  # messages that came again when their time had come
    renewals: int = 0  # that `reconnect` has taken back

    @classmethod
    @contextmanager
    def open(cls, cloud: Cloud, known: Known) -> Iterator[Office]:
        cloud.wipe()
        accounts.forget()
        fake = Fake(known=known)
        with Line(answer=fake.answer).running() as line:
            pool = Pool(port=line.port)
            with patch.object(outward, "_pool", lambda: pool):
                office = cls(cloud=cloud, fake=fake, pool=pool, at=now())
                office._move_in()
                yield office

    def _move_in(self) -> None:
        case = self.fake.known.case
        assert case.sending is not None
        given = {name: list(values) for name, values in case.account.credentials.items()}
        wanted = {
            "channel": case.channel,
            "provider": case.account.provider,
            "account_id": case.account.account_id,
            "name": case.label,
            "mode": "live",
            "credentials": {name: v if len(v) > 1 else v[0] for name, v in given.items()},
            "settings": dict(case.account.settings),
            "token_expires_at": self.at + timedelta(days=300),
        }
        item, writes = connections.connect(wanted, self.context)
        self.account = item.id
        place = (case.channel, case.account.account_id, case.sending.recipient)
        self.conversation = conversation_id(*place)
        latest = dict(case.sending.latest)
        talk = Conversation(
            self.conversation,
            CONVERSATION,
            thread="conversations",
            at=f"{iso(self.at)}#{self.conversation}",
            channel=case.channel,
            account=self.account,
            account_id=case.account.account_id,
            user_id=case.sending.recipient,
            answers=latest.get("answers"),
            provider_thread=latest.get("thread"),
            last_inbound_at=iso(self.at + timedelta(days=300)),  # no window closes meanwhile
            created_at=iso(self.at),
            profile_id="0" * 32,
        )
        store.commit([*writes, store.put("conversation", talk)])
        self.kept = copy.deepcopy(self._items("channels"))
        self.talk = copy.deepcopy(self._items("conversations"))

    @property
    def context(self) -> Context:
        return replace(context.begin(), now=self.at)

    # ------------------------------------------------------------ what is done

    def say(self, text: str | None = None) -> str:
        """A reply of an agent, stored and waiting; its id. Nothing earlier holds it up."""
        self.at += 3 * MINUTE
        identifier, case = new_id(), self.fake.known.case
        assert case.sending is not None
        waiting = Message(
            self.conversation,
            MESSAGE + identifier,
            thread=self.conversation,
            at=f"{iso(self.at)}#{identifier}",
            direction="out",
            author=Author.HUMAN.value,
            channel=case.channel,
            status=Status.QUEUED,
            text=text or f"Dạ em gửi anh chị tin số {next(_numbers)} ạ",
            answers=case.sending.latest.get("answers"),
            provider_thread=case.sending.latest.get("thread"),
            occurred_at=iso(self.at),
            received_at=iso(self.at),
        )
        store.commit([store.put("message", waiting)])
        return identifier

    def deliver(self, message: str) -> Status:
        return delivery.deliver(self.conversation, message, self.context)

    def later(self, message: str) -> Status:
        """Once more, when its time has come."""
        due = self.message(message).due_at
        self.waited += 1
        self.at = max(self.at, parse(due)) if due else self.at + MINUTE + timedelta(seconds=1)
        return self.deliver(message)

    def message(self, message: str) -> Message:
        """As it is stored; read past the API, which would take longer than all the rest."""
        at = (DynamoType({"S": self.conversation}), DynamoType({"S": MESSAGE + message}))
        found = self.cloud._tables()[f"{self.cloud.prefix}-conversations"].get_item(*at)
        kept = Message()
        kept.deserialize(found.to_json()["Attributes"])
        return kept

    def _items(self, table: str) -> Any:
        """Hash key → range key → item, as moto keeps them."""
        return self.cloud._tables()[f"{self.cloud.prefix}-{table}"].items

    def hear(self, request: WebhookRequest) -> None:
        """A request of the provider, through intake."""
        known = self.fake.known
        webhook.accept(known.case.account.provider, request, context.begin())
        pump = Pump(cloud=self.cloud)
        pump.stream_position = len(pump._records())
        pump.run()

    def echo(self) -> None:
        """What the provider tells of the latest it took."""
        known = self.fake.known
        assert known.echo is not None
        self.hear(known.echo(*self.fake.sendings[-1]))

    # ------------------------------------------------------------ the account

    @property
    def state(self) -> str:
        at = (DynamoType({"S": account_key(self.account)}), DynamoType({"S": ONLY}))
        item = self.cloud._tables()[f"{self.cloud.prefix}-channels"].get_item(*at)
        return str(item.to_json()["Attributes"]["state"]["S"])

    def reconnect(self) -> None:
        """The account as it was at first, by a person's hand."""
        if self.state == CONNECTED and self.fake.renewals == self.renewals:
            return
        self.renewals = self.fake.renewals
        self._items("channels").clear()
        self._items("channels").update(copy.deepcopy(self.kept))
        self.fake.valid = self.fake.known.first_token
        accounts.forget()

    def calm(self) -> None:
        """Ready for the next row: nothing is left to go wrong, and nothing of what was said.

        The key stays, of which the conversation's id was made.
        """
        self.fake.script.clear()
        self.fake.spoilt.clear()
        self.fake.renewal_answers.clear()
        self.reconnect()
        accounts_as_they_are = copy.copy(self._items("channels"))
        control = self._items("control").items()
        keys = {pk: items for pk, items in control if pk.value.startswith("signing#")}
        self.cloud.wipe()
        self._items("control").update(keys)
        self._items("channels").update(accounts_as_they_are)
        self._items("conversations").update(copy.deepcopy(self.talk))
