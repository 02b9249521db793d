"""How fast an account sends: within its limit, later instead of refused. Called by `delivery`.

The limit is the channel's (`Capabilities.per_minute`) or the account's own setting
`per_minute`, for a smaller plan. Counted per message in windows of a minute, by one request.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ..channels.flows import Connected
from ..channels.model import LIVE
from ..channels.sending import Capabilities
from ..platform.control import within_rate

WINDOW = timedelta(minutes=1)


def has_turn(connected: Connected, capabilities: Capabilities, now: datetime) -> bool:
    """Whether an account may send one more message in this minute; it is counted as sent."""
    limit = limit_of(connected, capabilities)
    if limit is None or connected.mode != LIVE:
        return True
    return within_rate(f"sending#{connected.account.id}", most=limit, window=WINDOW, now=now)


def limit_of(connected: Connected, capabilities: Capabilities) -> int | None:
    """Messages a minute; None: as many as there are."""
    own = connected.account.settings.get("per_minute")
    asked = own if isinstance(own, int) and not isinstance(own, bool) and own > 0 else None
    known = [limit for limit in (asked, capabilities.per_minute) if limit is not None]
    return min(known, default=None)
