"""Routes of profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..language.extraction import email, phone
from ..platform import eventlog
from ..platform.errors import Invalid
from ..platform.eventview import EventView
from ..platform.http import Api, Call, Change, Fresh, ListQuery, PageView, check_revision
from ..platform.roles import STAFF
from . import flows
from .rules import Known
from .views import IdentityView, ProfileChange, ProfileDetail, ProfileQuery, ProfileView

bp = Api(__name__)


@bp.get(
    "/profiles",
    roles=STAFF,
    returns=PageView[ProfileView],
    query=ProfileQuery,
    summary="Customers, newest first; q searches name, phone and e-mail without accents",
)
def list_profiles(call: Call[None]) -> PageView[ProfileView]:
    words = call.query.q
    found = flows.everyone(call.page()) if words is None else flows.matching(call.page(), words)
    items = [ProfileView.of(item) for item in found.items]
    return PageView[ProfileView](items=items, next_cursor=found.next_cursor)


@bp.get("/profiles/{profile_id}", roles=STAFF, returns=ProfileDetail, summary="One customer, whole")
def read_profile(call: Call[None], profile_id: str) -> Fresh:
    profile = flows.load(profile_id)
    proofs = [IdentityView.of(item) for item in flows.identities(profile_id)]
    shown = ProfileView.of(profile).model_dump()
    return Fresh(view=ProfileDetail(**shown, identities=proofs), revision=int(profile.revision))


@bp.command(
    "PATCH",
    "/profiles/{profile_id}",
    roles=STAFF,
    body=ProfileChange,
    returns=ProfileView,
    summary="Correct what is known of a customer",
    locks=True,
)
def change_profile(call: Call[ProfileChange], profile_id: str) -> Change:
    profile = flows.load(profile_id)
    check_revision(call, int(profile.revision))
    known = _corrected(flows.known(profile), call.body)
    writes = flows.revise(profile, known, call.context)
    revision = int(profile.revision) + (1 if writes else 0)
    shown = ProfileView.of(profile).model_dump() | known.fields() | {"revision": revision}
    return Change(view=ProfileView(**shown), writes=writes, revision=revision)


@bp.get(
    "/profiles/{profile_id}/timeline",
    roles=STAFF,
    returns=PageView[EventView],
    query=ListQuery,
    summary="Everything that happened to a customer, newest first",
)
def read_timeline(call: Call[None], profile_id: str) -> PageView[EventView]:
    flows.load(profile_id)
    found = eventlog.timeline(profile_id, call.page())
    items = [EventView.of(eventlog.recorded(item)) for item in found.items]
    return PageView[EventView](items=items, next_cursor=found.next_cursor)


def _corrected(known: Known, change: ProfileChange) -> Known:
    sent: dict[str, Any] = change.model_dump(exclude_unset=True)
    for name, parse in (("phones", phone), ("emails", email)):
        if name in sent:
            sent[name] = tuple(_parsed(value, parse, name) for value in sent[name] or ())
    return replace(known, **sent)


def _parsed(value: str, parse: Any, field: str) -> str:
    found: str | None = parse(value)
    if found is None:
        raise Invalid(f"{value!r} is not valid", field=field)
    return found
