"""What an instance shows of the customers of a plan: their messages and tickets, by the API.

Called by `play` again and again, so it reads only conversations that moved
since the run began.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.client import Api

from .plan import Customer, Plan

Json = dict[str, Any]
Together = Callable[[Callable[[str], Any], Iterable[str]], list[Any]]

#: Messages carry the provider's time, which is a little before the run.
EARLIER = timedelta(minutes=2)


@dataclass
class Person:
    """What is there of one customer."""

    conversations: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    messages: list[Json] = field(default_factory=list)
    tickets: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is there of every customer, by number in the plan, and how often sends went out."""

    people: dict[int, Person]
    sends: dict[str, int]  # our message id → requests in the sandbox outbox

    def of(self, number: int) -> Person:
        """One customer; empty when nothing of them has arrived."""
        return self.people.get(number, Person())


def observe(plan: Plan, api: Api, accounts: dict[str, str], together: Together) -> Seen:
    """Look at everything once."""
    since = _since(plan)
    moved = [talk for account in accounts.values() for talk in _moved(api, account, since)]
    by_id = {talk["id"]: talk for talk in moved}
    messages = dict(zip(by_id, together(lambda c: _messages(api, c), by_id), strict=True))
    people: dict[int, Person] = {}
    owner = Owners(plan)
    for conversation, said in messages.items():
        number = owner.of(said)
        if number is None:
            continue  # somebody else writes too
        person = people.setdefault(number, Person())
        person.conversations.append(conversation)
        person.profiles.append(by_id[conversation]["profile_id"])
        person.messages += said
    _add_tickets(people, api, together)
    return Seen(people=people, sends=_sends(api, accounts, people))


def _since(plan: Plan) -> str:
    began = datetime.fromtimestamp(int(plan.run, 16) / 1000, UTC) - EARLIER
    return began.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moved(api: Api, account: str, since: str) -> Iterable[Json]:
    """Conversations whose last message is not older than `since`; the list is newest first."""
    for talk in api.items("/conversations", account=account):
        if talk["last_message_at"] < since:
            return
        yield talk


def _messages(api: Api, conversation: str) -> list[Json]:
    return list(api.items(f"/conversations/{conversation}/messages"))


def _add_tickets(people: dict[int, Person], api: Api, together: Together) -> None:
    profiles = sorted({profile for person in people.values() for profile in person.profiles})
    found = dict(
        zip(
            profiles,
            together(lambda p: list(api.items("/tickets", profile_id=p)), profiles),
            strict=True,
        )
    )
    for person in people.values():
        person.tickets = [t for profile in sorted(set(person.profiles)) for t in found[profile]]


def _sends(api: Api, accounts: dict[str, str], people: dict[int, Person]) -> dict[str, int]:
    """How many requests each of our replies became; the outbox is newest first."""
    wanted = {
        message["id"]
        for person in people.values()
        for message in person.messages
        if message["agent_id"]
    }
    counts: dict[str, int] = {}
    if not wanted:
        return counts
    oldest = min(wanted)  # ids sort by time
    for account in accounts.values():
        for sent in api.items(f"/channel-accounts/{account}/outbox"):
            if sent["message_id"] < oldest:
                break
            if sent["message_id"] in wanted:
                counts[sent["message_id"]] = counts.get(sent["message_id"], 0) + 1
    return counts


class Owners:
    """Finds the customer of the plan behind a conversation, by what was said in it."""

    def __init__(self, plan: Plan) -> None:
        self._by_key: dict[str, int] = {}
        self._by_text: dict[str, int] = {}
        for number, customer in enumerate(plan.customers):
            self._learn(number, customer)

    def _learn(self, number: int, customer: Customer) -> None:
        for line in customer.lines:
            if line.key is not None:
                self._by_key[line.key] = number
            elif line.text is not None:
                self._by_text[composed(line.text)] = number

    def of(self, messages: Iterable[Json]) -> int | None:
        """The customer's number, or None for a conversation of others."""
        for message in messages:
            found = self._by_key.get(message["provider_message_id"] or "")
            if found is None:
                found = self._by_text.get(message["text"] or "")
            if found is not None:
                return found
        return None


def composed(text: str) -> str:
    """Text as it is stored: NFC, without outer space."""
    return unicodedata.normalize("NFC", text).strip()
