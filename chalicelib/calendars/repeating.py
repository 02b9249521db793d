"""Days that come back: the recurrence rules of whole-day events (RFC 5545 §3.3.10). Pure.

Called by `feed`. The days from a rule's beginning on are looked at one by one, so a rule that
never holds ends as well. Of the rule parts those are known that calendars of holidays use; a
rule with any other is refused, for what it would close nobody could say.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from ..platform.fact import frozen

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NUMBERS = re.compile(r"-?\d{1,2}(,-?\d{1,2})*")
#: The parts of a rule, and what each may hold.
PARTS: Mapping[str, re.Pattern[str]] = {
    "FREQ": re.compile("YEARLY|MONTHLY|WEEKLY|DAILY"),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,4}"),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?"),
    "WKST": re.compile("MO"),
    "BYDAY": re.compile(r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU))*"),
    "BYMONTH": NUMBERS,
    "BYMONTHDAY": NUMBERS,
}


class BadRule(ValueError):
    """A rule that cannot be read, or none of whole days."""


@frozen
class Rule:
    """When an event comes back. `weekdays`: (which of its month, 0: each; weekday)."""

    frequency: str
    interval: int
    count: int | None
    until: date | None
    months: frozenset[int]
    month_days: frozenset[int]
    weekdays: frozenset[tuple[int, int]]


def rule(text: str) -> Rule:
    """The rule of an `RRULE` value. Raises `BadRule`."""
    parts = dict(part.partition("=")[::2] for part in text.upper().strip(";").split(";"))
    for name, value in parts.items():
        if name not in PARTS or PARTS[name].fullmatch(value) is None:
            raise BadRule(f"{name}={value}"[:100])
    until = parts.get("UNTIL")
    found = Rule(
        frequency=parts.get("FREQ", ""),
        interval=int(parts.get("INTERVAL", "1")),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=None if until is None else _day(until[:8]),
        months=_numbers(parts.get("BYMONTH")),
        month_days=_numbers(parts.get("BYMONTHDAY")),
        weekdays=frozenset(
            (int(one[:-2] or 0), WEEKDAYS.index(one[-2:]))
            for one in filter(None, parts.get("BYDAY", "").split(","))
        ),
    )
    _check(found)
    return found


def _check(found: Rule) -> None:
    if found.frequency not in STEPS:
        raise BadRule("no FREQ")
    if not found.months <= frozenset(range(1, 13)):
        raise BadRule("BYMONTH")
    numbered = any(which for which, _ in found.weekdays)
    if numbered and found.frequency not in ("YEARLY", "MONTHLY"):
        raise BadRule("BYDAY with a number, not within a month")
    if found.weekdays and found.frequency == "YEARLY" and not found.months:
        raise BadRule("BYDAY within a year")


def _numbers(text: str | None) -> frozenset[int]:
    return frozenset() if text is None else frozenset(map(int, text.split(",")))


def _day(text: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise BadRule(text) from None


def repeated(start: date, found: Rule, last: date) -> Iterator[date]:
    """The days a rule names from `start`, which counts, to `last`."""
    end = last if found.until is None else min(last, found.until)
    left = found.count
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        if number and not _holds(found, start, day):
            continue
        if left == 0:
            return
        left = None if left is None else left - 1
        yield day


def _holds(found: Rule, start: date, day: date) -> bool:
    if STEPS[found.frequency](start, day) % found.interval:
        return False
    if found.months and day.month not in found.months:
        return False
    if not found.months and found.frequency == "YEARLY" and day.month != start.month:
        return False
    named = found.month_days or found.weekdays
    return _named(found, day) if named else _same(found, start, day)


#: How many years, months, weeks or days lie between two days.
STEPS: Mapping[str, Callable[[date, date], int]] = {
    "YEARLY": lambda start, day: day.year - start.year,
    "MONTHLY": lambda start, day: (day.year - start.year) * 12 + day.month - start.month,
    "WEEKLY": lambda start, day: (day.toordinal() - 1) // 7 - (start.toordinal() - 1) // 7,
    "DAILY": lambda start, day: (day - start).days,
}


def _named(found: Rule, day: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    if found.month_days and not {day.day, day.day - length - 1} & found.month_days:
        return False
    which = {0, (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)}
    weekday = day.weekday()
    return not found.weekdays or any((one, weekday) in found.weekdays for one in which)


def _same(found: Rule, start: date, day: date) -> bool:
    """Without a part that says which day: the one of the beginning."""
    if found.frequency == "WEEKLY":
        return day.weekday() == start.weekday()
    return found.frequency == "DAILY" or day.day == start.day
