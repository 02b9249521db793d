"""Cases of business hours: `due`, `elapsed`, `error` and `policy`, as ../shared/cases/sla.json.

Called by `__main__` and the suite. A `policy` case has several answers in practice; ours is
right where it is the expected one, or follows from an edge rule of domain.md §6 (a), which the
outcome then names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.calendars.arithmetic import Pause, due, elapsed, is_open
from chalicelib.calendars.defaults import DEFAULTS
from chalicelib.calendars.reading import FIELDS, NoOpenDay, read
from chalicelib.calendars.rules import Calendar
from chalicelib.platform.clock import parse
from chalicelib.platform.errors import AppError, Invalid

from .verdict import Outcome, Verdict

Case = Mapping[str, Any]
#: Words of the cases → ours.
RENAMED = {"holidays": "closed_days"}

NO_OPEN_DAY = "(a) a calendar with no open day is refused"
AT_CLOSING = "(a) a target exhausted exactly at closing is due at that closing"
NEXT_OPEN = "(a) zero duration is due at the next open moment"
NEGATIVE = "(a) a negative duration is an error"
OUTSIDE = "(a) time paused outside business hours moves nothing"
TO_THE_SECOND = "clocks count to the second; nothing is rounded"


class Unreadable(ValueError):
    """The case misses a field, or has one that is no such thing."""


def outcomes(content: Any) -> list[Outcome]:
    """Every case of a file's JSON, an object with `cases` or the list itself."""
    cases = content.get("cases") if isinstance(content, Mapping) else content
    if not isinstance(cases, Sequence) or isinstance(cases, str):
        raise Unreadable("the file is no list of cases, nor an object with one under `cases`")
    return [outcome(case, number) for number, case in enumerate(cases, start=1)]


def outcome(case: Any, number: int) -> Outcome:
    """What becomes of one case, whatever it is."""
    given: Case = case if isinstance(case, Mapping) else {}
    name, kind = str(given.get("id", f"case {number}")), str(given.get("kind", "?"))
    expected, got, verdict, why = "-", "-", Verdict.UNREADABLE, ""
    try:
        if kind not in KINDS:
            raise Unreadable(f"unknown kind {kind!r}; known are {', '.join(KINDS)}")
        expected = _expected(given)
        got, verdict, why = KINDS[kind](given)
    except Unreadable as fault:
        why = str(fault)
    return Outcome(id=name, kind=kind, expected=expected, got=got, verdict=verdict, why=why)


def _expected(case: Case) -> str:
    if case["kind"] == "error":
        return f"refused ({case.get('expected_error', 'an error')})"
    if "expected_due" in case:
        return str(case["expected_due"])
    if "expected_seconds" in case:
        return f"{case['expected_seconds']} s"
    return f"refused ({case['expected_error']})" if "expected_error" in case else "-"


Answer = tuple[str, Verdict, str]


def _due(case: Case) -> Answer:
    wanted = _instant(case, "expected_due")
    try:
        found = _computed(case)
    except AppError as error:
        return _refusal(error), Verdict.FAIL, "refused"
    return _said(found), _judged(found == wanted), ""


def _elapsed(case: Case) -> Answer:
    wanted = _number(case, "expected_seconds")
    try:
        found = _computed(case)
    except AppError as error:
        return _refusal(error), Verdict.FAIL, "refused"
    return _said(found), _judged(found == timedelta(seconds=wanted)), ""


def _error(case: Case) -> Answer:
    try:
        found = _computed(case)
    except AppError as error:
        return _refusal(error), Verdict.PASS, ""
    return _said(found), Verdict.FAIL, "must be refused"


def _policy(case: Case) -> Answer:
    """Ours among the answers in practice: the expected one, or what an edge rule says."""
    try:
        found = _computed(case)
    except AppError as error:
        rule = _rule_of(error)
        wanted = "expected_error" in case and rule
        verdict = Verdict.PASS if wanted else Verdict.BY_RULE if rule else Verdict.FAIL
        return _refusal(error), verdict, rule or "refused by no edge rule"
    if _wants(case, found):
        return _said(found), Verdict.PASS, ""
    rule = _rule_for(case, found)
    return _said(found), Verdict.BY_RULE if rule else Verdict.FAIL, rule or "by no edge rule"


KINDS: Mapping[str, Callable[[Case], Answer]] = {
    "due": _due,
    "elapsed": _elapsed,
    "error": _error,
    "policy": _policy,
}


def _judged(right: bool) -> Verdict:
    return Verdict.PASS if right else Verdict.FAIL


def _wants(case: Case, found: datetime | timedelta) -> bool:
    if isinstance(found, datetime):
        return "expected_due" in case and found == _instant(case, "expected_due")
    wanted = "expected_seconds" in case
    return wanted and found == timedelta(seconds=_number(case, "expected_seconds"))


def _rule_of(error: AppError) -> str | None:
    if isinstance(error, NoOpenDay):
        return NO_OPEN_DAY
    return NEGATIVE if isinstance(error, Invalid) and error.field == "duration" else None


def _rule_for(case: Case, found: datetime | timedelta) -> str | None:
    """The edge rule that makes our answer another one than the case's."""
    calendar = _calendar(case)
    if isinstance(found, timedelta):
        wanted = case.get("expected_seconds")
        near = isinstance(wanted, int) and abs(found.total_seconds() - wanted) < 60
        return TO_THE_SECOND if near else None
    if not _number(case, "duration_seconds"):
        return NEXT_OPEN
    if not is_open(found, calendar) and is_open(found - timedelta(seconds=1), calendar):
        return AT_CLOSING
    kept = [one for one in _pauses(case) if _counts(one, calendar)]
    if len(kept) < len(_pauses(case)):
        return OUTSIDE
    if "expected_due" not in case:
        return None
    near = abs(found - _instant(case, "expected_due")) < timedelta(minutes=1)
    return TO_THE_SECOND if near else None


def _counts(pause: Pause, calendar: Calendar) -> bool:
    begin, end = pause
    return end is None or bool(elapsed(begin, end, calendar))


def _computed(case: Case) -> datetime | timedelta:
    """What the product says. Raises `AppError` where it refuses, `Unreadable`."""
    start, pauses = _instant(case, "start"), _pauses(case)
    if "end" in case:
        end = _instant(case, "end")
        return elapsed(start, end, _calendar(case), pauses)
    duration = timedelta(seconds=_number(case, "duration_seconds"))
    return due(start, duration, _calendar(case), pauses)


def _calendar(case: Case) -> Calendar:
    """The calendar of a case: its own (as far as we know its fields), or one of ours by name.

    Raises `Invalid` as the product does, `Unreadable`.
    """
    spec = _field(case, "calendar")
    if isinstance(spec, str) and spec in DEFAULTS:
        spec = DEFAULTS[spec].spec
    if not isinstance(spec, Mapping):
        raise Unreadable(f"`calendar` is no object, nor one of {', '.join(DEFAULTS)}")
    ours = {RENAMED.get(name, name): value for name, value in spec.items()}
    return read({name: value for name, value in ours.items() if name in FIELDS})


def _pauses(case: Case) -> list[Pause]:
    given = case.get("pauses") or []
    try:
        return [(parse(began), None if ended is None else parse(ended)) for began, ended in given]
    except (TypeError, ValueError) as fault:
        raise Unreadable(f"`pauses`: {fault}") from None


def _instant(case: Case, name: str) -> datetime:
    try:
        return parse(_field(case, name))
    except (TypeError, ValueError) as fault:
        raise Unreadable(f"`{name}`: {fault}") from None


def _number(case: Case, name: str) -> float:
    value = _field(case, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"`{name}` is no number")
    return value


def _field(case: Case, name: str) -> Any:
    if name not in case:
        raise Unreadable(f"`{name}` is missing")
    return case[name]


def _said(found: datetime | timedelta) -> str:
    if isinstance(found, timedelta):
        return f"{found.total_seconds():g} s"
    return found.isoformat().replace("+00:00", "Z")


def _refusal(error: AppError) -> str:
    return f"refused ({error.code}: {error.field}: {error.detail})"
