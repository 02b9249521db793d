"""What the API shows and takes of products, deals, behaviours and series."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from ..platform.clock import parse
from ..platform.http import Instant, ListQuery, OneOf, View
from ..platform.received import Moment
from ..team.views import left_out
from .metrics import FIRST_DAY, LAST_DAY, Point
from .model import Behaviour, Deal, Metric, Product
from .rules import BEHAVIOURS, DEAL_STATES, LOST_REASONS
from .shapes import Code, Currency, CustomerTold, ExternalId, Line, Money, Sku, plain

Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Day = Annotated[date, Field(strict=False, ge=FIRST_DAY, le=LAST_DAY)]


# ------------------------------------------------------------------ products


class ProductNew(View):
    """A product by its sku; what is left out stays as it is."""

    sku: Sku
    name: Line = left_out()
    names: Annotated[list[Line], Field(max_length=20)] = left_out()
    category: Line | None = left_out()
    price: Money | None = left_out()
    currency: Currency = left_out()
    stock: Count | None = left_out()
    warranty_months: Annotated[int, Field(strict=True, ge=0, le=600)] | None = left_out()
    usual_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] | None = left_out()
    related: Annotated[list[Sku], Field(max_length=20)] = left_out()

    def told(self) -> dict[str, Any]:
        """What was sent, without the key."""
        return self.model_dump(exclude_unset=True, exclude={"sku"})


class ProductView(View):
    """`price` in minor units of `currency`; `created`: by this very request."""

    id: str
    sku: str
    name: str
    names: list[str]
    category: str | None
    price: int | None
    currency: str
    stock: int | None
    warranty_months: int | None
    usual_days: int | None
    related: list[str]
    created_at: str
    updated_at: str
    created: bool = False

    @classmethod
    def of(cls, item: Product, *, created: bool = False) -> ProductView:
        return cls(
            id=item.id,
            sku=item.sku,
            name=item.name,
            names=list(item.names),
            category=item.category,
            price=_whole(item.price),
            currency=item.currency,
            stock=_whole(item.stock),
            warranty_months=_whole(item.warranty_months),
            usual_days=_whole(item.usual_days),
            related=list(item.related),
            created_at=item.created_at,
            updated_at=item.updated_at,
            created=created,
        )


class ProductQuery(ListQuery):
    q: str | None = Field(default=None, max_length=100)
    category: str | None = Field(default=None, max_length=200)


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)


# ------------------------------------------------------------------ deals


class DealNew(View):
    """What a CRM tells of one of its deals; what is left out stays as it is."""

    source: Code
    external_id: ExternalId
    title: Line | None = left_out()
    state: Annotated[str, OneOf(DEAL_STATES)] = left_out()
    reason: Annotated[str, OneOf(LOST_REASONS)] | None = left_out()
    amount: Money | None = left_out()
    currency: Currency = left_out()
    skus: Annotated[list[Sku], Field(max_length=20)] = left_out()
    branch: Code | None = left_out()
    opened_at: Moment = left_out()
    closed_at: Moment | None = left_out()
    updated_at: Moment | None = left_out()
    customer: CustomerTold | None = None

    def told(self) -> dict[str, Any]:
        """What was sent, without key and customer, as flows hold it."""
        return plain(
            self.model_dump(exclude_unset=True, exclude={"source", "external_id", "customer"})
        )


class DealView(View):
    id: str
    source: str
    external_id: str
    profile_id: str
    title: str | None
    state: str
    reason: str | None
    amount: int | None
    currency: str
    skus: list[str]
    branch: str | None
    opened_at: str
    closed_at: str | None
    created_at: str
    created: bool = False

    @classmethod
    def of(cls, item: Deal, *, created: bool = False) -> DealView:
        same = {name: getattr(item, name) for name in SAME_OF_DEAL}
        return cls(**same, amount=_whole(item.amount), skus=list(item.skus), created=created)


SAME_OF_DEAL = (
    *("id", "source", "external_id", "profile_id", "title", "state", "reason", "currency"),
    *("branch", "opened_at", "closed_at", "created_at"),
)


class DealQuery(ListQuery):
    profile_id: str | None = Field(default=None, min_length=1, max_length=64)


# ------------------------------------------------------------------ behaviours


class BehaviourNew(View):
    """Something a customer did. Without an `external_id` the same thing at the same time is one."""

    kind: Annotated[str, OneOf(BEHAVIOURS)]
    source: Code = "website"
    occurred_at: Moment
    external_id: ExternalId | None = None
    sku: Sku | None = None
    page: Annotated[str, Field(max_length=500)] | None = None
    words: Annotated[str, Field(max_length=200)] | None = None
    name: Code | None = None
    value: Money | None = None


class BehaviourView(View):
    id: str
    kind: str
    source: str
    sku: str | None
    page: str | None
    words: str | None
    name: str | None
    value: int | None
    occurred_at: str

    @classmethod
    def of(cls, item: Behaviour) -> BehaviourView:
        return cls(
            id=item.id,
            kind=item.kind,
            source=item.source,
            sku=item.sku,
            page=item.page,
            words=item.words,
            name=item.name,
            value=_whole(item.value),
            occurred_at=item.occurred_at,
        )


# ------------------------------------------------------------------ series


class MetricNew(View):
    """One value of a day: of a branch, an agent, or (neither) of the whole organisation."""

    name: Code
    date: Day
    value: Annotated[float, Field(strict=True, ge=-1e15, le=1e15)]
    branch: Code | None = None
    agent_id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None

    def point(self) -> Point:
        """The same as the flow takes it."""
        return Point(**self.model_dump())


class MetricView(View):
    name: str
    date: str
    value: float
    branch: str | None
    agent_id: str | None
    updated_at: Instant

    @classmethod
    def of(cls, item: Metric) -> MetricView:
        return cls(
            name=item.name,
            date=item.date,
            value=float(item.value),
            branch=item.branch,
            agent_id=item.agent_id,
            updated_at=parse(item.updated_at),
        )


class MetricQuery(ListQuery):
    """`since` and `until` are days, both included."""

    name: Code
    since: Day = FIRST_DAY
    until: Day = LAST_DAY
    branch: Code | None = None
    agent_id: str | None = Field(default=None, min_length=1, max_length=64)
