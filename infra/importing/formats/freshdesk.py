"""Freshdesk: contacts and tickets as its CSV exports name them, and as its API writes them.

CSV: "Contact ID", "Full name", "Email", "Work phone", "Mobile phone", "Unique External ID";
"Ticket ID", "Subject", "Status", "Priority", "Source", "Type", "Created time", "Resolved time",
"Closed time", "Tags". JSON (https://developers.freshdesk.com/api/#tickets, with
`include=requester,stats,conversations`): status 2 open, 3 pending, 4 resolved, 5 closed;
priority 1 low, 2 medium, 3 high, 4 urgent; source 1 e-mail, 2 portal, 3 phone, 7 chat,
9 feedback widget, 10 outbound e-mail. In a conversation `incoming` is the customer's and
`private` a note. Import contacts first, under the same --source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ..cells import emails, identifier, line, moment, one_of, phones, tags
from .table import TYPES, Format, columns

CONTACTS = Format(
    name="freshdesk",
    kind="profiles",
    attributes=("custom_fields.", "cf_"),
    columns=columns(
        ("contact id", "external_id", identifier),
        ("id", "external_id", identifier),
        ("full name", "name", line),
        ("name", "name", line),
        ("email", "emails", emails),
        ("other_emails", "emails", lambda value, zone: list(value or ())),
        ("work phone", "phones", phones),
        ("mobile phone", "phones", phones),
        ("phone", "phones", phones),
        ("mobile", "phones", phones),
        ("address", "address"),
    ),
)

PRIORITIES = {
    "1": "low", "2": "normal", "3": "high", "4": "urgent",
    "low": "low", "medium": "normal", "high": "high", "urgent": "urgent",
}  # fmt: skip
SOURCES = {
    "1": "email", "2": "website", "3": "hotline", "7": "website", "9": "website", "10": "email",
    "email": "email", "portal": "website", "phone": "hotline", "chat": "website",
    "feedback widget": "website", "outbound email": "email", "facebook": "facebook",
    "whatsapp": "whatsapp",
}  # fmt: skip
DONE = frozenset({"4", "5", "resolved", "closed"})
ENDS = ("stats.resolved_at", "stats.closed_at", "resolved time", "closed time", "updated_at")


def _history(item: dict[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> None:
    said = [one for one in row.get("conversations") or () if isinstance(one, dict)]
    item["messages"] = [
        {
            "at": moment(one.get("created_at"), zone),
            "author": _author(one),
            "text": str(one["body_text"]),
        }
        for one in said
        if one.get("body_text")
    ]
    first = row.get("description_text")
    if first and item.get("opened_at"):
        opening = {"at": item["opened_at"], "author": "customer", "text": str(first)}
        item["messages"].insert(0, opening)
    item.setdefault("number", f"freshdesk-{item.get('external_id')}")
    lower = {name.lower(): value for name, value in row.items()}
    if str(lower.get("status", "")).lower() in DONE:
        found = (moment(lower.get(name), zone) for name in ENDS if lower.get(name))
        item["done_at"], item["outcome"] = next(found, None), "resolved"


def _author(conversation: Mapping[str, Any]) -> str:
    if conversation.get("private"):
        return "note"
    return "customer" if conversation.get("incoming") else "agent"


TICKETS = Format(
    name="freshdesk",
    kind="tickets",
    constants={"type": "inquiry"},
    finish=_history,
    columns=columns(
        ("ticket id", "external_id", identifier),
        ("id", "external_id", identifier),
        ("subject", "subject", line),
        ("type", "type", one_of(TYPES, otherwise="inquiry")),
        ("priority", "priority", one_of(PRIORITIES, otherwise="normal")),
        ("source", "source", one_of(SOURCES, otherwise="website")),
        ("created time", "opened_at", moment),
        ("created_at", "opened_at", moment),
        ("tags", "tags", tags),
        ("contact id", "customer.external_id", identifier),
        ("requester_id", "customer.external_id", identifier),
        ("full name", "customer.name", line),
        ("requester.name", "customer.name", line),
        ("email", "customer.emails", emails),
        ("requester.email", "customer.emails", emails),
        ("work phone", "customer.phones", phones),
        ("mobile phone", "customer.phones", phones),
        ("requester.phone", "customer.phones", phones),
        ("requester.mobile", "customer.phones", phones),
    ),
)

FORMATS = (CONTACTS, TICKETS)
