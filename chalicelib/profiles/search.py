"""Search keys of customers: name, phones, e-mail addresses. For `indexing` and `customer.finding`.

Every customer has one key a word of the name, one a pair of them (half the
country is called Nguyễn: a pair tells people apart where a word does not), one
for a phone's number and one for its last digits, one for an e-mail address and
one a word of its first part. The keys stand under the profile that stands for
the customer. Names are not found by their beginnings: Vietnamese ones are
short words, typed whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import Any

from ..language.extraction import email, phone
from ..language.text import words as words_of
from ..platform import store, wordindex
from ..platform.errors import Invalid
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest, page
from .family import MOST_MEMBERS, Family, families
from .model import PROFILE, Profile

MOST_KEYS = 120  # of one customer; a person has ten, fifty profiles' phones a hundred
NAME_WORDS = 6  # later words of a name only narrow a search
SUFFIX = 4  # last digits of a phone that find it; more of them narrow
#: Words of a name that tell least, folded: the dozen commonest family names, and what
#: stands between family and given name.
COMMON = frozenset("nguyen tran le pham hoang huynh phan vu vo dang bui do thi van".split())
_NUMBER = re.compile(r"\+?[\d().\-/]+")


class ProfileWord(wordindex.WordItem):
    Meta = store.table("profiles")


class ProfileWords(wordindex.WordList):
    Meta = store.table("profiles")


# Writing.


def write(profile_ids: Iterable[str]) -> None:
    """Bring the search keys of these originals and of who stands for them up to date.

    Who was merged away or erased loses their own.
    """
    named = list(dict.fromkeys(profile_ids))
    wordindex.write(ProfileWord, ProfileWords, lambda: _wanted(named), keys=MOST_KEYS)


def _wanted(profile_ids: list[str]) -> dict[str, list[str]]:
    wanted: dict[str, list[str]] = {one: [] for one in profile_ids}
    for family in families(_roots(profile_ids).values()):
        wanted[family.id] = keys_of(family)
        if not wanted[family.id] and family.root.revision == 0:
            del wanted[family.id]  # as it came: there was never anything to find it by
    return wanted


def kept_of(profile_ids: Iterable[str]) -> int:
    """How many search keys are listed of these originals."""
    keys = [(one, wordindex.WORDS) for one in profile_ids]
    found = store.get_many(ProfileWords, keys, consistent=True).values()
    return sum(len(one.words) for one in found)


def _roots(profile_ids: Iterable[str]) -> dict[str, Profile]:
    """Who stands for these originals now, by id; one read a generation, none of the erased."""
    found: dict[str, Profile] = {}
    wanted = list(profile_ids)
    for _ in range(MOST_MEMBERS):
        if not wanted:
            break
        items = store.get_many(Profile, [(one, PROFILE) for one in wanted], consistent=True)
        standing = [item for item in items.values() if item.erased_at is None]
        found |= {item.pk: item for item in standing if item.merged_into is None}
        wanted = [item.merged_into for item in standing if item.merged_into is not None]
    return found


def standing_for(profile_ids: Iterable[str]) -> list[Profile]:
    """Who stands for these originals now, each once; those who were erased are left out.

    In the order given, who was merged away meanwhile at the end.
    """
    named = list(profile_ids)
    found = _roots(named)
    return [found[one] for one in dict.fromkeys([*named, *found]) if one in found]


def keys_of(family: Family) -> list[str]:
    """The search keys of what a customer is shown with. Pure."""
    shown = family.fields
    keys = _named(words_of(shown["name"] or ""))
    for number in shown["phones"]:
        keys += [number, _suffix(number)]
    for address in shown["emails"]:
        keys += [address, *_named(words_of(address.partition("@")[0]))]
    return [key for key in dict.fromkeys(keys) if len(key) >= wordindex.SHORTEST][:MOST_KEYS]


def _named(words: Iterable[str]) -> list[str]:
    """Words and their pairs."""
    several = list(dict.fromkeys(words))
    return [*several, *(_pair(*two) for two in combinations(several[:NAME_WORDS], 2))]


def _pair(one: str, other: str) -> str:
    return "+".join(sorted((one, other)))


def _suffix(number: str) -> str:
    return f"-{number[-SUFFIX:]}"


# Searching.


@frozen
class Term:
    """One thing asked for: the key that finds it, and how its keys are told; least `rank` first."""

    key: str
    rank: int
    found_in: Callable[[frozenset[str]], bool]


def _exact(key: str, rank: int) -> Term:
    return Term(key=key, rank=rank, found_in=lambda keys: key in keys)


def _ending(digits: str) -> Term:
    """Digits that are no whole phone: the end of one."""

    def ends(keys: frozenset[str]) -> bool:
        return any(key.startswith("+") and key.endswith(digits) for key in keys)

    return Term(key=_suffix(digits), rank=1, found_in=ends)


def terms(text: str) -> list[Term]:
    """What a text asks for, what finds fewest first. Pure.

    A phone in any written form, the end of one (four digits or more), an e-mail address,
    words of a name in any order, with or without accents. Raises `Invalid` when it asks
    for nothing.
    """
    numbers, rest = _apart(text)
    words: list[str] = []
    found: list[Term] = []
    for part in rest:
        address = email(part) if "@" in part else None
        if address is not None:
            found.append(_exact(address, 0))
        else:
            words += [word for word in words_of(part) if len(word) >= wordindex.SHORTEST]
    found += [_of_digits(number) for number in numbers]
    found += _of_words(list(dict.fromkeys(words)))
    if not found:
        raise Invalid("at least one word of two letters or digits", field="q")
    return sorted(found, key=lambda term: term.rank)


def _apart(text: str) -> tuple[list[str], list[str]]:
    """Numbers (parts of digits only, joined with those beside them) and the other parts."""
    numbers: list[str] = []
    rest: list[str] = []
    beside = False
    for part in text.split():
        if _NUMBER.fullmatch(part) and any(sign.isdigit() for sign in part):
            numbers = [*numbers[:-1], f"{numbers[-1]} {part}"] if beside else [*numbers, part]
            beside = True
        else:
            rest.append(part)
            beside = False
    return numbers, rest


def _of_digits(number: str) -> Term:
    whole = phone(number)
    if whole is not None:
        return _exact(whole, 0)
    digits = re.sub(r"\D", "", number).removeprefix("0")
    return _ending(digits) if len(digits) >= SUFFIX else _exact(digits, 4)


def _of_words(words: list[str]) -> list[Term]:
    ranked = sorted(words, key=lambda word: (word in COMMON, -len(word)))
    singles = [_exact(word, 4 if word in COMMON else 3) for word in ranked]
    if len(ranked) < 2:
        return singles
    return [_exact(_pair(ranked[0], ranked[1]), 2), *singles]


def profiles(request: PageRequest, text: str) -> Page[Profile]:
    """Customers that have all that `text` asks for, newest first; the profiles that stand for
    them. Raises `Invalid` when it asks for nothing. One query and one read of a page."""
    asked = terms(text)

    def has_all(item: ProfileWord) -> bool:
        keys = frozenset(item.folded.split(" "))
        return all(term.found_in(keys) for term in asked)

    found = page(ProfileWord, request, f"word#{asked[0].key}", keep=has_all)
    return Page(items=_standing(item.sk for item in found.items), next_cursor=found.next_cursor)


def _standing(profile_ids: Iterable[str]) -> list[Profile]:
    """The profiles among these that stand for somebody, in order; keys may be a moment old."""
    keys = [(one, PROFILE) for one in profile_ids]
    items: Mapping[Any, Profile] = store.get_many(Profile, keys)
    found = [items[key] for key in keys if key in items]
    return [one for one in found if one.merged_into is None and one.erased_at is None]
