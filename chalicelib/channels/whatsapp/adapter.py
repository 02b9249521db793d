"""WhatsApp (Cloud API): what an update means, how a message goes out, what the answer says.

Called by `intake` (parse) and `conversations` (prepare, classify). The webhook itself is
`channels/meta/webhook.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from ..approved import Catalogue
from ..base import Account, Adapter, Delivery
from ..event import MEDIA, Attachment, Author, ContactHints, Failure, InboundEvent, Json, Kind
from ..meta import graph
from ..meta.webhook import moment
from ..sending import (
    Capabilities,
    HttpRequest,
    HttpResponse,
    NotTold,
    Once,
    OutboundMessage,
    Outcome,
    SendResult,
)
from ..wire import as_integer, as_list, as_object, as_text, peek_object
from . import codes, contents, sending, templates
from .reading import Facts, content
from .webhook import PHONE, Party, contact_of, item_of, party


class WhatsApp(Adapter):
    channel: ClassVar[str] = "whatsapp"
    source: ClassVar[str] = "whatsapp"
    provider: ClassVar[str] = "meta"
    # Files are fetched with the token too, from the second one.
    hosts: ClassVar[frozenset[str]] = frozenset({graph.HOST, "lookaside.fbsbx.com"})
    further_credentials: ClassVar[tuple[str, ...]] = ("verify_token",)
    capabilities: ClassVar[Capabilities] = contents.CARRIES
    catalogue: ClassVar[Catalogue] = templates.CATALOGUE

    def parse(self, delivery: Delivery) -> InboundEvent:
        change = as_object(delivery.payload.get("change"))
        value = as_object(change.get("value"))
        name, item = item_of(value)
        who = party(value)
        event = InboundEvent(
            kind=Kind.UNKNOWN,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=who.key if who else None,
            occurred_at=moment(item.get("timestamp")),
            thread=who.phone if who and who.phone != who.key else None,
            provider_event=_name(change, name, item),
            raw=delivery.payload,
        )
        news = templates.news_of(as_text(change.get("field")), value)
        if news is not None:
            return replace(event, kind=Kind.TEMPLATE, template=news)
        read = ITEMS.get(name)
        return replace(event, **read(item, who, contact_of(value))) if read else event

    def media_request(self, attachment: Attachment, account: Account) -> HttpRequest | None:
        """A file has an id for 7 days, and an address for 5 minutes after it is asked for."""
        named = attachment.provider_id if attachment.kind in MEDIA else None
        ours = account.account_id  # of another number's customer there is nothing to see
        return graph.get(account, named, phone_number_id=ours) if named else None

    def media_address(self, response: HttpResponse) -> str:
        address = as_text(peek_object(response.body).get("url")) or ""
        if response.status != 200 or not address.startswith("https://"):
            raise NotTold(f"media: HTTP {response.status}")
        return address

    def media_headers(self, account: Account) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {graph.token_of(account)}"}

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        return sending.prepare(message, account, now=now)

    def classify(self, response: HttpResponse) -> SendResult:
        return sending.classify(response)

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """A status gives our id back; of several parts that of the last alone proves anything."""
        alone = message.template is not None or sending.parts(message) == 1
        return Once.ECHO if alone else Once.PERSON


def _name(change: Json, name: str, item: Json) -> str:
    """The provider's name of an event: `text`, `group:text`, `status:read`, else the field's."""
    if name == "statuses":
        return f"status:{as_text(item.get('status')) or ''}"
    kind = as_text(item.get("type"))
    if kind:
        place = "group" if as_text(item.get("group_id")) else None
        inner = as_text(as_object(item.get(kind)).get("type"))
        return ":".join(filter(None, (place, kind, inner)))
    errors = "errors" if as_object(change.get("value")).get("errors") else None
    return ":".join(filter(None, (as_text(change.get("field")), errors)))


# -------------------------------------------------------------------- messages


def _message(item: Json, who: Party | None, contact: Json) -> Facts:
    """What the customer did. In a group they do not speak to us alone: kept, not acted on."""
    if as_text(item.get("group_id")):
        return {}
    act = ACTS.get(as_text(item.get("type")) or "")
    if act is not None:
        return act(item)
    said = content(item)
    if said is None:
        return {}
    return {
        "kind": Kind.MESSAGE,
        "provider_message_id": as_text(item.get("id")),
        "contact": _hints(who, contact),
        **said,
    }


def _hints(who: Party | None, contact: Json) -> ContactHints | None:
    """Their name, and their number: WhatsApp has proved it to be theirs.

    A username is a name only where nothing else tells who they are: beside a number it would
    speak against the customer of another name whose number it is.
    """
    profile = as_object(contact.get("profile"))
    phones = (f"+{who.phone}",) if who and who.phone else ()
    handle = None if phones else as_text(profile.get("username"))
    name = as_text(profile.get("name")) or handle
    if not name and not phones:
        return None
    return ContactHints(name=name, phones=phones, verified=bool(phones))


def _reaction(item: Json) -> Facts:
    """An empty emoji, or none, takes the reaction back."""
    reaction = as_object(item.get("reaction"))
    about = as_text(reaction.get("message_id"))
    if about is None:
        return {}
    return {
        "kind": Kind.REACTION,
        "provider_message_id": about,
        "reaction": as_text(reaction.get("emoji")),
    }


def _edit(item: Json) -> Facts:
    """New words for a message of theirs; parts that are files keep being the first ones."""
    edit = as_object(item.get("edit"))
    about, said = _original(edit), content(as_object(edit.get("message")))
    if about is None or said is None:
        return {}
    return {"kind": Kind.EDIT, "provider_message_id": about, **said}


def _revoke(item: Json) -> Facts:
    about = _original(as_object(item.get("revoke")))
    return {"kind": Kind.DELETE, "provider_message_id": about} if about else {}


def _original(act: Json) -> str | None:
    return as_text(act.get("original_message_id"))


def _system(item: Json) -> Facts:
    """The customer has a new number: WhatsApp vouches for it as it did for the old one."""
    system = as_object(item.get("system"))
    number = PHONE.fullmatch(as_text(system.get("wa_id")) or as_text(system.get("new_wa_id")) or "")
    if number is None:
        return {}
    hints = ContactHints(phones=(f"+{number[1]}",), verified=True)
    return {"kind": Kind.CONTACT, "contact": hints}


def _opened(_item: Json) -> Facts:
    """The chat was opened for the first time; nothing is said yet."""
    return {"kind": Kind.CONTEXT}


#: type of a message that says nothing new by itself → how it is read
ACTS: dict[str, Callable[[Json], Facts]] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "request_welcome": _opened,
}


def _echo(item: Json, _who: Party | None, _contact: Json) -> Facts:
    """What a person of ours wrote in the WhatsApp Business app (numbers in coexistence)."""
    said = content(item)
    if said is None:
        return {}
    own = {"kind": Kind.ECHO, "provider_message_id": as_text(item.get("id"))}
    return {"author": Author.HUMAN, **own, **said}


# -------------------------------------------------------------------- statuses


def _status(item: Json, _who: Party | None, _contact: Json) -> Facts:
    """What became of a message of ours. A status that means nothing to us stays unknown."""
    about = as_text(item.get("id"))
    kind = codes.STATUSES.get(as_text(item.get("status")) or "")
    if about is None or kind is None:
        return {}
    lost = kind is Kind.FAILED
    mark = sending.marked(item.get("biz_opaque_callback_data"), any_part=lost)
    return {
        **({"user_id": mark.customer} if mark.customer else {}),
        "kind": kind,
        "about_ids": (about,),
        "provider_message_id": about,
        "app_message_id": mark.message_id,
        "failure": _failure(item) if lost else None,
    }


def _failure(item: Json) -> Failure:
    """WhatsApp's first error. A code we do not know is explained by its own words."""
    error = next(map(as_object, as_list(item.get("errors"))), {})
    code = as_integer(error.get("code"))
    known = codes.CODES.get(code) if code is not None else None
    outcome, reason = known or codes.UNKNOWN
    own = as_text(error.get("title")) if known is None else None
    return Failure(
        code="undelivered" if code is None else str(code),
        reason=f"{reason}: {own}" if own else reason,
        unreachable=outcome is Outcome.UNREACHABLE,
    )


#: list an item stood in → how it is read
ITEMS: dict[str, Callable[[Json, Party | None, Json], Facts]] = {
    "messages": _message,
    "statuses": _status,
    "message_echoes": _echo,
}

ADAPTER = WhatsApp()
