"""Finding calendars, and what changes them.

`of` and `at_version` are for whoever measures (clocks name a calendar and its version, and a
version never changes); the rest serves `api`, `jobs` and the set-up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..events.calendars import CalendarAdded, CalendarChanged
from ..platform import listing, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid, NotFound
from ..platform.eventlog import record
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest, page
from ..platform.remembered import Remembered
from ..platform.revision import differing, revise
from .arithmetic import NeverOpen, next_open
from .defaults import DEFAULTS, FIRST
from .model import (
    CALENDARS,
    ONLY,
    CalendarVersion,
    StoredCalendar,
    calendar_pk,
    version_sk,
)
from .reading import FIELDS, NoOpenDay, read, written
from .rules import Calendar

Fields = Mapping[str, Any]

LARGEST = 350_000  # bytes of hours and days, which are one item (400 KB)
MOST_REMEMBERED = 256
LATEST_FOR = 30.0  # seconds a process may go on with a calendar somebody has changed elsewhere
VERSION_FOR = 86_400.0  # a version never changes

_latest: Remembered[int] = Remembered(LATEST_FOR, most=MOST_REMEMBERED)
_versions: Remembered[Calendar] = Remembered(VERSION_FOR, most=MOST_REMEMBERED)


class CalendarNotFound(NotFound):
    code, title = "calendar_not_found", "No such calendar"


class CalendarExists(Conflict):
    code, title = "calendar_exists", "There is a calendar with this id"


class CalendarKept(Conflict):
    code, title = "calendar_kept", "The organisation's own calendars cannot be archived"


@frozen
class Edit:
    """A calendar as it will be, and the writes that make it so."""

    item: StoredCalendar
    writes: list[store.Write]


# What other slices need.


def of(calendar_id: str) -> Calendar:
    """The latest version of a calendar, at most half a minute old. Raises `CalendarNotFound`."""
    version = _latest.get(calendar_id, lambda: _version_of(calendar_id))
    return at_version(calendar_id, version or 0)


def at_version(calendar_id: str, version: int) -> Calendar:
    """That version of a calendar. Raises `CalendarNotFound`.

    The same object for as long as it is remembered, so that its hours are worked out once.
    """
    found = _versions.get((calendar_id, version), lambda: _read(calendar_id, version))
    if found is None:
        raise CalendarNotFound(field="calendar_id")
    return found


def check_usable(calendar_id: str, *, field: str) -> None:
    """Refuse what a policy cannot be given: no calendar, or an archived one."""
    item = _find(calendar_id)
    if item is None or item.archived:
        raise Invalid("no such calendar, or an archived one", field=field)


def forget() -> None:
    """Drop what the process remembers of calendars."""
    _latest.forget()
    _versions.forget()


def _version_of(calendar_id: str) -> int | None:
    item = _find(calendar_id)
    return None if item is None else int(item.version)


def _read(calendar_id: str, version: int) -> Calendar | None:
    kept = store.get(CalendarVersion, calendar_pk(calendar_id), version_sk(version))
    if kept is not None:
        return read(kept.spec, id=calendar_id, version=version)
    built_in = DEFAULTS.get(calendar_id)
    if built_in is None or version != FIRST:
        return None
    return read(built_in.spec, id=calendar_id, version=version)


def _find(calendar_id: str) -> StoredCalendar | None:
    """The stored calendar, or a built-in one that nobody has stored (its revision is 0)."""
    stored = store.get(StoredCalendar, calendar_pk(calendar_id), ONLY)
    if stored is not None:
        return stored
    built_in = DEFAULTS.get(calendar_id)
    if built_in is None:
        return None
    calendar = read(built_in.spec)
    return StoredCalendar(
        calendar_pk(calendar_id),
        ONLY,
        name=built_in.name,
        spec=written(calendar),
        version=FIRST,
        revision=0,
        archived=False,
    )


# Reading for the API.


def load(calendar_id: str) -> StoredCalendar:
    """The calendar as it is now. Raises `CalendarNotFound`."""
    found = _find(calendar_id)
    if found is None:
        raise CalendarNotFound(field="calendar_id")
    return found


def calendars(request: PageRequest) -> Page[StoredCalendar]:
    """Calendars in the order they were added, archived ones too."""
    return page(
        StoredCalendar, request, CALENDARS, index=StoredCalendar.by_listing, newest_first=False
    )


def fed() -> Iterator[StoredCalendar]:
    """Every calendar that has a feed (of tens in all)."""
    found = listing.items(StoredCalendar, StoredCalendar.by_listing, CALENDARS)
    return (item for item in found if item.feed_url is not None and not item.archived)


def load_defaults(context: Context) -> None:
    """Store the built-in calendars that are not there yet; changed ones stay as they are."""
    for calendar_id, built_in in DEFAULTS.items():
        item = _find(calendar_id)
        if item is None or item.revision:
            continue
        try:
            store.commit(_add(calendar_id, built_in.name, read(built_in.spec), context).writes)
        except CalendarExists:
            continue  # made by somebody else just now


# Changes.


def add(fields: Fields, context: Context) -> Edit:
    """A new calendar, under its own id where it names one.

    Raises `Invalid` naming the field; the writes raise `CalendarExists`.
    """
    given = dict(fields)
    calendar_id = given.pop("id", None) or context.new_id()
    name = given.pop("name")
    if calendar_id in DEFAULTS:
        raise CalendarExists(field="id")
    return _add(calendar_id, name, _usable(read(given), context), context)


def _add(calendar_id: str, name: str, calendar: Calendar, context: Context) -> Edit:
    item = StoredCalendar(
        calendar_pk(calendar_id),
        ONLY,
        name=name,
        spec=written(calendar),
        version=FIRST,
        revision=1,
        archived=False,
        **_listed(calendar_id, context),
    )
    event = CalendarAdded(calendar_id=calendar_id, version=FIRST)
    writes = [
        store.put("calendar", item, error=CalendarExists(field="id")),
        _version(item, context),
        record(event, context),
    ]
    return Edit(item=item, writes=writes)


def change(
    item: StoredCalendar, fields: Fields, context: Context, *, notes: Fields | None = None
) -> Edit:
    """Change what differs; other hours or days make a new version, and the old ones stay.

    `fields` are the name, `archived`, the feed and those of a spec, each given whole; `notes`
    are stored besides, and are no change of the calendar. Raises `Invalid` naming the field,
    `CalendarKept`.
    """
    if fields.get("archived") and item.id in DEFAULTS:
        raise CalendarKept(field="archived")
    changed = {name: value for name, value in fields.items() if name not in FIELDS}
    spec = {name: value for name, value in fields.items() if name in FIELDS}
    if spec:
        changed["spec"] = written(_usable(read({**item.spec, **spec}), context))
    changed = differing(item, changed)
    if not changed:
        return Edit(item=item, writes=_noted(item, notes or {}))
    names = {*(set(changed) - {"spec"}), *_differing(item.spec, changed.get("spec"))}
    if "spec" in changed:
        changed["version"] = int(item.version) + 1
    saved = _saved(item, {**changed, **(notes or {})}, context)
    event = CalendarChanged(
        calendar_id=item.id, version=int(item.version), changed=tuple(sorted(names))
    )
    return Edit(item=item, writes=[*saved, record(event, context)])


def _usable(calendar: Calendar, context: Context) -> Calendar:
    """A calendar that opens again, and fits an item. Raises `NoOpenDay`, `Invalid`."""
    try:
        next_open(context.now, calendar)
    except NeverOpen:
        raise NoOpenDay("it is not open on any day to come", field="hours") from None
    dates = {name: len(json.dumps(value)) for name, value in written(calendar).items()}
    if sum(dates.values()) > LARGEST:
        raise Invalid("more than a calendar can hold", field=max(dates, key=dates.__getitem__))
    return calendar


def _noted(item: StoredCalendar, notes: Fields) -> list[store.Write]:
    if not notes:
        return []
    for field, value in notes.items():
        setattr(item, field, value)
    there = store.ref(StoredCalendar, item.pk, item.sk)
    actions = store.assign(StoredCalendar, notes)
    return [store.update("notes", there, *actions, condition=StoredCalendar.pk.exists())]


def note(item: StoredCalendar, notes: Fields) -> None:
    """Store notes on a calendar at once."""
    store.commit(_noted(item, notes))


def _differing(before: Fields, after: Fields | None) -> set[str]:
    return set() if after is None else {name for name in after if after[name] != before.get(name)}


def _saved(item: StoredCalendar, changed: Fields, context: Context) -> list[store.Write]:
    """The writes that store a change, of a built-in calendar for the first time too."""
    if item.revision:
        writes = [revise("calendar", item, changed)]
    else:
        first = _version(item, context)
        for field, value in {**changed, **_listed(item.id, context), "revision": 1}.items():
            setattr(item, field, value)
        # Somebody else may have stored it meanwhile: then this change was made against another.
        writes = [store.put("calendar", item), first]
    return [*writes, _version(item, context)] if "version" in changed else writes


def _version(item: StoredCalendar, context: Context) -> store.Write:
    version = int(item.version)
    kept = CalendarVersion(item.pk, version_sk(version), spec=item.spec, since=iso(context.now))
    return store.put(f"version {version}", kept)


def _listed(calendar_id: str, context: Context) -> dict[str, Any]:
    return {"listing": CALENDARS, "listed_at": f"{iso(context.now)}#{calendar_id}"}
