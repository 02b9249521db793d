"""Where samples are posted: the app in this process on moto, or a running instance.

Both are seen through the API, so a sample's outcome reads the same from either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from infra.client import Api, Http, Refused, Transport, checked

if TYPE_CHECKING:
    from tests.cloud import Cloud

Json = dict[str, Any]

QUIET = 0.6  # seconds without a change: a running instance has settled
LOOKS = 20  # at most
MOST = 200  # conversations of an account that are looked at, newest first
RECENT = 3  # of a busy instance the others are read again only when they moved
#: Lists that grow: what was there before is not what the sample stored.
LISTS = (
    *("conversations", "messages", "tickets", "profiles", "events", "quarantine"),
    *("orders", "accounts"),
)
NEWEST_ORDERS = 20  # that are looked at
OF_ACCOUNTS = ("id", "state", "access_ends_at")


@dataclass
class Snapshot:
    """What the API shows at one moment, by list and id."""

    lists: dict[str, dict[str, Json]] = field(default_factory=dict)

    def add(self, other: Snapshot) -> None:
        """Put what another snapshot shows into this one."""
        for name, items in other.lists.items():
            self.lists.setdefault(name, {}).update(items)

    def since(self, before: Snapshot) -> dict[str, list[Json]]:
        """What is new or other than it was, by list."""
        return {
            name: [item for key, item in items.items() if before.lists[name].get(key) != item]
            for name, items in self.lists.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`work` does everything behind the 200 that is at hand; `patience` is how often it takes."""

    transport: Transport
    api: Api
    work: Callable[[], None]
    patience: int = 1
    reread: int = MOST  # the newest conversations are read again at every look
    memory: dict[str, Snapshot] = field(default_factory=dict)

    def connect(
        self, channel: str, account_id: str, credentials: Mapping[str, str], *, provider: str
    ) -> str:
        """Connect an account in sandbox mode, or give the one there is these credentials."""
        body = {
            "channel": channel,
            "provider": provider,
            "account_id": account_id,
            "name": f"Mẫu {channel}",
            "mode": "sandbox",
            "credentials": dict(credentials),
        }
        answer = self.api.call("POST", "/channel-accounts", body)
        if answer.status != 409:
            return str(checked(answer)["id"])
        for account in self.api.items("/channel-accounts"):
            if (account["channel"], account["account_id"]) == (channel, account_id):
                path = f"/channel-accounts/{account['id']}"
                if account["provider"] != provider:  # it comes back with another
                    self.api.call("DELETE", path)
                    return str(checked(self.api.call("POST", "/channel-accounts", body))["id"])
                change = {"credentials": dict(credentials)}
                return str(checked(self.api.call("PATCH", path, change))["id"])
        raise Refused(f"{channel} {account_id} is connected, but not listed")

    def settled(self, accounts: list[str]) -> Snapshot:
        """What there is once everything behind the 200 has happened."""
        self.work()
        found = self.look(accounts)
        for _ in range(self.patience - 1):
            before = found
            self.work()
            found = self.look(accounts)
            if found == before:
                break
        return found

    def look(self, accounts: list[str]) -> Snapshot:
        """What there is of these accounts' customers, and in quarantine."""
        found = Snapshot(lists={name: {} for name in LISTS})
        for account in accounts:
            for rank, talk in enumerate(self._newest(account)):
                known = self.memory.get(talk["id"])
                if (
                    known is None
                    or rank < self.reread
                    or known.lists["conversations"] != {talk["id"]: talk}
                ):
                    known = self.memory[talk["id"]] = self._customer(talk)
                found.add(known)
            known_of = self.api.get(f"/channel-accounts/{account}")
            found.lists["accounts"][account] = {name: known_of[name] for name in OF_ACCOUNTS}
        for order in islice(self.api.items("/orders"), NEWEST_ORDERS):
            found.add(self._order(order))
        for status in ("waiting", "ignored"):
            for kept in self.api.items("/quarantine", status=status):
                found.lists["quarantine"][kept["id"]] = kept
        return found

    def _order(self, order: Json) -> Snapshot:
        """One order with its customer, and what is asked of it."""
        found = Snapshot(lists={name: {} for name in LISTS})
        found.lists["orders"][order["id"]] = order
        whose = order["profile_id"]
        if whose is not None:
            found.lists["profiles"][whose] = self.api.get(f"/profiles/{whose}")
            found.lists["tickets"] = self._by_id("/tickets", profile_id=whose)
            found.lists["events"] = self._by_id(f"/profiles/{whose}/timeline")
        return found

    def _newest(self, account: str) -> Iterator[Json]:
        return islice(self.api.items("/conversations", account=account), MOST)

    def _customer(self, talk: Json) -> Snapshot:
        """One conversation with all that belongs to its customer."""
        profile = talk["profile_id"]
        return Snapshot(
            lists={
                "conversations": {talk["id"]: talk},
                "messages": self._by_id(f"/conversations/{talk['id']}/messages"),
                "profiles": {profile: self.api.get(f"/profiles/{profile}")},
                "tickets": self._by_id("/tickets", profile_id=profile),
                "events": self._by_id(f"/profiles/{profile}/timeline"),
            }
        )

    def _by_id(self, path: str, **query: str) -> dict[str, Json]:
        return {item["id"]: item for item in self.api.items(path, **query)}


#: Gives the target of the next sample: inside an empty one, outside always the same.
Targets = Callable[[], Target]


@contextmanager
def inside() -> Iterator[Targets]:
    """The app in this process, on moto."""
    from tests.cloud import Cloud
    from tests.conftest import PREFIX, REGION  # sets the environment

    with Cloud.running(prefix=PREFIX, region=REGION) as cloud:
        yield lambda: emptied(cloud)


def emptied(cloud: Cloud) -> Target:
    """A target on a cloud that runs: an organisation with its departments and nothing else."""
    from chalicelib.channels import flows as accounts
    from chalicelib.platform import context
    from chalicelib.platform.roles import Role
    from chalicelib.team import flows as team
    from tests.client import make_token
    from tests.inside import Inside
    from tests.pump import Pump

    cloud.wipe()
    accounts.forget()
    team.load_defaults(context.begin())
    api = Api(transport=Inside(), token=make_token(Role.ADMIN))
    return Target(transport=Inside(), api=api, work=Pump(cloud=cloud).run)


@contextmanager
def outside(base_url: str, token: str) -> Iterator[Targets]:
    """A running instance; what is there stays. Raises `Unreachable`, `Refused` (the token)."""
    transport = Http(base_url)
    try:
        Api(transport=transport, token=token).get("/channel-accounts", limit=1)
    except Refused as error:
        raise Refused(f"--token is no administrator's there: {error}") from error
    target = Target(
        transport=transport,
        api=Api(transport=transport, token=token),
        work=lambda: time.sleep(QUIET),
        patience=LOOKS,
        reread=RECENT,
    )
    yield lambda: target
