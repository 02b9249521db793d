"""What a profile learns from an event. Pure: called by `profiles.knowing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from ..channels.event import ContactHints
from ..language.dates import birthday
from ..language.text import fold, normalise
from ..platform.fact import frozen
from .identities import CONTACTS, KINDS

LONGEST_NAME = 200
#: More contact points than a person has: the rest is somebody typing other people's numbers.
MOST_CONTACT_POINTS = 20


GENDERS = ("female", "male", "other")
#: Folded words of forms and providers.
_GENDER_WORDS = {
    **dict.fromkeys(("female", "f", "nu", "nu gioi", "woman"), "female"),
    **dict.fromkeys(("male", "m", "nam", "nam gioi", "man"), "male"),
    **dict.fromkeys(("other", "o", "khac"), "other"),
}


@frozen
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
        kept = {name: getattr(self, name) for name in NAMES}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in kept.items()}

    @classmethod
    def of(cls, profile: Any) -> Known:
        """What a profile says of its person."""
        kept = {name: getattr(profile, name) for name in NAMES}
        told: dict[str, Any] = {
            name: tuple(v) if isinstance(v, list) else v for name, v in kept.items()
        }
        return cls(**told)


#: The fields of `Known`; a profile and `ContactHints` have each of them.
NAMES = tuple(one.name for one in fields(Known))


@frozen
class Learned:
    """The profile afterwards, which fields changed, and what is vouched for to be theirs."""

    known: Known
    changed: tuple[str, ...]
    proved: Known


def _short(text: str) -> str | None:
    return normalise(text)[:LONGEST_NAME] or None


def gender(text: str) -> str | None:
    """The code of a gender however it is written (`Nữ`, `female`, `F`); None when it is none."""
    return _GENDER_WORDS.get(fold(text).strip())


def _birthday(text: str) -> str | None:
    return birthday(normalise(text))


#: How what is told is read, where it is not a short text.
_READERS: Mapping[str, Callable[[str], str | None]] = {
    **{field: KINDS[kind].reads for field, kind in CONTACTS.items()},
    "birthday": _birthday,
    "gender": gender,
}


def learn(known: Known, hints: ContactHints) -> Learned:
    """Add what an event tells of a person; never overwrite what is known already.

    Phones, e-mail addresses, birthdays and genders that are none are dropped: they came from
    a form field or a provider, and the message itself keeps what was typed.
    """
    told = Known(**{name: _told(name, getattr(hints, name)) for name in NAMES})
    after = Known(**{name: _added(getattr(known, name), getattr(told, name)) for name in NAMES})
    return Learned(
        known=after,
        changed=tuple(name for name in NAMES if getattr(after, name) != getattr(known, name)),
        proved=told if hints.verified else Known(),
    )


def _told(field: str, value: Any) -> Any:
    """What is told of a field, read: several values each once, without those that are none."""
    reads = _READERS.get(field, _short)
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(found for one in value if (found := reads(one))))
    return reads(value) if value else None


def _added(known: Any, told: Any) -> Any:
    return _joined(known, told) if isinstance(known, tuple) else known or told


def _joined(known: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*known, *new]))[:MOST_CONTACT_POINTS]
