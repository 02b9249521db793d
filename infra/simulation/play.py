"""Sends a plan, watches until everything has settled, answers as agents do, and looks again.

Called by `infra/simulate`; tests give their own `Stage`, in-process.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from infra.client import Answer, Api, Transport, checked
from infra.demo import Connection

from . import texts, wire
from .observe import Seen, observe
from .plan import Customer, Line, Plan
from .verdict import Reply, Verdict, expected, judge, missing

T = TypeVar("T")
R = TypeVar("R")

Progress = Callable[[str, int, int], None]  # what is done, how many of how many


class NotConnected(Exception):
    """A demo account is not connected at this instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a plan is played. `wait` lets time pass, `patience` (seconds) is how long at most."""

    transport: Transport
    admin: Api
    agent: Api
    connections: tuple[Connection, ...]
    wait: Callable[[], None]
    workers: int = 8
    patience: float = 90.0
    calm: int = 3  # looks without a change before what is missing counts as lost
    waiting: Callable[[], int] = lambda: 0  # messages that wait in queues
    progress: Progress = field(default=lambda what, done, of: None)

    def together(self, do: Callable[[T], R], what: Iterable[T]) -> list[R]:
        """Do something for each, in parallel as far as `workers` go; in the order given."""
        if self.workers == 1:
            return [do(one) for one in what]
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(do, what))


def play(plan: Plan, stage: Stage) -> Verdict:
    """Play a plan to its end. Raises `NotConnected`, `client.Unreachable`, `client.Refused`."""
    accounts = _accounts(stage)
    Courier(stage=stage, total=plan.requests).deliver(plan)
    seen = _settle("storing", plan, stage, accounts, ())
    replies = _answer(plan, seen, stage)
    _settle("replying", plan, stage, accounts, replies)
    _come_back(plan, replies, stage)
    seen = _settle("checking", plan, stage, accounts, replies)
    queued = stage.waiting() if missing(plan, seen, replies) else 0
    return judge(plan, seen, replies, queued=queued)


def _accounts(stage: Stage) -> dict[str, str]:
    """Channel → our id of its demo account."""
    wanted = {(c.channel, c.account_id) for c in stage.connections}
    found = {
        account["channel"]: str(account["id"])
        for account in stage.admin.items("/channel-accounts")
        if (account["channel"], account["account_id"]) in wanted and account["state"] == "connected"
    }
    if absent := {channel for channel, _ in wanted} - found.keys():
        raise NotConnected(
            f"not connected here: {', '.join(sorted(absent))}; customers write to the accounts "
            "of the demo organisation: infra/down, then infra/up without --no-demo"
        )
    return found


# -------------------------------------------------------------------- sending


class NotTaken(Exception):
    """A webhook was answered otherwise than it must be."""


@dataclass
class Courier:
    """Delivers every line of a plan, each customer's in order, customers side by side."""

    stage: Stage
    total: int
    done: int = 0

    def deliver(self, plan: Plan) -> None:
        """Raises `NotTaken` when a genuine request is refused or a forged one is not."""
        self.stage.together(self._customer, plan.customers)
        for line in plan.forged:
            self._send(line, status=401)

    def _customer(self, customer: Customer) -> None:
        for line in customer.lines:
            if line.at_once and self.stage.workers > 1:
                with ThreadPoolExecutor(line.copies) as pool:
                    list(pool.map(self._send, [line] * line.copies))
            else:
                for _ in range(line.copies):
                    self._send(line)

    def _send(self, line: Line, status: int = 200) -> None:
        webhook = line.webhook
        answer = self.stage.transport.request(
            webhook.method, webhook.path, webhook.headers, webhook.body
        )
        if answer.status != status:
            address = webhook.path.partition("?")[0]
            raise NotTaken(f"{address}: {answer.status} instead of {status}")
        self.done += 1
        self.stage.progress("sending", self.done, self.total)


# ------------------------------------------------------------------- watching


def _settle(
    what: str, plan: Plan, stage: Stage, accounts: dict[str, str], replies: tuple[Reply, ...]
) -> Seen:
    """Look until nothing is missing, or nothing changes any more, or patience ends."""
    deadline = time.monotonic() + stage.patience
    still, before = 0, -1
    while True:
        stage.wait()
        seen = observe(plan, stage.admin, accounts, stage.together)
        left = missing(plan, seen, replies)
        still = still + 1 if left == before else 0
        before = left
        wanted = expected(plan, replies)
        stage.progress(what, wanted - min(left, wanted), wanted)
        # A last look after a pause: what is doubled comes late.
        if (left == 0 and still >= 1) or still >= stage.calm or time.monotonic() > deadline:
            return seen


# ------------------------------------------------------------------ answering


def _answer(plan: Plan, seen: Seen, stage: Stage) -> tuple[Reply, ...]:
    """Answer every ticket that can be answered, each request made twice under one key."""
    chance = random.Random(plan.run)
    wanted = [
        (ticket["id"], chance.choice(texts.AGENT_REPLIES), number)
        for number, customer in enumerate(plan.customers)
        if customer.answerable
        for ticket in seen.of(number).tickets[:1]
    ]
    done = 0

    def reply(what: tuple[str, str, int]) -> Reply:
        nonlocal done
        found = _reply_twice(stage, *what, run=plan.run)
        done += 1
        stage.progress("answering", done, len(wanted))
        return found

    return tuple(stage.together(reply, wanted))


def _reply_twice(stage: Stage, ticket: str, text: str, number: int, *, run: str) -> Reply:
    key = {"Idempotency-Key": f"simulate-{run}-{number}"}

    def post(_: int) -> Answer:
        return stage.agent.call("POST", f"/tickets/{ticket}/replies", {"text": text}, headers=key)

    if stage.workers == 1:
        answers = [post(1), post(2)]
    else:
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(post, (1, 2)))
    ids = tuple(str(checked(answer)["id"]) for answer in answers)
    return Reply(customer=number, ticket_id=ticket, text=text, message_ids=ids)


def _come_back(plan: Plan, replies: tuple[Reply, ...], stage: Stage) -> None:
    """Messenger gives our own sends back as echoes, and tells when they were read."""
    page = next((c for c in stage.connections if c.channel == "facebook_message"), None)
    mine = [r for r in replies if plan.customers[r.customer].channel == "facebook_message"]
    if page is None:
        return
    for reply in mine:
        user, at = plan.customers[reply.customer].user, int(time.time() * 1000)
        echo = {
            "mid": f"echo-{reply.message_ids[0]}",
            "text": reply.text,
            "is_echo": True,
            "app_id": 1234567890,
            "metadata": f"lm:{reply.message_ids[0]}:1",
        }
        items = [
            wire.messaging_item(page, user, at, of_page=True, message=echo),
            wire.messaging_item(page, user, at + 1, read={"watermark": at}),
        ]
        webhook = wire.messaging(page, items, at)
        stage.transport.request("POST", webhook.path, webhook.headers, webhook.body)
