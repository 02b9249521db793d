"""The declared case of every channel: one module a channel, each with `CASE`.

The contract suite finds the modules here by itself, so a new channel adds a file and
touches nothing else.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..case import ChannelCase

CASES: tuple[ChannelCase, ...] = tuple(
    import_module(f"{__name__}.{found.name}").CASE
    for found in sorted(iter_modules(__path__), key=lambda module: module.name)
)
