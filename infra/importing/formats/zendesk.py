"""Zendesk: users and tickets as its account export and its API write them, and its CSV report.

JSON export of an account (one object a line) and the API have the same fields:
https://developer.zendesk.com/api-reference/ticketing/users/users/ and …/tickets/tickets/;
the export's tickets carry `comments` (support.zendesk.com, "Exporting data to a JSON, CSV, or XML
file"). The CSV report names its columns "Id", "Requester", "Requester email", "Created at",
"Solved at" … `status` is new, open, pending, hold, solved or closed. A ticket names its requester
by id: import users first, under the same --source. Where neither a `solved_at` nor the "Solved at"
column is there, `updated_at` of a solved ticket stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ..cells import emails, identifier, line, moment, one_of, phones, tags
from .table import TYPES, Format, columns

USERS = Format(
    name="zendesk",
    kind="profiles",
    attributes=("user_fields.",),
    columns=columns(
        ("id", "external_id", identifier),
        ("name", "name", line),
        ("email", "emails", emails),
        ("phone", "phones", phones),
    ),
)

PRIORITIES = {"low": "low", "normal": "normal", "high": "high", "urgent": "urgent"}
CHANNELS = {
    "email": "email",
    "mail": "email",
    "web": "website",
    "web form": "website",
    "web service": "website",
    "api": "website",
    "chat": "website",
    "phone": "hotline",
    "voice": "hotline",
    "sms": "hotline",
    "facebook": "facebook",
    "whatsapp": "whatsapp",
    "instagram_dm": "instagram",
}
DONE = frozenset({"solved", "closed"})


def _history(item: dict[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> None:
    requester = row.get("requester_id")
    said = [one for one in row.get("comments") or () if isinstance(one, dict)]
    item["messages"] = [
        {
            "at": moment(one.get("created_at"), zone),
            "author": _author(one, requester),
            "text": str(one.get("plain_body") or one["body"]),
        }
        for one in said
        if one.get("plain_body") or one.get("body")
    ]
    _description(item, row, zone)
    _end(item, row, zone)


def _author(comment: Mapping[str, Any], requester: Any) -> str:
    if comment.get("public") is False:
        return "note"
    return "customer" if comment.get("author_id") == requester else "agent"


def _description(item: dict[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> None:
    """The first words stand in the ticket itself where the comments are not exported."""
    text = row.get("description")
    if text and not item["messages"] and item.get("opened_at"):
        item["messages"] = [{"at": item["opened_at"], "author": "customer", "text": str(text)}]


def _end(item: dict[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> None:
    lower = {name.lower(): value for name, value in row.items()}
    item.setdefault("number", f"zendesk-{item.get('external_id')}")
    if str(lower.get("status", "")).lower() not in DONE:
        return
    ends = ("solved_at", "solved at", "metric_set.solved_at", "updated_at", "updated at")
    found = (moment(lower.get(name), zone) for name in ends if lower.get(name))
    item["done_at"], item["outcome"] = next(found, None), "resolved"


TICKETS = Format(
    name="zendesk",
    kind="tickets",
    constants={"type": "inquiry"},
    finish=_history,
    columns=columns(
        ("id", "external_id", identifier),
        ("subject", "subject", line),
        ("type", "type", one_of(TYPES, otherwise="inquiry")),
        ("ticket type", "type", one_of(TYPES, otherwise="inquiry")),
        ("priority", "priority", one_of(PRIORITIES, otherwise="normal")),
        ("via.channel", "source", one_of(CHANNELS, otherwise="website")),
        ("via", "source", one_of(CHANNELS, otherwise="website")),
        ("created_at", "opened_at", moment),
        ("created at", "opened_at", moment),
        ("tags", "tags", tags),
        ("requester_id", "customer.external_id", identifier),
        ("requester id", "customer.external_id", identifier),
        ("requester.name", "customer.name", line),
        ("requester.email", "customer.emails", emails),
        ("requester", "customer.name", line),
        ("requester email", "customer.emails", emails),
    ),
)

FORMATS = (USERS, TICKETS)
