"""Where an approved template for a customer goes: to whom on the account, in which conversation.

Called by `template_messages`, and by `holding` once more before it goes out. A phone that was
proved to be theirs goes before one that was only told; where an answer would come from that very
number, only a proved one is written to, for whoever holds the number would be taken for this
customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..channels.approved import Catalogue
from ..channels.flows import Connected
from ..platform import listing, store
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid
from ..platform.fact import frozen
from ..profiles import knowing
from ..profiles.family import Family, root_of
from ..profiles.identities import ANY_ACCOUNT, PHONE
from ..profiles.model import ONLY, Identity
from . import flows
from .model import Conversation, conversation_id
from .recent import newest_of
from .storing import Place

#: Conversations looked at of each original of a customer.
MOST_LOOKED_AT = 20
USER = "user"
#: Ways of `by`: the customer's own id on the account, or a telephone number.
WAYS = (USER, PHONE)


class NoAddress(Conflict):
    code, title = "no_address", "The customer cannot be reached with a template of this account"


@frozen
class Address:
    """A conversation to put a template into, and the writes that begin it where it is new."""

    conversation: Conversation
    begun: tuple[store.Write, ...] | None = None


@frozen
class Number:
    """A phone (E.164) of a customer's and the original it comes with."""

    phone: str
    origin: str
    proved: bool


def talks_of(family: Family, account: str) -> list[Conversation]:
    """A customer's conversations on one account (our id), the latest of each original first."""
    found = (one for member in family.ids for one in newest_of(member, most=MOST_LOOKED_AT))
    return [one for one in found if one.account == account]


def silenced(talks: Iterable[Conversation]) -> bool:
    """Whether they asked for silence in any of their conversations."""
    return any(one.opted_out for one in talks)


def address_of(
    family: Family,
    connected: Connected,
    catalogue: Catalogue,
    context: Context,
    *,
    by: str | None,
    phone: str | None,
    talks: list[Conversation],
) -> Address:
    """Where to: `by` says whether by the customer's id or by phone, `phone` by which one.

    Raises `NoAddress`, and `Invalid` for a phone that is not the customer's.
    """
    ways = (PHONE, USER) if catalogue.phone_first else (USER, PHONE)
    for way in (by,) if by else ((PHONE,) if phone else ways):
        if way == USER:
            known = _by_id(talks, catalogue)
            if known is not None:
                return Address(conversation=known)
            continue
        for number in _numbers(family, catalogue, phone):
            found = _by_phone(family, number, connected, catalogue, context)
            if found is not None:
                return found
    raise NoAddress(field="profile_id")


def _by_id(talks: list[Conversation], catalogue: Catalogue) -> Conversation | None:
    """The conversation they are known in by the provider's id: the latest that is not closed."""
    open_ones = (one for one in talks if not one.unfollowed and one.erasing is None)
    by_id = (one for one in open_ones if catalogue.hears_phones or _has_id(one, catalogue))
    return next(by_id, None)


def _has_id(talk: Conversation, catalogue: Catalogue) -> bool:
    return not catalogue.is_phone(talk.user_id)


def _numbers(family: Family, catalogue: Catalogue, wanted: str | None) -> list[Number]:
    """Their phones, proved ones first. Raises `Invalid` for one that is not theirs."""
    known = {one.phone: one for one in (*_told(family), *_proved(family))}
    found = sorted(known.values(), key=lambda one: not one.proved)
    if catalogue.hears_phones:
        found = [one for one in found if one.proved]
    if wanted is None:
        return found
    if wanted not in {one.phone for one in found}:
        raise Invalid("not a phone of this customer that may be used", field="phone")
    return [one for one in found if one.phone == wanted]


def _told(family: Family) -> Iterator[Number]:
    for member in family.members:
        for phone in member.phones or ():
            yield Number(phone=phone, origin=str(member.pk), proved=False)


def _proved(family: Family) -> Iterator[Number]:
    for member in family.ids:
        for one in listing.items(Identity, Identity.by_profile, member, Identity.sk == ONLY):
            if (one.kind, one.account) == (PHONE, ANY_ACCOUNT) and one.verified:
                yield Number(phone=str(one.value), origin=str(one.origin), proved=True)


def _by_phone(
    family: Family,
    number: Number,
    connected: Connected,
    catalogue: Catalogue,
    context: Context,
) -> Address | None:
    """The conversation with a phone, begun where there is none; None where it is another's."""
    user_id = catalogue.address(number.phone)
    if user_id is None:
        return None
    account = connected.account
    place = Place(
        conversation_id=conversation_id(account.channel, account.account_id, user_id),
        channel=account.channel,
        account=account.id,
        account_id=account.account_id,
        user_id=user_id,
    )
    there = flows.find(place.conversation_id)
    if there is not None:
        theirs = str(root_of(there.profile_id).pk) == family.id
        return Address(conversation=there) if theirs else None
    return _begun(family, number, place, context)


def _begun(family: Family, number: Number, place: Place, context: Context) -> Address:
    writes = flows.start(
        place,
        family.id,
        context,
        origin=number.origin,
        at=context.now,
        ticket_id=None,
        inbound=False,
    )
    (conversation,) = (one.item for one in writes if isinstance(one.item, Conversation))
    guarded = (*writes, knowing.stands_for_itself(family.id))
    return Address(conversation=conversation, begun=guarded)
