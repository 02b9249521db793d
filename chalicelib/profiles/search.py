"""Search keys of profiles: name, phones, e-mail addresses. Used by `profiles.flows`."""

from __future__ import annotations

from collections.abc import Iterable

from ..language.text import words as words_of
from ..platform import store, wordindex
from ..platform.pages import Page, PageRequest
from .model import PROFILE, Profile


class ProfileWord(wordindex.WordItem):
    Meta = store.table("profiles")


class ProfileWords(wordindex.WordList):
    Meta = store.table("profiles")


def write(profiles: Iterable[Profile]) -> None:
    """Bring the search keys of profiles up to date, together."""
    wordindex.write(ProfileWord, ProfileWords, {one.pk: _words(one) for one in profiles})


def _words(profile: Profile) -> list[str]:
    numbers = [form for phone in profile.phones for form in (phone, _national(phone))]
    text = " ".join([profile.name or "", *numbers, *profile.emails])
    return wordindex.chosen([*words_of(text), *numbers, *profile.emails])


def _national(phone: str) -> str:
    return "0" + phone.removeprefix("+84") if phone.startswith("+84") else phone


def profiles(request: PageRequest, text: str) -> Page[Profile]:
    """Profiles that have all the words of `text`. Raises `Invalid` when it has none."""
    words = wordindex.chosen([w for part in text.split() for w in (words_of(part) or [part])])
    return wordindex.search(ProfileWord, Profile, request, words, sk=PROFILE)
