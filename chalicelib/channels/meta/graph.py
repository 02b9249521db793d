"""Meta's Graph API as its channels call it: address, token, proof, and what its answers mean.

Used by the adapters behind `channels/meta/webhook.py` (`facebook_message`, `facebook_comment`,
`instagram`); each brings its own table of subcodes, for the same number means another thing
on another edge. Errors: developers.facebook.com/docs/messenger-platform/error-codes
(2026-03-18), /docs/graph-api/guides/error-handling and channels.md §3. Reasons are read by
agents, so they are Vietnamese.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote, urlencode

from ...platform.fact import frozen
from ..base import Account
from ..event import Json
from ..sending import CannotSend, HttpRequest, HttpResponse, Outcome, SendResult
from ..wire import as_integer, as_object, as_text, peek_object

API_BASE = "https://graph.facebook.com/v25.0"
HOST = "graph.facebook.com"

Verdict = tuple[Outcome, str]
Subcodes = Mapping[tuple[int, int], Verdict]  # (code, subcode) → verdict

WINDOW: Verdict = (Outcome.UNREACHABLE, "Đã quá thời hạn được phép trả lời khách")
NO_SUCH_USER: Verdict = (Outcome.UNREACHABLE, "Không tìm thấy khách này trên trang")
UNAVAILABLE: Verdict = (Outcome.UNREACHABLE, "Khách hiện không nhận tin nhắn của trang")
PERMISSION: Verdict = (Outcome.REAUTH, "Trang chưa cấp quyền nhắn tin, cần kết nối lại")
TOKEN: Verdict = (Outcome.REAUTH, "Mã truy cập của trang đã hết hạn, cần kết nối lại")
RATE: Verdict = (Outcome.RETRY, "Facebook đang giới hạn tốc độ gửi")
TEMPORARY: Verdict = (Outcome.RETRY, "Facebook tạm thời gặp lỗi")
BAD_REQUEST: Verdict = (Outcome.PERMANENT, "Facebook từ chối nội dung tin nhắn")
BLOCKED: Verdict = (Outcome.PERMANENT, "Trang đang bị Facebook hạn chế nhắn tin")
ALREADY_REPLIED: Verdict = (Outcome.UNREACHABLE, "Bình luận này đã được nhắn riêng một lần rồi")
NOT_PRIVATELY: Verdict = (Outcome.UNREACHABLE, "Không thể nhắn riêng cho người bình luận này")
#: A code we do not know, without `is_transient`: trying again could double a message that
#: did go out, so an agent decides.
UNKNOWN: Verdict = (Outcome.PERMANENT, "Facebook trả về một mã lỗi chưa rõ")
#: A success without an id (cut off, or a proxy's page): it did not reach Facebook whole.
UNCLEAR: Verdict = (Outcome.RETRY, "Facebook trả lời không rõ ràng")
NO_ANSWER: Verdict = (Outcome.RETRY, "Không nhận được trả lời của Facebook")

#: code → verdict, whatever the subcode unless a channel's subcodes know better
CODES: dict[int, Verdict] = {
    1: TEMPORARY,
    2: TEMPORARY,
    3: PERMISSION,
    4: RATE,
    9: RATE,
    10: PERMISSION,
    17: RATE,
    32: RATE,
    100: BAD_REQUEST,
    102: TOKEN,
    104: TOKEN,
    190: TOKEN,
    200: PERMISSION,
    230: PERMISSION,
    341: RATE,
    368: BLOCKED,
    551: UNAVAILABLE,
    613: RATE,
    1200: TEMPORARY,
    2500: TOKEN,
    10900: ALREADY_REPLIED,
    10903: NOT_PRIVATELY,
    80004: RATE,
    80006: RATE,
    80007: RATE,
    130429: RATE,
}

#: (code, subcode) → verdict for private messages
MESSAGES: dict[tuple[int, int], Verdict] = {
    (2, 2018344): (Outcome.PERMANENT, "Trang chưa chấp nhận điều khoản của Facebook"),
    (10, 1893063): WINDOW,
    (10, 2018065): WINDOW,
    (10, 2018108): UNAVAILABLE,
    (10, 2018278): WINDOW,
    (10, 2534022): WINDOW,
    (100, 33): NO_SUCH_USER,
    (100, 1893061): (Outcome.PERMANENT, "Facebook không còn nhận nhãn tin nhắn này"),
    (100, 2018001): NO_SUCH_USER,
    (100, 2018218): NO_SUCH_USER,
    (100, 2534014): NO_SUCH_USER,
    (200, 1545041): UNAVAILABLE,
    (200, 2018028): (Outcome.PERMANENT, "Ứng dụng chưa được duyệt để nhắn tin cho khách này"),
    (613, 1893016): BLOCKED,
}

#: HTTP status → verdict, when the answer names no code; other 4xx: `UNKNOWN`, 5xx: `TEMPORARY`
STATUSES: dict[int, Verdict] = {
    0: NO_ANSWER,
    401: TOKEN,
    403: PERMISSION,
    408: NO_ANSWER,
    425: TEMPORARY,
    429: RATE,
}


@frozen
class Words:
    """What an answer means that no code decides, in a channel's own words."""

    temporary: Verdict
    unknown: Verdict
    statuses: Mapping[int, Verdict]


WORDS = Words(temporary=TEMPORARY, unknown=UNKNOWN, statuses=STATUSES)


# -------------------------------------------------------------------- requests


def token_of(account: Account) -> str:
    """The token an account sends with. Raises `CannotSend` when it has none."""
    token = account.secret("access_token")
    if not token:
        raise CannotSend("Trang chưa được kết nối: thiếu access_token")
    return token


def post(account: Account, *path: str, body: Json) -> HttpRequest:
    """A POST of `body` to an edge, e.g. `(page id, "messages")`. Raises `CannotSend`.

    The token goes in a header, not in the address, where logs would keep it. A lone
    surrogate in a text becomes a question mark.
    """
    return _request("POST", account, path, {}, json.dumps(body, ensure_ascii=False))


def get(account: Account, *path: str, **query: str) -> HttpRequest:
    """A GET of an object, mostly of some of its `fields`. Raises `CannotSend`."""
    return _request("GET", account, path, query, "")


def _request(
    method: str, account: Account, path: tuple[str, ...], query: Mapping[str, str], body: str
) -> HttpRequest:
    token = token_of(account)
    base = str(account.settings.get("api_base") or API_BASE).rstrip("/")
    asked = urlencode({**query, **_proof(account, token)})
    edge = "/".join(quote(part, safe="") for part in path)
    return HttpRequest(
        method=method,
        url=f"{base}/{edge}" + (f"?{asked}" if asked else ""),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        body=body.encode(errors="replace"),
    )


def _proof(account: Account, token: str) -> dict[str, str]:
    """`appsecret_proof` = hex HMAC-SHA256(app_secret, token), where the account asks for it.

    Only for apps that require it (Graph API, "Securing requests"); it is of no use without
    the token. The setting is `appsecret_proof: true`.
    """
    secret = account.secret("app_secret")
    if not secret or account.settings.get("appsecret_proof") is not True:
        return {}
    return {"appsecret_proof": hmac.new(secret.encode(), token.encode(), sha256).hexdigest()}


# --------------------------------------------------------------------- answers


def classify(response: HttpResponse, subcodes: Subcodes, *, sent_as: tuple[str, ...]) -> SendResult:
    """What an answer means. `sent_as`: the fields that may hold the id of what was sent."""
    body = peek_object(response.body)
    if 200 <= response.status < 300 and "error" not in body:
        sent = next(filter(None, (as_text(body.get(name)) for name in sent_as)), None)
        outcome, reason = (Outcome.SENT, "") if sent else UNCLEAR
        return SendResult(outcome=outcome, provider_message_id=sent, reason=reason)
    error = as_object(body.get("error"))
    code, subcode = as_integer(error.get("code")), as_integer(error.get("error_subcode"))
    outcome, reason = _verdict(response.status, error, subcodes, code=code, subcode=subcode)
    named = "/".join(str(n) for n in (code, subcode) if n is not None)
    return SendResult(outcome=outcome, code=named or str(response.status), reason=reason)


def _verdict(
    status: int, error: Json, subcodes: Subcodes, *, code: int | None, subcode: int | None
) -> Verdict:
    known = subcodes.get((code, subcode)) if code and subcode else None
    if known is None and code is not None:
        known = CODES.get(code)
    return decided(status, error, known, words=WORDS)


def decided(status: int, error: Json, known: Verdict | None, *, words: Words) -> Verdict:
    """What a refusal means: Meta's own code (`known`) first, then its `is_transient`, then the
    HTTP status."""
    if known is None and error.get("is_transient") is True:
        known = words.temporary
    if known is None:
        known = words.statuses.get(status)
    return known or (words.temporary if status >= 500 else words.unknown)
