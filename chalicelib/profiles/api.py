"""Routes of profiles: correcting, notes, the timeline, custom fields. The list and the view of
one customer stand in `customer.api`, above the slices they show."""

from __future__ import annotations

from typing import Any

from ..platform import eventlog
from ..platform.errors import Invalid
from ..platform.eventview import EventView
from ..platform.http import Api, Call, Change, Fresh, ListQuery, PageView, check_revision
from ..platform.roles import ADMINS, STAFF
from . import attributes, notes
from .correcting import correct
from .family import Family, family_of
from .identities import CONTACTS, KINDS
from .views import (
    FieldsView,
    ProfileChange,
    ProfileNoteCreate,
    ProfileNoteView,
    ProfileView,
    TimelineQuery,
)

bp = Api(__name__)


@bp.command(
    "PATCH",
    "/profiles/{profile_id}",
    roles=STAFF,
    body=ProfileChange,
    returns=ProfileView,
    summary="Correct what is known of a customer",
    locks=True,
    refuses=(410,),
)
def change_profile(call: Call[ProfileChange], profile_id: str) -> Change:
    family = family_of(profile_id)
    check_revision(call, int(family.root.revision))
    corrected = correct(family, _sent(call.body, family), call.context)
    view = ProfileView.of(corrected.family)
    return Change(view=view, writes=corrected.writes, revision=view.revision)


@bp.get(
    "/profiles/{profile_id}/timeline",
    roles=STAFF,
    returns=PageView[EventView],
    query=TimelineQuery,
    summary="Everything that happened to a customer, newest first",
    refuses=(410,),
)
def read_timeline(call: Call[None], profile_id: str) -> PageView[EventView]:
    asked: TimelineQuery = call.query
    found = eventlog.timeline(
        family_of(profile_id).ids,
        call.page(),
        kind=asked.kind or "",
        since=asked.since,
        until=asked.until,
    )
    items = [EventView.of(eventlog.recorded(item)) for item in found.items]
    return PageView[EventView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/profiles/{profile_id}/notes",
    roles=STAFF,
    body=ProfileNoteCreate,
    returns=ProfileNoteView,
    status=201,
    summary="Note something about a customer",
    refuses=(410,),
)
def create_profile_note(call: Call[ProfileNoteCreate], profile_id: str) -> Change:
    note, writes = notes.add(profile_id, call.body.text, call.context)
    return Change(view=ProfileNoteView.of(note), writes=writes)


@bp.get(
    "/profiles/{profile_id}/notes",
    roles=STAFF,
    returns=PageView[ProfileNoteView],
    query=ListQuery,
    summary="The notes about a customer, newest first",
    refuses=(410,),
)
def list_profile_notes(call: Call[None], profile_id: str) -> PageView[ProfileNoteView]:
    found = notes.of_family(family_of(profile_id), call.page())
    items = [ProfileNoteView.of(item) for item in found.items]
    return PageView[ProfileNoteView](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/profile-fields",
    roles=STAFF,
    returns=FieldsView,
    summary="The custom fields of customers",
)
def read_profile_fields(call: Call[None]) -> Fresh:
    known = attributes.declared()
    return Fresh(view=FieldsView.of(known), revision=known.revision)


@bp.command(
    "PUT",
    "/profile-fields",
    roles=ADMINS,
    body=FieldsView,
    returns=FieldsView,
    summary="Say which custom fields customers have; a field's kind cannot change",
    locks=True,
)
def declare_profile_fields(call: Call[FieldsView]) -> Change:
    before = attributes.declared()
    check_revision(call, before.revision)
    wanted = [view.field for view in call.body.fields]
    after, writes = attributes.declare(before, wanted, call.context)
    return Change(view=FieldsView.of(after), writes=writes, revision=after.revision)


def _sent(change: ProfileChange, family: Family) -> dict[str, Any]:
    """What was sent, normalised and checked. Raises `Invalid` naming the field at fault."""
    sent: dict[str, Any] = change.model_dump(exclude_unset=True)
    for name, kind in CONTACTS.items():
        if name in sent:
            sent[name] = [_parsed(value, KINDS[kind].reads, name) for value in sent[name] or ()]
    if "attributes" in sent:
        held = family.fields["attributes"] or {}
        new = dict.fromkeys(held) if sent["attributes"] is None else sent["attributes"]
        sent["attributes"] = attributes.checked(attributes.declared().fields, new, held=held)
    return sent


def _parsed(value: str, parse: Any, field: str) -> str:
    found: str | None = parse(value)
    if found is None:
        raise Invalid(f"{value!r} is not valid", field=field)
    return found
