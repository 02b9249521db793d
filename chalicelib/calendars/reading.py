"""A calendar as JSON, read and written. Pure. Called by `flows` and by the proof of cases.

```
{"timezone": "Asia/Ho_Chi_Minh",
 "hours": {"mon": [["08:00", "12:00"], ["13:30", "17:30"]], "sat": [["22:00", "06:00"]]},
 "overrides": {"2026-12-24": [["08:00", "12:00"]]},
 "closed_days": [{"date": "2026-12-31", "name": "Kiểm kê"}],
 "make_up_days": [{"date": "2026-08-22", "like": "mon", "name": "Làm bù"}],
 "public_holidays": true, "always_open": false}
```
A window that ends at or before its beginning runs over midnight; 24:00 is the day's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..platform.errors import Invalid
from .rules import DAY, WEEKDAYS, Calendar, Closed, MadeUp, Windows, merged

TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FIELDS = frozenset(
    "timezone hours overrides closed_days make_up_days public_holidays always_open".split()
)
MOST_WINDOWS = 24  # of one day
MOST_DATES = 2_000  # of each list: far below what an item may hold
DEFAULT_ZONE = "Asia/Ho_Chi_Minh"


class NoOpenDay(Invalid):
    code, title = "no_open_day", "The calendar is never open"


def read(spec: Mapping[str, Any], *, id: str = "", version: int = 0) -> Calendar:  # noqa: A002
    """The calendar of a JSON object. Raises `Invalid` naming the field, `NoOpenDay`."""
    if unknown := sorted(set(spec) - FIELDS):
        raise Invalid("no such field", field=unknown[0])
    week = _week(spec.get("hours"))
    calendar = Calendar(
        id=id,
        version=version,
        zone=_zone(spec.get("timezone")),
        week=week,
        overrides=dict(_overrides(spec.get("overrides"))),
        closed=dict(_closed(spec.get("closed_days"))),
        made_up=dict(_made_up(spec.get("make_up_days"), week)),
        public_holidays=_flag(spec, "public_holidays"),
        always_open=_flag(spec, "always_open"),
    )
    _check(calendar)
    return calendar


def _check(calendar: Calendar) -> None:
    if calendar.always_open:
        return
    if not any(calendar.week) and not any(calendar.overrides.values()):
        raise NoOpenDay("at least one day must have hours", field="hours")
    if both := sorted(set(calendar.closed) & set(calendar.made_up)):
        raise Invalid(f"{both[0]} is a closed day too", field="make_up_days")


def _flag(spec: Mapping[str, Any], field: str) -> bool:
    value = spec.get(field, False)
    if not isinstance(value, bool):
        raise Invalid("must be true or false", field=field)
    return value


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(DEFAULT_ZONE if name is None else name)
    # What is no key of the database may be refused as a path, a folder or a type.
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError):
        raise Invalid(f"{name!r} is no time zone of the IANA database", field="timezone") from None


def _week(hours: Any) -> tuple[Windows, ...]:
    given = _object(hours, "hours")
    if unknown := sorted(set(given) - set(WEEKDAYS)):
        raise Invalid(f"no such day; days are {', '.join(WEEKDAYS)}", field=f"hours.{unknown[0]}")
    return tuple(_windows(given.get(day), f"hours.{day}") for day in WEEKDAYS)


def _overrides(given: Any) -> Iterator[tuple[date, Windows]]:
    for text, windows in _object(given, "overrides").items():
        field = f"overrides.{text}"
        yield _date(text, field), _windows(windows, field)


def _closed(given: Any) -> Iterator[tuple[date, Closed]]:
    for field, one in _dated(given, "closed_days"):
        name, source = (_text(one, key, field) for key in ("name", "source"))
        yield _date(one.get("date"), f"{field}.date"), Closed(name=name, source=source)


def _made_up(given: Any, week: tuple[Windows, ...]) -> Iterator[tuple[date, MadeUp]]:
    usual = next((number for number, hours in enumerate(week) if hours), 0)
    for field, one in _dated(given, "make_up_days"):
        like = one.get("like")
        if like is not None and like not in WEEKDAYS:
            raise Invalid(f"no such day; days are {', '.join(WEEKDAYS)}", field=f"{field}.like")
        number = usual if like is None else WEEKDAYS.index(like)
        if not week[number]:
            raise Invalid(f"{WEEKDAYS[number]} has no hours", field=f"{field}.like")
        made = MadeUp(like=number, name=_text(one, "name", field))
        yield _date(one.get("date"), f"{field}.date"), made


def _dated(given: Any, field: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Entries as objects with a date; a bare date is one."""
    entries = [] if given is None else given
    if not isinstance(entries, list) or len(entries) > MOST_DATES:
        raise Invalid(f"must be a list of at most {MOST_DATES}", field=field)
    for number, one in enumerate(entries):
        entry = {"date": one} if isinstance(one, str) else one
        yield f"{field}.{number}", _object(entry, f"{field}.{number}")


def _object(given: Any, field: str) -> Mapping[str, Any]:
    found = {} if given is None else given
    if not isinstance(found, Mapping) or len(found) > MOST_DATES:
        raise Invalid(f"must be an object of at most {MOST_DATES}", field=field)
    return found


def _text(entry: Mapping[str, Any], key: str, field: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise Invalid("must be a text", field=f"{field}.{key}")
    return value


def _date(text: Any, field: str) -> date:
    refusal = Invalid(f"{text!r} is no date like 2026-11-24", field=field)
    if not isinstance(text, str) or not DATE.fullmatch(text):
        raise refusal
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusal from None


def _windows(given: Any, field: str) -> Windows:
    entries = [] if given is None else given
    if not isinstance(entries, list | tuple) or len(entries) > MOST_WINDOWS:
        raise Invalid(f"must be a list of at most {MOST_WINDOWS} windows", field=field)
    return merged(tuple(_window(one, f"{field}.{number}") for number, one in enumerate(entries)))


def _window(given: Any, field: str) -> tuple[int, int]:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise Invalid("must be [from, until]", field=field)
    begin, end = (_time(text, field) for text in given)
    if begin == end or begin >= DAY:
        raise Invalid(f"{given[0]} to {given[1]} is no time at all", field=field)
    return begin, end if end > begin else end + DAY


def _time(text: Any, field: str) -> int:
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    if match is not None:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        found = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and found <= DAY:
            return found
    raise Invalid(f"{text!r} is no time between 00:00 and 24:00", field=field)


def written(calendar: Calendar) -> dict[str, Any]:
    """The JSON object `read` makes this calendar of, complete and in order."""
    return {
        "timezone": calendar.zone.key,
        "hours": {
            name: shown(hours) for name, hours in zip(WEEKDAYS, calendar.week, strict=True) if hours
        },
        "overrides": {
            str(day): shown(windows) for day, windows in sorted(calendar.overrides.items())
        },
        "closed_days": [
            {"date": str(day), "name": one.name, "source": one.source}
            for day, one in sorted(calendar.closed.items())
        ],
        "make_up_days": [
            {"date": str(day), "like": WEEKDAYS[one.like], "name": one.name}
            for day, one in sorted(calendar.made_up.items())
        ],
        "public_holidays": calendar.public_holidays,
        "always_open": calendar.always_open,
    }


def shown(windows: Windows) -> list[list[str]]:
    """Windows as JSON has them."""
    return [
        [_clock(begin), _clock(end if end <= DAY else end - DAY)]
        for window in windows
        for begin, end in _parts(*window)
    ]


def _parts(begin: int, end: int) -> Windows:
    """A window as it can be said: one of a day and more, merged of several, takes two."""
    if end - begin < DAY or end == DAY:
        return ((begin, end),)
    return (begin, DAY), (DAY - 60 if end < 2 * DAY - 60 else DAY - 1, end)


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text
