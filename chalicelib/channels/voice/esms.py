"""eSMS voice: what became of a call it placed for us, and the key the customer pressed.

GET, unsigned, up to five times on any answer but 200 (channels.md §5): the secret stands in the
path. It names no customer, only the `ReferenceId` that was given when the call was placed.
"""

from __future__ import annotations

from typing import ClassVar

from ..event import Call, CallStage, Json
from ..wire import as_text
from . import codes, numbers
from .hearing import Heard, VoiceAdapter, VoiceProvider, seconds, word


class EsmsVoice(VoiceProvider):
    name: ClassVar[str] = "esms_voice"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        call_id, status = as_text(told.get("ReferenceId")), word(told.get("CallStatus"))
        if call_id is None:
            return Heard(None, key=(), name=status, told=told)
        hotline = numbers.number(told.get("CID"))
        stage = codes.OUTCOMES.get(status, CallStage.MISSED)
        call = Call(
            id=call_id,
            stage=stage,
            outbound=True,
            from_number=hotline,
            hotline=hotline,
            talk_seconds=seconds(told.get("CallDuration")) if stage is CallStage.ENDED else None,
            cause=as_text(told.get("CallStatus")),
        )
        pressed = as_text(told.get("Ivr"))
        key = (call_id, status, pressed)
        return Heard(call, key=key, name="voice_result", told=told, digits=pressed)


PROVIDER = EsmsVoice()


class EsmsCalls(VoiceAdapter):
    provider: ClassVar[str] = EsmsVoice.name
    reader: ClassVar[VoiceProvider] = PROVIDER
