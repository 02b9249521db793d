"""What profiles keep of a person: who they are, what proves and suggests it, consent, notes.

Walked by `chalicelib.customer` in a merge, an export and an erasure: last of all
in that, because everything else is found by what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..platform import blobs, store, wordindex
from ..platform.belongings import AT_ONCE, Belongings, Exported, Home, listed, rehome
from ..platform.clock import iso, now
from . import consent, rights
from . import listed as under
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
    MergeMark,
    Note,
    Profile,
    Suggestion,
    SuggestionMark,
    UnderProfile,
)
from .rights import RightsMark, RightsRequest
from .search import ProfileWord, ProfileWords

#: What makes a profile somebody's; the rest of it are ids, codes and times.
PERSONAL = ("name", "phones", "emails", "address", "birthday", "gender", "attributes")
LISTS = frozenset({"phones", "emails"})
#: What a person is given of each: `tests/meta/test_belongings.py` knows every attribute.
OF_PROFILE = (*PERSONAL, "first_channel", "acquisition", "tier", "created_at")
OF_MENTION = ("kind", "value", "how", "created_at")
OF_NOTE = ("text", "created_at")
OF_REQUEST = ("kind", "requested_at", "reason")
OF_IDENTITY = ("kind", "account", "value", "verified", "created_at")
OF_STATEMENT = ("purpose", "channel", "state", "at", "source", "wording", "recorded_at")
#: What an erased profile has no more, besides: where it came from and what it is part of.
TIES = ("acquisition", "tier_by", "merged_into", "children", "listing", "erasure")
#: Items listed under a profile that go with it, by how their key begins. What is left of
#: a request of theirs holds no word of them and proves that it was answered.
GO_ALONG = (f"{IDENTITY}#", MENTION, SUGGESTION, MERGE)


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
    mentions = under.keys(profile_id, MENTION)
    for mention in store.get_many(Mention, mentions, consistent=True).values():
        yield "mentions", _shown(mention, OF_MENTION)
    for statement in consent.statements(profile_id):
        yield "consents", _shown(statement, OF_STATEMENT)
    for note in store.query(Note, profile_id, prefix=NOTE):
        yield "notes", _shown(note, OF_NOTE)
    for request in rights.of_profile(profile_id):
        if request.reason is not None:
            yield "rights_requests", _shown(request, OF_REQUEST)


def _profile(profile_id: str) -> Iterator[Exported]:
    """The profile itself; an erased one only as long as anything personal stands in it."""
    profile = store.get(Profile, profile_id, PROFILE)
    if profile is None:
        return
    if profile.erased_at is None or any(getattr(profile, name) for name in PERSONAL):
        yield "profile", _shown(profile, OF_PROFILE) | {"id": profile_id}


def _shown(item: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, [], {})}


def erase(profile_id: str) -> Iterator[int]:
    """Remove what stands under and is listed under a profile, and empty the profile itself."""
    under_it = store.query(UnderProfile, profile_id)
    own = [(one.pk, one.sk) for one in under_it if one.sk not in (PROFILE, wordindex.WORDS)]
    wordindex.write(ProfileWord, ProfileWords, lambda: {profile_id: []}, closing=True)
    along = under.keys(profile_id, *GO_ALONG)
    # Suggestions and merges have two items, listed under one of the two profiles each.
    twofold = (SUGGESTION, MERGE)
    pairs = [(pk, sk) for pk, _ in along if pk.startswith(twofold) for sk in (ONLY, "of")]
    keys = list(dict.fromkeys([*own, *along, *pairs]))
    for start in range(0, len(keys), AT_ONCE):
        yield store.remove(UnderProfile, keys[start : start + AT_ONCE])
    yield blobs.drop(rights.copies(profile_id))
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
        MergeMark,
        consent.Statement,
        Note,
        ProfileWord,
        ProfileWords,
        RightsRequest,
        RightsMark,
        UnderProfile,
    ),
    rehome=_rehome,
    export=export,
    erase=erase,
)
