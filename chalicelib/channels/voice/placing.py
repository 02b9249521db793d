"""What placing a call has in common at all providers: who is shown, where they report, and what
an answer means by its HTTP status alone.

A call that was asked for twice rings twice: only an answer that surely says "no" is a refusal,
everything unclear is `UNKNOWN`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from .. import addressed
from ..base import Account
from ..callout import ONLY_PEOPLE, OURS, Called, CallOut, Placed
from ..event import Json
from ..sending import NEVER_LEFT, CannotSend, HttpRequest, HttpResponse
from ..wire import as_text
from . import numbers

UNKNOWN = "Không rõ tổng đài đã bắt đầu cuộc gọi chưa; hệ thống không tự gọi lại"
NOT_REACHED = "Không kết nối được với tổng đài, cuộc gọi chưa được đặt"
BUSY = "Tổng đài đang nhận quá nhiều yêu cầu, hãy gọi lại sau ít phút"
TOKEN = "Tổng đài từ chối mã xác thực, cần người quản trị kết nối lại"
NOT_ALLOWED = "Tài khoản tổng đài không được phép đặt cuộc gọi này"
REFUSED = "Tổng đài từ chối cuộc gọi này"
NO_CALLER = "Chưa khai số hiển thị khi gọi ra (cài đặt `caller_id` hoặc `numbers`)"
NO_ADDRESS = "Chưa khai địa chỉ webhook của tài khoản (`registered_url`), không đặt được cuộc gọi"
NO_TELEPHONE = "Chưa khai máy của nhân viên (máy lẻ hoặc số điện thoại) để gọi"
SHORT_NUMBER = re.compile(r"[0-9]{3,15}")


def needed(account: Account, *names: str) -> list[str]:
    """These credentials of an account. Raises `CannotSend` naming those it lacks."""
    lacking = [name for name in names if not account.secret(name)]
    if lacking:
        raise CannotSend(f"Tài khoản tổng đài thiếu thông tin xác thực: {', '.join(lacking)}")
    return [account.secret(name) or "" for name in names]


def telephone(call: CallOut) -> str:
    """The telephone of ours that is rung first. Raises `CannotSend`."""
    if not call.extension:
        raise CannotSend(NO_TELEPHONE)
    return call.extension


def unscripted(call: CallOut) -> CallOut:
    """The call, of a provider that connects people only. Raises `CannotSend`."""
    if call.script is not None:
        raise CannotSend(ONLY_PEOPLE)
    return call


def shown(account: Account) -> str:
    """The number of ours that the customer sees: the setting `caller_id`, else the first of the
    account's own. Raises `CannotSend`."""
    wanted = numbers.number(account.settings.get("caller_id"))
    own = numbers.own(dict(account.settings), account.account_id)
    known = (one for one in (wanted, *own) if one and SHORT_NUMBER.fullmatch(one.lstrip("+")))
    found = next(known, None)
    if found is None:
        raise CannotSend(NO_CALLER)
    return found


def national(number: str) -> str:
    """A Vietnamese number as exchanges here dial it (0912345678); another with its country."""
    return f"0{number[3:]}" if number.startswith("+84") else number.removeprefix("+")


def reported_to(
    account: Account, call: CallOut, told: Mapping[str, str] | None = None, *, secret: bool = False
) -> str:
    """The address that is told of a call: the credential `registered_url`, with our own id of the
    call, what is `told` besides, and nothing of its customer. `secret`: it proves itself by its
    path. Raises `CannotSend`.
    """
    base = account.secret("registered_url")
    if not base:
        raise CannotSend(NO_ADDRESS)
    bare = base.partition("#")[0]
    if secret:
        bare = addressed.with_secret(bare, account)
    query = urlencode({OURS: call.id, **(told or {})})
    return f"{bare}{'&' if '?' in bare else '?'}{query}"


def base_url(account: Account, default: str) -> str:
    """The provider's address, or the one the account's settings put in its place."""
    return (as_text(account.settings.get("api_base")) or default).rstrip("/")


def posted(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> HttpRequest:
    """A POST of a JSON object."""
    return HttpRequest(
        method="POST",
        url=url,
        headers={"content-type": "application/json", "accept": "application/json", **headers},
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def taken(call_id: str | None) -> Called:
    """The provider has the call."""
    return Called(outcome=Placed.TAKEN, call_id=call_id)


def refused(code: str | None, reasons: Mapping[str, str], said: str | None = None) -> Called:
    """It said no, by a code of its own."""
    words = REFUSED + (f" (mã {code})" if code else "") + (f": {said[:200]}" if said else "")
    return Called(outcome=Placed.REFUSED, code=code, reason=reasons.get(code or "", words))


def by_status(response: HttpResponse, *, renewable: bool = False) -> Called:
    """What an answer means of which nothing else is understood."""
    status = response.status
    code = str(status) if status else None
    if status == 0 and response.body.decode("ascii", "replace") in NEVER_LEFT:
        return Called(outcome=Placed.REFUSED, code="not_reached", reason=NOT_REACHED)
    if status == 401:
        outcome = Placed.REFRESH if renewable else Placed.REAUTH
        return Called(outcome=outcome, code=code, reason=TOKEN)
    if status == 429:
        return Called(outcome=Placed.REFUSED, code=code, reason=BUSY)
    if status == 403:
        return Called(outcome=Placed.REFUSED, code=code, reason=NOT_ALLOWED)
    if 300 <= status < 500 and status != 408:
        return Called(outcome=Placed.REFUSED, code=code, reason=f"{REFUSED} (HTTP {status})")
    return Called(outcome=Placed.UNKNOWN, code=code, reason=UNKNOWN)


def is_success(response: HttpResponse) -> bool:
    """Whether the HTTP status says so."""
    return 200 <= response.status < 300


def error_of(told: Json, *names: str) -> str | None:
    """The first of these fields that holds a text, cut to what is kept of it."""
    found = (as_text(told.get(name)) for name in names)
    return next((one[:200] for one in found if one), None)
