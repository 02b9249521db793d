"""Requests of customers for a copy of what is kept of them, or for its end.

Called by `rights_api`, which takes them down, and by `chalicelib.customer`, which
does the work. A request is the proof of what was done, so it outlives the person:
it holds ids, codes and counts, and its only free text goes with the person.
Source of the time limit: Decree 356/2025 under Law 91/2025/QH15, two working days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.exceptions import QueryError

from ..calendars.days import add_working_days
from ..events.customers import RightsRequested
from ..platform import blobs, eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, NotFound
from ..platform.pages import Page, PageRequest, page
from ..platform.settings import SETTINGS
from .family import family_of
from .model import ONLY, ByListing, OfProfile

RIGHTS = "rights#"
EXPORT, ERASE = "export", "erase"
OPEN, WORKING, DONE = "open", "working", "done"
#: The two lists: what is still to be answered, the most urgent first; what was, newest first.
TO_ANSWER, ANSWERED = "rights#to-answer", "rights#answered"
WORKING_DAYS = 2
EXPORT_KEPT = timedelta(days=30)
FORMATS = {"json": "application/json", "html": "text/html; charset=utf-8"}


class RightsRequestNotFound(NotFound):
    code, title = "rights_request_not_found", "No such request"


class AlreadyRequested(Conflict):
    code, title = "already_requested", "The same is asked for already and being worked on"


class RightsRequest(store.Item):
    """One request. `pk` is `rights#<id>`, `sk` is `-`.

    `originals` are the profiles of the customer when the work began; `units` what is
    done of it (`<slice>/<original>`), `counts` how many records by slice; `rounds` how
    often the whole was walked.
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


def due(requested_at: datetime) -> datetime:
    """When a request must be answered: the end of the second working day after it came."""
    zone = ZoneInfo(SETTINGS.time_zone)
    last = add_working_days(requested_at.astimezone(zone).date(), WORKING_DAYS)
    midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    return midnight - timedelta(milliseconds=1)


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
    for one in family_of(profile_id).ids:
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
    )
    told = RightsRequested(profile_id=profile_id, request_id=identifier, kind=kind, due_at=due_at)
    return item, [store.put("rights request", item), eventlog.record(told, context)]


def load(request_id: str) -> RightsRequest:
    """A request as it is now. Raises `RightsRequestNotFound`."""
    found = store.get(RightsRequest, RIGHTS + request_id, ONLY)
    if found is None:
        raise RightsRequestNotFound(field="request_id")
    return found


def of_profile(profile_id: str) -> Iterator[RightsRequest]:
    """The requests made under one original (a few)."""
    try:
        found = RightsRequest.by_profile.query(profile_id, RightsRequest.sk == ONLY)
        keys = [(one.pk, one.sk) for one in found if one.pk.startswith(RIGHTS)]
    except QueryError as error:
        raise store.failure(store.code_of(error)) from error
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


def wordless(request: RightsRequest) -> int:
    """Take out of a request what somebody wrote about its customer; 1 if there was anything.

    What it gave out goes with it.
    """
    if request.kind == EXPORT:
        blobs.drop(export_key(request.id, form) for form in FORMATS)
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


def part_key(request_id: str, unit: str) -> str:
    """Where a finished part of an export waits for the others."""
    return f"exports/{request_id}/{unit}.json"
