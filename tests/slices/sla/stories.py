"""Words in which the tests of service clocks tell a ticket's life. Times are of Vietnam."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.calendars.reading import read
from chalicelib.calendars.rules import Calendar
from chalicelib.sla import steps
from chalicelib.sla.clock import Counting, Target
from chalicelib.sla.policies import DEFAULTS, Promise, Traits, chosen
from chalicelib.sla.rules import KINDS, Heard, Signal, Standing, agreed, told
from chalicelib.sla.settling import Basis

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HALF_DAYS = [["08:00", "12:00"], ["13:30", "17:30"]]
STANDARD = read(
    {
        "timezone": "Asia/Ho_Chi_Minh",
        "hours": {
            **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HALF_DAYS),
            "sat": [["08:00", "12:00"]],
        },
        "public_holidays": True,
    },
    id="default",
    version=1,
)
ALWAYS = read({"timezone": "Asia/Ho_Chi_Minh", "always_open": True}, id="always-open", version=1)
SHORT = read(
    {"timezone": "Asia/Ho_Chi_Minh", "hours": {"mon": [["08:00", "09:00"]]}}, id="short", version=1
)
CALENDARS = {one.id: one for one in (STANDARD, ALWAYS, SHORT)}


def calendars(calendar_id: str, version: int) -> Calendar:
    """The test's calendars, each in its first version."""
    assert version == 1
    return CALENDARS[calendar_id]


def at(text: str) -> datetime:
    """`2026-11-30 17:29` or `2026-11-30 17:29:30`, in Vietnam. 2026-11-30 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def target(promise: Promise) -> Target:
    """A promise with the only version there is."""
    hours = promise.then_open
    return Target(
        seconds=promise.seconds,
        counting=Counting(calendar=promise.calendar, version=1),
        then_open=None if hours is None else Counting(calendar=hours, version=1),
    )


def decide(traits: Mapping[str, str | None], _when: datetime) -> dict[str, Target]:
    """What the default policies promise."""
    policy = chosen(DEFAULTS, traits)
    assert policy is not None
    return {name: target(promise) for name, promise in policy.promises.items()}


def opened(when: str, **traits: str | None) -> Heard:
    """A ticket comes in, waiting for us."""
    return Heard(signal=Signal.OPENED, at=at(when), id=when, turn="agent", traits=traits)


def heard(signal: Signal, when: str, **more: object) -> Heard:
    """Anything else of its life."""
    return Heard(signal=signal, at=at(when), id=when, **more)  # type: ignore[arg-type]


def standing(*story: Heard) -> Standing:
    """The clocks after a story under the default policies."""
    return told(agreed(story, decide), calendars)


def in_order(story: Iterable[Heard]) -> list[Heard]:
    """As `story.of_ticket` hands it on."""
    return sorted(story, key=lambda one: (one.at, one.id))


def promises(traits: Traits) -> tuple[str | None, dict[str, Target]]:
    """The default policy for these traits and what it promises."""
    policy = chosen(DEFAULTS, traits)
    return None if policy is None else policy.id, decide(traits, at("2026-01-01 00:00"))


#: What logs are read by: the default policies, as if they were the third version.
BASIS = Basis(version=3, promises=promises, steps=steps.DEFAULTS, kinds=KINDS, calendars=calendars)
