"""Words of the telephone exchanges in ours: states, outcomes, directions.

Facts: channels.md §5. What stands in no table is kept as an unknown event, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..event import CallStage

#: The setting with the addresses (or CIDR blocks) that such requests may come from.
SOURCES = "source_ips"
NOT_PROVEN = "Địa chỉ webhook thiếu mã bí mật, hoặc yêu cầu đến từ máy chủ không được phép"

INBOUND, OUTBOUND, INTERNAL = "in", "out", "internal"
#: A provider's word for the direction, folded to lower-case letters → ours.
DIRECTIONS: Mapping[str, str] = {
    "in": INBOUND,
    "incoming": INBOUND,
    "inbound": INBOUND,
    "callin": INBOUND,
    "out": OUTBOUND,
    "outgoing": OUTBOUND,
    "outbound": OUTBOUND,
    "callout": OUTBOUND,
    "clicktocall": OUTBOUND,
    "internal": INTERNAL,
    "local": INTERNAL,
}

#: A provider's word for how a call went, folded to lower-case letters → its stage.
OUTCOMES: Mapping[str, CallStage] = {
    "answer": CallStage.ENDED,
    "answered": CallStage.ENDED,
    "completed": CallStage.ENDED,
    "meetagent": CallStage.ENDED,
    "success": CallStage.ENDED,
    "abandon": CallStage.MISSED,
    "abandoned": CallStage.MISSED,
    "busy": CallStage.MISSED,
    "cancel": CallStage.MISSED,
    "canceled": CallStage.MISSED,
    "cancelled": CallStage.MISSED,
    "chanunavail": CallStage.MISSED,
    "congestion": CallStage.MISSED,
    "decline": CallStage.MISSED,
    "declined": CallStage.MISSED,
    "failed": CallStage.MISSED,
    "miss": CallStage.MISSED,
    "misscall": CallStage.MISSED,
    "missed": CallStage.MISSED,
    "missedcall": CallStage.MISSED,
    "noanswer": CallStage.MISSED,
    "noanswered": CallStage.MISSED,
    "notanswered": CallStage.MISSED,
    "notmeetagent": CallStage.MISSED,
    "rejected": CallStage.MISSED,
    "timeout": CallStage.MISSED,
    "unanswered": CallStage.MISSED,
    "voicemail": CallStage.MISSED,
}
#: Of these the customer gave up waiting.
ABANDONED = frozenset({"abandon", "abandoned"})

#: VoIP24H's states of one telephone that rings; `cdr` is the record of the whole call.
VOIP24H: Mapping[str, CallStage] = {
    "ring": CallStage.RINGING,
    "ringing": CallStage.RINGING,
    "up": CallStage.ANSWERED,
    "hangup": CallStage.MISSED,
}
#: VoiceCloud's events of one telephone that rings.
VOICECLOUD: Mapping[str, CallStage] = {
    "ring": CallStage.RINGING,
    "ringing": CallStage.RINGING,
    "answer": CallStage.ANSWERED,
    "answered": CallStage.ANSWERED,
}
#: Stringee's `call_status`; how an ended call went, its `answerDuration` says.
STRINGEE: Mapping[str, CallStage] = {
    "created": CallStage.RINGING,
    "started": CallStage.RINGING,
    "ringing": CallStage.RINGING,
    "answered": CallStage.ANSWERED,
    "ended": CallStage.ENDED,
    "agentended": CallStage.NOTED,
}
#: The state of a call at OMICall, Zorio and CareSoft; how one that is over went, `OUTCOMES` says.
STATES: Mapping[str, CallStage] = {
    "create": CallStage.RINGING,
    "created": CallStage.RINGING,
    "start": CallStage.RINGING,
    "ring": CallStage.RINGING,
    "ringing": CallStage.RINGING,
    "answer": CallStage.ANSWERED,
    "answered": CallStage.ANSWERED,
    "meetagent": CallStage.ANSWERED,
    "hangup": CallStage.ENDED,
    "end": CallStage.ENDED,
    "ended": CallStage.ENDED,
    "cdr": CallStage.ENDED,
    "completed": CallStage.ENDED,
}
#: Twilio's `CallStatus`. A call that came in is "in-progress" as soon as a machine answers.
TWILIO: Mapping[str, CallStage] = {
    "queued": CallStage.RINGING,
    "initiated": CallStage.RINGING,
    "ringing": CallStage.RINGING,
    "in-progress": CallStage.NOTED,
    "answered": CallStage.NOTED,
    "completed": CallStage.ENDED,
    "busy": CallStage.MISSED,
    "no-answer": CallStage.MISSED,
    "canceled": CallStage.MISSED,
    "failed": CallStage.MISSED,
}
#: The same of a telephone of ours that Twilio dialled for the call.
TWILIO_LEG: Mapping[str, CallStage] = {
    **TWILIO,
    "in-progress": CallStage.ANSWERED,
    "answered": CallStage.ANSWERED,
}

#: Read to a caller whom no telephone of ours is set to answer.
NOBODY = "Cảm ơn quý khách đã gọi. Nhân viên của chúng tôi sẽ gọi lại trong thời gian sớm nhất."
