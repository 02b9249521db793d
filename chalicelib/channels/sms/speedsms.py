"""SMS by SpeedSMS, out only: no webhook of theirs is documented (channels.md §6).

`SpeedSms` stands in `adapter.ADAPTERS`.
"""

from __future__ import annotations

from typing import ClassVar

from ..base import Account
from ..event import Json
from ..sending import Capabilities, HttpRequest, HttpResponse, Outcome, SendResult
from ..wire import as_integer, as_list, as_object, as_text, leading_object
from .carrier import Part, Sms, as_json, base_url, basic, refused, setting
from .codes import SPEEDSMS_CODES, SPEEDSMS_REASONS

API_BASE = "https://api.speedsms.vn"
PATH = "/index.php/sms/send"
ACCEPTED = "00"
CUSTOMER_CARE = 2  # sms_type: 2 care, 3 brand name, 4 notify, 5 own number
WRONG_NUMBER = "105"


class SpeedSms(Sms):
    provider: ClassVar[str] = "speedsms"
    hosts: ClassVar[frozenset[str]] = frozenset({"api.speedsms.vn"})
    #: 60 requests in 60 s; the one after that is 429
    capabilities = Capabilities(can_send=True, max_text=459, per_minute=60)

    def request(self, part: Part, account: Account) -> HttpRequest:
        """HTTP basic: the access token as name, `x` as password."""
        body: Json = {
            "to": [part.to.removeprefix("+")],
            "content": part.text,
            "sms_type": as_integer(account.settings.get("sms_type")) or CUSTOMER_CARE,
            "sender": setting(account, "sender") or "",
        }
        headers = {"authorization": basic(account.secret("access_token") or "", "x")}
        return as_json(base_url(account, API_BASE) + PATH, body, headers)

    def classify(self, response: HttpResponse) -> SendResult:
        """`code` 00 was taken, unless the number is among `invalidPhone`."""
        answer = leading_object(response.body) or {}
        data, code = as_object(answer.get("data")), as_text(answer.get("code"))
        if code == ACCEPTED and 200 <= response.status < 300:
            if not as_list(data.get("invalidPhone")):
                sent = as_text(data.get("tranId"))
                return SendResult(outcome=Outcome.SENT, provider_message_id=sent)
            code = WRONG_NUMBER
        return refused(
            response,
            code.zfill(3) if code else None,
            table=SPEEDSMS_CODES,
            reasons=SPEEDSMS_REASONS,
            said=as_text(answer.get("message")),
        )
