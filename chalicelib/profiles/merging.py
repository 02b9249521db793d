"""Taking one profile into another, and parting them again.

A merge is a pointer and nothing else: five writes, whatever hangs on the two.
Everything else follows: what is listed by profile is moved by `customer.moving`,
what is shown is chosen at reading by `survivorship`, what stays with its original
is read over the family. So undoing a merge is taking the pointer back, in any
order: each original goes with whoever it still points to.

Called by the routes, by accepted suggestions and by `resolving`.
"""

from __future__ import annotations

from pynamodb.expressions.condition import Condition

from ..events.customers import MergeSuggestionDismissed, MergeUndone, ProfileMerged
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid, NotFound
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest, page
from . import listed
from .family import MOST_MEMBERS, Family, family_of, original
from .model import (
    IDENTITY,
    MERGE,
    ONLY,
    PROFILE,
    PROFILES,
    SUGGESTION,
    Identity,
    Merge,
    MergeMark,
    Profile,
    Suggestion,
    suggestion_id,
)
from .survivorship import choose

MERGES = "merges"
#: Merges whose belongings are not known to be all in their place: looked at by a schedule.
MOVING = "merges#moving"

#: The pairs that a person said are two, as `suggestions` lists them.
DISMISSED = "suggestions#dismissed"

BY_PERSON = "person"
MARK = "of"
#: Identities that a merge names; which ones came along, each says itself by its origin.
MOST_RECORDED = 100


class SameProfile(Invalid):
    code, title = "same_profile", "A profile cannot be merged into itself"


class AlreadyMerged(Conflict):
    code, title = "already_merged", "One of the two is merged already; look again"


class TooManyProfiles(Conflict):
    code, title = "too_many_profiles", f"One customer is at most {MOST_MEMBERS} profiles"


class BeingErased(AlreadyMerged):
    code, title = "being_erased", "One of the two is about to be erased; nobody is merged with them"


class MergeNotFound(NotFound):
    code, title = "merge_not_found", "No such merge"


class AlreadyUndone(Conflict):
    code, title = "already_undone", "The merge is undone already"


@frozen
class Merging:
    """A merge to be made, and its writes."""

    merge: Merge
    writes: list[store.Write]


def merge(
    survivor_id: str, merged_id: str, context: Context, *, why: str, reasons: tuple[str, ...] = ()
) -> Merging:
    """The writes that take the customer `merged_id` into the customer `survivor_id`.

    Both are named by any of their originals; who stands for each is who is joined.
    Raises `SameProfile`, `AlreadyMerged` (they are one customer already),
    `TooManyProfiles`, `BeingErased`, `ProfileNotFound`, `ProfileIsErased`.
    """
    if survivor_id == merged_id:
        raise SameProfile(field="profile_id")
    into, taken = family_of(survivor_id), family_of(merged_id)
    if into.id == taken.id:
        raise AlreadyMerged("they are one customer already", field="profile_id")
    if len(into.members) + len(taken.members) > MOST_MEMBERS:
        raise TooManyProfiles(field="profile_id")
    if into.root.erasure or taken.root.erasure:
        raise BeingErased(field="profile_id")
    item = _record(into, taken, context, why=why, reasons=reasons)
    merged = ProfileMerged(profile_id=into.id, merge_id=item.id, merged_id=taken.id, why=why)
    return Merging(
        merge=item,
        writes=[
            *_pointers(into.root, taken.root),
            store.put("merge", item),
            store.put("mark", MergeMark(item.pk, MARK, profile_id=into.id)),
            eventlog.record(merged, context),
        ],
    )


def _pointers(into: Profile, taken: Profile) -> list[store.Write]:
    """Refused when either has taken in another meanwhile: the bound on a family would not hold."""
    refused = AlreadyMerged(field="profile_id")
    return [
        store.update(
            "merged",
            store.ref(Profile, taken.pk, PROFILE),
            Profile.merged_into.set(into.pk),
            Profile.listing.remove(),
            Profile.revision.add(1),
            condition=_stands_as(taken),
            error=refused,
        ),
        store.update(
            "survivor",
            store.ref(Profile, into.pk, PROFILE),
            Profile.children.add({taken.pk}),
            Profile.revision.add(1),
            condition=_stands_as(into),
            error=refused,
        ),
    ]


def _stands_as(profile: Profile) -> Condition:
    """Holds while a profile stands for itself and for the same others as when it was read."""
    alone = Profile.merged_into.does_not_exist() & Profile.erased_at.does_not_exist()
    same = (
        Profile.children == profile.children
        if profile.children
        else Profile.children.does_not_exist()
    )
    held: Condition = Profile.pk.exists() & alone & same & Profile.erasure.does_not_exist()
    return held


def _record(
    into: Family, taken: Family, context: Context, *, why: str, reasons: tuple[str, ...]
) -> Merge:
    identifier, made_at = context.new_id(), iso(context.now)
    shown = choose(into.root, [*into.others, *taken.members])
    fields = {
        name: {"rule": choice.rule, "from": list(choice.chosen_from)}
        for name, choice in shown.items()
        if choice.chosen_from
    }
    came = listed.keys(taken.id, f"{IDENTITY}#", most=MOST_RECORDED)
    return Merge(
        MERGE + identifier,
        ONLY,
        listing=MOVING,
        listed_at=f"{made_at}#{identifier}",
        profile_id=taken.id,
        into=into.id,
        why=why,
        reasons=list(reasons),
        by=context.actor,
        fields=fields,
        identities=[pk for pk, _ in came],
        state="moving",
        created_at=made_at,
    )


def find(merge_id: str) -> Merge | None:
    """The merge, or None."""
    return store.get(Merge, MERGE + merge_id, ONLY)


def load(merge_id: str) -> Merge:
    """The merge. Raises `MergeNotFound`."""
    found = find(merge_id)
    if found is None:
        raise MergeNotFound(field="merge_id")
    return found


def undo(found: Merge, context: Context) -> list[store.Write]:
    """The writes that part the two again, with whatever came to each since.

    The pair is not suggested or merged by machine again. Raises `AlreadyUndone`,
    `ProfileIsErased`.
    """
    if found.undone_at is not None:
        raise AlreadyUndone(field="merge_id")
    original(found.profile_id)  # an erased customer cannot be parted: nothing is left of them
    original(found.into)
    undone = MergeUndone(profile_id=found.into, merge_id=found.id, merged_id=found.profile_id)
    return [
        store.update(
            "merged",
            store.ref(Profile, found.profile_id, PROFILE),
            Profile.merged_into.remove(),
            Profile.listing.set(PROFILES),
            Profile.revision.add(1),
            condition=(Profile.merged_into == found.into) & Profile.erased_at.does_not_exist(),
            error=AlreadyUndone(field="merge_id"),
        ),
        store.update(
            "survivor",
            store.ref(Profile, found.into, PROFILE),
            Profile.children.delete({found.profile_id}),
            Profile.revision.add(1),
            condition=Profile.erased_at.does_not_exist(),
        ),
        _marked(found, context),
        *_never_again(found, context),
        eventlog.record(undone, context),
    ]


def _marked(found: Merge, context: Context) -> store.Write:
    """The merge as one that is being taken back."""
    moment = iso(context.now)
    values = {
        "undone_at": moment,
        "undone_by": context.actor,
        "state": "undone",
        "listing": MOVING,
        "listed_at": f"{moment}#{found.id}",
    }
    return store.update(
        "merge",
        store.ref(Merge, found.pk, ONLY),
        *store.assign(Merge, values),
        condition=Merge.undone_at.does_not_exist(),
        error=AlreadyUndone(field="merge_id"),
    )


def _never_again(found: Merge, context: Context) -> list[store.Write]:
    """A person said that these two are two."""
    identifier = suggestion_id(found.into, found.profile_id)
    moment = iso(context.now)
    values = {
        "profile_id": found.into,
        "other_id": found.profile_id,
        "state": "dismissed",
        "listing": DISMISSED,
        "listed_at": f"{moment}#{identifier}",
        "decided_by": context.actor,
        "decided_at": moment,
        "created_at": moment,
    }
    dismissed = MergeSuggestionDismissed(
        profile_id=found.into, suggestion_id=identifier, other_id=found.profile_id
    )
    return [
        store.update(
            "suggestion",
            store.ref(Suggestion, SUGGESTION + identifier, ONLY),
            *store.assign(Suggestion, values),
            condition=None,
        ),
        eventlog.record(dismissed, context),
    ]


def settled(found: Merge) -> store.Write:
    """The write that takes a merge off the list of those that are being carried out."""
    return store.update(
        "merge",
        store.ref(Merge, found.pk, ONLY),
        Merge.listing.set(MERGES),
        Merge.state.set("settled" if found.undone_at is None else "parted"),
        condition=(Merge.listing == MOVING) & (Merge.listed_at == found.listed_at),
    )


def unsettled(request: PageRequest) -> Page[Merge]:
    """Merges being carried out, oldest first."""
    return page(Merge, request, MOVING, index=Merge.by_listing, newest_first=False)


def identities_of(found: Merge) -> list[Identity]:
    """The identities that came along with a merge, as they are now (a hundred at most)."""
    keys = [(pk, ONLY) for pk in found.identities]
    return list(store.get_many(Identity, keys).values())


def of_profile(profile_id: str) -> list[Merge]:
    """The merges that took this original in, newest first: one, unless it was parted again."""
    return [found for found in around(profile_id) if found.profile_id == profile_id]


def around(profile_id: str) -> list[Merge]:
    """The merges that took this original in, and those by which it took others, newest first."""
    keys = [(pk, ONLY) for pk, _ in listed.keys(profile_id, MERGE)]
    found = store.get_many(Merge, keys, consistent=True).values()
    return sorted(found, key=lambda item: str(item.created_at), reverse=True)
