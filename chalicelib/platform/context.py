"""What surrounds one piece of work: when, by whom, on whose behalf, and fresh ids.

Made once at an entry point (http, worker) and handed down, so that flows and
rules never ask the clock or a random source themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from .clock import now as present
from .fact import frozen
from .ids import new_id as fresh_id

SYSTEM = "system"
CUSTOMER = "customer"


@frozen
class Context:
    """`actor` is `system`, `customer`, `agent:<id>` or `token:<id>`; never a name."""

    now: datetime
    actor: str
    correlation_id: str
    new_id: Callable[[], str] = fresh_id


def begin(*, actor: str = SYSTEM, correlation_id: str | None = None) -> Context:
    """The context of work that starts now."""
    return Context(now=present(), actor=actor, correlation_id=correlation_id or fresh_id())
