"""Requests of customers for a copy of what is kept of them, or for its end.

Called by `rights_api`, which takes them down, and by `chalicelib.customer`, which
does the work. A request is the proof of what was done, so it outlives the person:
it holds ids, codes and counts, and its only free text goes with the person.
Source of the time limit: Decree 356/2025 under Law 91/2025/QH15, two working days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from ..calendars.days import add_working_days
from ..events.customers import RightsRequested
from ..platform import blobs, eventlog, store
from ..platform.clock import beginning_of, iso, local_day
from ..platform.context import Context
from ..platform.errors import AppError, Conflict, NotFound
from ..platform.pages import Page, PageRequest, page
from . import listed as under
from .family import family_of
from .model import ONLY, PROFILE, ByListing, OfProfile, Profile

RIGHTS = "rights#"
EXPORT, ERASE = "export", "erase"
OPEN, WORKING, DONE = "open", "working", "done"
#: The two lists: what is still to be answered, the most urgent first; what was, newest first.
TO_ANSWER, ANSWERED = "rights#to-answer", "rights#answered"
WORKING_DAYS = 2
EXPORT_KEPT = timedelta(days=30)
FORMATS = {"json": "application/json", "html": "text/html; charset=utf-8"}


#: The range key of what lists an export under each original that it tells of.
OF = "of#"


class RightsRequestNotFound(NotFound):
    code, title = "rights_request_not_found", "No such request"


class AlreadyRequested(Conflict):
    code, title = "already_requested", "The same is asked for already and being worked on"


class RightsRequest(store.Item):
    """One request. `pk` is `rights#<id>`, `sk` is `-`.

    `originals` are the profiles of the customer: when the work began, for an erasure when
    it was asked for (each names it in `erasure`); `units` what is done of it
    (`<slice>/<original>`), `counts` how many records by slice; `rounds` how often the whole
    was walked, or begun for others.
    """

    Meta = store.table("profiles")

    by_listing = ByListing()
    by_profile = OfProfile()
    listing = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    profile_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    status = UnicodeAttribute()
    verified_by = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    by = UnicodeAttribute()
    requested_at = UnicodeAttribute()
    received_at = UnicodeAttribute()
    due_at = UnicodeAttribute()
    originals = JSONAttribute(null=True)
    units = UnicodeSetAttribute(null=True)
    counts = JSONAttribute(null=True)
    rounds = NumberAttribute(default=0)
    started_at = UnicodeAttribute(null=True)
    answered_at = UnicodeAttribute(null=True)
    expires_at = UnicodeAttribute(null=True)
    proof = JSONAttribute(null=True)

    @property
    def id(self) -> str:
        """The request's opaque id."""
        return str(self.pk).removeprefix(RIGHTS)


class RightsMark(store.Item):
    """An original that an export tells of has it listed too: `pk` as its request, `sk` is
    `of#<original>`. It stays: what was collected while a customer was another one goes by it."""

    Meta = store.table("profiles")

    by_profile = OfProfile()
    profile_id = UnicodeAttribute()


def due(requested_at: datetime) -> datetime:
    """When a request must be answered: the end of the second working day after it came."""
    last = add_working_days(local_day(requested_at), WORKING_DAYS)
    return beginning_of(last + timedelta(days=1)) - timedelta(milliseconds=1)


def ask(
    profile_id: str,
    kind: str,
    context: Context,
    *,
    requested_at: datetime,
    verified_by: str,
    reason: str | None,
) -> tuple[RightsRequest, list[store.Write]]:
    """Take a request down: the item and its writes.

    Raises `ProfileNotFound`, `ProfileIsErased`, `AlreadyRequested`.
    """
    family = family_of(profile_id)
    for one in family.ids:
        for earlier in of_profile(one):
            if earlier.kind == kind and earlier.status != DONE:
                raise AlreadyRequested(f"as {earlier.id}", field="profile_id")
    identifier, due_at = context.new_id(), iso(due(requested_at))
    item = RightsRequest(
        RIGHTS + identifier,
        ONLY,
        listing=TO_ANSWER,
        listed_at=f"{due_at}#{identifier}",
        profile_id=profile_id,
        kind=kind,
        status=OPEN,
        verified_by=verified_by,
        reason=reason,
        by=context.actor,
        requested_at=iso(requested_at),
        received_at=iso(context.now),
        due_at=due_at,
        originals=list(family.ids) if kind == ERASE else None,
    )
    told = RightsRequested(profile_id=profile_id, request_id=identifier, kind=kind, due_at=due_at)
    pending = [_pending(one, identifier) for one in family.members] if kind == ERASE else []
    return item, [store.put("rights request", item), *pending, eventlog.record(told, context)]


def _pending(profile: Profile, request_id: str) -> store.Write:
    """Mark an original as one that is about to be erased; refused when it is no longer as read.

    Whoever has it in a family of another shape than the request's would erase strangers.
    """
    free = Profile.erased_at.does_not_exist() & Profile.erasure.does_not_exist()
    return store.update(
        f"profile {profile.pk}",
        store.ref(Profile, profile.pk, PROFILE),
        Profile.erasure.set(request_id),
        condition=free & (Profile.revision == profile.revision),
    )


def spared(profile_ids: Iterable[str], request_id: str) -> None:
    """Take the mark of an erasure off originals that it is not about any more."""
    for one in profile_ids:
        same = store.ref(Profile, one, PROFILE)
        marked = Profile.erasure == request_id
        change = store.update("profile", same, Profile.erasure.remove(), condition=marked)
        try:
            store.commit([change])
        except store.ConditionFailed:
            continue  # not marked by this request, or not any more


def load(request_id: str) -> RightsRequest:
    """A request as it is now. Raises `RightsRequestNotFound`."""
    found = store.get(RightsRequest, RIGHTS + request_id, ONLY)
    if found is None:
        raise RightsRequestNotFound(field="request_id")
    return found


def of_profile(profile_id: str) -> Iterator[RightsRequest]:
    """The requests made under one original (a few)."""
    keys = [key for key in under.keys(profile_id, RIGHTS) if key[1] == ONLY]
    yield from store.get_many(RightsRequest, keys, consistent=True).values()


def listed(request: PageRequest, *, answered: bool) -> Page[RightsRequest]:
    """Requests to be answered, the most urgent first; or those that were, newest first."""
    return page(
        RightsRequest,
        request,
        ANSWERED if answered else TO_ANSWER,
        index=RightsRequest.by_listing,
        newest_first=answered,
    )


def answered(
    request: RightsRequest,
    context: Context,
    *,
    expires_at: str | None = None,
    proof: dict[str, Any] | None = None,
) -> store.Write:
    """The write that puts a request to those that were answered; refused the second time."""
    moment = iso(context.now)
    values = {
        "status": DONE,
        "listing": ANSWERED,
        "listed_at": f"{moment}#{request.id}",
        "answered_at": moment,
        "expires_at": expires_at,
        "proof": proof,
    }
    return store.update(
        "rights request",
        store.ref(RightsRequest, request.pk, request.sk),
        *store.assign(RightsRequest, values),
        condition=RightsRequest.pk.exists() & (RightsRequest.status != DONE),
    )


def mark(request_id: str, original: str) -> store.Write:
    """The write that lists an export under an original it tells of."""
    same = store.ref(RightsMark, RIGHTS + request_id, OF + original)
    return store.update("mark", same, RightsMark.profile_id.set(original), condition=None)


def alive(profile_id: str, error: AppError | None = None) -> store.Write:
    """The check that nothing is written of an original, or given out, that is erased."""
    there = Profile.pk.exists() & Profile.erased_at.does_not_exist()
    same = store.ref(Profile, profile_id, PROFILE)
    return store.check(f"profile {profile_id}", same, there, error=error)


def copies(profile_id: str) -> list[str]:
    """The keys of all objects of exports that tell of an original, also of unfinished ones."""
    exports = dict.fromkeys(pk.removeprefix(RIGHTS) for pk, _ in under.keys(profile_id, RIGHTS))
    return [key for one in exports for key in files(one)]


def files(request_id: str) -> list[str]:
    """The keys of an export's objects: its documents and the parts that wait for each other."""
    return [key for end in "./" for key in blobs.keys(f"exports/{request_id}{end}")]


def wordless(request: RightsRequest) -> int:
    """Take out of a request what somebody wrote about its customer; 1 if there was anything."""
    if request.reason is None:
        return 0
    same = store.ref(RightsRequest, request.pk, request.sk)
    change = store.update(
        "rights request",
        same,
        RightsRequest.reason.remove(),
        condition=RightsRequest.pk.exists(),
    )
    store.commit([change])
    return 1


def export_key(request_id: str, form: str) -> str:
    """Where an export stands in the bucket; `form` is one of `FORMATS`."""
    return f"exports/{request_id}.{form}"


def attached_key(request_id: str) -> str:
    """Where the keys of the files stand that an export names: a JSON list."""
    return f"exports/{request_id}.files.json"


def part_key(request_id: str, unit: str) -> str:
    """Where a finished part of an export waits for the others."""
    return f"exports/{request_id}/{unit}.json"
