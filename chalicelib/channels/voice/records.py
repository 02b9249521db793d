"""Calls as a JSON object: how OMICall, Zorio and CareSoft tell of them.

api.omicall.com/omicall-api/webhooks, docs.zorio.vn, docs.caresoft.vn/danh-muc/webhook
(channels.md §5). What their webhooks carry is hardly documented, so one reader takes a field by
every name it has in their documents; what it does not know is kept as an unknown event.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..event import Call, CallStage, Json
from ..wire import as_list, as_object, as_text
from . import codes, numbers
from .hearing import (
    Heard,
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

Names = Sequence[str]

ID: Names = ("call_id", "callid", "callId", "transaction_id", "uuid", "call_uuid", "id")
STATE: Names = ("state", "call_state", "call_status", "event", "action")
OUTCOME: Names = ("disposition", "call_result", "result", "end_status", "call_status", "status")
DIRECTION: Names = ("direction", "call_direction", "call_type", "type")
FROM: Names = ("source_number", "from_number", "from", "caller", "caller_number", "src")
TO: Names = ("destination_number", "to_number", "to", "called", "callee", "callee_number", "dst")
CUSTOMER: Names = ("phone_number", "phone", "customer_phone")
HOTLINE: Names = ("hotline", "did", "service_number")
EXTENSION: Names = ("sip_user", "extension", "ext", "agent_extension", "ipphone", "agent_id")
TALK: Names = ("bill_sec", "billsec", "talk_time", "talk_duration", "answer_sec")
WHOLE: Names = ("duration", "total_duration", "call_duration")
QUEUE: Names = ("wait_time", "queue_time", "holdtime", "queue_duration")
HOLD: Names = ("hold_time", "hold_duration")
RECORDING: Names = (
    "recording_file_url",
    "recording_url",
    "record_url",
    "recording_file",
    "path_download",
    "path",
)
STARTED: Names = ("start_time", "time_start_call", "created_date", "created_at", "timestamp")


def read_record(told: Json, line: Json, *, state: str | None = None) -> Heard:
    """What an object with the fields above tells of a call. `state` where it stands elsewhere."""
    call_id, said = as_text(first(told, *ID)), state or as_text(first(told, *STATE)) or ""
    stage = _stage(told, said)
    if call_id is None or stage is None or is_internal(first(told, *DIRECTION)):
        return Heard(None, key=(), name=said, told=told)
    outbound = _outbound(told, line)
    talked, whole = seconds(first(told, *TALK)), seconds(first(told, *WHOLE))
    outcome = word(first(told, *OUTCOME))
    theirs, ours = (TO, FROM) if outbound else (FROM, TO)
    hotline = numbers.number(first(told, *HOTLINE, *ours))
    call = Call(
        id=call_id,
        stage=stage,
        hotline=hotline,
        **sides(numbers.number(first(told, *CUSTOMER, *theirs)), hotline, outbound=outbound),
        extension=as_text(first(told, *EXTENSION)),
        queue_seconds=seconds(first(told, *QUEUE)),
        ring_seconds=less(whole, talked),
        talk_seconds=talked if stage is CallStage.ENDED else None,
        hold_seconds=seconds(first(told, *HOLD)),
        recording_url=link(first(told, *RECORDING)),
        abandoned=outcome in codes.ABANDONED,
        cause=as_text(first(told, *OUTCOME)),
    )
    return Heard(
        call,
        key=(call_id, said, call.extension),
        name=said,
        told=told,
        at=instant(first(told, *STARTED)),
        withheld=_is_withheld(told, (*CUSTOMER, *theirs)),
    )


def _stage(told: Json, said: str) -> CallStage | None:
    """By the state; of a call that is over by how it went, or by whether anybody talked."""
    stage = codes.STATES.get(word(said))
    outcome = codes.OUTCOMES.get(word(first(told, *OUTCOME)))
    if stage is None or stage is CallStage.ENDED:
        talked = seconds(first(told, *TALK))
        by_time = None if talked is None else CallStage.ENDED if talked else CallStage.MISSED
        known = stage is not None or outcome is not None
        return (outcome or by_time or CallStage.MISSED) if known else None
    return stage


def _outbound(told: Json, line: Json) -> bool | None:
    said = direction(first(told, *DIRECTION))
    if said is not None:
        return said
    ours = as_list(line.get("own"))
    return True if numbers.number(first(told, *FROM)) in ours else None


def _is_withheld(told: Json, names: Names) -> bool:
    """Whether the customer's side is there and shows no number."""
    return any(name in told for name in names) and numbers.is_withheld(first(told, *names))


def inner(told: Json, *names: str) -> Json:
    """The object that holds the call, where it stands inside another."""
    return next((found for name in names if (found := as_object(told.get(name)))), told)
