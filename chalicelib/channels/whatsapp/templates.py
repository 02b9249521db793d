"""WhatsApp's message templates: how one is written into a send, listed, and told of by events.

Called by `sending` and `adapter`. Gaps are called as the template names them (`1`, `ten_khach`)
in the body, `header:<name>` in the header (`header:image`, `header:video` and `header:document`
take an https address), `button:<index>` for the end of a button's address and `code:<index>` for
a button that copies. developers.facebook.com/documentation/business-messaging/whatsapp/templates
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from ..approved import Catalogue, Facts, Gap, GapKind, Listed, State
from ..base import Account
from ..event import Json, TemplateNews
from ..meta import graph
from ..sending import CannotSend, HttpRequest, HttpResponse, NotTold, Template
from ..wire import as_list, as_object, as_text, peek_object
from .webhook import PHONE

PAGE = 100  # templates
FIELDS = "name,language,status,category,quality_score,components,rejected_reason"
GAP = re.compile(r"\{\{\s*([a-zA-Z0-9_]{1,100})\s*\}\}")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
MEDIA = ("image", "video", "document")
#: Characters of what fills a gap, where a message as a whole may have 1,024.
LONGEST = 1024
LONGEST_HEADER = 60
LONGEST_CODE = 15

PURPOSES = {"UTILITY": "care", "AUTHENTICATION": "care", "MARKETING": "marketing"}
STATES = {
    "APPROVED": State.APPROVED,
    "REINSTATED": State.APPROVED,
    "FLAGGED": State.APPROVED,  # of low quality: it goes on until it is paused
    "PENDING": State.PENDING,
    "IN_APPEAL": State.PENDING,
    "REJECTED": State.REJECTED,
    "PAUSED": State.PAUSED,
    "LIMIT_EXCEEDED": State.PAUSED,
    "DISABLED": State.DISABLED,
    "ARCHIVED": State.DISABLED,
    "LOCKED": State.DISABLED,
    "PENDING_DELETION": State.DELETED,
    "DELETED": State.DELETED,
}
#: Quality in the words of all channels.
QUALITY = {"GREEN": "high", "YELLOW": "medium", "RED": "low"}
NO_BUSINESS = "Tài khoản chưa có business_account_id, WhatsApp liệt kê mẫu tin theo mã đó"


# ------------------------------------------------------------------ sending


def content(template: Template) -> Json:
    """The part of a send that names a template and fills its gaps."""
    named = {"name": template.id, "language": {"code": template.language}}
    components = [*_header(template.data), *_body(template.data), *_buttons(template.data)]
    filled = {"components": components} if components else {}
    return {"type": "template", "template": {**named, **filled}}


def _body(data: Mapping[str, str]) -> Iterable[Json]:
    inner = {name: text for name, text in data.items() if ":" not in name}
    if inner:
        yield {"type": "body", "parameters": _texts(inner)}


def _header(data: Mapping[str, str]) -> Iterable[Json]:
    inner = _below(data, "header")
    media = [{"type": kind, kind: {"link": link}} for kind, link in inner.items() if kind in MEDIA]
    parameters = media or _texts(inner)
    if parameters:
        yield {"type": "header", "parameters": parameters}


def _texts(given: Mapping[str, str]) -> list[Json]:
    """Parameters by name, or by their numbers in order where a template numbers them."""
    if all(name.isdigit() for name in given):
        ordered = sorted(given.items(), key=lambda one: int(one[0]))
        return [{"type": "text", "text": text} for _, text in ordered]
    return [{"type": "text", "parameter_name": name, "text": text} for name, text in given.items()]


def _buttons(data: Mapping[str, str]) -> Iterable[Json]:
    for index, text in _below(data, "button").items():
        yield _button("url", index, {"type": "text", "text": text})
    for index, text in _below(data, "code").items():
        yield _button("copy_code", index, {"type": "coupon_code", "coupon_code": text})


def _button(kind: str, index: str, parameter: Json) -> Json:
    return {"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]}


def _below(data: Mapping[str, str], part: str) -> dict[str, str]:
    """What fills the gaps of a part (`header:…`), by what follows."""
    prefix = f"{part}:"
    return {
        name.removeprefix(prefix): text for name, text in data.items() if name.startswith(prefix)
    }


# ------------------------------------------------------------------ the catalogue


class WhatsAppTemplates(Catalogue):
    """Templates of a business account, which its numbers share. An id is `<name>.<language>`."""

    hears_phones: ClassVar[bool] = True
    purposes = PURPOSES
    at_any_hour = frozenset({"UTILITY", "AUTHENTICATION"})

    def id_of(self, name: str, language: str) -> str:
        return f"{name}.{language}"

    def sent_as(self, template_id: str) -> str:
        return template_id.rpartition(".")[0]

    def address(self, phone: str) -> str | None:
        return phone.removeprefix("+") if NUMBER.fullmatch(phone) else None

    def is_phone(self, user_id: str) -> bool:
        return PHONE.fullmatch(user_id) is not None

    def listing(self, account: Account, after: str | None, page: int) -> HttpRequest:
        business = as_text(account.settings.get("business_account_id"))
        if business is None:
            raise CannotSend(NO_BUSINESS)
        mark = {} if after is None else {"after": after}
        query = {"fields": FIELDS, "limit": str(PAGE), **mark}
        return graph.get(account, business, "message_templates", **query)

    def listed(self, response: HttpResponse) -> Listed:
        body = peek_object(response.body)
        if not 200 <= response.status < 300 or not isinstance(body.get("data"), list):
            raise NotTold(f"templates: HTTP {response.status}")
        paging = as_object(body.get("paging"))
        after = as_text(as_object(paging.get("cursors")).get("after"))
        items = [as_object(one) for one in as_list(body.get("data"))]
        found = tuple(facts for one in items if (facts := facts_of(one)) is not None)
        more = after is not None and "next" in paging
        return Listed(templates=found, more=more, after=after if more else None)


def facts_of(data: Json) -> Facts | None:
    """A template of the list; None without a name or language."""
    name, language = as_text(data.get("name")), as_text(data.get("language"))
    if name is None or language is None:
        return None
    components = [as_object(one) for one in as_list(data.get("components"))]
    reason = as_text(data.get("rejected_reason"))
    return Facts(
        id=CATALOGUE.id_of(name, language),
        name=name,
        language=language,
        state=state_of(data.get("status")),
        kind=as_text(data.get("category")),
        quality=quality_of(as_object(data.get("quality_score")).get("score")),
        gaps=tuple(gap for one in components for gap in _gaps(one)),
        text=next((as_text(one.get("text")) for one in components if _type(one) == "BODY"), None),
        reason=_said(reason),
    )


def state_of(status: object) -> State | None:
    """A status of WhatsApp's in our words; None when there is none."""
    word = as_text(status)
    return None if word is None else STATES.get(word.upper(), State.UNKNOWN)


def quality_of(score: object) -> str | None:
    """A quality score in our words; None while WhatsApp has none."""
    return QUALITY.get((as_text(score) or "").upper())


def _type(component: Json) -> str:
    return (as_text(component.get("type")) or "").upper()


def _gaps(component: Json) -> Iterable[Gap]:
    return READERS.get(_type(component), _none)(component)


def _none(_component: Json) -> list[Gap]:
    return []


def _body_gaps(component: Json) -> list[Gap]:
    return [Gap(name=name, max_length=LONGEST) for name in _named(component.get("text"))]


def _header_gaps(component: Json) -> list[Gap]:
    form = (as_text(component.get("format")) or "").lower()
    if form in MEDIA:
        return [Gap(name=f"header:{form}", kind=GapKind.LINK)]
    named = _named(component.get("text"))
    return [Gap(name=f"header:{name}", max_length=LONGEST_HEADER) for name in named]


def _button_gaps(component: Json) -> list[Gap]:
    """An address that ends in a gap, and a code to copy; other buttons take nothing."""
    found: list[Gap] = []
    for index, one in enumerate(map(as_object, as_list(component.get("buttons")))):
        if _type(one) == "URL" and _named(one.get("url")):
            found.append(Gap(name=f"button:{index}", max_length=2000))
        if _type(one) == "COPY_CODE":
            found.append(Gap(name=f"code:{index}", max_length=LONGEST_CODE))
    return found


def _named(text: object) -> list[str]:
    return list(dict.fromkeys(GAP.findall(as_text(text) or "")))


READERS: dict[str, Callable[[Json], list[Gap]]] = {
    "BODY": _body_gaps,
    "HEADER": _header_gaps,
    "BUTTONS": _button_gaps,
}

CATALOGUE = WhatsAppTemplates()


# ------------------------------------------------------------------ events


def news_of(field: str | None, value: Json) -> TemplateNews | None:
    """What a change of a business account's templates tells; None for any other change."""
    read = NEWS.get(field or "")
    name = as_text(value.get("message_template_name"))
    language = as_text(value.get("message_template_language"))
    if read is None or name is None or language is None:
        return None
    return read(CATALOGUE.id_of(name, language), value)


def _status_news(template: str, value: Json) -> TemplateNews | None:
    state = state_of(value.get("event"))
    if state is None:
        return None
    return TemplateNews(id=template, state=state.value, reason=_said(as_text(value.get("reason"))))


def _quality_news(template: str, value: Json) -> TemplateNews | None:
    quality = quality_of(value.get("new_quality_score"))
    return None if quality is None else TemplateNews(id=template, quality=quality)


def _category_news(template: str, value: Json) -> TemplateNews | None:
    kind = as_text(value.get("new_category"))
    return None if kind is None else TemplateNews(id=template, kind=kind)


def _said(reason: str | None) -> str | None:
    return None if reason == "NONE" else reason


#: field of a change → how it is read
NEWS: dict[str, Callable[[str, Json], TemplateNews | None]] = {
    "message_template_status_update": _status_news,
    "message_template_quality_update": _quality_news,
    "template_category_update": _category_news,
}
