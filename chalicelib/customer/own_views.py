"""What a user of a mini app is shown of what is theirs, and what they send (`own_api`).

A customer sees less than staff: nothing of who works on it, and no recipient, who may be
somebody else.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ..commerce.model import Order
from ..commerce.order_views import AMOUNTS, LineView, Step
from ..commerce.views import BehaviourNew
from ..platform.batches import MOST_ROWS
from ..platform.http import OneOf, View
from ..platform.pages import DEFAULT_LIMIT, MOST
from ..profiles.consent_rules import PURPOSES
from ..profiles.consent_views import CODE
from ..tickets.model import Ticket

Token = Annotated[str, Field(min_length=1, max_length=2000)]
#: What an app asks its users itself; to share with others is agreed to elsewhere.
ASKED = tuple(purpose for purpose in PURPOSES if purpose != "sharing")


class OwnList(View):
    """`token`: of the session, which says whose."""

    token: Token
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=4096)


class OwnTicketView(View):
    """`waiting_on`: whose turn it is."""

    id: str
    number: str
    status: str
    waiting_on: str
    type: str
    sub_type: str | None
    subject: str | None
    order: str | None
    product: str | None
    opened_at: str
    first_reply_at: str | None
    done_at: str | None

    @classmethod
    def of(cls, item: Ticket) -> OwnTicketView:
        same = {name: getattr(item, name) for name in cls.model_fields if name != "id"}
        return cls(id=item.pk, **same)


class OwnOrderView(View):
    """Amounts in minor units of `currency`."""

    id: str
    number: str | None
    status: str
    history: list[Step]
    currency: str
    lines: list[LineView]
    total: int
    discount: int
    shipping_fee: int
    refunded: int
    placed_at: str
    promised_at: str | None
    delivered_at: str | None

    @classmethod
    def of(cls, item: Order) -> OwnOrderView:
        amounts = {name: int(getattr(item, name) or 0) for name in AMOUNTS}
        same: dict[str, Any] = {name: getattr(item, name) for name in SAME}
        return cls(
            **{**same, **amounts},
            history=[Step(status=one[0], at=one[1]) for one in item.history],
            lines=[LineView(**line) for line in item.lines],
        )


SAME = ("id", "number", "status", "currency", "placed_at", "promised_at", "delivered_at")


class OwnBehaviours(View):
    """What the user did in the app; `source` is the app, whatever a row says."""

    token: Token
    items: list[BehaviourNew] = Field(min_length=1, max_length=MOST_ROWS)


class OwnConsent(View):
    """What the user answered when the app asked. `wording`: the code of the text they read."""

    token: Token
    purpose: Annotated[str, OneOf(ASKED)]
    granted: bool
    wording: str | None = Field(default=None, pattern=CODE)


class OwnConsentView(View):
    purpose: str
    granted: bool
    at: str
