"""Sending an approved template ("mẫu tin") to a customer who has not just written to us.

Called by `tickets.template_messages_api` for people and systems, and by whatever asks customers of
its own accord (surveys): `push` is the way in, with a tracking id of the caller's. What goes out is
a message like any other (`replies`, `delivery`); `holding` keeps it back at night, without quota,
and where consent has gone meanwhile. What customers answer is a message with `about_message`,
told by `message.received` with `about_message_id`: the message that `push` returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..channels import flows as accounts
from ..channels import templates
from ..channels.approved import LONGEST_TRACKING_ID, Catalogue, State, filled, worded
from ..channels.event import Author
from ..channels.flows import Connected
from ..channels.template_model import ApprovedTemplate, gaps_of
from ..platform import store
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..profiles.family import family_of
from . import flows
from .addressing import Address, address_of, silenced, talks_of
from .model import Message
from .reaching import may_push
from .replies import queue_template


class NotSendable(Conflict):
    code, title = "template_not_sendable", "The template cannot be sent now"


class MayNotPush(Conflict):
    code, title = "may_not_contact", "The customer does not want to be written to for this"


class AccountGone(Conflict):
    code, title = "account_not_connected", "The account is disconnected or disabled"


@frozen
class Push:
    """One template to one customer.

    `profile_id` is any original of theirs, `account` and `template` our ids. `data` fills the
    gaps. `tracking_id` (at most 48 characters) comes back with what the provider tells of it, and
    is the message's own id unless given. `key`: what names this sending to its caller; a second
    push with it is the first one. `by` and `phone`: `addressing`. That `ticket_id` is a ticket of
    this customer's, the caller has made sure of.
    """

    profile_id: str
    account: str
    template: str
    data: Mapping[str, str] = field(default_factory=dict)
    tracking_id: str | None = None
    key: str | None = None
    by: str | None = None
    phone: str | None = None
    ticket_id: str | None = None
    author: Author = Author.APP
    agent_id: str | None = None


@frozen
class Pushed:
    """The waiting message and the writes that make it wait; none where it waits already."""

    message: Message
    writes: tuple[store.Write, ...]


def push(wanted: Push, context: Context) -> Pushed:
    """A template that waits to be sent, with its conversation where there was none.

    The caller commits the writes, with its own. Raises `TemplateNotFound`, `NotSendable`,
    `AccountGone`, `NoAddress`, `MayNotPush`, `ProfileNotFound`, `ProfileIsErased`, and `Invalid`
    with every gap (`data.<gap>`) at fault.
    """
    identifier = _identifier(wanted, context)
    connected = _connected(wanted.account)
    item = templates.existing(wanted.account, wanted.template)
    data = _fitting(item, wanted.data)
    catalogue = templates.catalogue_of(connected.account.channel, connected.account.provider)
    address = _address(wanted, connected, catalogue, item.purpose, context)
    there = flows.find_message(address.conversation.pk, identifier)
    if there is not None:
        return Pushed(message=there, writes=())
    queued = queue_template(
        address.conversation,
        _kept(item, catalogue, data, _tracking_id(wanted, identifier)),
        worded(str(item.name), item.text, data),
        context,
        identifier=identifier,
        begun=address.begun,
        author=wanted.author.value,
        agent_id=wanted.agent_id,
        ticket_id=wanted.ticket_id,
        privately=True,
    )
    return Pushed(message=queued.message, writes=tuple(queued.writes))


def _identifier(wanted: Push, context: Context) -> str:
    """The message's id: by the caller's key, so that asking twice sends once."""
    if wanted.key is None:
        return context.new_id()
    return derived_id("template-message", wanted.account, wanted.profile_id, wanted.key)


def _tracking_id(wanted: Push, identifier: str) -> str:
    given = wanted.tracking_id or identifier
    if len(given) > LONGEST_TRACKING_ID:
        raise Invalid(f"at most {LONGEST_TRACKING_ID} characters", field="tracking_id")
    return given


def _connected(account: str) -> Connected:
    found = accounts.account(account)
    if found is None or found.disabled:
        raise AccountGone(field="account_id")
    return found


def _fitting(item: ApprovedTemplate, data: Mapping[str, str]) -> dict[str, str]:
    """What fills the gaps of an approved template. Raises `NotSendable`, `Invalid`."""
    if item.state != State.APPROVED:
        raise NotSendable(f"it is {item.state}", field="template_id")
    gaps = gaps_of(item)
    if gaps is None:
        raise NotSendable("its gaps are not known: synchronise it", field="template_id")
    return filled(gaps, data)


def _address(
    wanted: Push,
    connected: Connected,
    catalogue: Catalogue,
    purpose: str,
    context: Context,
) -> Address:
    family = family_of(wanted.profile_id)
    talks = talks_of(family, connected.account.id)
    if silenced(talks):
        raise MayNotPush("they asked for silence on this account", field="profile_id")
    address = address_of(
        family,
        connected,
        catalogue,
        context,
        by=wanted.by,
        phone=wanted.phone,
        talks=talks,
    )
    if not may_push(address.conversation, purpose):
        raise MayNotPush(f"no consent for {purpose}", field="profile_id")
    return address


def _kept(
    item: ApprovedTemplate, catalogue: Catalogue, data: Mapping[str, str], tracking_id: str
) -> dict[str, Any]:
    """What the message keeps of its template. `urgent`: it goes out at any hour."""
    return {
        "id": item.id,
        "sent_as": catalogue.sent_as(item.id),
        "name": item.name,
        "data": dict(data),
        "tracking_id": tracking_id,
        "language": item.language,
        "kind": item.kind,
        "purpose": item.purpose,
        "urgent": item.purpose == "care" and item.kind in catalogue.at_any_hour,
    }
