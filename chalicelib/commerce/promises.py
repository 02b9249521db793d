"""Orders that pass their promised time undelivered: told once for every promise.

Called by the schedule; what is done for the customer is `tickets.care`'s business.
"""

from __future__ import annotations

from ..events.commerce import OrderLate
from ..platform import due, eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from .model import ONLY, Order
from .orders import about
from .rules import STATUSES

#: Orders told of in one run of the schedule; the rest comes with the next.
AT_ONCE = 200


def check(context: Context) -> dict[str, int]:
    """Tell of every order that is late by now; safe to run twice or at once."""
    keys = due.due(Order.due, now=context.now, most=AT_ONCE)
    found = store.get_many(Order, keys, consistent=True)
    told = sum(_tell(order, context) for order in found.values())
    return {"due": len(keys), "late": told}


def _tell(order: Order, context: Context) -> bool:
    """Whether this run told of it: not when it moved on, or another run was quicker."""
    promised = order.promised_at
    late = promised is not None and promised <= iso(context.now) and promised != order.late_for
    if not late or not STATUSES[order.status].on_its_way:
        return False  # the index lags behind its item
    unchanged = (Order.promised_at == promised) & (Order.status == order.status)
    update = store.update(
        "order",
        store.ref(Order, order.pk, ONLY),
        Order.late_for.set(promised),
        Order.due_shard.remove(),
        Order.due_at.remove(),
        condition=unchanged & (Order.due_at == order.due_at),
    )
    event = OrderLate(**about(order), promised_at=promised)
    try:
        store.commit([update, eventlog.record(event, context)])
    except store.ConditionFailed:
        return False
    return True
