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


# ------------------------------------------------------------------ refusals to place a call

#: Twilio's codes that only a person mends who connects the account again.
TWILIO_REAUTH = frozenset({"10001", "10005", "20003", "20005", "20006"})
TWILIO_REFUSALS: Mapping[str, str] = {
    "10001": "Tài khoản Twilio đang bị khóa, cần người quản trị kiểm tra",
    "10004": "Tài khoản Twilio đã đạt giới hạn số cuộc gọi cùng lúc, hãy gọi lại sau ít phút",
    "10005": "Tài khoản Twilio bị tắt chức năng gọi, cần người quản trị kiểm tra",
    "20003": "Twilio từ chối mã xác thực (account SID hoặc auth token), cần kết nối lại",
    "20005": "Tài khoản Twilio đang bị khóa, cần người quản trị kiểm tra",
    "20006": "Twilio từ chối quyền truy cập, cần người quản trị kiểm tra",
    "21201": "Chưa có số điện thoại cần gọi",
    "21205": "Địa chỉ webhook của tài khoản không hợp lệ (`registered_url`)",
    "21210": "Số hiển thị khi gọi ra chưa được xác minh với Twilio",
    "21211": "Số điện thoại cần gọi không hợp lệ",
    "21212": "Số hiển thị khi gọi ra không hợp lệ",
    "21214": "Không thể gọi đến số này",
    "21215": "Tài khoản Twilio chưa được phép gọi đến quốc gia hoặc khu vực này",
    "21216": "Twilio không cho gọi đến số này",
    "21217": "Số điện thoại cần gọi không hợp lệ",
    "21219": "Tài khoản Twilio dùng thử chỉ gọi được cho số đã xác minh",
}
#: OMICall's `payload.error` of a call it does not place.
OMICALL_REFUSALS: Mapping[str, str] = {
    "data_is_required": "OMICall báo thiếu dữ liệu của cuộc gọi",
    "tenant_invalid": "Doanh nghiệp không hợp lệ trên OMICall, cần người quản trị kiểm tra",
    "user_not_registered": "Máy lẻ chưa đăng nhập tổng đài, hãy mở điện thoại rồi gọi lại",
    "number_call_out_invalid": "Số hotline dùng để gọi ra không hợp lệ",
    "extension_invalid": "Máy lẻ không tồn tại hoặc đang bị khóa",
    "user_busy": "Máy đang bận, hãy gọi lại sau",
    "do_not_call": "Số của khách nằm trong danh sách không làm phiền của nhà mạng",
}
