"""Folded text search: one small item per word and owner, in the owner's own table.

A search reads the items of its longest word and keeps those that have all the
others, so its cost is that of one list page. Written by reactors, not in the
transaction of the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException

from . import store
from .errors import Invalid
from .pages import Page, PageRequest, page

WORDS = "words"
MOST_WORDS = 24  # later words of a long text are not searched
SHORTEST = 2


class WordItem(store.Item):
    """`pk` is `word#<folded word>`, `sk` the owner's id, which sorts by time."""

    folded = UnicodeAttribute()


class WordList(store.Item):
    """Which words an owner has keys for: `pk` its id, `sk` is `words`."""

    words = JSONAttribute()


I = TypeVar("I", bound=store.Item)  # noqa: E741
W = TypeVar("W", bound=WordItem)
L = TypeVar("L", bound=WordList)


def chosen(words: Iterable[str]) -> list[str]:
    """The words of a text that become search keys, each once, in the text's order."""
    return list(dict.fromkeys(w for w in words if len(w) >= SHORTEST))[:MOST_WORDS]


def write(
    words_model: type[WordItem],
    list_model: type[WordList],
    wanted: Mapping[str, list[str]],
    *,
    keys: int = MOST_WORDS,
) -> None:
    """Bring the search keys of owners up to date, by owner; running it twice changes nothing.

    The first `keys` words of an owner find it, the others only narrow a search:
    a search looks for its own longest word, so the longest should come first.
    """
    known = store.get_many(list_model, [(owner, WORDS) for owner in wanted], consistent=True)
    try:
        with words_model.batch_write() as batch:
            for owner, words in wanted.items():
                listed = known.get((owner, WORDS))
                before = set() if listed is None else set(listed.words)
                chief = words[:keys]
                for word in before - set(chief):
                    batch.delete(words_model(f"word#{word}", owner))
                for word in chief:
                    batch.save(words_model(f"word#{word}", owner, folded=" ".join(words)))
                if chief or before:  # last: what it lists is there, or stale and to be removed
                    batch.save(list_model(owner, WORDS, words=chief))
    except PynamoDBException as error:
        raise store.StoreUnavailable(str(error)) from error


def search(
    words_model: type[WordItem], owner: type[I], request: PageRequest, words: list[str], *, sk: str
) -> Page[I]:
    """A page of the owners that have all these words, newest first; `sk` is their range key.

    Raises `Invalid` when a query has come down to no word at all.
    """
    if not words:
        raise Invalid("at least one word of two letters or digits", field="q")
    found = _keys(words_model, request, words)
    keys = [(item.sk, sk) for item in found.items]
    items = store.get_many(owner, keys)
    kept = [items[key] for key in keys if key in items]
    return Page(items=kept, next_cursor=found.next_cursor)


def _keys(words_model: type[W], request: PageRequest, words: list[str]) -> Page[W]:
    longest = max(words, key=len)
    others = [word for word in words if word != longest]

    def has_all(item: W) -> bool:
        present = item.folded.split(" ")
        return all(word in present for word in others)

    return page(words_model, request, f"word#{longest}", keep=has_all)
