"""What the API shows and takes of contents: staff (`content_api`), customers (`content_api` of
`customer`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..language.text import normalise, one_line
from ..platform.clock import iso
from ..platform.http import ListQuery, OneOf, View
from ..platform.received import Moment
from .content_model import Content
from .contents import KINDS
from .views import Id, left_out

MOST_PRIORITY = 100
LANGUAGES = ("vi", "en")

Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
Text = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(normalise)]
#: Pages and pictures are fetched by customers' browsers: nothing but https.
Picture = Annotated[str, Field(max_length=2000, pattern=r"^https://[!-~]+$")]
#: A page of the web, or one of the app or site that shows it.
Link = Annotated[str, Field(max_length=2000, pattern=r"^(https://|/[A-Za-z0-9._~%?#-])[!-~]*$")]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
Priority = Annotated[int, Field(strict=True, ge=0, le=MOST_PRIORITY)]


class Titles(View):
    """Vietnamese is shown where the other language is missing."""

    vi: Title
    en: Title | None = None


class Texts(View):
    vi: Text
    en: Text | None = None


class ContentNew(View):
    """`segment_id` null: for everybody. `code`: of an offer. Shown from `starts_at` (null: at
    once) until `ends_at` (null: for good); the higher `priority` comes first."""

    kind: Annotated[str, OneOf(KINDS)] = "article"
    segment_id: Id | None = None
    title: Titles
    text: Texts | None = None
    image: Picture | None = None
    link: Link | None = None
    code: Code | None = None
    priority: Priority = 0
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class ContentChange(View):
    """A field that is not sent stays as it is; null clears one that may be empty."""

    kind: Annotated[str, OneOf(KINDS)] = left_out()
    segment_id: Id | None = left_out()
    title: Titles = left_out()
    text: Texts | None = left_out()
    image: Picture | None = left_out()
    link: Link | None = left_out()
    code: Code | None = left_out()
    priority: Priority = left_out()
    starts_at: Moment | None = left_out()
    ends_at: Moment | None = left_out()


class ContentQuery(ListQuery):
    segment_id: Id | None = None


class ContentView(View):
    """`state`: planned, showing or ended at this moment."""

    id: str
    kind: str
    segment_id: str | None
    title: dict[str, str]
    text: dict[str, str] | None
    image: str | None
    link: str | None
    code: str | None
    priority: int
    starts_at: str | None
    ends_at: str | None
    state: str
    created_at: str
    revision: int

    @classmethod
    def of(cls, item: Content, at: datetime) -> ContentView:
        same = {name: getattr(item, name) for name in SAME}
        return cls(
            **same,
            priority=int(item.priority),
            state=_state(item, iso(at)),
            revision=int(item.revision),
        )


SAME = (
    "id",
    "kind",
    "segment_id",
    "title",
    "text",
    "image",
    "link",
    "code",
    "starts_at",
    "ends_at",
    "created_at",
)


def _state(item: Content, moment: str) -> str:
    if item.ends_at is not None and item.ends_at <= moment:
        return "ended"
    return "planned" if (item.starts_at or "") > moment else "showing"


def told(body: View, *, unset: bool) -> dict[str, Any]:
    """The fields of a request as an item keeps them; those not sent are left out on demand."""
    given = body.model_dump(exclude_unset=not unset)
    return {name: _kept(value) for name, value in given.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {language: text for language, text in value.items() if text is not None}
    return value


class ShownView(View):
    """One content in the language asked for."""

    id: str
    kind: str
    title: str
    text: str | None
    image: str | None
    link: str | None
    code: str | None
    ends_at: str | None

    @classmethod
    def of(cls, item: Content, language: str) -> ShownView:
        return cls(
            id=item.id,
            kind=item.kind,
            title=_in(item.title, language) or "",
            text=_in(item.text, language),
            image=item.image,
            link=item.link,
            code=item.code,
            ends_at=item.ends_at,
        )


def _in(texts: Any, language: str) -> str | None:
    return (texts or {}).get(language) or (texts or {}).get("vi")
