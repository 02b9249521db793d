"""Merge suggestions: two profiles that may be one person, why, and what a person made of it.

Made by `resolving`; shown, accepted and dismissed through the routes. A pair is
suggested once: what a person dismissed or parted stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..events.customers import MergeSuggested, MergeSuggestionDismissed
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, NotFound
from ..platform.pages import Page, PageRequest, page
from . import merging
from .family import Family, ProfileIsErased, ProfileNotFound, root_of, several
from .model import ONLY, SUGGESTION, Profile, Suggestion, SuggestionMark, suggestion_id

LISTED = "suggestions#"
OPEN = LISTED + "open"
MARK = "of"
#: Reasons kept of one suggestion; more say nothing new.
MOST_REASONS = 20
MOST_PAIRS = 100


class SuggestionNotFound(NotFound):
    code, title = "suggestion_not_found", "No such suggestion"


class SuggestionDecided(Conflict):
    code, title = "suggestion_decided", "Somebody has decided this suggestion already"


def load(identifier: str) -> Suggestion:
    """The suggestion. Raises `SuggestionNotFound`."""
    found = store.get(Suggestion, SUGGESTION + identifier, ONLY)
    if found is None:
        raise SuggestionNotFound(field="suggestion_id")
    return found


def between(one: str, other: str) -> Suggestion | None:
    """What was suggested of this pair, if anything."""
    return store.get(Suggestion, SUGGESTION + suggestion_id(one, other), ONLY)


def said_to_be_two(one: Family, other: Family) -> bool:
    """Whether a person dismissed or parted any two of their originals (the first hundred pairs)."""
    pairs = [(mine, theirs) for mine in one.ids for theirs in other.ids][:MOST_PAIRS]
    keys = [(SUGGESTION + suggestion_id(*pair), ONLY) for pair in pairs]
    found = store.get_many(Suggestion, keys, consistent=True).values()
    return any(item.state == "dismissed" for item in found)


def suggest(one: str, other: str, reasons: Sequence[str], context: Context) -> list[store.Write]:
    """The writes that suggest two profiles to be one; none where that is said or decided already.

    `reasons` are codes, e.g. `same_phone_mentioned`, `same_phone_verified`,
    `names_differ` (what spoke against merging them by machine).
    """
    found = between(one, other)
    if found is None:
        return _new(one, other, reasons, context)
    more = [reason for reason in reasons if reason not in found.reasons]
    if found.state != "open" or not more or len(found.reasons) >= MOST_REASONS:
        return []
    return [
        store.update(
            "suggestion",
            store.ref(Suggestion, found.pk, ONLY),
            Suggestion.reasons.set([*found.reasons, *more]),
            condition=Suggestion.state == "open",
        )
    ]


def _new(one: str, other: str, reasons: Sequence[str], context: Context) -> list[store.Write]:
    identifier, moment = suggestion_id(one, other), iso(context.now)
    item = Suggestion(
        SUGGESTION + identifier,
        ONLY,
        listing=OPEN,
        listed_at=f"{moment}#{identifier}",
        profile_id=one,
        other_id=other,
        reasons=list(reasons),
        state="open",
        created_at=moment,
    )
    suggested = MergeSuggested(
        profile_id=one, suggestion_id=identifier, other_id=other, reasons=tuple(reasons)
    )
    return [
        store.put("suggestion", item),
        store.put("mark", SuggestionMark(item.pk, MARK, profile_id=other)),
        eventlog.record(suggested, context),
    ]


def accept(found: Suggestion, context: Context) -> merging.Merging:
    """The merge of a suggestion's two into the older one, with the suggestion's end.

    Raises `SuggestionDecided`, and what `merging.merge` raises.
    """
    if found.state != "open":
        raise SuggestionDecided(field="suggestion_id")
    one, other = root_of(found.profile_id), root_of(found.other_id)
    if one.pk == other.pk:
        raise merging.AlreadyMerged("they are one customer already", field="suggestion_id")
    older, younger = sorted((one, other), key=lambda item: (item.created_at, item.pk))
    made = merging.merge(
        str(older.pk),
        str(younger.pk),
        context,
        why=merging.BY_PERSON,
        reasons=tuple(found.reasons),
    )
    return merging.Merging(
        merge=made.merge, writes=[*made.writes, _decided(found, "accepted", context)]
    )


def dismiss(found: Suggestion, context: Context) -> list[store.Write]:
    """The writes of a person's no."""
    dismissed = MergeSuggestionDismissed(
        profile_id=found.profile_id, suggestion_id=found.id, other_id=found.other_id
    )
    return [_decided(found, "dismissed", context), eventlog.record(dismissed, context)]


def _decided(found: Suggestion, state: str, context: Context) -> store.Write:
    return store.update(
        "suggestion",
        store.ref(Suggestion, found.pk, ONLY),
        Suggestion.state.set(state),
        Suggestion.listing.set(LISTED + state),
        Suggestion.decided_by.set(context.actor),
        Suggestion.decided_at.set(iso(context.now)),
        condition=Suggestion.state == "open",
        error=SuggestionDecided(field="suggestion_id"),
    )


def open_ones(request: PageRequest) -> Page[Suggestion]:
    """Suggestions that wait for a person, newest first; those settled by a merge are left out."""
    return page(Suggestion, request, OPEN, index=Suggestion.by_listing, keep=still_two)


def decided(request: PageRequest, state: str) -> Page[Suggestion]:
    """Suggestions that were accepted or dismissed, newest first."""
    return page(Suggestion, request, LISTED + state, index=Suggestion.by_listing)


def people_of(found: Iterable[Suggestion]) -> dict[str, Profile]:
    """The profiles these name, by id, as they are; one read for fifty suggestions."""
    ids = dict.fromkeys(one for item in found for one in (item.profile_id, item.other_id))
    return {str(profile.pk): profile for profile in several(ids)}


def still_two(found: Suggestion) -> bool:
    """Whether the two are not one customer by now, nor one of them gone."""
    try:
        return bool(root_of(found.profile_id).pk != root_of(found.other_id).pk)
    except (ProfileIsErased, ProfileNotFound):
        return False
