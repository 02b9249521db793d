"""Ratings of template messages, asked for by the clock: what lost pushes would have told.

`PULLER` is carried out by `intake.pulling`. A rating that was pulled is put as the push it would
have been (`user_feedback`), under the same key, so that both are one. By Zalo itself
(`rating/get`), or by eSMS for an OA whose templates go out through it (`GetRating`, 50 a request).
Which templates ask for stars says the account's setting `rating_templates`. Sources: channels.md
§2.3; eSMS, "Hàm lấy thông tin đánh giá của khách hàng".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ..base import Account, Delivery
from ..event import Json
from ..pull import FIRST, PAGE, Cursor, NotPulled, Pulled, Puller
from ..sending import HttpRequest, HttpResponse
from ..wire import EPOCH, as_integer, as_list, as_object, as_text, leading_object
from . import templates, webhook
from .ratings import rating

ZALO, ESMS = "ratings", "esms_ratings"
TEMPLATES = "rating_templates"
ESMS_BASE, ESMS_HOST = "https://rest.esms.vn", "rest.esms.vn"
ESMS_PATH = "/MainService.svc/json/ZNS/GetRating/"
ESMS_KEYS = ("esms_api_key", "esms_secret_key")
ESMS_OK = "100"
#: Codes of eSMS that trying again may change: overload, time-out.
ESMS_PASSING = frozenset({"160", "199"})
ESMS_REFUSED = "eSMS từ chối lấy đánh giá (mã {code})"
ESMS_SILENT = "eSMS không trả lời hoặc trả lời không rõ ràng"
PAGE_SIZE = {ZALO: 100, ESMS: 50}
#: A rating may be listed some time after it was given.
LATE = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")  # in which eSMS reads times, whoever asks


class ZaloPuller(Puller):
    pulls: ClassVar[dict[str, timedelta]] = {
        ZALO: timedelta(minutes=60),
        ESMS: timedelta(minutes=60),
    }

    def wanted(self, account: Account) -> frozenset[str]:
        """One of the two, of an OA that says which of its templates ask for stars."""
        if not listed_templates(account):
            return frozenset()
        by_esms = all(account.secret(name) for name in ESMS_KEYS)
        return frozenset({ESMS if by_esms else ZALO})

    def request(
        self, name: str, account: Account, cursor: Cursor, *, now: datetime
    ) -> HttpRequest | None:
        which, offset = _place(cursor)
        known = listed_templates(account)
        if which >= len(known):
            return None
        since, until = _window(cursor, now)
        ask = _of_zalo if name == ZALO else _of_esms
        return ask(account, known[which], since, until, offset)

    def read(
        self, name: str, account: Account, cursor: Cursor, response: HttpResponse, *, now: datetime
    ) -> Pulled | None:
        found = _found(name, response)
        if found is None:
            return None
        which, offset = _place(cursor)
        until = _window(cursor, now)[1]
        full = len(found) >= PAGE_SIZE[name]
        place = [which, offset + len(found)] if full else [which + 1, 0]
        more = place[0] < len(listed_templates(account))
        walk: Json = {"since": cursor.get("since"), PAGE: [*place, _milliseconds(until)]}
        then = walk if more else {"since": _milliseconds(until)}
        pushes = [one for item in found if (one := pushed(item, account)) is not None]
        return Pulled(deliveries=pushes, cursor=then, more=more)


def listed_templates(account: Account) -> Sequence[str]:
    """The templates that ask for stars."""
    given = account.settings.get(TEMPLATES)
    names = [as_text(one) for one in (given if isinstance(given, list) else [given])]
    return [name for name in names if name]


# ------------------------------------------------------------------ places


def _place(cursor: Cursor) -> tuple[int, int]:
    """Which template, and how many of its ratings were read."""
    found = [as_integer(one) or 0 for one in as_list(cursor.get(PAGE))]
    return (found[0], found[1]) if len(found) > 1 else (0, 0)


def _window(cursor: Cursor, now: datetime) -> tuple[datetime, datetime]:
    """From when to when: the same through a whole walk, so that places in it do not move."""
    since = as_integer(cursor.get("since"))
    begun = as_list(cursor.get(PAGE))
    end = as_integer(begun[2]) if len(begun) > 2 else None
    first = now - FIRST if since is None else EPOCH + since * MILLISECOND - LATE
    return first, now if end is None else EPOCH + end * MILLISECOND


def _milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


# ------------------------------------------------------------------ requests


def _of_zalo(
    account: Account, template: str, since: datetime, until: datetime, offset: int
) -> HttpRequest | None:
    """A POST without a body, as the vendor writes it; clients of others ask by GET, which the
    setting `rating_method` does."""
    token = account.secret("access_token")
    if not token:
        return None
    asked = {
        "template_id": template,
        "from_time": _milliseconds(since),
        "to_time": _milliseconds(until),
        "offset": offset,
        "limit": PAGE_SIZE[ZALO],
    }
    base = account.base_url("business_base", templates.BUSINESS_BASE)
    method = "GET" if account.settings.get("rating_method") == "GET" else "POST"
    url = f"{base}/rating/get?{urlencode(asked)}"
    return HttpRequest(method=method, url=url, headers={"access_token": token})


def _of_esms(
    account: Account, template: str, since: datetime, until: datetime, offset: int
) -> HttpRequest | None:
    key, secret = (account.secret(name) for name in ESMS_KEYS)
    if not key or not secret:
        return None
    body = {
        "ApiKey": key,
        "SecretKey": secret,
        "OAID": account.account_id,
        "TemplateID": template,
        "FromTime": _local(since),
        "ToTime": _local(until),
        "Offset": str(offset),
        "Limit": str(PAGE_SIZE[ESMS]),
    }
    return HttpRequest(
        method="POST",
        url=account.base_url("esms_base", ESMS_BASE) + ESMS_PATH,
        headers={"content-type": "application/json"},
        body=json.dumps(body).encode(),
    )


def _local(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S")


# ------------------------------------------------------------------ answers


def _found(name: str, response: HttpResponse) -> list[Any] | None:
    """The ratings of a page; None for an answer without. Raises `NotPulled` in eSMS's words."""
    answer = leading_object(response.body) or {}
    good = 200 <= response.status < 300
    if name == ESMS:
        return _found_by_esms(answer, response) if good else _silent(response)
    data = as_object(answer.get("data")).get("data")
    told = good and as_integer(answer.get("error")) == 0
    return data if told and isinstance(data, list) else None


def _found_by_esms(answer: Json, response: HttpResponse) -> list[Any]:
    code = as_text(answer.get("CodeResult"))
    if code is None:
        return _silent(response)
    if code != ESMS_OK:
        reason = ESMS_REFUSED.format(code=code)
        raise NotPulled(reason, reason_code=f"esms_{code}", lasting=code not in ESMS_PASSING)
    return as_list(answer.get("Data"))


def _silent(response: HttpResponse) -> list[Any]:
    raise NotPulled(ESMS_SILENT, reason_code=str(response.status))


def pushed(item: Any, account: Account) -> Delivery | None:
    """A rating as the push that tells of it, under the push's own key; None without any id."""
    told = rating(as_object(item))
    if told.message_id is None:
        return None
    at = _milliseconds(told.submitted_at) if told.submitted_at else None
    payload: Json = {
        "event_name": "user_feedback",
        "oa_id": account.account_id,
        "timestamp": None if at is None else str(at),
        "message": {
            "msg_id": told.message_id,
            "tracking_id": told.tracking_id,
            "rate": told.stars,
            "note": told.text,
            "submit_time": None if at is None else str(at),
        },
    }
    return Delivery(
        channel="zalo_oa",
        account_id=account.account_id,
        sender=told.message_id,
        event_key=webhook.event_key(payload, b"", None),
        payload=payload,
    )


PULLER = ZaloPuller()
