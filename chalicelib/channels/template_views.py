"""What the API takes and shows of approved templates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from ..platform.http import OneOf, PageView, View
from ..platform.pages import Page
from .approved import PURPOSES, Gap, GapKind
from .template_model import ApprovedTemplate, gaps_of
from .views import Name

ProviderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
GapName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]
Purpose = Annotated[str, OneOf(PURPOSES)]
#: What a person may say a provider lets us do; the rest only the provider says.
Entered = Literal["approved", "pending", "paused", "disabled"]


class GapView(View):
    """A gap and what may fill it: at most `max_length` characters, a `number` or a `link`."""

    name: GapName
    kind: Literal["text", "number", "link"] = "text"
    required: bool = True
    max_length: int | None = Field(default=None, ge=1, le=4096)
    min_length: int = Field(default=0, ge=0, le=4096)

    def gap(self) -> Gap:
        return Gap(**{**self.model_dump(), "kind": GapKind(self.kind)})


Gaps = Annotated[list[GapView], Field(max_length=50)]


class NewTemplate(View):
    """`name` is the provider's: Zalo's template id, WhatsApp's template name; `title` is for
    people. `kind` is the provider's word (`CUSTOMER_CARE`, `UTILITY`), from which the `purpose`
    follows unless it is said. `text` are its words with `{{gap}}` or `<gap>` where something is
    filled in.
    """

    name: ProviderName
    title: Name | None = None
    language: Language = "vi"
    kind: Kind | None = None
    purpose: Purpose | None = None
    rating: bool | None = None
    gaps: Gaps = Field(default_factory=list)
    text: str | None = Field(default=None, min_length=1, max_length=4096)
    state: Entered = "approved"


class TemplateChange(View):
    """Only what is given changes. What is said of `purpose` and `rating` no synchronisation
    changes any more."""

    title: Name | None = None
    kind: Kind | None = None
    purpose: Purpose | None = None
    rating: bool | None = None
    gaps: Gaps | None = None
    text: str | None = Field(default=None, min_length=1, max_length=4096)
    state: Entered | None = None


class TemplateView(View):
    """`gaps` is null while they are not known: such a template cannot be sent. `price` is what
    the provider says one sending costs, by `phone` or by `user`."""

    id: str
    name: str
    language: str
    kind: str | None
    purpose: str
    rating: bool
    state: str
    reason: str | None
    quality: str | None
    gaps: list[GapView] | None
    text: str | None
    price: dict[str, str]
    by_hand: list[str]
    synchronised_at: str | None
    created_at: str
    revision: int


class TemplatePage(PageView[TemplateView]):
    """An account's templates, by id."""


class SynchronisedView(View):
    """How many templates the provider lists. Of `left` the gaps are not known yet, and not
    `complete` says that there were more than are read at once: call it again."""

    listed: int
    left: int
    complete: bool


def template_view(item: ApprovedTemplate) -> TemplateView:
    gaps = gaps_of(item)
    return TemplateView(
        id=item.id,
        name=item.name,
        language=item.language,
        kind=item.kind,
        purpose=item.purpose,
        rating=bool(item.rating),
        state=item.state,
        reason=item.reason,
        quality=item.quality,
        gaps=None if gaps is None else [_gap_view(gap) for gap in gaps],
        text=item.text,
        price=item.price or {},
        by_hand=item.by_hand or [],
        synchronised_at=item.synchronised_at,
        created_at=item.created_at,
        revision=int(item.revision),
    )


def _gap_view(gap: Gap) -> GapView:
    """As the provider calls it: what is stored was not made by this API alone."""
    values: dict[str, Any] = {**vars(gap), "kind": gap.kind.value}
    return GapView.model_construct(**values)


def template_page(page: Page[ApprovedTemplate]) -> TemplatePage:
    items = [template_view(item) for item in page.items]
    return TemplatePage(items=items, next_cursor=page.next_cursor)


def wanted(body: NewTemplate | TemplateChange) -> dict[str, Any]:
    """The fields of a body as `templates` takes them."""
    gaps = {} if body.gaps is None else {"gaps": [one.gap() for one in body.gaps]}
    return body.model_dump() | gaps
