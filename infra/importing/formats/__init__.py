"""How other systems write customers, tickets and orders: one module a system, tables of columns.

To add one, write a module like `zendesk` and name its formats in `ALL`.
"""

from __future__ import annotations

from . import chatwoot, freshdesk, own, zendesk
from .table import Format

ALL: tuple[Format, ...] = (*own.FORMATS, *chatwoot.FORMATS, *zendesk.FORMATS, *freshdesk.FORMATS)
NAMES: tuple[str, ...] = tuple(dict.fromkeys(one.name for one in ALL))
KINDS: tuple[str, ...] = tuple(dict.fromkeys(one.kind for one in ALL))


def of(name: str, kind: str) -> Format:
    """The format of a system for a kind of record. Raises KeyError."""
    found = {(one.name, one.kind): one for one in ALL}
    return found[name, kind]
