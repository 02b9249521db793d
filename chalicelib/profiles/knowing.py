"""How a customer becomes known: found by what identifies them, made, and taught.

Called by `intake` for every new conversation and by whatever else brings
customers along (orders, imports). Writes are for the caller's transaction.

An identity has one owner, by conditional write. What a provider vouches for
(a caller's number, a phone handed over in Zalo, the address an e-mail came from)
finds its owner again on whatever channel; when it cannot be theirs, or a
message comes along with somebody else's, the message is stored all the same and
`resolving` looks into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..channels.event import ContactHints
from ..events.customers import IdentityAdded, IdentityShared, ProfileCreated, ProfileUpdated
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.fact import frozen
from . import identities
from .blocking import BLOCKED, blocked_key
from .family import Family, family_of, original, root_of
from .identities import ANY_ACCOUNT, CONTACTS, Person, contradictions, names_agree
from .mentions import compared
from .model import ONLY, PROFILE, AnyItem, Identity, Profile, identity_pk
from .rules import Known, Learned, learn

#: The writes below carry these names, by which callers know what was refused.
IDENTITY_WRITE = "identity"
PROFILE_WRITE = "profile"


@frozen
class IdentityKey:
    """How one identity is named: `account` is the provider's id of OA, page or shop."""

    kind: str
    account: str
    value: str

    @property
    def pk(self) -> str:
        return identity_pk(self.kind, self.account, self.value)


@frozen
class Standing:
    """Whose something is: the original it comes with, and who stands for them now.

    `writes` make that true: they add the identity they were not known by until now,
    or the profile itself where it `is_new`.
    """

    origin: str
    owner: str
    tier: str
    writes: tuple[store.Write, ...] = ()
    is_new: bool = False


@frozen
class Made:
    """A new profile's id and the writes that make it."""

    profile_id: str
    writes: list[store.Write]


def standing_of(profile_id: str, *, origin: str | None = None) -> Standing:
    """Who stands for a profile now. Raises `ProfileNotFound`, `ProfileIsErased`."""
    root = root_of(profile_id)
    return Standing(origin=origin or profile_id, owner=str(root.pk), tier=str(root.tier))


def whose(
    key: IdentityKey,
    hints: ContactHints | None,
    context: Context,
    *,
    verified: bool = True,
    also: Sequence[IdentityKey] = (),
) -> Standing | None:
    """Whose an identity is, or whose what is vouched for besides; None: of nobody yet.

    `also` are ids of the same person elsewhere, by the word of the provider of both.

    A phone that was proved to be somebody's brings its new identity along, unless
    what is told of the person contradicts what is known, or the phone is nobody's.
    """
    found = store.get(Identity, key.pk, ONLY)
    if found is not None:
        return standing_of(found.profile_id, origin=found.origin)
    for other in also:
        same = store.get(Identity, other.pk, ONLY)
        if same is not None:
            return _with_identity(key, same, context, verified=verified)
    if hints is None or not hints.verified:
        return None
    learned = learn(Known(), hints)
    for _, owned in _identifying(_proofs(learned)):
        if owned is not None and not against(learned.known, owned.profile_id, adding=key):
            return _with_identity(key, owned, context, verified=verified)
    return None


def against(told: Known, profile_id: str, *, adding: IdentityKey | None = None) -> tuple[str, ...]:
    """What speaks against somebody told of being a known customer: codes of `contradictions`.

    One name they go by is enough, of a customer known by several. `adding`: an identity
    that would come to theirs.
    """
    owner = family_of(profile_id)
    known_of = person(owner)
    if told.name and any(names_agree(told.name, one) for one in known_of.names):
        known_of = replace(known_of, names=())
    somebody = Person(
        names=(told.name,) if told.name else (),
        birthdays=(told.birthday,) if told.birthday else (),
        genders=(told.gender,) if told.gender else (),
    )
    if adding is not None:
        somebody = replace(somebody, identities={(adding.kind, adding.account): 1})
        known_of = replace(known_of, identities=compared(owner.id))
    return contradictions(somebody, known_of)


def person(family: Family) -> Person:
    """What speaks for or against a customer being somebody else too."""
    return Person(
        names=_every(family, "name"),
        birthdays=_every(family, "birthday"),
        genders=_every(family, "gender"),
    )


def _every(family: Family, field: str) -> tuple[str, ...]:
    found = (getattr(member, field) for member in family.members)
    return tuple(dict.fromkeys(value for value in found if value))


def _with_identity(
    key: IdentityKey, owned: AnyItem | Identity, context: Context, *, verified: bool
) -> Standing:
    standing = standing_of(owned.profile_id, origin=owned.origin)
    item = identity(key, standing.origin, verified=verified, context=context, owner=standing.owner)
    added = IdentityAdded(
        profile_id=standing.origin, kind=key.kind, verified=verified, identity=key.pk
    )
    writes = (store.put(IDENTITY_WRITE, item), eventlog.record(added, context))
    return Standing(origin=standing.origin, owner=standing.owner, tier=standing.tier, writes=writes)


def stands_for_itself(profile_id: str) -> store.Write:
    """Makes sure that a profile is not merged away or erased before the transaction.

    For everything that puts something new under a profile: what is put under one
    that was merged a moment before would stay behind.
    """
    alone = Profile.merged_into.does_not_exist() & Profile.erased_at.does_not_exist()
    return store.check(
        "standing", store.ref(Profile, profile_id, PROFILE), Profile.pk.exists() & alone
    )


def guard(profile_id: str, writes: Sequence[store.Write]) -> list[store.Write]:
    """`stands_for_itself`, unless these writes depend on the profile's revision anyway.

    A transaction may name an item once; a merge counts the revision up.
    """
    for write in writes:
        if isinstance(write.item, Profile) and write.item.pk == profile_id:
            return []
    return [stands_for_itself(profile_id)]


def create(
    key: IdentityKey,
    hints: ContactHints | None,
    context: Context,
    *,
    channel: str | None,
    verified: bool,
    referrer: str | None = None,
    advertisement: str | None = None,
) -> Made:
    """A profile proved by its first identity. The identity's write refuses if it has an owner."""
    profile_id = context.new_id()
    learned = learn(Known(), hints or ContactHints())
    first = {
        "channel": channel,
        "account": key.account,
        "advertisement": advertisement,
        "referrer": referrer,
    }
    created = ProfileCreated(
        profile_id=profile_id,
        channel=channel,
        account_id=key.account,
        contacts=_unproved(learned.known, learned),
    )
    return Made(
        profile_id=profile_id,
        writes=[
            store.put(
                IDENTITY_WRITE, identity(key, profile_id, verified=verified, context=context)
            ),
            store.put(PROFILE_WRITE, _profile(profile_id, learned.known, first, context)),
            eventlog.record(created, context),
            *_claims(profile_id, learned, context, owner=profile_id, besides=key),
        ],
    )


def _profile(
    profile_id: str, told: Known, first: Mapping[str, str | None], context: Context
) -> Profile:
    """The item of a new profile; `first` is how they came."""
    made_at = iso(context.now)
    return Profile(
        profile_id,
        PROFILE,
        listed_at=f"{made_at}#{profile_id}",
        first_channel=first["channel"],
        acquisition={name: value for name, value in first.items() if value} or None,
        created_at=made_at,
        **told.fields(),
    )


def teach(profile_id: str, hints: ContactHints, context: Context) -> list[store.Write]:
    """The writes that add what an event tells of a known original; none if nothing is new."""
    profile = original(profile_id)
    before = Known.of(profile)
    learned = learn(before, hints)
    owner = profile_id if profile.merged_into is None else str(root_of(profile_id).pk)
    writes = _claims(profile_id, learned, context, owner=owner)
    if not learned.changed:
        return writes
    fields = learned.known.fields()
    new = Known(**{name: _new(learned.known, before, name) for name in CONTACTS})
    updated = ProfileUpdated(
        profile_id=profile_id, changed=learned.changed, contacts=_unproved(new, learned)
    )
    return [
        *writes,
        store.update(
            PROFILE_WRITE,
            store.ref(Profile, profile_id, PROFILE),
            *store.assign(Profile, {name: fields[name] for name in learned.changed}),
            Profile.revision.add(1),
            condition=Profile.revision == profile.revision,
        ),
        eventlog.record(updated, context),
    ]


def _new(after: Known, before: Known, field: str) -> Any:
    return tuple(one for one in getattr(after, field) if one not in getattr(before, field))


def _unproved(known_now: Known, learned: Learned) -> tuple[str, ...]:
    """The kinds of contact points that only say who somebody may be."""
    return tuple(
        kind
        for field, kind in CONTACTS.items()
        if set(getattr(known_now, field)) - set(getattr(learned.proved, field))
    )


def _proofs(learned: Learned) -> list[IdentityKey]:
    """The identities an event proves, without made-up ones."""
    return [
        IdentityKey(kind=one.kind, account=ANY_ACCOUNT, value=one.value)
        for one in identities.contacts(learned.proved)
    ]


def _identifying(keys: Sequence[IdentityKey]) -> list[tuple[IdentityKey, AnyItem | None]]:
    """Of identities those that are not blocked, each with its item if it has one; one read."""
    at = {key: ((key.pk, ONLY), (BLOCKED, blocked_key(key.kind, key.value))) for key in keys}
    wanted = [one for both in at.values() for one in both]
    seen = store.get_many(AnyItem, wanted, consistent=True)
    return [(key, seen.get(own)) for key, (own, blocked) in at.items() if blocked not in seen]


def _claims(
    profile_id: str,
    learned: Learned,
    context: Context,
    *,
    owner: str,
    besides: IdentityKey | None = None,
) -> list[store.Write]:
    """Identities the event proves: claimed where nobody owns them, told of where somebody does.

    `owner` stands for the profile now. A phone that belongs to somebody else stays
    there and is a contact point here: a message is never lost because its identity
    is disputed. What is blocked is nobody's.
    """
    wanted = [key for key in _proofs(learned) if besides is None or key.pk != besides.pk]
    return _claimed(profile_id, wanted, context, owner=owner)


def also_known(
    profile_id: str, keys: Sequence[IdentityKey], context: Context, *, owner: str
) -> list[store.Write]:
    """The writes by which an original is found by further ids that a provider says are theirs.

    One that is somebody else's stays there and is told of, as with `_claims`.
    """
    return _claimed(profile_id, keys, context, owner=owner) if keys else []


def _claimed(
    profile_id: str, wanted: Sequence[IdentityKey], context: Context, *, owner: str
) -> list[store.Write]:
    writes: list[store.Write] = []
    for key, found in _identifying(wanted):
        if found is None:
            item = identity(key, profile_id, verified=True, context=context, owner=owner)
            added = IdentityAdded(
                profile_id=profile_id, kind=key.kind, verified=True, identity=key.pk
            )
            writes += [store.put(IDENTITY_WRITE, item), eventlog.record(added, context)]
        elif found.origin != profile_id and root_of(found.profile_id).pk != owner:
            shared = IdentityShared(profile_id=profile_id, kind=key.kind, identity=key.pk)
            writes.append(eventlog.record(shared, context))
    return writes


def identity(
    key: IdentityKey,
    profile_id: str,
    *,
    verified: bool,
    context: Context,
    owner: str | None = None,
) -> Identity:
    """The item of an identity that comes with a profile, listed under who stands for it."""
    elsewhere = owner is not None and owner != profile_id
    return Identity(
        key.pk,
        ONLY,
        profile_id=owner if elsewhere else profile_id,
        origin_id=profile_id if elsewhere else None,
        kind=key.kind,
        account=key.account,
        value=key.value,
        verified=verified,
        created_at=iso(context.now),
    )
