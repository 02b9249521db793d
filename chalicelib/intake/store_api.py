"""The route by which the staff of a shop enter what a customer asks for at the counter.

It goes the way of every message: the inbound queue, then profile, ticket, owner.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ..channels.pages import form_fields, sites
from ..platform.http import Api, Call, Change, View
from ..platform.roles import STAFF
from .entries import delivery_entry
from .webhook import enqueue

bp = Api(__name__)

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=form_fields.FIELDS["message"]
    ),
]


class StoreRequest(View):
    """What the customer said, and what they gave of themselves: typed, so nobody vouches for it.

    `client_id`: made up by the caller for this one request; the same again is the same request.
    """

    message: Words
    client_id: Line
    name: Line | None = None
    phone: Annotated[str, StringConstraints(max_length=50)] | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    order: Line | None = None
    product: Line | None = None
    consent: bool | None = Field(default=None, description="may we write? null: was not asked")


class StoreRequestTaken(View):
    """It is in the queue; its ticket is there in a moment."""

    client_id: str


@bp.command(
    "POST",
    "/stores/{site_id}/requests",
    roles=STAFF,
    body=StoreRequest,
    returns=StoreRequestTaken,
    status=202,
    summary="Enter what a customer asks for in a shop",
)
def enter_store_request(call: Call[StoreRequest], site_id: str) -> Change:
    from ..channels.store.adapter import PROVIDER

    site = sites.load("store", site_id)
    given = call.body.model_dump(exclude_none=True)
    fields = {**given, "entered_by": call.principal.actor}
    taken = PROVIDER.cut(fields, site.account, sent_from="")
    # Queued before the answer is kept: a repeated request must not find an answer and no entry.
    entries = [delivery_entry("store", one, site.account.id, call.context) for one in taken]
    enqueue(PROVIDER, entries, call.context)
    return Change(view=StoreRequestTaken(client_id=call.body.client_id), writes=[])
