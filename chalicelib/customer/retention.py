"""The schedule's part in keeping nothing longer than it may be: old payloads and media.

Called by `customer.jobs`. Where it stopped stands in the control table; at the end it
begins again. Everything else ends by itself (`platform.retention`).
"""

from __future__ import annotations

from ..conversations import retention as conversations
from ..conversations.retention import BEGINNING
from ..platform import retention, store
from ..platform.context import Context
from ..platform.control import ONLY, Control, control
from .walking import Clock

POSITION = "retention-walk#raw_payloads"
AT_ONCE = 50  # conversations to a look at the clock


def apply(context: Context, *, seconds: float) -> dict[str, int]:
    """Go on with letting what is old go for about so many seconds."""
    clock, position, looked, stripped = Clock(seconds), _position(), 0, 0
    before = {kind: context.now - retention.period(kind) for kind in conversations.KINDS}
    while True:
        some, following = conversations.after(position, most=AT_ONCE)
        stripped += sum(count for one in some for count in conversations.let_go(one, before))
        looked += len(some)
        position = following or BEGINNING
        _keep(position)
        if following is None or clock.over:
            return {"conversations": looked, "payloads": stripped}


def _position() -> str:
    item = store.get(Control, POSITION, ONLY)
    return BEGINNING if item is None else str(item.data["at"])


def _keep(position: str) -> None:
    at = Control.data.set({"at": position})
    store.commit([store.update("position", control(POSITION), at, condition=None)])
