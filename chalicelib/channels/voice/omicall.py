"""OMICall: `call` webhooks for `ringing`, `answered` and `hangup`.

api.omicall.com/omicall-api/webhooks (channels.md §5): the fields are those of its call records,
the body of the webhook and a signature are not documented. The secret stands in the path.
"""

from __future__ import annotations

from typing import ClassVar

from ..event import Json
from ..wire import as_text
from .hearing import Heard, VoiceAdapter, VoiceProvider, first
from .records import inner, read_record


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
