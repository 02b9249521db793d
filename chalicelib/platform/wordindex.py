"""Folded text search: one small item per word and owner, in the owner's own table.

A search reads the items of its longest word and keeps those that have all the
others, so its cost is that of one list page. Written by reactors, not in the
transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition

from . import store
from .errors import Invalid
from .ids import new_id
from .pages import Page, PageRequest, page

WORDS = "words"
MOST_WORDS = 24  # later words of a long text are not searched
SHORTEST = 2


class WordItem(store.Item):
    """`pk` is `word#<folded word>`, `sk` the owner's id, which sorts by time."""

    folded = UnicodeAttribute()


class WordList(store.Item):
    """Which words an owner may have keys for: `pk` its id, `sk` is `words`; `turn` is whoever
    wrote it last."""

    words = JSONAttribute()
    turn = UnicodeAttribute(null=True)


I = TypeVar("I", bound=store.Item)  # noqa: E741
W = TypeVar("W", bound=WordItem)
L = TypeVar("L", bound=WordList)


def chosen(words: Iterable[str]) -> list[str]:
    """The words of a text that become search keys, each once, in the text's order."""
    return list(dict.fromkeys(w for w in words if len(w) >= SHORTEST))[:MOST_WORDS]


Wanted = Mapping[str, list[str]]  # the search keys that owners shall have, by owner


def write(
    words_model: type[WordItem],
    list_model: type[WordList],
    read: Callable[[], Wanted],
    *,
    keys: int = MOST_WORDS,
    closing: bool = False,
) -> None:
    """Bring the search keys of owners up to date; running it twice changes nothing.

    The first `keys` words of an owner find it, the others only narrow a search:
    a search looks for its own longest word, so the longest should come first.

    An owner's list always names all keys there are: it is written before them, and what
    it lists is there, or stale and to be removed. `read` tells what is wanted; where two
    write for one owner at once, the one who was overtaken reads again. `closing` leaves an
    empty list, so that whoever has read before the owner's end is overtaken too. Raises
    `Contended` when it always is.
    """
    written: dict[str, set[str]] = {}

    def once() -> None:
        _write(words_model, list_model, lambda: _cut(read(), keys), written, closing)

    try:
        store.run_again(once)
    except store.ConditionFailed as error:
        raise store.Contended("search keys") from error


Chief = Mapping[str, tuple[list[str], str]]  # an owner's keys, and all its words in one


def _cut(wanted: Wanted, keys: int) -> Chief:
    return {owner: (words[:keys], " ".join(words)) for owner, words in wanted.items()}


def _write(
    words_model: type[WordItem],
    list_model: type[L],
    read: Callable[[], Chief],
    written: dict[str, set[str]],
    closing: bool,
) -> None:
    """Once: the lists, the keys, the lists once more. Raises `ConditionFailed` when overtaken.

    `written` are the keys that earlier tries may have left.
    """
    turn, chief = new_id(), read()
    listed = {one: set(words) for one, (words, _) in chief.items() if words}
    if written or closing or not _are_new(list_model, chief, listed, turn):
        owners = [(one, WORDS) for one in {**chief, **written}]
        known = store.get_many(list_model, owners, consistent=True)
        chief = read()  # again: what was read before the lists may be older than they are
        listed = _claimed(list_model, chief, known, written, turn, closing)
    for owner in listed:
        written[owner] = written.get(owner, set()) | set(chief[owner][0])
    try:
        with words_model.batch_write() as batch:
            for owner, before in listed.items():
                words, folded = chief[owner]
                for word in before - set(words):
                    batch.delete(words_model(f"word#{word}", owner))
                for word in words:
                    batch.save(words_model(f"word#{word}", owner, folded=folded))
    except PynamoDBException as error:
        raise store.StoreUnavailable(str(error)) from error
    _settle(list_model, {owner: chief[owner][0] for owner in listed}, listed, turn)


def _are_new(model: type[L], chief: Chief, lists: Mapping[str, set[str]], turn: str) -> bool:
    """Whether these owners had no lists: most are indexed once, and need no second look."""
    if len(lists) > store.MOST_WRITES:
        return False
    puts = [store.put("words", _list(model, one, words, turn)) for one, words in lists.items()]
    try:
        store.commit(puts)
    except store.ConditionFailed:
        return False
    others = [(one, WORDS) for one in chief if one not in lists]
    return not store.get_many(model, others, consistent=True)


def _claimed(
    model: type[L],
    chief: Chief,
    known: Mapping[tuple[str, str], L],
    written: Mapping[str, set[str]],
    turn: str,
    closing: bool,
) -> dict[str, set[str]]:
    """List what is to be written besides what is there; all that is listed, by owner."""
    listed: dict[str, set[str]] = {}
    writes: list[store.Write] = []
    for owner, (words, _) in chief.items():
        there = known.get((owner, WORDS))
        every = {*words, *written.get(owner, ()), *(() if there is None else there.words)}
        if there is None and not every and not closing:
            continue
        item = _list(model, owner, every, turn)
        writes.append(store.put("words", item, condition=_same(model, there)))
        listed[owner] = every
    _commit(writes)
    return listed


def _same(model: type[L], there: L | None) -> Condition | None:
    """Holds while a list is as it was read; None: while there is none."""
    if there is None:
        return None
    by = model.turn.does_not_exist() if there.turn is None else model.turn == there.turn
    held: Condition = model.pk.exists() & by
    return held


def _list(model: type[L], owner: str, words: Iterable[str], turn: str) -> L:
    return model(owner, WORDS, words=sorted(words), turn=turn)


def _settle(model: type[L], chief: Wanted, listed: Mapping[str, set[str]], turn: str) -> None:
    """Take off the lists what is gone, and make sure that nobody wrote meanwhile."""
    mine = model.turn == turn
    shorter = [one for one, words in chief.items() if set(words) != listed[one]]
    puts = [_list(model, one, chief[one], turn) for one in shorter]
    _commit([store.put("words", one, condition=mine) for one in puts])
    others = [(one, WORDS) for one in chief if one not in shorter]
    found = store.get_many(model, others, consistent=True)
    if any(key not in found or found[key].turn != turn for key in others):
        raise store.ConditionFailed(["words"])


def _commit(writes: list[store.Write]) -> None:
    for start in range(0, len(writes), store.MOST_WRITES):
        store.commit(writes[start : start + store.MOST_WRITES])


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
