"""What identifies a customer, how strongly, and what never does. Pure.

Called by `knowing` and `meeting` (whose is this?), `customer.resolving` (who else may
this be?) and `merging_api`. Phones and addresses arrive normalised by `language.extraction`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import eq
from typing import Any

from ..language.dates import birthdays_agree
from ..language.extraction import email, phone
from ..language.text import fold
from ..platform.fact import frozen

PHONE, EMAIL, ORDER, EXTERNAL = "phone", "email", "order", "external"
#: A phone or address that was typed at one source, where it finds its customer again.
TYPED = "typed"
#: The account of identities that hold across all channels.
ANY_ACCOUNT = "-"
#: Identities on one channel account that one person may have by machine; more is somebody's
#: shared phone, and a person decides.
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


@frozen
class Value:
    """Something that may identify somebody: a kind, and the value in its one written form."""

    kind: str
    value: str


@frozen
class Person:
    """What speaks for or against two profiles being one: names, birthdays, identities by kind."""

    names: tuple[str, ...] = ()
    birthdays: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    identities: Mapping[tuple[str, str], int] | None = None  # (kind, account) → how many


def _bare_address(address: str) -> str:
    """An address as it identifies: lower case, without the plus tag its owner may add."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _bare_number(number: str) -> str:
    return _NOT_IN_A_NUMBER.sub("", number.upper())


def _as_it_is(text: str) -> str:
    return text


def _never(_value: str) -> bool:
    return False


@frozen
class Kind:
    """One kind of what identifies people.

    `field`: where profiles, and what is told of them, have such values; None: nowhere.
    `reads`: what somebody wrote in its normal form, None when it is none. `canonical`: of
    a normal form, that by which it identifies. `is_fake`: whether such a one is made up,
    by its look (0900000000, test@…); the organisation's own are blocked by a list
    (`blocking.is_blocked`). `most`: how many one person may have by machine.
    """

    field: str | None = None
    reads: Callable[[str], str | None] = _as_it_is
    canonical: Callable[[str], str] = _as_it_is
    is_fake: Callable[[str], bool] = _never
    most: int = MOST_ON_A_CHANNEL


#: The kinds there are; any other is an id on a channel account, as `Kind()` says.
KINDS: Mapping[str, Kind] = {
    PHONE: Kind(
        field="phones",
        reads=phone,
        is_fake=lambda value: _SAME_DIGIT.match(value) is not None,
        most=5,
    ),
    EMAIL: Kind(
        field="emails",
        reads=email,
        canonical=_bare_address,
        is_fake=lambda value: _FAKE_EMAIL.match(value) is not None,
        most=5,
    ),
    ORDER: Kind(canonical=_bare_number),
    EXTERNAL: Kind(most=20),
    TYPED: Kind(most=20),
}
#: The fields with which people can be reached, and the kind of what stands in them.
CONTACTS: Mapping[str, str] = {
    row.field: kind for kind, row in KINDS.items() if row.field is not None
}


def values(given: Mapping[str, Iterable[str]]) -> tuple[Value, ...]:
    """Values of each kind as they identify, each once, without those that identify nobody."""
    found = [
        Value(kind=kind, value=value)
        for kind, some in given.items()
        for value in map(KINDS[kind].canonical, some)
        if not KINDS[kind].is_fake(value)
    ]
    return tuple(dict.fromkeys(found))


def contacts(source: Any) -> tuple[Value, ...]:
    """The same of everything that a profile, or what is told of one, has in `CONTACTS`."""
    return values({kind: getattr(source, field) for field, kind in CONTACTS.items()})


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


def name_form(name: str) -> str:
    """A name by its words in one order, without accents and titles."""
    return " ".join(sorted(_name_words(name)))


def contradictions(one: Person, other: Person) -> tuple[str, ...]:
    """Codes of what speaks against two profiles being one person; empty when nothing does."""
    found = []
    if not all(names_agree(a, b) for a in one.names for b in other.names):
        found.append("names_differ")
    if _differ(one.birthdays, other.birthdays, agree=birthdays_agree):
        found.append("birthdays_differ")
    if _differ(one.genders, other.genders):
        found.append("genders_differ")
    if _too_many(one.identities or {}, other.identities or {}):
        found.append("too_many_identities")
    return tuple(found)


def _differ(
    one: Sequence[str], other: Sequence[str], *, agree: Callable[[str, str], bool] = eq
) -> bool:
    """Whether both are told of and nothing told of one agrees with the other."""
    return bool(one and other) and not any(agree(a, b) for a in one for b in other)


def _too_many(one: Mapping[tuple[str, str], int], other: Mapping[tuple[str, str], int]) -> bool:
    shared = {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}
    return any(count > KINDS.get(kind, Kind()).most for (kind, _), count in shared.items())
