"""Approved templates ("mẫu tin") in words all channels share, and how a provider lists them. Pure.

A template is words a provider has approved, with gaps that each sending fills: Zalo's ZBS (ZNS)
templates, WhatsApp's message templates. `templates` keeps them and asks the providers,
`conversations.template_messages` sends them, the adapters read and write them.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import ClassVar

from ..platform.errors import Fault, Invalid
from ..platform.fact import frozen
from .base import Account
from .sending import HttpRequest, HttpResponse, NotTold, Quota

#: What a template may be sent for: of `profiles.consent_rules.PURPOSES` those that send anything.
PURPOSES = ("care", "survey", "marketing")
#: Of a template nobody says what it is for: what asks the most of a customer's consent.
UNTOLD = "marketing"
#: A tracking id is at most this long: Zalo's limit, the shortest there is.
LONGEST_TRACKING_ID = 48
#: Nobody is written to unasked between these local times (domain.md §8).
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
NUMBER = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,6})?")
LINK = re.compile(r"https://[!-~]+")
#: Where something is filled in: as WhatsApp writes it, or as Zalo's console does.
PLACE = re.compile(r"\{\{([^{}]+)\}\}|<([^<>]+)>")


class State(StrEnum):
    """What a provider lets us do with a template; only an approved one is sent."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class GapKind(StrEnum):
    """What may stand in a gap; all are given as text."""

    TEXT = "text"
    NUMBER = "number"
    LINK = "link"


@frozen
class Gap:
    """One gap of a template. Lengths are characters of NFC text."""

    name: str
    kind: GapKind = GapKind.TEXT
    required: bool = True
    max_length: int | None = None
    min_length: int = 0


@frozen
class Facts:
    """What a provider tells of a template; None: it was not told.

    `id` names it in our API, `name` and `language` at the provider. `kind` is the provider's own
    word (`CUSTOMER_CARE`, `UTILITY`), `price` what one sending costs, by way of sending, as text.
    `text` are its words with `{{gap}}` or `<gap>` where something is filled in.
    """

    id: str
    name: str | None = None
    language: str | None = None
    state: State | None = None
    kind: str | None = None
    quality: str | None = None
    gaps: tuple[Gap, ...] | None = None
    text: str | None = None
    price: Mapping[str, str] | None = None
    rating: bool | None = None
    reason: str | None = None


@frozen
class Listed:
    """One page of a provider's list. `more`: there may be another one; `after` is its mark where
    the provider gives one."""

    templates: tuple[Facts, ...]
    more: bool = False
    after: str | None = None


@frozen
class Standing:
    """How a provider sees an account: how much of the day's quota is left, how good it is."""

    quota: Quota | None = None
    quality: str | None = None


class Catalogue(ABC):
    """How a channel's provider lists templates, and whom they can be sent to.

    `phone_first`: a template goes by phone where one is known, else by the customer's id.
    `hears_phones`: who answers comes from that very number, so it must be proved to be theirs.
    """

    phone_first: ClassVar[bool] = False
    hears_phones: ClassVar[bool] = False
    #: kind → what such templates are for (`PURPOSES`)
    purposes: ClassVar[Mapping[str, str]] = {}
    #: Kinds that tell a customer of their own matter: they go out at any hour.
    at_any_hour: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def id_of(self, name: str, language: str) -> str:
        """What a template is called in our API, by the provider's name (or id) and language."""

    def sent_as(self, template_id: str) -> str:
        """The provider's name (or id) of a template that our API calls this."""
        return template_id

    @abstractmethod
    def listing(self, account: Account, after: str | None, page: int) -> HttpRequest:
        """The request for a page of the list: the mark the page before gave, and its number
        from 0. Raises `CannotSend` without a token or setting."""

    @abstractmethod
    def listed(self, response: HttpResponse) -> Listed:
        """The templates of a page. Raises `NotTold`."""

    def details(self, account: Account, template: str) -> HttpRequest | None:
        """The request for what the list leaves out; None: it leaves nothing out."""
        return None

    def detailed(self, response: HttpResponse) -> Facts:
        """One template whole, from the answer to `details`. Raises `NotTold`."""
        raise NotTold("the list is all there is")

    def standing(self, account: Account) -> Sequence[HttpRequest]:
        """The requests that tell of quota and quality; none where no provider tells."""
        return ()

    def stood(self, response: HttpResponse) -> Standing:
        """What an answer to one of them tells."""
        return Standing()

    @abstractmethod
    def address(self, phone: str) -> str | None:
        """A phone (E.164 with a plus) as the customer's id of a conversation; None: not there."""

    @abstractmethod
    def is_phone(self, user_id: str) -> bool:
        """Whether the customer of a conversation is known by a phone only."""

    def purpose_of(self, kind: str | None, *, rating: bool) -> str:
        """What a template is for, as far as its kind tells."""
        return "survey" if rating else self.purposes.get(kind or "", UNTOLD)


# ---------------------------------------------------------------- what fills it


def filled(gaps: Sequence[Gap], data: Mapping[str, str]) -> dict[str, str]:
    """What fills the gaps, on one line each. Raises `Invalid` with every gap at fault."""
    known = {gap.name: gap for gap in gaps}
    given = {name: _on_one_line(text) for name, text in data.items()}
    faults: list[Fault] = [
        (f"data.{name}", "the template has no such gap") for name in given if name not in known
    ]
    for gap in gaps:
        fault = _fault(gap, given.get(gap.name, ""))
        if fault is not None:
            faults.append((f"data.{gap.name}", fault))
    if faults:
        raise Invalid(faults[0][1], field=faults[0][0], faults=faults)
    return {name: text for name, text in given.items() if text}


def _on_one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _fault(gap: Gap, text: str) -> str | None:
    if not text:
        return "the template needs it" if gap.required else None
    if gap.max_length is not None and len(text) > gap.max_length:
        return f"at most {gap.max_length} characters"
    if len(text) < gap.min_length:
        return f"at least {gap.min_length} characters"
    fits, wanted = FITTING.get(gap.kind, (None, ""))
    return None if fits is None or fits(text) else wanted


FITTING: Mapping[GapKind, tuple[Callable[[str], object], str]] = {
    GapKind.NUMBER: (NUMBER.fullmatch, "a number"),
    GapKind.LINK: (LINK.fullmatch, "an https address"),
}


def worded(name: str, text: str | None, data: Mapping[str, str]) -> str:
    """A sending as people of ours read it: the template's words, or its name and what fills it."""
    if text:
        return PLACE.sub(lambda place: data.get(place[1] or place[2], place[0]), text)
    lines = [f"Mẫu tin: {name}", *(f"{gap}: {value}" for gap, value in data.items())]
    return "\n".join(lines)


# ---------------------------------------------------------------- quiet hours


def quiet_hours(settings: Mapping[str, object]) -> tuple[time, time]:
    """From when to when nobody is written to unasked: an account's settings `quiet_from` and
    `quiet_until` (`HH:MM`), else 21:00 to 08:00."""
    return (
        _clock(settings.get("quiet_from")) or QUIET_FROM,
        _clock(settings.get("quiet_until")) or QUIET_UNTIL,
    )


def _clock(given: object) -> time | None:
    found = CLOCK.fullmatch(given) if isinstance(given, str) else None
    return None if found is None else time(int(found[1]), int(found[2]))


def is_quiet(local: datetime, hours: tuple[time, time]) -> bool:
    """Whether a local instant lies in the quiet hours, whose end is not part of them."""
    begin, end = hours
    at = local.time()
    return begin <= at < end if begin <= end else at >= begin or at < end
