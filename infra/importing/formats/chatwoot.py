"""Chatwoot: the contact export (CSV) and conversations as its API gives them (JSON, NDJSON).

Contacts: `id,name,email,phone_number` by default, further columns of its contacts table on
request (chatwoot/chatwoot app/jobs/account/contacts_export_job.rb); its own import sample adds
`identifier` and custom attributes as columns (public/downloads/import-contacts-sample.csv).
Conversations: app/views/api/v1/conversations/partials/_conversation.json.jbuilder; `status` is
open, resolved, pending or snoozed, `message_type` 0 incoming, 1 outgoing, 2 activity, times are
epoch seconds, `private` marks a note. The list route gives the last message only: for the whole
history put the `messages` of `/conversations/{id}/messages` into each. A conversation has no
time of its end: `last_activity_at` of a resolved one stands for it, and no subject: its first
message does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ..cells import emails, identifier, line, moment, one_of, phones, tags
from .table import Format, columns

CONTACTS = Format(
    name="chatwoot",
    kind="profiles",
    attributes=("custom_attributes.",),
    columns=columns(
        ("id", "external_id", identifier),
        ("name", "name", line),
        ("email", "emails", emails),
        ("phone_number", "phones", phones),
    ),
)

PRIORITIES = {"low": "low", "medium": "normal", "high": "high", "urgent": "urgent"}
CHANNELS = {
    "channel::webwidget": "website",
    "channel::api": "website",
    "channel::email": "email",
    "channel::facebookpage": "facebook",
    "channel::instagram": "instagram",
    "channel::whatsapp": "whatsapp",
    "channel::twiliosms": "hotline",
    "channel::sms": "hotline",
}
AUTHORS = {0: "customer", 1: "agent", 3: "agent"}  # 2, an activity, is nothing anybody said
RESOLVED = "resolved"
LONGEST_SUBJECT = 120


def _history(item: dict[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> None:
    said = [one for one in row.get("messages") or () if isinstance(one, dict)]
    item["messages"] = [
        {
            "at": moment(one.get("created_at"), zone),
            "author": "note" if one.get("private") else AUTHORS[one.get("message_type", 0)],
            "text": str(one["content"]),
            "name": (one.get("sender") or {}).get("name"),
        }
        for one in said
        if one.get("content") and one.get("message_type", 0) in AUTHORS
    ]
    first = item["messages"][0]["text"] if item["messages"] else f"Hội thoại {row.get('id')}"
    item["subject"] = " ".join(first.split())[:LONGEST_SUBJECT]
    item["number"] = f"chatwoot-{row.get('id')}"
    if row.get("status") == RESOLVED:
        item["done_at"] = moment(row.get("last_activity_at"), zone)
        item["outcome"] = "resolved"


CONVERSATIONS = Format(
    name="chatwoot",
    kind="tickets",
    constants={"type": "inquiry"},
    finish=_history,
    columns=columns(
        ("id", "external_id", identifier),
        ("created_at", "opened_at", moment),
        ("priority", "priority", one_of(PRIORITIES)),
        ("labels", "tags", tags),
        ("meta.channel", "source", one_of(CHANNELS, otherwise="website")),
        ("meta.sender.id", "customer.external_id", identifier),
        ("meta.sender.name", "customer.name", line),
        ("meta.sender.email", "customer.emails", emails),
        ("meta.sender.phone_number", "customer.phones", phones),
    ),
)

FORMATS = (CONTACTS, CONVERSATIONS)
