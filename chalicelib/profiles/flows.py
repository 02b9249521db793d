"""Finding, making and teaching profiles: load → rules → writes for the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..channels.base import ContactHints
from ..events import IdentityAdded, ProfileCreated, ProfileUpdated
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import NotFound
from ..platform.pages import Page, PageRequest, page
from . import search
from .model import PROFILE, Identity, Profile, identity_pk
from .rules import Known, Learned, learn

#: The writes below carry these names, by which callers know what was refused.
IDENTITY_WRITE = "identity"
PROFILE_WRITE = "profile"
#: The account of identities that hold across all channels (phones, e-mail addresses).
ANY_ACCOUNT = "-"


class ProfileNotFound(NotFound):
    code, title = "profile_not_found", "No such profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityKey:
    """How one identity is named: `account` is the provider's id of OA, page or shop."""

    kind: str
    account: str
    value: str

    @property
    def pk(self) -> str:
        return identity_pk(self.kind, self.account, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new profile's id and the writes that make it."""

    profile_id: str
    writes: list[store.Write]


def owner_of(key: IdentityKey) -> str | None:
    """The profile that an identity proves, or None."""
    found = store.get(Identity, key.pk, "-")
    return None if found is None else found.profile_id


def load(profile_id: str) -> Profile:
    """The profile. Raises `ProfileNotFound`."""
    found = store.get(Profile, profile_id, PROFILE)
    if found is None:
        raise ProfileNotFound(field="profile_id")
    return found


def create(
    key: IdentityKey,
    hints: ContactHints | None,
    context: Context,
    *,
    channel: str,
    verified: bool,
) -> Made:
    """A profile proved by its first identity. The identity's write refuses if it has an owner."""
    profile_id = context.new_id()
    learned = learn(Known(), hints or ContactHints())
    made_at = iso(context.now)
    profile = Profile(
        profile_id,
        PROFILE,
        listed_at=f"{made_at}#{profile_id}",
        first_channel=channel,
        created_at=made_at,
        **learned.known.fields(),
    )
    identity = _identity(key, profile_id, verified=verified, context=context)
    created = ProfileCreated(profile_id=profile_id, channel=channel, account_id=key.account)
    return Made(
        profile_id=profile_id,
        writes=[
            store.put(IDENTITY_WRITE, identity),
            store.put(PROFILE_WRITE, profile),
            eventlog.record(created, context),
            *_claims(profile_id, learned, context),
        ],
    )


def teach(profile_id: str, hints: ContactHints, context: Context) -> list[store.Write]:
    """The writes that add what an event tells of a known customer; none if nothing is new."""
    profile = load(profile_id)
    learned = learn(known(profile), hints)
    writes = _claims(profile_id, learned, context)
    if not learned.changed:
        return writes
    fields = learned.known.fields()
    updated = ProfileUpdated(profile_id=profile_id, changed=learned.changed)
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


def revise(profile: Profile, corrected: Known, context: Context) -> list[store.Write]:
    """The writes of a person's correction; refused when the profile changed meanwhile."""
    before, fields = known(profile).fields(), corrected.fields()
    changed = tuple(name for name in fields if fields[name] != before[name])
    if not changed:
        return []
    return [
        store.update(
            PROFILE_WRITE,
            store.ref(Profile, profile.pk, PROFILE),
            *store.assign(Profile, {name: fields[name] for name in changed}),
            Profile.revision.add(1),
            condition=Profile.revision == profile.revision,
        ),
        eventlog.record(ProfileUpdated(profile_id=profile.pk, changed=changed), context),
    ]


def _claims(profile_id: str, learned: Learned, context: Context) -> list[store.Write]:
    """Identities the event proves, where nobody owns them yet.

    A phone that belongs to another profile stays there: it is a contact point
    here, and the message is never lost because its identity is disputed.
    """
    keys = [
        IdentityKey(kind="phone", account=ANY_ACCOUNT, value=number)
        for number in learned.proved_phones
    ]
    free = [key for key in keys if owner_of(key) is None]
    writes: list[store.Write] = []
    for key in free:
        identity = _identity(key, profile_id, verified=True, context=context)
        added = IdentityAdded(profile_id=profile_id, kind=key.kind, verified=True)
        writes += [store.put(IDENTITY_WRITE, identity), eventlog.record(added, context)]
    return writes


def _identity(key: IdentityKey, profile_id: str, *, verified: bool, context: Context) -> Identity:
    return Identity(
        key.pk,
        "-",
        profile_id=profile_id,
        kind=key.kind,
        account=key.account,
        value=key.value,
        verified=verified,
        created_at=iso(context.now),
    )


def known(profile: Profile) -> Known:
    """What a profile says of its person."""
    return Known(
        name=profile.name,
        phones=tuple(profile.phones),
        emails=tuple(profile.emails),
        address=profile.address,
        birthday=profile.birthday,
        gender=profile.gender,
    )


def identities(profile_id: str) -> list[Identity]:
    """Every identity of a profile (tens at most)."""
    found = Identity.by_profile.query(profile_id)
    return list(store.get_many(Identity, [(item.pk, item.sk) for item in found]).values())


def everyone(request: PageRequest) -> Page[Profile]:
    """All profiles, newest first."""
    return page(Profile, request, "profiles", index=Profile.by_listing)


def matching(request: PageRequest, words: str) -> Page[Profile]:
    """Profiles whose name, phone or e-mail address has all these words, accents or not."""
    return search.profiles(request, words)


def index_words(profile_ids: Iterable[str]) -> None:
    """Bring the search keys of profiles up to date; called by the indexing reactor."""
    keys = [(profile_id, PROFILE) for profile_id in profile_ids]
    search.write(store.get_many(Profile, keys, consistent=True).values())
