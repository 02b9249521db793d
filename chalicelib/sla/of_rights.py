"""Rights requests as subjects of service clocks: the law's own deadline. Registered in `subjects`.

A key is `rights#<request>`; the log is that of the profile it was made under. No policy decides:
the clock counts wall-clock time and is due at the very moment the request says (`profiles.rights`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from ..calendars.defaults import ALWAYS_OPEN, FIRST
from ..events.clocks import TermsAgreed
from ..events.customers import RightsAnswered, RightsRequested
from ..platform.clock import parse
from ..platform.eventlog import Recorded
from ..profiles import rights
from ..tickets.taxonomy import CUSTOMER_CARE
from . import in_charge
from .clock import Counting, Target
from .policies import Traits
from .rules import Heard, Signal
from .story import PERSON
from .subjects import Subject
from .terms import from_json

KIND, PREFIX = "rights", "rights#"
CLOCK, LAW = "resolve", "law"
SECOND = timedelta(seconds=1)


def subject(key: str) -> Subject:
    """The request of a key; of one that is gone nothing is heard any more."""
    try:
        request = rights.load(key.removeprefix(PREFIX))
    except rights.RightsRequestNotFound:
        return Subject(key=key, log=key, hears=_silence, recipients=_nobody)
    return Subject(
        key=key,
        log=f"profile#{request.profile_id}",
        hears=partial(of_request, request_id=request.id, key=key),
        recipients=partial(recipients, request.by),
        promises=promised,
    )


def _silence(_events: Sequence[Recorded]) -> list[Heard]:
    return []


def _nobody(_whom: Sequence[str], _now: datetime) -> tuple[str, ...]:
    return ()


def recipients(by: str, whom: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Who is told: whoever took the request down, and customer care's leads and manager."""
    taker = [by.removeprefix(PERSON)] if by.startswith(PERSON) else []
    of_care = in_charge.of_department(CUSTOMER_CARE)
    return in_charge.told(whom, {**of_care, "agent": lambda: taker or of_care["lead"]()}, now)


def promised(traits: Traits) -> tuple[str | None, Mapping[str, Target]]:
    """What the law leaves, which no version of a calendar changes."""
    left = traits.get("seconds")
    if left is None:
        return None, {}
    counting = Counting(calendar=ALWAYS_OPEN, version=FIRST)
    return LAW, {CLOCK: Target(seconds=int(left), counting=counting)}


def of_request(events: Sequence[Recorded], *, request_id: str, key: str) -> list[Heard]:
    """What the clock of a request hears, by the log of its profile."""
    mine = (one for one in events if one.name in STEPS and _about(one) in (request_id, key))
    heard = [one for event in mine for one in STEPS[event.name](event)]
    return sorted(heard, key=lambda one: (one.at, one.id))


def _about(event: Recorded) -> str | None:
    found: str | None = event.data.get("about", event.data.get("request_id"))
    return found


def _requested(event: Recorded) -> Iterator[Heard]:
    """Whole seconds before the due moment, which is kept to the millisecond."""
    due = parse(event.data["due_at"])
    seconds = max(1, -((event.at - due) // SECOND))  # rounded up: nothing comes before it
    traits = {"subject": KIND, "seconds": str(seconds)}
    at = due - seconds * SECOND
    yield Heard(signal=Signal.OPENED, at=at, id=event.id, traits=traits)


def _answered(event: Recorded) -> Iterator[Heard]:
    yield Heard(signal=Signal.DONE, at=event.at, id=event.id)


def _agreed(event: Recorded) -> Iterator[Heard]:
    yield Heard(
        signal=Signal.AGREED,
        at=event.at,
        id=event.id,
        terms=from_json(event.data["terms"]),
        because=event.data.get("because"),
    )


STEPS: Mapping[str, Callable[[Recorded], Iterator[Heard]]] = {
    RightsRequested.name: _requested,
    RightsAnswered.name: _answered,
    TermsAgreed.name: _agreed,
}
