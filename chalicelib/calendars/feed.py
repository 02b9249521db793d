"""Whole free days in an iCalendar text (RFC 5545). Pure; called by `importing`.

Read are events of whole days: `DTSTART;VALUE=DATE`, or from midnight to midnight, with
`DTEND` or `DURATION`, repeated by `RRULE` and `RDATE`, less `EXDATE`, cancelled ones and
occurrences that an event of the same `UID` replaces. Events of hours close no day and are
counted only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice

from ..language.text import normalise
from ..platform.errors import Invalid
from ..platform.fact import frozen
from .repeating import BadRule, Rule, repeated, rule

LONGEST_NAME = 200
LONGEST_EVENT = 366  # days
MOST_EVENTS = 5_000
MOST_REPEATED = 200  # rules are walked through from their beginning
OLDEST = date(1970, 1, 1)  # of a rule's beginning, for the same reason

WHEN = re.compile(r"(\d{8})(?:T(\d{6})Z?)?")
LENGTH = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T0+[HMS])?")
PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^;:"]*)')
NAME = re.compile(r"[A-Za-z0-9-]+")
ESCAPED = re.compile(r"\\([nN,;\\])")


@frozen
class Feed:
    """The free days with their names, and how many events say nothing of whole days."""

    days: Mapping[date, str | None]
    ignored: int


@frozen
class Line:
    """One content line: its name, parameters and value."""

    name: str
    parameters: Mapping[str, str]
    value: str


@frozen
class _Event:
    uid: str
    start: date
    days: int
    name: str | None
    rule: Rule | None
    further: frozenset[date]
    excepted: frozenset[date]
    replaces: date | None
    cancelled: bool


def read_feed(text: str, first: date, last: date) -> Feed:
    """The free days from `first` to `last`. Raises `Invalid` for what is no calendar."""
    events = [_event(lines) for lines in islice(_events(text), MOST_EVENTS + 1)]
    if len(events) > MOST_EVENTS:
        raise _wrong(f"more than {MOST_EVENTS} events")
    found = [event for event in events if event is not None]
    if sum(one.rule is not None for one in found) > MOST_REPEATED:
        raise _wrong(f"more than {MOST_REPEATED} repeated events")
    replaced = {(one.uid, one.replaces) for one in found}
    days: dict[date, str | None] = {}
    for event in found:
        for day in _days(event, replaced, first, last):
            days[day] = days.get(day) or event.name
    return Feed(days=dict(sorted(days.items())), ignored=len(events) - len(found))


def _wrong(detail: str) -> Invalid:
    return Invalid(detail, field="ics")


def _events(text: str) -> Iterator[list[Line]]:
    """The lines of each event, without those of what lies in it (alarms)."""
    within: list[str] = []
    lines: list[Line] = []
    seen = False
    for line in _lines(text):
        if line.name == "BEGIN":
            within.append(line.value.upper())
            seen = seen or within == ["VCALENDAR"]
        elif line.name == "END":
            if within[1:] == ["VEVENT"]:
                yield lines
                lines = []
            if not within or within.pop() != line.value.upper():
                raise _wrong(f"END:{line.value} ends nothing")
        elif within[1:] == ["VEVENT"]:
            lines.append(line)
    if not seen or within:
        raise _wrong("no whole VCALENDAR")


def _lines(text: str) -> Iterator[Line]:
    unfolded = re.sub(r"\r?\n[ \t]", "", text.removeprefix("\ufeff"))
    for raw in unfolded.splitlines():
        if not raw.strip():
            continue
        name = NAME.match(raw)
        if name is None:
            raise _wrong("a line without a name")
        parameters, at = {}, name.end()
        while found := PARAMETER.match(raw, at):
            parameters[found[1].upper()] = found[2].strip('"').upper()
            at = found.end()
        if raw[at : at + 1] != ":":
            raise _wrong(f"{name[0]} without a value")
        yield Line(name=name[0].upper(), parameters=parameters, value=raw[at + 1 :].strip())


def _event(lines: Iterable[Line]) -> _Event | None:
    """An event of whole days, or None."""
    by_name = {line.name: line for line in lines}
    several: dict[str, list[Line]] = {"RDATE": [], "EXDATE": []}
    for line in lines:
        several.get(line.name, []).append(line)
    start, days = _date(by_name.get("DTSTART")), _length(by_name)
    if start is None or days is None:
        return None
    replaces = by_name.get("RECURRENCE-ID")
    summary, uid, status = (by_name.get(key) for key in ("SUMMARY", "UID", "STATUS"))
    return _Event(
        uid="" if uid is None else uid.value,
        start=start,
        days=days,
        name=_name(summary),
        rule=_rule(by_name.get("RRULE")),
        further=frozenset(_dates(several["RDATE"])),
        excepted=frozenset(_dates(several["EXDATE"])),
        replaces=None if replaces is None else _day(replaces.value[:8]),
        cancelled=status is not None and status.value.upper() == "CANCELLED",
    )


def _name(summary: Line | None) -> str | None:
    if summary is None:
        return None
    text = ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], summary.value)
    return " ".join(normalise(text).split())[:LONGEST_NAME].rstrip() or None


def _date(line: Line | None) -> date | None:
    """A whole day's date; an instant at midnight begins one too."""
    found = None if line is None else WHEN.fullmatch(line.value)
    if found is None or found[2] not in (None, "000000"):
        return None
    return _day(found[1])


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date, of no zone
    except ValueError:
        raise _wrong(f"{text!r} is no date") from None


def _dates(lines: Iterable[Line]) -> Iterator[date]:
    for line in lines:
        for text in line.value.split(","):
            yield _day(text.strip()[:8])


def _length(by_name: Mapping[str, Line]) -> int | None:
    """How many days an event takes; None where it does not end with one."""
    start, end = _date(by_name.get("DTSTART")), by_name.get("DTEND")
    length = by_name.get("DURATION")
    if end is not None:
        until = _date(end)
        found = None if until is None or start is None else (until - start).days
    elif length is not None:
        said = LENGTH.fullmatch(length.value.upper())
        found = None if said is None else int(said[1] or 0) * 7 + int(said[2] or 0)
    else:
        found = 1 if "T" not in getattr(by_name.get("DTSTART"), "value", "T") else None
    return found if found is not None and 0 < found <= LONGEST_EVENT else None


def _rule(line: Line | None) -> Rule | None:
    try:
        return None if line is None else rule(line.value)
    except BadRule as bad:
        raise _wrong(f"a rule that closes no whole days, or is not known: {bad}") from None


def _days(
    event: _Event, replaced: set[tuple[str, date | None]], first: date, last: date
) -> Iterator[date]:
    """Every day an event closes in the time looked at."""
    if event.cancelled:
        return
    for begin in _begins(event, first, last):
        if begin in event.excepted or (event.replaces is None and (event.uid, begin) in replaced):
            continue
        if begin > last:
            continue
        for number in range(event.days):
            day = begin + timedelta(days=number)
            if first <= day <= last:
                yield day


def _begins(event: _Event, first: date, last: date) -> Iterator[date]:
    yield event.start
    yield from sorted(event.further)
    if event.rule is None:
        return
    if event.start < OLDEST:
        raise _wrong(f"a rule that begins before {OLDEST.year}")
    since = first - timedelta(days=event.days)
    yield from (day for day in repeated(event.start, event.rule, last) if day > since)
