"""Folded text search: one small item per word and owner, in the owner's own table.

A search reads the items of its longest word and keeps those that have all the
others, so its cost is that of one list page. Written by reactors, not in the
transaction of the change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException

from . import store
from .pages import Page, PageRequest, page

WORDS = "words"
MOST_WORDS = 24  # one batch write; later words of a long text are not search keys
SHORTEST = 2


class WordItem(store.Item):
    """`pk` is `word#<folded word>`, `sk` the owner's id, which sorts by time."""

    folded = UnicodeAttribute()


class WordList(store.Item):
    """Which words an owner has keys for: `pk` its id, `sk` is `words`."""

    words = JSONAttribute()


W = TypeVar("W", bound=WordItem)
L = TypeVar("L", bound=WordList)


def chosen(words: Iterable[str]) -> list[str]:
    """The words of a text that become search keys, each once, in the text's order."""
    return list(dict.fromkeys(w for w in words if len(w) >= SHORTEST))[:MOST_WORDS]


def write(
    words_model: type[WordItem], list_model: type[WordList], owner: str, words: list[str]
) -> None:
    """Bring an owner's search keys up to date; running it twice changes nothing."""
    known = store.get(list_model, owner, WORDS)
    before = set(known.words) if known is not None else set()
    folded = " ".join(words)
    stale = [words_model(f"word#{word}", owner) for word in before - set(words)]
    fresh = [words_model(f"word#{word}", owner, folded=folded) for word in words]
    try:
        with words_model.batch_write() as batch:
            for item in stale:
                batch.delete(item)
            for item in fresh:
                batch.save(item)
            batch.save(list_model(owner, WORDS, words=words))
    except PynamoDBException as error:
        raise store.StoreUnavailable(str(error)) from error


def owners(words_model: type[W], request: PageRequest, words: list[str]) -> Page[W]:
    """A page of search keys whose owners have all these words, newest first."""
    longest = max(words, key=len)
    others = [word for word in words if word != longest]

    def has_all(item: W) -> bool:
        present = item.folded.split(" ")
        return all(word in present for word in others)

    return page(words_model, request, f"word#{longest}", keep=has_all)
