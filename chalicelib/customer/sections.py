"""The sections of the customer view: name → what it looks like → how it is gathered.

A slice that knows something of customers adds a line here (and a read in
`portrait`). Called by `api`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..commerce.order_views import OrderView, OwnedItemView
from ..conversations.views import MessageView
from ..platform.fact import frozen
from ..profiles import attributes, consent
from ..profiles.consent_rules import EVERY_CHANNEL
from ..profiles.rights_views import RightsRequestView
from ..profiles.views import IdentityView, ProfileNoteView
from ..tickets.views import TicketView
from .acquisition import acquired
from .portrait import MESSAGES, Portrait
from .views import (
    AcquisitionView,
    ConsentView,
    CustomFieldView,
    CycleView,
    InSegmentView,
    InterestView,
    MergedView,
    OrdersView,
    PreferredView,
    SuggestedView,
)


@frozen
class Section:
    """One part of the view: its type, and what gathers it."""

    name: str
    view: Any
    gather: Callable[[Portrait], Any]


def _merged(portrait: Portrait) -> list[MergedView]:
    return [
        MergedView(
            id=member.pk,
            into=member.merged_into,
            merge_id=_merge_id(portrait, member.pk),
            name=member.name,
            created_at=member.created_at,
        )
        for member in portrait.family.others
    ]


def _merge_id(portrait: Portrait, profile_id: str) -> str | None:
    merge = portrait.around.merges.get(profile_id)
    return None if merge is None else merge.id


def _suggestions(portrait: Portrait) -> list[SuggestedView]:
    ids = set(portrait.family.ids)
    return [
        SuggestedView(
            id=one.id,
            other_id=one.profile_id if one.other_id in ids else one.other_id,
            reasons=list(one.reasons),
            created_at=one.created_at,
        )
        for one in portrait.around.suggestions
    ]


def _identities(portrait: Portrait) -> list[IdentityView]:
    return [IdentityView.of(item) for item in portrait.around.identities]


def _consent(portrait: Portrait) -> list[ConsentView]:
    said = portrait.statements
    return [
        ConsentView(
            purpose=purpose,
            channel=None if channel == EVERY_CHANNEL else channel,
            allowed_for=[one for one in said if consent.allows(said, one, purpose, channel)],
        )
        for purpose, channel in consent.asked_about(said)
    ]


def _requests(portrait: Portrait) -> list[RightsRequestView]:
    return [RightsRequestView.of(one) for one in portrait.around.requests]


def _segments(portrait: Portrait) -> list[InSegmentView]:
    return [InSegmentView(id=one.segment_id, name=one.name) for one in portrait.segments]


def _orders(portrait: Portrait) -> OrdersView:
    sums = portrait.commerce.sums
    return OrdersView(
        placed=sums.placed_count,
        open=sums.open_count,
        delivered=sums.delivered_count,
        cancelled=sums.cancelled_count,
        returned=sums.returned_count,
        delivered_amount=sums.delivered_amount,
        refunded_amount=sums.refunded_amount,
        other_amounts=dict(sums.other_amounts),
        latest=[OrderView.of(order) for order in portrait.commerce.orders],
    )


def _cycle(portrait: Portrait) -> CycleView:
    sums = portrait.commerce.sums
    return CycleView.of(sums.first_delivered_at, sums.last_delivered_at, sums.cycle_days)


def _owned_items(portrait: Portrait) -> list[OwnedItemView]:
    return [OwnedItemView.of(item) for item in portrait.commerce.items]


def _interests(portrait: Portrait) -> list[InterestView]:
    return [
        InterestView(sku=one.sku, name=one.name, points=one.points)
        for one in portrait.commerce.interests
    ]


def _refusals(portrait: Portrait) -> dict[str, int]:
    return portrait.commerce.refusals


def _preferred(portrait: Portrait) -> PreferredView | None:
    return None if portrait.habits is None else PreferredView.of(portrait.habits)


def _open_tickets(portrait: Portrait) -> list[TicketView]:
    return [TicketView.of(ticket) for ticket in portrait.open_tickets]


def _last_messages(portrait: Portrait) -> list[MessageView]:
    return [MessageView.of(message) for message in portrait.messages[:MESSAGES]]


def _notes(portrait: Portrait) -> list[ProfileNoteView]:
    return [ProfileNoteView.of(note) for note in portrait.notes]


def _custom_fields(portrait: Portrait) -> list[CustomFieldView]:
    held = portrait.family.fields["attributes"] or {}
    return [
        CustomFieldView.of(field, value if attributes.fits(field, value) else None)
        for field in portrait.declared.fields
        for value in (held.get(field.name),)
    ]


def _acquisition(portrait: Portrait) -> AcquisitionView:
    fields = portrait.family.fields
    found = acquired(
        fields["acquisition"] or {},
        first_channel=fields["first_channel"],
        referrers=[
            (str(one.created_at), str(one.referrer))
            for one in portrait.conversations
            if one.referrer
        ],
    )
    first = min(str(member.created_at) for member in portrait.family.members)
    return AcquisitionView.of(found, at=first)


#: Everything a customer is shown with beside the fields of the profile, in this order.
SECTIONS: tuple[Section, ...] = (
    Section(name="merged", view=list[MergedView], gather=_merged),
    Section(name="identities", view=list[IdentityView], gather=_identities),
    Section(name="consent", view=list[ConsentView], gather=_consent),
    Section(name="preferred", view=PreferredView | None, gather=_preferred),
    Section(name="open_tickets", view=list[TicketView], gather=_open_tickets),
    Section(name="last_messages", view=list[MessageView], gather=_last_messages),
    Section(name="notes", view=list[ProfileNoteView], gather=_notes),
    Section(name="custom_fields", view=list[CustomFieldView], gather=_custom_fields),
    Section(name="acquisition", view=AcquisitionView, gather=_acquisition),
    Section(name="segments", view=list[InSegmentView], gather=_segments),
    Section(name="orders", view=OrdersView, gather=_orders),
    Section(name="purchase_cycle", view=CycleView, gather=_cycle),
    Section(name="owned_items", view=list[OwnedItemView], gather=_owned_items),
    Section(name="products_of_interest", view=list[InterestView], gather=_interests),
    Section(name="refusals", view=dict[str, int], gather=_refusals),
    Section(name="rights_requests", view=list[RightsRequestView], gather=_requests),
    Section(name="merge_suggestions", view=list[SuggestedView], gather=_suggestions),
)
