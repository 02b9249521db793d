"""Zorio: `{event: pbx.call.ringing|answered|hangup, timestamp, data}`, signed by HMAC-SHA256.

docs.zorio.vn/en/api/pbx/webhooks, /en/webhooks/hmac (channels.md §5); the setting
`signature_header` names another header. Calls are placed by …/api/pbx/click-to-call.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from ..base import Account, WebhookRequest
from ..callout import Called, CallOut, Dialling
from ..event import Json
from ..sending import CannotSend, HttpRequest, HttpResponse
from ..wire import as_object, as_text, leading_object
from . import placing
from .hearing import Heard, VoiceAdapter, VoiceProvider
from .records import inner, read_record
from .signed import SignedProvider

HEADER = "x-zorio-signature"
SIGNED = re.compile(r"(?:sha256=)?([0-9a-fA-F]{64})")
API_BASE = "https://app.zorio.vn"
EXTENSION = re.compile(r"[0-9]{3,10}")
NO_SUCH_EXTENSION = "Máy lẻ trên Zorio gồm 3 đến 10 chữ số"
EVENT = re.compile(r"pbx\.call\.([a-z_]{1,20})")


class Zorio(SignedProvider):
    name: ClassVar[str] = "zorio"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        name = as_text(told.get("event")) or ""
        found = EVENT.fullmatch(name)
        if found is None:
            return Heard(None, key=(), name=name, told=told)
        record = {"timestamp": told.get("timestamp"), **inner(told, "data")}
        return read_record(record, line, state=found[1])

    def given(self, request: WebhookRequest, account: Account) -> bytes | None:
        header = (as_text(account.settings.get("signature_header")) or HEADER).lower()
        found = SIGNED.fullmatch(request.headers.get(header, "").strip())
        return found[1].lower().encode() if found else None

    def signature(self, key: str, body: bytes) -> bytes:
        return hmac.new(key.encode(), body, sha256).hexdigest().encode()


PROVIDER = Zorio()


class ZorioCalls(VoiceAdapter):
    provider: ClassVar[str] = Zorio.name
    reader: ClassVar[VoiceProvider] = PROVIDER
    hosts: ClassVar[frozenset[str]] = frozenset({"app.zorio.vn"})
    dials: ClassVar[Dialling] = Dialling(people=True)
    further_credentials: ClassVar[tuple[str, ...]] = ("access_token",)

    def call_request(self, call: CallOut, account: Account, *, now: datetime) -> HttpRequest:
        """The extension is rung first, then the customer. Raises `CannotSend`."""
        extension = placing.telephone(placing.unscripted(call))
        if EXTENSION.fullmatch(extension) is None:
            raise CannotSend(NO_SUCH_EXTENSION)
        (token,) = placing.needed(account, "access_token")
        body = {
            "from_extension": extension,
            "to_phone": placing.national(call.to),
            "caller_id": placing.national(placing.shown(account)),
        }
        url = f"{placing.base_url(account, API_BASE)}/api/pbx/calls/click-to-call"
        return placing.posted(url, body, {"authorization": f"Bearer {token}"})

    def called(self, response: HttpResponse) -> Called:
        """202 with the call's `call_uuid`; a refusal says which field is at fault."""
        answer = leading_object(response.body) or {}
        if placing.is_success(response):
            data = as_object(answer.get("data"))
            call_id = as_text(answer.get("call_uuid")) or as_text(data.get("call_uuid"))
            return placing.taken(call_id) if call_id else placing.by_status(response)
        said = placing.error_of(answer, "message")
        if said and response.status in (400, 404, 409, 422):
            return placing.refused(str(response.status), {}, said)
        return placing.by_status(response)
