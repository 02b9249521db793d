"""What a profile learns from an event. Pure: called by `profiles.flows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..channels.base import ContactHints
from ..language.extraction import email, phone
from ..language.text import normalise

LONGEST_NAME = 200
#: More contact points than a person has: the rest is somebody typing other people's numbers.
MOST_CONTACT_POINTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a profile says of a person, as far as events can add to it."""

    name: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str | None = None
    birthday: str | None = None
    gender: str | None = None

    def fields(self) -> dict[str, Any]:
        """The same as a profile stores and shows it: by name, several values as a list."""
        return {
            "name": self.name,
            "phones": list(self.phones),
            "emails": list(self.emails),
            "address": self.address,
            "birthday": self.birthday,
            "gender": self.gender,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The profile afterwards, which fields changed, and what is proved to be theirs."""

    known: Known
    changed: tuple[str, ...]
    proved_phones: tuple[str, ...]
    proved_emails: tuple[str, ...] = ()


def learn(known: Known, hints: ContactHints) -> Learned:
    """Add what an event tells of a person; never overwrite what is known already.

    Phones and e-mail addresses that are none are dropped: they came from a
    form field or a provider, and the message itself keeps what was typed.
    """
    phones = _valid(hints.phones, phone)
    emails = _valid(hints.emails, email)
    after = Known(
        name=known.name or _short(hints.name),
        phones=_joined(known.phones, phones),
        emails=_joined(known.emails, emails),
        address=known.address or _short(hints.address),
        birthday=known.birthday or _short(hints.birthday),
        gender=known.gender or _short(hints.gender),
    )
    changed = tuple(
        name
        for name in ("name", "phones", "emails", "address", "birthday", "gender")
        if getattr(after, name) != getattr(known, name)
    )
    return Learned(
        known=after,
        changed=changed,
        proved_phones=phones if hints.verified else (),
        proved_emails=emails if hints.verified else (),
    )


def _valid(values: Sequence[str], parse: Callable[[str], str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for value in values if (found := parse(value))))


def _joined(known: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*known, *new]))[:MOST_CONTACT_POINTS]


def _short(text: str | None) -> str | None:
    return normalise(text)[:LONGEST_NAME] or None if text else None
