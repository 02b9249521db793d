"""OMICall: `call` webhooks for `ringing`, `answered` and `hangup`, and calls placed by its API.

api.omicall.com/omicall-api/webhooks (channels.md §5): the fields are those of its call records,
the body of the webhook and a signature are not documented. The secret stands in the path.
…/click-to-call: the extension is rung first, then the customer; …/authentication: a token of 24
hours for the API key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from ..base import Account
from ..callout import Called, CallOut, Dialling, Placed
from ..event import Json
from ..sending import CannotSend, HttpRequest, HttpResponse, RefreshFailed
from ..wire import as_integer, as_object, as_text, leading_object
from . import codes, placing
from .hearing import Heard, VoiceAdapter, VoiceProvider, first
from .records import inner, read_record

API_BASE = "https://public-v1-stg.omicall.com"
DONE = 9999
TOKEN_LIFE = timedelta(hours=24)
NO_TOKEN = "Chưa có mã truy cập của OMICall (cần `api_key`)"
KEY_REFUSED = "OMICall từ chối API key"


class Omicall(VoiceProvider):
    name: ClassVar[str] = "omicall"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        record = inner(told, "data", "payload")
        outer = as_text(first(told, "state", "event", "type"))
        return read_record(record, line, state=as_text(record.get("state")) or outer)


PROVIDER = Omicall()


class OmicallCalls(VoiceAdapter):
    provider: ClassVar[str] = Omicall.name
    reader: ClassVar[VoiceProvider] = PROVIDER
    hosts: ClassVar[frozenset[str]] = frozenset({"public-v1-stg.omicall.com"})
    dials: ClassVar[Dialling] = Dialling(people=True)
    further_credentials: ClassVar[tuple[str, ...]] = ("api_key", "access_token")
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {"access_token": ("sandbox",)}

    def call_request(self, call: CallOut, account: Account, *, now: datetime) -> HttpRequest:
        extension = placing.telephone(placing.unscripted(call))
        token = account.secret("access_token")
        if token is None and account.secret("api_key") is None:
            raise CannotSend(NO_TOKEN)
        body = {
            "extension": extension,
            "hotline": placing.national(placing.shown(account)),
            "phone_number": placing.national(call.to),
        }
        url = f"{placing.base_url(account, API_BASE)}/api/click2call"
        return placing.posted(url, body, {"authorization": f"Bearer {token or ''}".strip()})

    def called(self, response: HttpResponse) -> Called:
        """`status_code` 9999 is success, -9999 a refusal that `payload.error` names."""
        answer = leading_object(response.body) or {}
        status, payload = as_integer(answer.get("status_code")), as_object(answer.get("payload"))
        if status is None or not placing.is_success(response):
            return placing.by_status(response, renewable=True)
        if status == DONE:
            return placing.taken(as_text(payload.get("call_uuid")))
        code = placing.error_of(payload, "error") or str(status)
        said = placing.error_of(payload, "message") or placing.error_of(answer, "message")
        return placing.refused(code, codes.OMICALL_REFUSALS, said)

    def refresh_request(self, account: Account, *, now: datetime) -> HttpRequest | None:
        key = account.secret("api_key")
        if key is None:
            return None
        url = f"{placing.base_url(account, API_BASE)}/api/auth?{urlencode({'apiKey': key})}"
        return HttpRequest(method="GET", url=url, headers={"content-type": "application/json"})

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        """The token and its end, which is not told: 24 hours from now."""
        answer = leading_object(response.body) or {}
        token = as_text(as_object(answer.get("payload")).get("access_token"))
        if token and as_integer(answer.get("status_code")) == DONE and response.status < 300:
            ends = now.astimezone(UTC) + TOKEN_LIFE
            stamp = ends.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            return {"access_token": token, "access_token_expires_at": stamp}
        judged = placing.by_status(response)
        said_no = placing.is_success(response) and as_integer(answer.get("status_code")) is not None
        final = judged.outcome is Placed.REAUTH or response.status in (400, 403, 404) or said_no
        raise RefreshFailed(KEY_REFUSED if final else judged.reason, permanent=final)
