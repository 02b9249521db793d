"""Whose an order or a deal is: found by what the shop tells of its customer, or made known.

Called by `orders` and `deals` before they write (the writes belong into their
transaction) and by the routes' lists.
"""

from __future__ import annotations

from ..channels.event import ContactHints
from ..language.extraction import email, phone
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.fact import frozen
from ..profiles.family import ProfileIsErased, ProfileNotFound, root_of
from ..profiles.knowing import IdentityKey, Standing, standing_of
from ..profiles.meeting import guarded, known_as, told_of


@frozen
class Customer:
    """What a row tells of its customer: our profile's id, or whatever the shop knows.

    `phone_verified`: the source vouches for the phone as the customer's (a one-time
    password), so it proves who they are; one typed at a checkout, or a recipient's, does not.
    """

    profile_id: str | None = None
    external_customer_id: str | None = None
    name: str | None = None
    phone: str | None = None
    phone_verified: bool = False
    email: str | None = None
    email_verified: bool = False
    address: str | None = None
    identity: IdentityKey | None = None  # as a channel account knows them: goes before the rest


def customer_of(
    told: Customer, source: str, context: Context, *, channel: str | None
) -> Standing | None:
    """Whose a row of `source` is; None when it tells of nobody.

    By our own id, else by what a channel account knows them as, else by the shop's id of
    its customer, else by a proved phone or address, else by what was typed, which
    identifies within its own source only, and never somebody of another name.
    Raises `Invalid` naming the field at fault.
    """
    if told.profile_id is not None:
        return _standing(told.profile_id, "customer.profile_id")
    contacts = _contacts(told)
    if told.identity is not None:
        return guarded(known_as(told.identity, contacts, context, channel=channel))
    found = told_of(told.external_customer_id, contacts, source, context, channel=channel)
    return None if found is None else guarded(found)


def still(origin: str) -> Standing | None:
    """Who an original belongs with now, to put something more under them; None: erased."""
    try:
        return guarded(standing_of(origin))
    except (ProfileIsErased, ProfileNotFound):
        return None


def _standing(profile_id: str, field: str) -> Standing:
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


def listed_under(profile_id: str) -> str:
    """Under which profile a customer's things are listed: whoever stands for them now.

    For lists: of somebody unknown or erased there is simply nothing.
    """
    try:
        return str(root_of(profile_id).pk)
    except (ProfileIsErased, ProfileNotFound):
        return profile_id
