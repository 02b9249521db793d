"""Zorio: `{event: pbx.call.ringing|answered|hangup, timestamp, data}`, signed by HMAC-SHA256.

docs.zorio.vn (channels.md §5). The name of the header is in no public document: the setting
`signature_header`.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import ClassVar

from ..base import Account, WebhookRequest
from ..event import Json
from ..wire import as_text
from .hearing import Heard, VoiceAdapter, VoiceProvider
from .records import inner, read_record
from .signed import SignedProvider

HEADER = "x-zorio-signature"
SIGNED = re.compile(r"(?:sha256=)?([0-9a-fA-F]{64})")
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
