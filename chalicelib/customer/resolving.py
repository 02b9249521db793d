"""Who a customer may be besides: the reactor behind every phone, address or order that turns up.

Called by `customer.jobs` with batches of the events that tell of one. What is
proved to be of two profiles makes them one, when nothing speaks against it;
everything else is a suggestion for a person. Running it twice finds everything
done. A batch reads together what it can: most customers tell something here
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..commerce import orders
from ..conversations import flows as conversations
from ..events.commerce import OrderPlaced
from ..events.conversations import MessageEdited, MessageReceived
from ..events.customers import IdentityAdded, IdentityShared, ProfileCreated, ProfileUpdated
from ..language import extraction
from ..platform import store
from ..platform.context import Context
from ..platform.eventlog import Recorded
from ..platform.fact import frozen
from ..profiles import blocking, identities, knowing, mentions, merging, suggestions
from ..profiles.family import Family, ProfileIsErased, ProfileNotFound, family_of, several
from ..profiles.identities import CONTACTS, EMAIL, ORDER, PHONE, Value, contradictions
from ..profiles.mentions import News, Told
from ..profiles.model import ONLY, Identity
from ..tickets import search as tickets

#: Values of one message that are looked into; a list of a hundred phones is no introduction.
MOST_VALUES = 5

#: What is looked for in a text, by the kind it is evidence of.
NAMED = {PHONE: extraction.phones, EMAIL: extraction.emails, ORDER: extraction.orders}

#: Events of messages, which may name somebody, and of contact points that were given.
SAID = (MessageReceived.name, MessageEdited.name)
GIVEN = (ProfileCreated.name, ProfileUpdated.name)
TELLING = (*SAID, *GIVEN)


def resolve(events: Sequence[Recorded], context: Context) -> None:
    """Look into what events tell of who somebody is; of erased customers nothing."""
    told = [*_said(events), *_given(events)]
    _evidence(mentions.news([_without_orders(one) for one in told]), context)
    _ordered(told, context)
    for event in events:
        if event.name not in TELLING and event.profile_id is not None:
            STEPS[event.name](event, event.profile_id, context)


def _without_orders(told: Told) -> Told:
    """Orders are found by their own numbers and in tickets: nothing more is kept of them."""
    return replace(told, values=tuple(one for one in told.values if one.kind != ORDER))


def _said(events: Iterable[Recorded]) -> list[Told]:
    """What messages name: phones, addresses, orders."""
    keys = {
        (event.data["conversation_id"], event.data["message_id"]): event.profile_id
        for event in events
        if event.name in SAID
    }
    return [
        Told(
            profile_id=whose,
            values=_named(message.text),
            how="message",
            message_id=message.id,
        )
        for message in conversations.several(keys)
        if (whose := keys[message.pk, message.id]) is not None and message.text
    ]


def _named(text: str) -> tuple[Value, ...]:
    found = {kind: extract(text) for kind, extract in NAMED.items()}
    return identities.values(found)[:MOST_VALUES]


def _given(events: Iterable[Recorded]) -> list[Told]:
    """Contact points that a form, an import or a person gave and nobody vouches for."""
    ids = [
        event.profile_id for event in events if event.name in GIVEN and event.profile_id is not None
    ]
    return [
        Told(
            profile_id=profile.pk,
            values=identities.contacts(profile)[:MOST_VALUES],
            how="form",
        )
        for profile in several(ids)
        if profile.erased_at is None
    ]


def _evidence(found: Sequence[News], context: Context) -> None:
    """New values: kept, and each held against everybody who came with the same."""
    mentions.keep(found, context)
    for one in found:
        mine = one.told.profile_id
        if one.proved is not None:
            _suggest(mine, one.proved, (f"same_{one.value.kind}_verified",), context)
            continue
        # With the first of them only: who is one with the first is one with all.
        for other in mentions.sharers(one.value, besides=mine)[:1]:
            _suggest(mine, other, (f"same_{one.value.kind}_mentioned",), context)


def _ordered(told: Iterable[Told], context: Context) -> None:
    """Orders that customers name: whose they are, else who else asks for them."""
    named = {
        (one.profile_id, value.value): None
        for one in told
        for value in one.values
        if value.kind == ORDER
    }
    numbers = {number for _, number in named}
    placed = {one: [order.origin for order in orders.find_by_number(one)] for one in numbers}
    asked = tickets.asking_for(one for one in numbers if not placed[one])
    for whose, number in named:
        reason = "same_order_placed" if placed[number] else "same_order_mentioned"
        _suggest_all(whose, placed[number] or asked[number], reason, context)


def _placed(event: Recorded, profile_id: str, context: Context) -> None:
    """An order turns up: who asked for it before we knew whose it is?"""
    order = orders.find(event.data["order_id"])
    if order is None or order.number is None:
        return
    numbers = [one.value for one in identities.values({ORDER: [order.number]})]
    for asked in tickets.asking_for(numbers).values():
        _suggest_all(profile_id, asked, "same_order_placed", context)


def _suggest_all(mine: str, others: Sequence[str], reason: str, context: Context) -> None:
    found = dict.fromkeys(other for other in others if other != mine)
    if len(found) <= identities.MOST_SHARING:
        for other in found:
            _suggest(mine, other, (reason,), context)


def _proved(event: Recorded, profile_id: str, context: Context) -> None:
    """A phone or address was proved to be this customer's: who only mentioned it until now?"""
    if event.data["kind"] not in CONTACTS.values() or not event.data["verified"]:
        return
    owned = store.get(Identity, event.data["identity"], ONLY)
    if owned is None:
        return
    value = Value(kind=owned.kind, value=owned.value)
    for other in mentions.sharers(value, besides=owned.origin):
        _suggest(other, owned.origin, (f"same_{value.kind}_verified",), context)


def _shared(event: Recorded, profile_id: str, context: Context) -> None:
    """What is proved to be this customer's is proved to be another's too."""
    owned = store.get(Identity, event.data["identity"], ONLY)
    if owned is not None and not blocking.is_blocked(owned.kind, owned.value):
        store.run_again(lambda: _one_or_two(profile_id, owned, context))


def _one_or_two(profile_id: str, owned: Identity, context: Context) -> None:
    pair = _pair(profile_id, owned.origin)
    if pair is None:
        return
    against = _against(pair)
    reason = f"same_{owned.kind}_verified"
    if against:
        _suggest(profile_id, owned.origin, (reason, *against), context)
        return
    older, younger = sorted((pair.mine, pair.theirs), key=lambda one: (one.root.created_at, one.id))
    try:
        made = merging.merge(
            older.id, younger.id, context, why=f"verified_{owned.kind}", reasons=(reason,)
        )
        store.commit(made.writes)
    except merging.TooManyProfiles as error:
        _suggest(profile_id, owned.origin, (reason, error.code), context)
    except merging.AlreadyMerged:
        # Somebody was first: look again who stands for whom.
        raise store.ConditionFailed(["merged"]) from None


@frozen
class Pair:
    """Two customers."""

    mine: Family
    theirs: Family


def _pair(one: str, other: str) -> Pair | None:
    """The two customers of two originals; None when they are one, or one of them is gone."""
    try:
        mine, theirs = family_of(one), family_of(other)
    except (ProfileIsErased, ProfileNotFound):
        return None
    return None if mine.id == theirs.id else Pair(mine=mine, theirs=theirs)


def _against(pair: Pair) -> tuple[str, ...]:
    """What keeps a machine from merging: contradictions, or a person's word that they are two."""
    one, other = (
        replace(knowing.person(family), identities=mentions.compared(family.id))
        for family in (pair.mine, pair.theirs)
    )
    found = contradictions(one, other)
    parted = suggestions.said_to_be_two(pair.mine, pair.theirs)
    return (*found, "parted_by_a_person") if parted else found


def _suggest(one: str, other: str, reasons: tuple[str, ...], context: Context) -> None:
    """Suggest a pair by who stands for each, unless they are one or one is gone."""

    def flow() -> None:
        pair = _pair(one, other)
        if pair is not None and not suggestions.said_to_be_two(pair.mine, pair.theirs):
            writes = suggestions.suggest(pair.mine.id, pair.theirs.id, reasons, context)
            store.commit(writes)

    store.run_again(flow)


#: What single events tell of who somebody is, besides what they say and give.
STEPS: dict[str, Callable[[Recorded, str, Context], None]] = {
    IdentityAdded.name: _proved,
    IdentityShared.name: _shared,
    OrderPlaced.name: _placed,
}
