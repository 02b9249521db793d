"""What profiles keep of a person: who they are, what proves and suggests it, consent, notes.

Walked by `chalicelib.customer` in a merge, an export and an erasure: last of all
in that, because everything else is found by what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pynamodb.exceptions import QueryError

from ..platform import store, wordindex
from ..platform.belongings import AT_ONCE, Belongings, Exported, Home, listed, rehome
from ..platform.clock import iso, now
from . import consent, rights
from .model import (
    IDENTITY,
    MENTION,
    MERGE,
    NOTE,
    ONLY,
    PROFILE,
    SUGGESTION,
    Identity,
    Mention,
    Merge,
    Note,
    Profile,
    Suggestion,
    SuggestionMark,
)
from .rights import RightsRequest
from .search import ProfileWord, ProfileWords

#: What makes a profile somebody's; the rest of it are ids, codes and times.
PERSONAL = ("name", "phones", "emails", "address", "birthday", "gender", "attributes")
LISTS = frozenset({"phones", "emails"})
OF_IDENTITY = ("kind", "account", "value", "verified", "created_at")
OF_STATEMENT = ("purpose", "channel", "state", "at", "source", "wording", "recorded_at")
#: What an erased profile has no more, besides: where it came from and what it is part of.
TIES = ("acquisition", "tier_by", "merged_into", "children", "listing")
#: Items listed under a profile that go with it, by how their key begins. What is left of
#: a request of theirs holds no word of them and proves that it was answered.
GO_ALONG = (f"{IDENTITY}#", MENTION, SUGGESTION, MERGE)


class UnderProfile(store.Item):
    """Anything that stands under a profile's own key, by its key alone."""

    Meta = store.table("profiles")


def _rehome(listed_under: str, home: Home) -> Iterator[int]:
    return rehome(Identity, Identity.by_profile, listed_under, home, kind=f"{IDENTITY}#")


def identities(profile_id: str) -> Iterator[Identity]:
    """Every identity listed under a profile, however many."""
    for some in listed(Identity, Identity.by_profile, profile_id, kind=f"{IDENTITY}#"):
        yield from some


def export(profile_id: str) -> Iterator[Exported]:
    """A profile, its identities, what suggested who they are, consent, notes and requests."""
    yield from _profile(profile_id)
    for identity in identities(profile_id):
        yield "identities", _shown(identity, OF_IDENTITY)
    keys = [key for key in _listed(profile_id) if key[0].startswith(MENTION)]
    for mention in store.get_many(Mention, keys, consistent=True).values():
        yield "mentions", _shown(mention, ("kind", "value", "how", "created_at"))
    for statement in consent.statements(profile_id):
        yield "consents", _shown(statement, OF_STATEMENT)
    for note in store.query(Note, profile_id, prefix=NOTE):
        yield "notes", _shown(note, ("text", "created_at"))
    for request in rights.of_profile(profile_id):
        if request.reason is not None:
            yield "rights_requests", _shown(request, ("kind", "requested_at", "reason"))


def _profile(profile_id: str) -> Iterator[Exported]:
    profile = store.get(Profile, profile_id, PROFILE)
    if profile is not None and any(getattr(profile, name) for name in PERSONAL):
        names = (*PERSONAL, "first_channel", "acquisition", "tier", "created_at")
        yield "profile", _shown(profile, names) | {"id": profile_id}


def _shown(item: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, [], {})}


def _listed(profile_id: str) -> list[tuple[str, str]]:
    try:
        return [(one.pk, one.sk) for one in Identity.by_profile.query(profile_id)]
    except QueryError as error:
        raise store.failure(store.code_of(error)) from error


def erase(profile_id: str) -> Iterator[int]:
    """Remove what stands under and is listed under a profile, and empty the profile itself."""
    under = [(one.pk, one.sk) for one in store.query(UnderProfile, profile_id) if one.sk != PROFILE]
    wordindex.write(ProfileWord, ProfileWords, {profile_id: []})
    along = [key for key in _listed(profile_id) if key[0].startswith(GO_ALONG)]
    # A suggestion has two items, listed under one of the two profiles each.
    pairs = [(pk, sk) for pk, _ in along if pk.startswith(SUGGESTION) for sk in (ONLY, "of")]
    keys = list(dict.fromkeys([*under, *along, *pairs]))
    for start in range(0, len(keys), AT_ONCE):
        yield store.remove(UnderProfile, keys[start : start + AT_ONCE])
    for request in list(rights.of_profile(profile_id)):
        yield rights.wordless(request)
    yield _emptied(profile_id)


def _emptied(profile_id: str) -> int:
    profile = store.get(Profile, profile_id, PROFILE)
    if profile is None:
        return 0
    values: dict[str, Any] = dict.fromkeys((*PERSONAL, *TIES))
    values |= {name: [] for name in LISTS} | {"erased_at": profile.erased_at or iso(now())}
    emptied = store.update(
        "profile",
        store.ref(Profile, profile_id, PROFILE),
        *store.assign(Profile, values),
        condition=Profile.pk.exists(),
    )
    store.commit([emptied])
    return 1


BELONGINGS = Belongings(
    items=(
        Profile,
        Identity,
        Mention,
        Suggestion,
        SuggestionMark,
        Merge,
        consent.Statement,
        Note,
        ProfileWord,
        ProfileWords,
        RightsRequest,
        UnderProfile,
    ),
    rehome=_rehome,
    export=export,
    erase=erase,
)
