"""The declared case of every channel: one module a channel, each with `CASE`, or `CASES`
where several providers carry it.

The contract suite finds the modules here by itself, so a new channel adds a file and
touches nothing else.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..case import ChannelCase


def _declared(name: str) -> tuple[ChannelCase, ...]:
    module = import_module(f"{__name__}.{name}")
    several: tuple[ChannelCase, ...] = getattr(module, "CASES", ())
    return several or (module.CASE,)


CASES: tuple[ChannelCase, ...] = tuple(
    case
    for name in sorted(found.name for found in iter_modules(__path__))
    for case in _declared(name)
)
