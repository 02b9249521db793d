"""Finds the PynamoDB models of a package; the template tests compare them with the template."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from pynamodb.models import Model


def models_below(package: ModuleType) -> Iterator[type[Any]]:
    """Every model with a table that any module of `package` defines."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    yield from (one for one in _subclasses(Model) if hasattr(one, "Meta") and _has_table(one))


def indexes_of(models: Iterable[type[Any]]) -> dict[tuple[str, str], tuple[list[str], str]]:
    """(table, index) → (its hash and range key, its projection), of every model together."""
    return {
        (model.Meta.table_name, name): (
            [key["AttributeName"] for key in _hash_first(index._get_schema()["key_schema"])],
            index._get_schema()["projection"]["ProjectionType"],
        )
        for model in models
        for name, index in model._indexes.items()
    }


def _hash_first(keys: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(keys, key=lambda key: key["KeyType"])


def _has_table(model: type[Any]) -> bool:
    return model.__module__.startswith("chalicelib.") and hasattr(model.Meta, "table_name")


def _subclasses(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)
