"""Configuration that is replaced whole and keeps every version it ever had.

A slice's item derives from `Version`: `pk` names the configuration, `sk` is `version#<n>`, and
`current` for a copy of the latest. What was never changed is version 0, which the slice has as a
default and nobody stores. Called by the slices whose decisions name the version they were made
under (`sla.governing`, `standards.setting`: the shortest to copy).

For one configuration that holds as a whole. Where there are many of a kind, each with a name, a
list and a revision of its own, versions hang on the item: calendars (`calendars.model`) and the
texts of commitments (`standards.commitments`, by `version_key`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from . import store
from .errors import AppError, NotFound

CURRENT, VERSION = "current", "version#"
UNCHANGED = 0  # the version of a default


class NoSuchVersion(NotFound):
    code, title = "no_such_version", "There never was this version"


class Version(store.Item):
    """One version of a configuration; versions are never changed."""

    number = NumberAttribute()
    changed_at = UnicodeAttribute()
    changed_by = UnicodeAttribute()


M = TypeVar("M", bound=Version)


def version_key(number: int) -> str:
    """The range key of one version; sorts by number."""
    return f"{VERSION}{number:08}"


def latest(model: type[M], name: str) -> M | None:
    """The version in force; None: the default."""
    return store.get(model, name, CURRENT)


def kept(model: type[M], name: str, number: int) -> M | None:
    """That version, or None."""
    return store.get(model, name, version_key(number))


def replacing(item: Callable[[str], Version], *, on: int, error: AppError) -> list[store.Write]:
    """The writes of the version after `on`; `item` makes it under a range key.

    They raise `error` where another was quicker.
    """
    now = item(CURRENT)
    unchanged = type(now).number == on if on != UNCHANGED else store.is_new(now)
    return [
        store.put("version", item(version_key(on + 1)), error=error),
        store.put("current", now, condition=unchanged, error=error),
    ]
