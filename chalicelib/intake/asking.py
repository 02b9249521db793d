"""What an event left out, asked of its provider before the event is acted on.

Called by `intake.flows` for every event; `pulling` asks `token_ended`. Pushes of shops only say
that something changed; the adapter says what to ask (`Adapter.missing`) and what the answer adds
(`Adapter.filled`).
"""

from __future__ import annotations

from ..channels import flows as accounts
from ..channels import objects, outside
from ..channels.base import Adapter, Delivery
from ..channels.event import InboundEvent
from ..channels.flows import Connected
from ..channels.model import SANDBOX
from ..channels.sending import HttpRequest, HttpResponse, NotTold, Outcome, RefreshFailed
from ..platform import blobs
from ..platform.context import Context
from ..platform.errors import AppError

#: An order, its lines and one thing more: what asks for more than that goes round in circles.
MOST_ASKED = 4


class Elsewhere(AppError):
    """The object lies where we may not read: the provider's action names another bucket."""

    code, status, title = "object_elsewhere", 422, "The mail lies in a bucket that is not ours"


def whole(chosen: Adapter, delivery: Delivery) -> Delivery:
    """A push together with the object in our bucket it points at. Raises `NotTold` until it is
    there, `Elsewhere`. Only below `mail/`: whoever may speak for an account reads nothing else.
    """
    place = chosen.kept_at(delivery)
    if place is None:
        return delivery
    _, key = place
    if not objects.is_ours(place):
        raise Elsewhere(key[:80])
    content = blobs.find(key)
    if content is None:
        raise NotTold("the object is not there yet")
    return chosen.opened(delivery, content)


def told(
    chosen: Adapter, event: InboundEvent, connected: Connected, context: Context
) -> InboundEvent:
    """The event with what its provider left out of it. A sandbox account asks nobody.

    Raises `NotTold` where the answer must be waited for. Of an account that only a person can
    connect again nothing more can be learnt: the event goes on as it is.
    """
    if connected.mode == SANDBOX:
        return event
    for _ in range(MOST_ASKED):
        request = chosen.missing(event, connected.account, now=context.now)
        if request is None:
            return event
        answer = outside.call(chosen, request)
        if token_ended(chosen, answer):
            try:
                connected = accounts.renew(connected, context)
            except RefreshFailed:
                return event
            answer = _again(chosen, event, connected, context)
        known = chosen.filled(event, answer)
        if known == event:
            return event
        event = known
    return event


def token_ended(chosen: Adapter, answer: HttpResponse) -> bool:
    """Whether an answer says that the access token has run out."""
    able = chosen.capabilities.can_send  # whoever cannot send has no codes of answers
    return able and chosen.classify(answer).outcome is Outcome.REFRESH


def _again(
    chosen: Adapter, event: InboundEvent, connected: Connected, context: Context
) -> HttpResponse:
    request: HttpRequest | None = chosen.missing(event, connected.account, now=context.now)
    return HttpResponse(status=0) if request is None else outside.call(chosen, request)
