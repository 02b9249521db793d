"""Zalo's template messages (ZBS, formerly ZNS): how one goes out, and how Zalo lists them.

Called by `adapter`. By phone at `business.openapi.zalo.me/message/template`, by user id at
`openapi.zalo.me/v3.0/oa/message/template`, which takes no tracking id. Sources: channels.md §2.3;
developers.zalo.me, "ZBS Template Message" (list, details, quota, quality).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from ..approved import Catalogue, Facts, Gap, GapKind, Listed, Standing, State
from ..base import Account
from ..event import Json, Kind, TemplateNews
from ..sending import (
    CannotSend,
    HttpRequest,
    HttpResponse,
    NotTold,
    OutboundMessage,
    Quota,
    Template,
)
from ..wire import as_integer, as_list, as_object, as_text, leading_object

API_BASE, BUSINESS_BASE = "https://openapi.zalo.me", "https://business.openapi.zalo.me"
#: A conversation with a phone instead of a user id: Vietnamese numbers only, as Zalo takes them.
PHONE = re.compile(r"\+84[0-9]{8,10}")
PAGE = 100  # templates
NO_TOKEN = "Tài khoản Zalo OA chưa có mã truy cập"
#: Account settings that go into a sending as they are: beyond the quota, on trial.
PASSED_ON = {"zns_sending_mode": "sending_mode", "zns_mode": "mode"}
RATING = 5  # the type of templates that ask for stars

#: `templateTag`, in its present form and those before 2025 → what such a template is for
PURPOSES = {
    "TRANSACTION": "care",
    "CUSTOMER_CARE": "care",
    "PROMOTION": "marketing",
    "OTP": "care",
    "IN_TRANSACTION": "care",
    "POST_TRANSACTION": "care",
    "ACCOUNT_UPDATE": "care",
    "GENERAL_UPDATE": "care",
    "FOLLOW_UP": "marketing",
}
#: The same as a number, as templates are made with.
TAGS = {"1": "TRANSACTION", "2": "CUSTOMER_CARE", "3": "PROMOTION"}
STATES = {
    "ENABLE": State.APPROVED,
    "PENDING_REVIEW": State.PENDING,
    "REJECT": State.REJECTED,
    "DISABLE": State.DISABLED,
    "DELETE": State.DELETED,
}
KINDS = {"NUMBER": GapKind.NUMBER}
#: Fields of a price by how a template goes out.
PRICES = {"price_sdt": "phone", "price_uid": "user", "price": "phone"}


def prepare(message: OutboundMessage, template: Template, account: Account) -> HttpRequest:
    """The one request that sends a template. Raises `CannotSend`."""
    head: Json = {"template_id": template.id, "template_data": dict(template.data)}
    if not PHONE.fullmatch(message.user_id):
        url = f"{account.base_url('api_base', API_BASE)}/v3.0/oa/message/template"
        return _post(account, url, {"user_id": message.user_id, **head})
    set_to = {ours: account.settings.get(name) for name, ours in PASSED_ON.items()}
    said = {name: value for name, value in set_to.items() if value}
    url = f"{account.base_url('business_base', BUSINESS_BASE)}/message/template"
    to = {"phone": message.user_id.removeprefix("+"), "tracking_id": template.tracking_id}
    return _post(account, url, {**to, **head, **said})


def _post(account: Account, url: str, body: Json) -> HttpRequest:
    written = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return HttpRequest(method="POST", url=url, headers=_headers(account), body=written)


def _headers(account: Account) -> dict[str, str]:
    token = account.secret("access_token")
    if not token:
        raise CannotSend(NO_TOKEN)
    return {"access_token": token, "content-type": "application/json"}


def quota_of(data: Json) -> Quota | None:
    """`{dailyQuota, remainingQuota}`, numbers or their texts; None where it says neither."""
    told = Quota(
        daily=as_integer(data.get("dailyQuota")), remaining=as_integer(data.get("remainingQuota"))
    )
    return None if told == Quota() else told


# ------------------------------------------------------------------ the catalogue


class ZaloTemplates(Catalogue):
    """Templates of an OA. Their id is Zalo's; a language they do not have."""

    phone_first: ClassVar[bool] = True
    purposes = PURPOSES
    at_any_hour = frozenset({"TRANSACTION", "OTP", "IN_TRANSACTION", "ACCOUNT_UPDATE"})

    def id_of(self, name: str, language: str) -> str:
        return name

    def address(self, phone: str) -> str | None:
        return phone if PHONE.fullmatch(phone) else None

    def is_phone(self, user_id: str) -> bool:
        return PHONE.fullmatch(user_id) is not None

    def listing(self, account: Account, after: str | None, page: int) -> HttpRequest:
        return _get(account, "template/all", offset=str(page * PAGE), limit=str(PAGE))

    def listed(self, response: HttpResponse) -> Listed:
        answer = _told(response)
        items = [as_object(one) for one in as_list(answer.get("data"))]
        found = tuple(facts for one in items if (facts := facts_of(one)) is not None)
        return Listed(templates=found, more=len(items) == PAGE)

    def details(self, account: Account, template: str) -> HttpRequest | None:
        return _get(account, "template/info/v2", template_id=template)

    def detailed(self, response: HttpResponse) -> Facts:
        data = as_object(_told(response).get("data"))
        facts = facts_of(data)
        if facts is None:
            raise NotTold("a template without an id")
        return facts

    def standing(self, account: Account) -> Sequence[HttpRequest]:
        return (_get(account, "message/quota"), _get(account, "quality"))

    def stood(self, response: HttpResponse) -> Standing:
        data = as_object((leading_object(response.body) or {}).get("data"))
        quality = as_text(data.get("oaCurrentQuality"))
        return Standing(quota=quota_of(data), quality=quality.lower() if quality else None)


def _get(account: Account, path: str, **query: str) -> HttpRequest:
    base = account.base_url("business_base", BUSINESS_BASE)
    asked = f"?{urlencode(query)}" if query else ""
    return HttpRequest(method="GET", url=f"{base}/{path}{asked}", headers=_headers(account))


def _told(response: HttpResponse) -> Json:
    """The answer of a request that went well. Raises `NotTold`."""
    answer = leading_object(response.body) or {}
    if not 200 <= response.status < 300 or as_integer(answer.get("error")) != 0:
        raise NotTold(f"HTTP {response.status}, code {as_integer(answer.get('error'))}")
    return answer


def facts_of(data: Json) -> Facts | None:
    """A template as the list or its details tell of it; None without an id."""
    named = as_text(data.get("templateId"))
    if named is None:
        return None
    params = data.get("listParams")
    quality, kind = as_text(data.get("templateQuality")), kind_of(data)
    prices = {way: as_text(data.get(name)) for name, way in reversed(PRICES.items())}
    stars = as_integer(data.get("templateType"))
    return Facts(
        id=named,
        name=as_text(data.get("templateName")),
        state=state_of(data.get("status")),
        kind=kind,
        quality=quality.lower() if quality else None,
        gaps=tuple(map(gap_of, params)) if isinstance(params, list) else None,
        price={way: text for way, text in prices.items() if text} or None,
        rating=None if stars is None else stars == RATING,
        reason=as_text(data.get("reason")),
    )


def kind_of(data: Json) -> str | None:
    """The tag: a word in answers, a number where a template is made."""
    tag = as_text(data.get("templateTag")) or as_text(data.get("tag"))
    return None if tag is None else TAGS.get(tag, tag.upper())


def state_of(status: object) -> State | None:
    """A status of Zalo's in our words; None when there is none."""
    word = as_text(status)
    return None if word is None else STATES.get(word.upper(), State.UNKNOWN)


def gap_of(value: object) -> Gap:
    """One of `listParams`. What takes nothing (`acceptNull`) need not be filled."""
    param = as_object(value)
    return Gap(
        name=as_text(param.get("name")) or "",
        kind=KINDS.get((as_text(param.get("type")) or "").upper(), GapKind.TEXT),
        required=param.get("require") is True and param.get("acceptNull") is not True,
        max_length=as_integer(param.get("maxLength")) or None,
        min_length=max(as_integer(param.get("minLength")) or 0, 0),
    )


CATALOGUE = ZaloTemplates()


# ------------------------------------------------------------------ events


def news_of(payload: Json) -> dict[str, Any]:
    """What becomes of a template: `status{new_status}`, or a `quality` (a word, in some versions
    an object with `new_quality`). Without its id, or what it tells, the event is unknown.
    """
    named, quality = as_text(payload.get("template_id")), payload.get("quality")
    status = as_object(payload.get("status"))
    word = as_text(quality) or as_text(as_object(quality).get("new_quality"))
    state = state_of(status.get("new_status"))
    if named is None or (state is None and word is None):
        return {"kind": Kind.UNKNOWN}
    news = TemplateNews(
        id=named,
        state=None if state is None else state.value,
        quality=None if word is None else word.lower(),
        reason=as_text(payload.get("reason")),
    )
    return {"user_id": None, "template": news}


def quota_news(payload: Json) -> dict[str, Any]:
    """The day's quota from now on (`quota{new_value}`)."""
    daily = as_integer(as_object(payload.get("quota")).get("new_value"))
    if daily is None or daily < 0:
        return {"kind": Kind.UNKNOWN}
    return {"user_id": None, "daily_quota": daily}
