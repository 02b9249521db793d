"""What identifies a customer, how strongly, and what never does. Pure.

Called by `flows` (whose is this?), `resolving` (who else may this be?) and
`merging`. Phones and addresses arrive normalised by `language.extraction`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..language.text import fold

PHONE, EMAIL, ORDER, EXTERNAL = "phone", "email", "order", "external"
#: The account of identities that hold across all channels.
ANY_ACCOUNT = "-"
#: Identities of one kind that one person may have by machine; more is somebody's shared
#: phone, and a person decides. Kinds without a row are ids on one channel account.
MOST_OF_KIND: Mapping[str, int] = {PHONE: 5, EMAIL: 5, EXTERNAL: 20}
MOST_ON_A_CHANNEL = 10
#: Originals that may share an unproved value before it says nothing of anybody.
MOST_SHARING = 5

_NOT_IN_A_NUMBER = re.compile(r"[^0-9A-Z]")
#: Values that many people give who do not want to give theirs.
_FAKE_EMAIL = re.compile(
    r"(?:test|abc|a|aa|aaa|asd|no|none|noemail|khongco|admin|example|user|email|mail)\d{0,3}@"
    r"|.*@(?:example|test|domain|email|abc)\.(?:com|vn|org|net)$"
)
_SAME_DIGIT = re.compile(r".*(\d)\1{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Something that may identify somebody: a kind, and the value in its one written form."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What speaks for or against two profiles being one: names, birthdays, identities by kind."""

    names: tuple[str, ...] = ()
    birthdays: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    identities: Mapping[tuple[str, str], int] | None = None  # (kind, account) → how many


def email_identity(address: str) -> str:
    """An address as it identifies: lower case, without the plus tag its owner may add."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def values(
    phones: Iterable[str] = (), emails: Iterable[str] = (), orders: Iterable[str] = ()
) -> tuple[Value, ...]:
    """Values as they identify, each once, without those that identify nobody."""
    found = [
        *(Value(kind=PHONE, value=one) for one in phones),
        *(Value(kind=EMAIL, value=email_identity(one)) for one in emails),
        *(Value(kind=ORDER, value=_NOT_IN_A_NUMBER.sub("", one.upper())) for one in orders),
    ]
    return tuple(dict.fromkeys(one for one in found if not is_fake(one)))


def is_fake(value: Value) -> bool:
    """Whether a value is made up, by its look: 0900000000, test@…

    The organisation's own numbers and addresses are blocked by a list (`blocked`).
    """
    if value.kind == PHONE:
        return _SAME_DIGIT.match(value.value) is not None
    if value.kind == EMAIL:
        return _FAKE_EMAIL.match(value.value) is not None
    return False


def names_agree(one: str, other: str) -> bool:
    """Whether two names may be of one person.

    Vietnamese names are given short, without accents and in either order: they
    agree when the words of the shorter are all in the longer, titles aside.
    """
    a, b = _name_words(one), _name_words(other)
    return not a or not b or a <= b or b <= a


_TITLES = frozenset({"anh", "chi", "em", "co", "chu", "bac", "ong", "ba", "ms", "mr", "mrs", "kh"})


def _name_words(name: str) -> frozenset[str]:
    words = [word for word in re.findall(r"\w+", fold(name)) if not word.isdigit()]
    return frozenset(words) - _TITLES if len(words) > 1 else frozenset(words)


def contradictions(one: Person, other: Person) -> tuple[str, ...]:
    """Codes of what speaks against two profiles being one person; empty when nothing does."""
    found = []
    if not all(names_agree(a, b) for a in one.names for b in other.names):
        found.append("names_differ")
    if _differ(one.birthdays, other.birthdays):
        found.append("birthdays_differ")
    if _differ(one.genders, other.genders):
        found.append("genders_differ")
    if _too_many(one.identities or {}, other.identities or {}):
        found.append("too_many_identities")
    return tuple(found)


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    return bool(one and other) and not set(one) & set(other)


def _too_many(one: Mapping[tuple[str, str], int], other: Mapping[tuple[str, str], int]) -> bool:
    shared = {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}
    return any(
        count > MOST_OF_KIND.get(kind, MOST_ON_A_CHANNEL) for (kind, _), count in shared.items()
    )
