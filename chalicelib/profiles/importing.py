"""Customers told of by another system, row by row: found, made or taught.

Called by `importing_api` for contact imports, and by the tickets' import for whose
a ticket is. A row identifies its customer by the source's own id, else by a
phone or address the source vouches for, else by one that was typed, which
identifies within that source only. What is known already is never overwritten,
except custom fields and consent, which the source states anew; what a row adds
is unproved unless the source vouches for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..channels.base import ContactHints
from ..events.customers import ProfileUpdated
from ..language.extraction import email, phone
from ..platform import eventlog, store
from ..platform.batches import Result
from ..platform.context import Context
from ..platform.errors import Fault, Invalid
from . import attributes, consent, identities, knowing
from .attributes import Declared
from .consent_rules import State
from .family import original
from .identities import ANY_ACCOUNT, EXTERNAL
from .knowing import IdentityKey
from .model import PROFILE, Profile

CREATED: Result = "created"
UPDATED: Result = "updated"
UNCHANGED: Result = "unchanged"
IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A statement of consent in a row; `at` None: when the row is imported."""

    purpose: str
    state: str
    channel: str | None = None
    at: datetime | None = None
    wording: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a row tells of a customer. `vouched`: the source has proved phones and addresses.

    `whole`: the row is all that the source knows of them, so required fields must be there.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A row's customer: the original it came with, who stands for them, and the writes."""

    origin: str
    owner: str
    tier: str
    outcome: Result
    writes: tuple[store.Write, ...]


def take(person: Person, source: str, context: Context, *, fields: Declared) -> Taken:
    """Whose a row is, and the one transaction that makes them known.

    Raises `Invalid` naming the column at fault (and all of them), `ProfileIsErased`.
    The writes are refused when somebody else makes the same customer known meanwhile:
    run it again.
    """
    hints = _hints(person)
    sent = attributes.checked(fields.fields, person.attributes, whole=person.whole)
    stated = [_stated(one, context) for one in person.consents]
    key = _key(person, hints, source)
    proved = key.kind != EXTERNAL or bool(person.external_id)
    found = knowing.whose(key, hints, context, verified=proved)
    if found is None:
        made = knowing.create(
            key, hints, context, channel=None, verified=proved, referrer=person.referrer
        )
        return _new(made, sent, stated, context)
    return _known(found, hints, sent, stated, context)


def _new(
    made: knowing.Made,
    sent: Mapping[str, Any],
    stated: Sequence[consent.Stated],
    context: Context,
) -> Taken:
    held = {name: value for name, value in sent.items() if value is not None}
    for write in made.writes:
        if isinstance(write.item, Profile) and held:
            write.item.attributes = held
    return Taken(
        origin=made.profile_id,
        owner=made.profile_id,
        tier="prospect",
        outcome=CREATED,
        writes=(*made.writes, *consent.record(made.profile_id, stated, context)),
    )


def _known(
    found: knowing.Standing,
    hints: ContactHints,
    sent: Mapping[str, Any],
    stated: Sequence[consent.Stated],
    context: Context,
) -> Taken:
    writes = [
        *found.writes,
        *_with_attributes(found.origin, knowing.teach(found.origin, hints, context), sent, context),
        *consent.record(found.origin, stated, context),
    ]
    guarded = [*writes, *knowing.guard(found.owner, writes)] if writes else []
    return Taken(
        origin=found.origin,
        owner=found.owner,
        tier=found.tier,
        outcome=UPDATED if writes else UNCHANGED,
        writes=tuple(guarded),
    )


def _with_attributes(
    profile_id: str, taught: list[store.Write], sent: Mapping[str, Any], context: Context
) -> list[store.Write]:
    """What teaches a profile, with its custom fields in the same update of it."""
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
    phones = _parsed(person.phones, "phones", phone, faults)
    emails = _parsed(person.emails, "emails", email, faults)
    if faults:
        raise Invalid(faults[0][1], field=faults[0][0], faults=faults)
    return ContactHints(
        name=person.name,
        phones=phones,
        emails=emails,
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


def _key(person: Person, hints: ContactHints, source: str) -> IdentityKey:
    """The strongest identity of a row. Raises `Invalid` for one that identifies nobody."""
    if person.external_id:
        return IdentityKey(kind=EXTERNAL, account=source, value=person.external_id)
    for value in identities.values(hints.phones, hints.emails):
        if person.vouched:
            return IdentityKey(kind=value.kind, account=ANY_ACCOUNT, value=value.value)
        typed = f"{value.kind}:{value.value}"
        return IdentityKey(kind=EXTERNAL, account=source, value=typed)
    raise Invalid("no id, phone or address that says who this is", field="external_id")


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
