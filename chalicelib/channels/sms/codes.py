"""The tables of the SMS providers: what their statuses and error codes mean, in words for people.

Classes of codes are those of channels.md §1.2 and §6; texts are for the agent who reads them.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..event import Kind
from ..sending import Outcome

NO_NUMBER = "Không có số điện thoại để nhắn tin trả lời"
NO_TEXT = "Tin nhắn không có nội dung"
NO_SENDER = "Tài khoản chưa khai số hoặc tên gửi tin (cài đặt `sender`)"
UNREADABLE = "Nhà cung cấp SMS trả lời không đọc được, sẽ gửi lại"
NOT_DELIVERED = "Nhà cung cấp SMS báo không gửi được tin đến khách"
OPTED_OUT = "Khách đã nhắn STOP: số này không nhận tin của bạn cho đến khi nhắn START"

BY_CLASS: dict[Outcome, str] = {
    Outcome.RETRY: "Nhà cung cấp SMS tạm thời không nhận, sẽ gửi lại",
    Outcome.REAUTH: "Kết nối SMS cần người quản trị kiểm tra và kết nối lại",
    Outcome.UNREACHABLE: "Số này không nhận được SMS",
    Outcome.PERMANENT: "Nhà cung cấp SMS từ chối tin nhắn này",
}


def _by_code(classes: Mapping[Outcome, tuple[int, ...]], width: int = 0) -> dict[str, Outcome]:
    return {f"{code:0{width}}": kind for kind, codes in classes.items() for code in codes}


# ------------------------------------------------------------------- Twilio

#: `MessageStatus` → what it is in our words. Those before say nothing that the answer to the
#: send did not say.
TWILIO_STATUSES: dict[str, Kind] = {
    "sent": Kind.SENT,
    "delivered": Kind.DELIVERED,
    "read": Kind.READ,
    "undelivered": Kind.FAILED,
    "failed": Kind.FAILED,
    "canceled": Kind.FAILED,
}
TWILIO_BEFORE = frozenset({"accepted", "scheduled", "queued", "sending"})
#: `OptOutType` → whether Twilio itself now refuses what we send, or takes it again.
TWILIO_CONSENT: dict[str, Kind] = {"STOP": Kind.UNFOLLOW, "START": Kind.FOLLOW}
TWILIO_OPTED_OUT = "21610"

TWILIO_CODES = _by_code(
    {
        Outcome.RETRY: (14107, 20429, 20500, 20503, 21611, 30001, 30022, 63018),
        Outcome.REAUTH: (20003, 20005, 20006, 30002, 90010),
        # of the customer's number; the same codes come in reports (twilio.com/docs/api/errors)
        Outcome.UNREACHABLE: (21211, 21610, 21612, 21614, 30003, 30004, 30005, 30006),
        Outcome.PERMANENT: (
            *(21212, 21408, 21602, 21603, 21604, 21606, 21608, 21617),
            *(30007, 30008, 30032, 30034),  # what was sent, or from where; or nobody knows
        ),
    }
)
TWILIO_REASONS: dict[str, str] = {
    "20003": "Twilio từ chối mã xác thực (account SID hoặc auth token), cần kết nối lại",
    "20005": "Tài khoản Twilio đang bị khóa, cần người quản trị kiểm tra",
    "21211": "Số điện thoại của khách không hợp lệ",
    "21408": "Tài khoản Twilio chưa được phép nhắn tin đến quốc gia này",
    "21606": "Số gửi không thuộc tài khoản Twilio này hoặc không nhắn tin được",
    "21608": "Tài khoản Twilio dùng thử chỉ nhắn được cho số đã xác minh",
    TWILIO_OPTED_OUT: OPTED_OUT,
    "21612": "Twilio không nhắn được từ số này đến số của khách",
    "21614": "Số của khách không phải số di động",
    "21617": "Tin nhắn dài quá 1600 ký tự",
    "30002": "Tài khoản Twilio đã bị tạm ngừng",
    "30003": "Máy của khách đang tắt hoặc ngoài vùng phủ sóng",
    "30004": "Khách hoặc nhà mạng chặn tin nhắn này",
    "30005": "Số điện thoại không tồn tại hoặc không còn dùng",
    "30006": "Số cố định hoặc nhà mạng không nhận SMS",
    "30007": "Nhà mạng lọc tin nhắn này là tin rác",
    "30008": "Nhà mạng không chuyển được tin và không cho biết lý do",
    "30034": "Số gửi chưa được đăng ký với nhà mạng",
}

# --------------------------------------------------------------------- eSMS

ESMS_ACCEPTED = "100"
#: The request was sent before: what we send again is the same request.
ESMS_SENT_BEFORE = "124"
#: Our name for a refusal that has no code: `{"error": "Invalid request"}`.
ESMS_NOT_UNDERSTOOD = "invalid_request"
ESMS_CODES = {
    **_by_code(
        {
            Outcome.RETRY: (105, 160, 199),
            Outcome.UNREACHABLE: (99, 108),
            Outcome.PERMANENT: (101, 102, 103, 104, 107, 118, 120, 140, 143, 146, 177),
        }
    ),
    ESMS_NOT_UNDERSTOOD: Outcome.PERMANENT,
}
ESMS_REASONS: dict[str, str] = {
    "99": "Số điện thoại bị chặn trên hệ thống eSMS",
    "101": "Sai ApiKey hoặc SecretKey của eSMS",
    "102": "Tài khoản eSMS chưa có bảng giá",
    "103": "Tài khoản eSMS không đủ số dư",
    "104": "Brandname chưa đăng ký hoặc chưa được kích hoạt trên eSMS",
    "108": "Số điện thoại của khách không đúng định dạng",
    "118": "Loại tin nhắn (sms_type) không hợp lệ",
    "140": "Địa chỉ IP chưa được eSMS cho phép gửi tin",
    "143": "Tài khoản eSMS đang bị khóa",
    "146": "Nội dung không khớp mẫu tin chăm sóc khách hàng đã đăng ký với eSMS",
    "160": "Gửi quá nhanh so với giới hạn của eSMS, sẽ gửi lại",
    "177": "Brandname chưa được đăng ký với nhà mạng của khách",
    ESMS_NOT_UNDERSTOOD: "eSMS không nhận yêu cầu: kiểm tra lại thông tin kết nối",
    "199": "eSMS đang xử lý yêu cầu này, sẽ gửi lại",
}
#: `SendStatus` of a report that a person refused the message before it went out.
ESMS_REJECTED = "4"
#: Codes of Zalo in reports of messages that eSMS brought by Zalo, which say that this customer
#: is not reached there (channels.md §2.3).
ESMS_ZALO_UNREACHABLE = frozenset({"-114", "-118", "-119", "-139", "-140", "-141"})
#: `TypeId` of messages that eSMS brought by Zalo: `phonenumber` may be a Zalo id, cut short.
ESMS_BY_ZALO = frozenset({"24", "25", "26", "27"})

# ----------------------------------------------------------------- SpeedSMS

SPEEDSMS_CODES = _by_code(
    {
        Outcome.RETRY: (500,),
        Outcome.REAUTH: (7, 8, 9),
        Outcome.UNREACHABLE: (105,),
        Outcome.PERMANENT: (101, 110, 113, 300),
    },
    width=3,
)
SPEEDSMS_REASONS: dict[str, str] = {
    "007": "Địa chỉ IP bị SpeedSMS khóa, cần người quản trị kiểm tra",
    "008": "Tài khoản SpeedSMS đang bị khóa",
    "009": "Tài khoản SpeedSMS chưa được phép gửi qua API",
    "101": "Tham số gửi SpeedSMS không hợp lệ",
    "105": "Số điện thoại của khách không hợp lệ",
    "110": "SpeedSMS không nhận bảng mã của nội dung này",
    "113": "Tin nhắn quá dài đối với SpeedSMS",
    "300": "Tài khoản SpeedSMS không đủ số dư",
}

# ---------------------------------------------------------------------- SNS

SNS_CODES: dict[str, Outcome] = {
    "Throttling": Outcome.RETRY,
    "ThrottledException": Outcome.RETRY,
    "InternalError": Outcome.RETRY,
    "InternalFailure": Outcome.RETRY,
    "ServiceUnavailable": Outcome.RETRY,
    "RequestExpired": Outcome.RETRY,
    "AuthorizationError": Outcome.REAUTH,
    "AccessDenied": Outcome.REAUTH,
    "InvalidClientTokenId": Outcome.REAUTH,
    "SignatureDoesNotMatch": Outcome.REAUTH,
    "InvalidParameter": Outcome.PERMANENT,
    "InvalidParameterValue": Outcome.PERMANENT,
    "OptedOut": Outcome.UNREACHABLE,
    "EndpointDisabled": Outcome.PERMANENT,
}
SNS_REASONS: dict[str, str] = {
    "AuthorizationError": "Hệ thống chưa có quyền gửi SMS qua AWS SNS",
    "AccessDenied": "Hệ thống chưa có quyền gửi SMS qua AWS SNS",
    "InvalidParameter": "AWS SNS không nhận số điện thoại hoặc nội dung này",
    "InvalidParameterValue": "AWS SNS không nhận số điện thoại hoặc nội dung này",
    "OptedOut": "Khách đã từ chối nhận SMS từ AWS SNS",
}
