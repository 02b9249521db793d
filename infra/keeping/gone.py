"""What of erased people an in-place restore must not even touch. Called by `restore`.

Mostly what a backup brings back of them is put, found by the product where it
always finds it, and erased again. That fails where something else stands in its
place by now: a conversation's key is derived from the customer's id on the
channel, so who was erased and wrote again has the old key under a new profile;
so do identities, by which entries in quarantine are found; and a ticket stays as a
number without words, at which nobody looks again. What the backup holds under
such keys stays out altogether, bodies in the bucket included, and so do requests
nobody could read: nobody could say any more whether they name the erased.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.intake.entries import group_of
from chalicelib.platform.quarantine import UNREADABLE

from .files import lines_of
from .loading import CHUNK, read_many
from .manifest import Manifest
from .stage import Stage
from .typed import Item, Key, from_line, key_of, text

QUARANTINE = "quarantine"
#: Tables in which one item stands for all under its hash key: the item's range key.
CONTAINERS: Mapping[str, str] = {"conversations": "conversation", "tickets": "ticket"}

#: Objects whose keys go on with the conversation they are of; items need not name them.
OF_CONVERSATIONS = frozenset({"media", "messages"})

_KEY_OF_OBJECT = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.=+:#-]+)+")


@dataclass(slots=True, kw_only=True)
class Gone:
    """The erased `ids`, the hash keys that stay `closed` by table, whose entries stay out of
    quarantine (`senders`), and the keys of objects that what was left out had named."""

    ids: frozenset[str] = frozenset()
    closed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    senders: frozenset[str] = frozenset()
    objects: set[str] = field(default_factory=set)

    def stays_out(self, table: str, item: Item) -> bool:
        """Whether an item is not put, whatever stands in its place; notes its objects if so."""
        closed = self.closed.get(table, frozenset())
        pk, sk = key_of(item)
        sent = table == QUARANTINE and text(item, "customer") in self.senders
        if pk not in closed and sk not in closed and not sent:
            return False
        self.objects.update(_KEY_OF_OBJECT.findall(json.dumps(item, default=str)))
        return True

    def keeps_out(self, key: str) -> bool:
        """Whether an object is not put: one that was named, or a file of a closed conversation."""
        place = key.split("/", 2)
        closed = self.closed.get("conversations", frozenset())
        of_conversation = len(place) == 3 and place[0] in OF_CONVERSATIONS and place[1] in closed
        return of_conversation or key in self.objects

    def theirs(self, item: Item) -> bool:
        """Whether an item says itself that it is of somebody erased."""
        names = (text(item, name) for name in ("pk", "profile_id", "origin_id"))
        return any(name in self.ids for name in names if name is not None)


def looked_for(stage: Stage, folder: Path, manifest: Manifest, ids: Iterable[str]) -> Gone:
    """What is closed in a stage to a backup that is put back in place."""
    gone = Gone(ids=frozenset(ids))
    if not gone.ids:
        return gone
    closed = {
        table: frozenset(_closed(stage, table, _theirs(folder, manifest, table, gone), gone))
        for table in CONTAINERS
    }
    return Gone(
        ids=gone.ids, closed=closed, senders=frozenset(_senders(stage, folder, manifest, gone))
    )


def _items(folder: Path, manifest: Manifest, table: str, gone: Gone) -> Iterator[Item]:
    """The items of a table in a backup that say themselves that they are of somebody erased."""
    for part in manifest.tables.get(table, ()):
        for line in lines_of(folder, part):
            if gone.theirs(item := from_line(line)):
                yield item


def _theirs(folder: Path, manifest: Manifest, table: str, gone: Gone) -> Iterator[Key]:
    """The containers of erased people in a backup."""
    found = _items(folder, manifest, table, gone)
    return (key_of(item) for item in found if text(item, "sk") == CONTAINERS[table])


def _senders(stage: Stage, folder: Path, manifest: Manifest, gone: Gone) -> Iterator[str]:
    """By whom entries in quarantine are found that the product would not find any more."""
    proofs: dict[Key, Item] = {}
    for item in _items(folder, manifest, "profiles", gone):
        yield UNREADABLE
        if key_of(item)[0].startswith("identity#"):
            proofs[key_of(item)] = item
    keys = list(proofs)
    for start in range(0, len(keys), CHUNK):
        there = read_many(stage, stage.table("profiles"), keys[start : start + CHUNK])
        for key, item in there.items():
            if not gone.theirs(item):
                yield group_of(str(text(proofs[key], "account")), str(text(proofs[key], "value")))


def _closed(stage: Stage, table: str, keys: Iterable[Key], gone: Gone) -> Iterator[str]:
    """Those of these keys under which something else stands now."""
    wanted = list(keys)
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        for key, item in read_many(stage, stage.table(table), some).items():
            if text(item, "erased_at") is not None or not gone.theirs(item):
                yield key[0]
