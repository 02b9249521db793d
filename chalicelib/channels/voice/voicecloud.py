"""VoiceCloud and BizCloud: GET requests `call_in`, `hangup` and `calldata`, all to one address.

wiki.voicecloud.vn, docs.voicecloud.my, support.bizcloud.vn (channels.md §5). Nothing is signed:
the secret stands in the path. Which of the three a request is, its fields tell.
"""

from __future__ import annotations

from typing import ClassVar

from ..event import Call, CallStage, Json
from ..wire import as_text
from . import codes, numbers
from .hearing import (
    Heard,
    VoiceAdapter,
    VoiceProvider,
    direction,
    first,
    instant,
    is_internal,
    less,
    link,
    seconds,
    sides,
    word,
)


class VoiceCloud(VoiceProvider):
    name: ClassVar[str] = "voicecloud"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        call_id = as_text(told.get("callid"))
        rings = codes.VOICECLOUD.get(word(told.get("event")))
        name = "calldata" if "status" in told else "call_in" if rings else "hangup"
        if call_id is None or is_internal(told.get("direction")):
            return Heard(None, key=(), name=name, told=told)
        if name == "calldata":
            return _record(told, call_id)
        extension, phone = as_text(told.get("extension")), first(told, "phone", "callernumber")
        call = Call(
            id=call_id,
            stage=rings or CallStage.NOTED,
            extension=extension if rings else None,
            one_leg=rings is not None,
            hotline=numbers.number(told.get("did")),
            **sides(
                numbers.number(phone),
                numbers.number(told.get("did")),
                outbound=direction(told.get("direction")),
            ),
        )
        withheld = "phone" in told and numbers.is_withheld(phone)
        key = (call_id, name, as_text(told.get("event")), extension)
        return Heard(call, key=key, name=name, told=told, withheld=withheld)


PROVIDER = VoiceCloud()


class VoiceCloudCalls(VoiceAdapter):
    provider: ClassVar[str] = VoiceCloud.name
    reader: ClassVar[VoiceProvider] = PROVIDER


def _record(told: Json, call_id: str) -> Heard:
    """The record of a whole call. Its `calldate` is when it began, in local time."""
    status = word(told.get("status"))
    stage = codes.OUTCOMES.get(status)
    if stage is None:
        return Heard(None, key=(), name="calldata", told=told)
    talked, whole = seconds(told.get("billsec")), seconds(told.get("duration"))
    ended = stage is CallStage.ENDED
    did = numbers.number(told.get("did"))
    call = Call(
        id=call_id,
        stage=stage,
        hotline=did,
        queue_seconds=seconds(told.get("holdtime")),
        ring_seconds=less(whole, talked),
        talk_seconds=talked if ended else None,
        recording_url=link(told.get("recordingfile")),
        abandoned=status in codes.ABANDONED,
        cause=as_text(told.get("status")),
        extension=as_text(told.get("extension")),
        queue=as_text(told.get("queue")),
        **sides(numbers.number(told.get("phone")), did, outbound=direction(told.get("direction"))),
    )
    return Heard(
        call,
        key=(call_id, "calldata", status, call.extension),
        name="calldata",
        told=told,
        at=instant(told.get("calldate")),
        withheld="phone" in told and numbers.is_withheld(told["phone"]),
    )
