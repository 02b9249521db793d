"""CareSoft: `{object, action, …}`, signed by HMAC-SHA1 in upper-case hex without a prefix.

docs.caresoft.vn/danh-muc/webhook (channels.md §5). Of its objects only calls are acted on:
tickets are kept here, not there.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha1
from typing import ClassVar

from ..base import Account, WebhookRequest
from ..event import Json
from ..wire import as_text
from . import codes
from .hearing import Heard, VoiceAdapter, VoiceProvider, word
from .records import inner, read_record
from .signed import SignedProvider

HEADER = "x-hub-signature"
SIGNED = re.compile(r"[0-9A-F]{40}")
CALL = "call"


class CareSoft(SignedProvider):
    name: ClassVar[str] = "caresoft"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        kind, action = word(told.get("object")), as_text(told.get("action")) or ""
        if kind != CALL and not {"call_id", CALL} & told.keys():
            return Heard(None, key=(), name=f"{kind}.{action}".strip("."), told=told)
        record = inner(told, CALL, "data")
        said = action if word(action) in codes.STATES else as_text(record.get("call_status"))
        return read_record(record, line, state=said)

    def given(self, request: WebhookRequest, account: Account) -> bytes | None:
        header = request.headers.get(HEADER, "").strip()
        return header.encode() if SIGNED.fullmatch(header) else None

    def signature(self, key: str, body: bytes) -> bytes:
        return hmac.new(key.encode(), body, sha1).hexdigest().upper().encode()


PROVIDER = CareSoft()


class CareSoftCalls(VoiceAdapter):
    provider: ClassVar[str] = CareSoft.name
    reader: ClassVar[VoiceProvider] = PROVIDER
