"""The catalogue of domain events: every fact that can be in the log, with its fields.

Ids and codes only, never names, phones or texts: the log stays for ever and a
person must still be erasable. `reactions.py` says who acts on which. An event's
`profile_id` is the profile it came with, not the one that is merged into: it
stays true whatever is merged or parted later.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..platform.eventlog import Event


def catalogue() -> dict[str, type[Event]]:
    """Every event by its dotted name: the classes of these modules that have one."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    here = [
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Event)
    ]
    return {event.name: event for event in sorted(here, key=lambda one: one.name) if event.name}
