"""Customers told of by another system, row by row: found, made or taught.

Called by `importing_api` for contact imports, and by the tickets' import for whose
a ticket is. A row identifies its customer by our own profile's id (an export that
comes back), else by the source's own id, else by a phone or address the source
vouches for, else by one that was typed, which identifies within that source only;
a phone never stands for somebody of another name. What is known already is never
overwritten, except custom fields and consent, which the source states anew; what a
row adds is unproved unless the source vouches for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from ..channels.event import ContactHints
from ..events.customers import IdentityAdded, ProfileUpdated
from ..platform import eventlog, store
from ..platform.batches import Result
from ..platform.context import Context
from ..platform.errors import Conflict, Fault, Invalid
from ..platform.fact import frozen
from . import attributes, consent, knowing
from .attributes import Declared
from .consent_rules import State
from .family import family_of, original, root_of
from .identities import CONTACTS, EXTERNAL, KINDS
from .knowing import IdentityKey, Standing, teach
from .meeting import guarded, told_of
from .model import ONLY, PROFILE, Identity, Profile

CREATED: Result = "created"
UPDATED: Result = "updated"
UNCHANGED: Result = "unchanged"
IMPORT = "import"
#: What a row may tell of a person that their profile shows.
SHOWN = ("name", *CONTACTS, "address", "birthday", "gender")


class IdOfAnother(Conflict):
    code, title = "id_of_another", "The source's id is another customer's"


@frozen
class Agreed:
    """A statement of consent in a row; `at` None: when the row is imported."""

    purpose: str
    state: str
    channel: str | None = None
    at: datetime | None = None
    wording: str | None = None


@frozen
class Person:
    """What a row tells of a customer. `vouched`: the source has proved phones and addresses.

    `whole`: the row is all that the source knows of them, so required fields must be there.
    """

    profile_id: str | None = None
    external_id: str | None = None
    name: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    vouched: bool = False
    address: str | None = None
    birthday: str | None = None
    gender: str | None = None
    referrer: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consents: Sequence[Agreed] = ()
    whole: bool = False


def take(person: Person, source: str, context: Context, *, fields: Declared) -> Standing:
    """Whose a row is, and the one transaction that makes them known.

    Raises `Invalid` naming the column at fault (and all of them), `ProfileNotFound`,
    `ProfileIsErased`, `IdOfAnother`.
    The writes are refused when somebody else makes the same customer known meanwhile:
    run it again.
    """
    hints = _hints(person)
    sent = attributes.checked(fields.fields, person.attributes, whole=person.whole)
    stated = [_stated(one, context) for one in person.consents]
    if person.profile_id is None:
        found = _by_theirs(person, hints, source, context)
    else:
        found, sent = _by_ours(person, hints, sent, source, context)
    writes = _with_attributes(found, sent, context)
    agreed = consent.record(found.origin, stated, context)
    told = replace(found, writes=(*writes, *agreed))
    return guarded(told) if told.writes else told


def _by_theirs(person: Person, hints: ContactHints, source: str, context: Context) -> Standing:
    """Whose a row is by what the source knows of them; a customer is made of more than an id."""
    found = told_of(person.external_id, hints, source, context, referrer=person.referrer)
    if found is None:
        raise Invalid("no id, phone or address that says who this is", field="external_id")
    if found.is_new and person.whole and not _says_anything(person):
        raise Invalid("an id and nothing else", field="external_id")
    return found


def _says_anything(person: Person) -> bool:
    return any(getattr(person, name) for name in (*SHOWN, "attributes", "consents"))


def _by_ours(
    person: Person, hints: ContactHints, sent: Mapping[str, Any], source: str, context: Context
) -> tuple[Standing, dict[str, Any]]:
    """The customer of a profile's id, taught what their whole family does not show yet.

    Returns them and the custom fields that are news. An id of the source, if it names
    one, is theirs from now on.
    """
    family = family_of(str(person.profile_id))
    shown = family.fields
    held = shown["attributes"] or {}
    news = {name: value for name, value in sent.items() if held.get(name) != value}
    standing = Standing(origin=family.id, owner=family.id, tier=str(shown["tier"]))
    taught = teach(family.id, _news(hints, shown), context)
    named = _named(person.external_id, source, family.id, context)
    return replace(standing, writes=(*named, *taught)), news


def _news(hints: ContactHints, shown: Mapping[str, Any]) -> ContactHints:
    """What is told and not shown; contact points that are vouched for prove something besides."""
    changed: dict[str, Any] = {}
    for name in SHOWN:
        told = getattr(hints, name)
        if name not in CONTACTS:
            changed[name] = None if told == shown[name] else told
        elif not hints.verified:
            changed[name] = tuple(one for one in told if one not in (shown[name] or ()))
    return replace(hints, **changed)


def _named(
    external_id: str | None, source: str, profile_id: str, context: Context
) -> list[store.Write]:
    if external_id is None:
        return []
    key = IdentityKey(kind=EXTERNAL, account=source, value=external_id)
    known = store.get(Identity, key.pk, ONLY)
    if known is None:
        item = knowing.identity(key, profile_id, verified=True, context=context)
        added = IdentityAdded(profile_id=profile_id, kind=EXTERNAL, verified=True, identity=key.pk)
        return [store.put(knowing.IDENTITY_WRITE, item), eventlog.record(added, context)]
    if root_of(known.profile_id).pk != profile_id:
        raise IdOfAnother(field="external_id")
    return []


def outcome(taken: Standing) -> Result:
    """What became of a row's customer."""
    if taken.is_new:
        return CREATED
    return UPDATED if taken.writes else UNCHANGED


def _with_attributes(
    found: Standing, sent: Mapping[str, Any], context: Context
) -> Sequence[store.Write]:
    """What makes or teaches a profile, with its custom fields in the same write of it."""
    profile_id, taught = found.origin, found.writes
    if found.is_new:
        held = {name: value for name, value in sent.items() if value is not None}
        for write in taught:
            if isinstance(write.item, Profile) and held:
                write.item.attributes = held
        return taught
    if not sent:
        return taught
    profile = original(profile_id)
    before = dict(profile.attributes or {})
    after = {k: v for k, v in {**before, **sent}.items() if v is not None}
    if after == before:
        return taught
    action = Profile.attributes.set(after) if after else Profile.attributes.remove()
    told = eventlog.record(
        ProfileUpdated(profile_id=profile_id, changed=("attributes",), contacts=()), context
    )
    for index, write in enumerate(taught):
        if write.name == knowing.PROFILE_WRITE:
            joined = replace(write, actions=(*write.actions, action))
            return [*taught[:index], joined, *taught[index + 1 :], told]
    change = store.update(
        knowing.PROFILE_WRITE,
        store.ref(Profile, profile_id, PROFILE),
        action,
        Profile.revision.add(1),
        condition=(Profile.revision == profile.revision) & Profile.erased_at.does_not_exist(),
    )
    return [*taught, change, told]


def _hints(person: Person) -> ContactHints:
    """What is told of the person, normalised. Raises `Invalid` naming every column at fault."""
    faults: list[Fault] = []
    contacts = {
        field: _parsed(getattr(person, field), field, KINDS[kind].reads, faults)
        for field, kind in CONTACTS.items()
    }
    if faults:
        raise Invalid(faults[0][1], field=faults[0][0], faults=faults)
    return ContactHints(
        name=person.name,
        **contacts,
        address=person.address,
        birthday=person.birthday,
        gender=person.gender,
        verified=person.vouched,
    )


def _parsed(given: Sequence[str], name: str, parse: Any, faults: list[Fault]) -> tuple[str, ...]:
    found = []
    for index, text in enumerate(given):
        value = parse(text)
        if value is None:
            faults.append((f"{name}.{index}", "not valid"))
        else:
            found.append(str(value))
    return tuple(found)


def _stated(agreed: Agreed, context: Context) -> consent.Stated:
    if agreed.at is not None and agreed.at > context.now:
        raise Invalid("in the future", field="consents.at")
    return consent.Stated(
        purpose=agreed.purpose,
        channel=agreed.channel,
        state=State(agreed.state),
        at=agreed.at or context.now,
        source=IMPORT,
        wording=agreed.wording,
    )
