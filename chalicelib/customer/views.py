"""What the API shows of a customer as a whole, section by section."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, create_model

from ..commerce.order_views import OrderView
from ..platform.clock import local_day
from ..platform.http import Instant, ListQuery, OneOf, View
from ..profiles.attributes import KINDS
from ..profiles.attributes import Field as CustomField
from ..profiles.tiers import TIERS
from ..profiles.views import ProfileView, Value
from .acquisition import Acquired
from .habits import Habits


class MergedView(View):
    """A profile that was merged into this customer, directly or with another one."""

    id: str
    into: str
    merge_id: str | None
    name: str | None
    created_at: str


class SuggestedView(View):
    """Somebody else this customer may be, as long as nobody has decided."""

    id: str
    other_id: str
    reasons: list[str]
    created_at: str


class PreferredView(View):
    """Where and when the customer writes, by their latest messages (`counted` of them).

    `channels` are shares, 0 to 1; `hours` counts by hour of the organisation's day;
    `from_hour` to `until_hour` (not included) are the hours to write in.
    """

    channel: str
    channels: dict[str, float]
    hours: list[int] = Field(min_length=24, max_length=24)
    from_hour: int
    until_hour: int
    counted: int

    @classmethod
    def of(cls, habits: Habits) -> PreferredView:
        return cls(
            channel=habits.channel,
            channels=habits.channels,
            hours=list(habits.hours),
            from_hour=habits.from_hour,
            until_hour=habits.until_hour,
            counted=habits.counted,
        )


class InSegmentView(View):
    """A segment the customer is in."""

    id: str
    name: str


class OrdersView(View):
    """How many orders in which state, and what the delivered ones come to: integer VND; those
    in other currencies stand in `other_amounts`, in minor units. `latest`: the newest five."""

    placed: int
    open: int
    delivered: int
    cancelled: int
    returned: int
    delivered_amount: int
    refunded_amount: int
    other_amounts: dict[str, int]
    latest: list[OrderView]


class CycleView(View):
    """How often the customer buys: the median of the days between deliveries, null with fewer
    than two, and the day on which the next order is to be expected by that."""

    days: float | None
    first_delivered_at: Instant | None
    last_delivered_at: Instant | None
    next_expected: date | None

    @classmethod
    def of(cls, first: datetime | None, last: datetime | None, days: float | None) -> CycleView:
        expected = None if last is None or days is None else last + timedelta(days=days)
        return cls(
            days=days,
            first_delivered_at=first,
            last_delivered_at=last,
            next_expected=None if expected is None else local_day(expected),
        )


class InterestView(View):
    """A product the customer looks at; what they do with it gives points, a look one."""

    sku: str
    name: str | None
    points: int


class ConsentView(View):
    """For which of the customer's profiles a purpose is allowed on a channel (null: where
    nothing was said of the channel). A merge widens no consent, so it may hold for some."""

    purpose: str
    channel: str | None
    allowed_for: list[str]


class CustomFieldView(View):
    """A custom field and the customer's value; null where there is none."""

    name: str
    label: str
    kind: Annotated[str, OneOf(KINDS)]
    value: Value

    @classmethod
    def of(cls, field: CustomField, value: Any) -> CustomFieldView:
        return cls(name=field.name, label=field.label, kind=field.kind, value=value)


class AcquisitionView(View):
    """How the customer first came: on which channel and account, by which advertisement, sent
    by whom or what."""

    channel: str | None
    account: str | None
    advertisement: str | None
    referrer: str | None
    at: str

    @classmethod
    def of(cls, found: Acquired, *, at: str) -> AcquisitionView:
        return cls(
            channel=found.channel,
            account=found.account,
            advertisement=found.advertisement,
            referrer=found.referrer,
            at=at,
        )


class CustomerQuery(ListQuery):
    """`q`: a name in any order of its words, with or without accents; a phone in any written
    form, or its last four digits or more; an e-mail address; an order's or ticket's number.
    `tier` narrows a page after it was read. `external_ids` has each shown with its ids in
    other systems."""

    q: str | None = Field(default=None, max_length=100)
    external_ids: bool = False
    tier: Annotated[str, OneOf(TIERS)] | None = None
    segment_id: str | None = Field(default=None, min_length=1, max_length=64)


class ListedCustomer(ProfileView):
    """`external_ids`: in other systems, as `source:id`; null where they were not asked for."""

    external_ids: list[str] | None = None


def customer_view(sections: dict[str, Any]) -> type[ProfileView]:
    """The view of one customer: the profile's fields, and each section by its name."""
    fields: dict[str, Any] = {name: (view, ...) for name, view in sections.items()}
    return create_model(
        "CustomerView",
        __base__=ProfileView,
        __module__=__name__,
        __doc__="One customer, whole; made of all the profiles that were merged into one.",
        **fields,
    )
