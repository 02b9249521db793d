"""What agents are told of: how much it matters, where it goes unless they say otherwise, its words.

Data for `hearing`, `preferences` and `wording`. The gaps of the words are filled by
`wording`: a ticket's number, a clock, times and codes, never anything of a customer.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..platform.fact import frozen

#: How much it matters; the last goes out in quiet hours too, unless somebody wants it otherwise.
INFO, WARNING, URGENT = "info", "warning", "urgent"
LEVELS = (INFO, WARNING, URGENT)

#: Where it goes. The feed is in the product, the others are pushed.
FEED, EMAIL, ZALO = "feed", "email", "zalo"
PUSHED = (EMAIL, ZALO)
CHANNELS = (FEED, *PUSHED)

#: Languages of the words, the first where nobody said which.
LANGUAGES = ("vi", "en")

Words = Mapping[str, str]  # language → text


@frozen
class Kind:
    """One kind of notification. `goes`: where it goes by default."""

    level: str
    title: Words
    text: Words
    goes: frozenset[str] = frozenset({FEED})


EVERYWHERE = frozenset(CHANNELS)
BY_MAIL = frozenset({FEED, EMAIL})

CLOCK_WARNED, CLOCK_BREACHED, CLOCK_ESCALATED = "clock_warned", "clock_breached", "clock_escalated"
ASSIGNED, HANDED_OVER, TAKEN_AWAY = "ticket_assigned", "ticket_handed_over", "ticket_taken_away"
REOPENED, WROTE = "ticket_reopened", "customer_wrote"
TASK_OPENED, REPLY_FAILED = "task_opened", "reply_failed"
ACCOUNT_LOST, ACCOUNT_ENDS = "account_needs_reconnect", "account_access_ends"

KINDS: Mapping[str, Kind] = {
    CLOCK_WARNED: Kind(
        level=WARNING,
        title={"vi": "Sắp trễ hạn: {matter}", "en": "Due soon: {matter}"},
        text={
            "vi": "Đã dùng {percent} % thời gian {clock} của {matter}, hạn {due}.",
            "en": "{percent} % of the time for {clock} of {matter} is used, due {due}.",
        },
    ),
    CLOCK_BREACHED: Kind(
        level=WARNING,
        title={"vi": "Trễ hạn: {matter}", "en": "Overdue: {matter}"},
        text={
            "vi": "Đã quá hạn {clock} của {matter} từ {due}.",
            "en": "The time for {clock} of {matter} was over at {due}.",
        },
    ),
    CLOCK_ESCALATED: Kind(
        level=URGENT,
        goes=EVERYWHERE,
        title={
            "vi": "Cần can thiệp (cấp {step}): {matter}",
            "en": "Escalated (level {step}): {matter}",
        },
        text={
            "vi": "Quá hạn {clock} của {matter}: đã dùng {percent} % thời gian cam kết.",
            "en": "{percent} % of the time promised for {clock} of {matter} is used.",
        },
    ),
    ASSIGNED: Kind(
        level=INFO,
        title={"vi": "Phiếu mới: {number}", "en": "New ticket: {number}"},
        text={"vi": "Bạn được giao phiếu {number}.", "en": "Ticket {number} is yours."},
    ),
    HANDED_OVER: Kind(
        level=INFO,
        title={"vi": "Được chuyển phiếu {number}", "en": "Ticket {number} handed to you"},
        text={
            "vi": "Đồng nghiệp chuyển phiếu {number} cho bạn.",
            "en": "A colleague handed ticket {number} over to you.",
        },
    ),
    TAKEN_AWAY: Kind(
        level=INFO,
        title={"vi": "Phiếu {number} đã chuyển", "en": "Ticket {number} moved on"},
        text={
            "vi": "Phiếu {number} của bạn đã được chuyển cho người khác.",
            "en": "Your ticket {number} is now somebody else's.",
        },
    ),
    REOPENED: Kind(
        level=WARNING,
        title={"vi": "Phiếu {number} mở lại", "en": "Ticket {number} reopened"},
        text={
            "vi": "Phiếu {number} bạn đã hoàn tất vừa được mở lại.",
            "en": "Ticket {number}, which you had done, is open again.",
        },
    ),
    WROTE: Kind(
        level=INFO,
        title={"vi": "Khách trả lời: phiếu {number}", "en": "Customer answered: ticket {number}"},
        text={
            "vi": "Khách đã trả lời điều bạn chờ ở phiếu {number}.",
            "en": "The customer answered what ticket {number} waited for.",
        },
    ),
    TASK_OPENED: Kind(
        level=INFO,
        title={"vi": "Việc mới cho bộ phận: phiếu {number}", "en": "New task: ticket {number}"},
        text={
            "vi": "Bộ phận bạn có một việc mới trong phiếu {number}.",
            "en": "Your department has a new task in ticket {number}.",
        },
    ),
    REPLY_FAILED: Kind(
        level=WARNING,
        title={"vi": "Tin không gửi được: phiếu {number}", "en": "Not sent: ticket {number}"},
        text={
            "vi": "Câu trả lời của bạn ở phiếu {number} không gửi được (mã {code}).",
            "en": "Your answer on ticket {number} could not be sent (code {code}).",
        },
    ),
    ACCOUNT_LOST: Kind(
        level=URGENT,
        goes=BY_MAIL,
        title={"vi": "Cần kết nối lại kênh {account}", "en": "Reconnect channel {account}"},
        text={
            "vi": "Kênh {account} mất kết nối (mã {code}), tin chưa gửi được cho đến khi nối lại.",
            "en": "Channel {account} lost its access (code {code}): nothing goes out until then.",
        },
    ),
    ACCOUNT_ENDS: Kind(
        level=WARNING,
        goes=BY_MAIL,
        title={"vi": "Kênh {account} sắp hết quyền", "en": "Channel {account}: access ends"},
        text={
            "vi": "Quyền truy cập kênh {account} hết hạn lúc {ends}, hãy gia hạn trước đó.",
            "en": "Access to channel {account} ends at {ends}: renew it before.",
        },
    ),
}

#: Several that were noticed late, as one: their number, and what is the worst of them.
LATE_TITLE: Words = {
    "vi": "{count} việc trễ được phát hiện muộn",
    "en": "{count} overdue matters noticed late",
}
LATE_TEXT: Words = {
    "vi": "Nặng nhất: {worst} Phát hiện muộn {late}.",
    "en": "The worst: {worst} Noticed {late} late.",
}

#: Clocks as people call them; others go by their own name.
CLOCKS: Mapping[str, Words] = {
    "acknowledge": {"vi": "phản hồi đầu tiên", "en": "first reply"},
    "update": {"vi": "cập nhật cho khách", "en": "update"},
    "resolve": {"vi": "xử lý xong", "en": "resolution"},
    "follow_up": {"vi": "liên hệ lại", "en": "follow-up"},
    "next_response": {"vi": "trả lời khách", "en": "next reply"},
}
#: What has a clock, by the beginning of its key; `name` is a ticket's number.
MATTERS: Mapping[str, Words] = {
    "ticket": {"vi": "phiếu {name}", "en": "ticket {name}"},
    "task": {"vi": "việc trong phiếu {name}", "en": "a task in ticket {name}"},
    "rights": {"vi": "yêu cầu về dữ liệu cá nhân", "en": "a request about personal data"},
}
OTHER_MATTER: Words = {"vi": "một việc", "en": "a matter"}
UNKNOWN: Words = {"vi": "(không rõ)", "en": "(unknown)"}
