"""Whose an order or a deal is: found by what the shop tells of its customer, or made known.

Called by `orders` and `deals` before they write (the writes belong into their
transaction) and by the routes' lists.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..channels.base import ContactHints
from ..language.extraction import email, phone
from ..platform import store
from ..platform.context import Context
from ..platform.errors import Invalid
from ..profiles import identities, knowing
from ..profiles.family import ProfileIsErased, ProfileNotFound, root_of
from ..profiles.identities import ANY_ACCOUNT, EXTERNAL
from ..profiles.knowing import IdentityKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What a row tells of its customer: our profile's id, or whatever the shop knows.

    `phone_verified`: the source vouches for the phone (a marketplace's order phone, a
    one-time password), so it proves who they are; a phone typed at a checkout does not.
    """

    profile_id: str | None = None
    external_customer_id: str | None = None
    name: str | None = None
    phone: str | None = None
    phone_verified: bool = False
    email: str | None = None
    email_verified: bool = False
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The original something comes with, who stands for them now, and the writes it takes."""

    origin: str
    owner: str
    tier: str
    writes: tuple[store.Write, ...]


def customer_of(
    told: Customer, source: str, context: Context, *, channel: str | None
) -> Whose | None:
    """Whose a row of `source` is; None when it tells of nobody.

    By our own id, else by the shop's id of its customer, else by a proved phone or
    address, else by what was typed, which identifies within its own source only.
    Raises `Invalid` naming the field at fault.
    """
    if told.profile_id is not None:
        return _standing(told.profile_id, "customer.profile_id")
    contacts = _contacts(told)
    key = _key(told, contacts, source)
    if key is None:
        return None
    proved = key.kind != EXTERNAL or bool(told.external_customer_id)
    known = knowing.whose(key, contacts, context, verified=proved)
    if known is None:
        made = knowing.create(key, contacts, context, channel=channel, verified=proved)
        return Whose(
            origin=made.profile_id,
            owner=made.profile_id,
            tier="prospect",
            writes=tuple(made.writes),
        )
    taught = knowing.teach(known.origin, contacts, context)
    writes = [*known.writes, *taught]
    return Whose(
        origin=known.origin,
        owner=known.owner,
        tier=known.tier,
        writes=(*writes, *knowing.guard(known.owner, writes)),
    )


def still(origin: str) -> Whose | None:
    """Who an original belongs with now, to put something more under them; None: erased."""
    try:
        standing = knowing.standing_of(origin)
    except (ProfileIsErased, ProfileNotFound):
        return None
    return Whose(
        origin=origin,
        owner=standing.owner,
        tier=standing.tier,
        writes=tuple(knowing.guard(standing.owner, [])),
    )


def _standing(profile_id: str, field: str) -> Whose:
    found = still(profile_id)
    if found is None:
        raise Invalid("no such customer, or erased", field=field)
    return found


def _contacts(told: Customer) -> ContactHints:
    """What the row tells of the person. Raises `Invalid` for a phone or address that is none.

    Beside a proved phone only a proved e-mail address is passed on: what comes
    together is vouched for together.
    """
    number = _parsed(told.phone, phone(told.phone or ""), "customer.phone")
    address = _parsed(told.email, email(told.email or ""), "customer.email")
    together = told.email_verified or not told.phone_verified
    return ContactHints(
        name=told.name,
        phones=(number,) if number else (),
        emails=(address,) if address and together else (),
        address=told.address,
        verified=told.phone_verified if number else told.email_verified,
    )


def _parsed(given: str | None, found: str | None, field: str) -> str | None:
    if given and found is None:
        raise Invalid("not valid", field=field)
    return found


def _key(told: Customer, contacts: ContactHints, source: str) -> IdentityKey | None:
    """The strongest identity of a row. A made-up phone or address is nobody's."""
    if told.external_customer_id:
        return IdentityKey(kind=EXTERNAL, account=source, value=told.external_customer_id)
    for value in identities.values(contacts.phones, contacts.emails):
        if contacts.verified:
            return IdentityKey(kind=value.kind, account=ANY_ACCOUNT, value=value.value)
        typed = f"{value.kind}:{value.value}"
        return IdentityKey(kind=EXTERNAL, account=source, value=typed)
    return None


def listed_under(profile_id: str) -> str:
    """Under which profile a customer's things are listed: whoever stands for them now.

    For lists: of somebody unknown or erased there is simply nothing.
    """
    try:
        return str(root_of(profile_id).pk)
    except (ProfileIsErased, ProfileNotFound):
        return profile_id
