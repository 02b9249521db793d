"""A clock's sum in words, in Vietnamese and English, so that anybody can check it. Pure.

Called by `clocks_views`. "Đã dùng 2 giờ trước T2 30/11 10:00; T2 10:00 + 6 giờ = T3 08:00, vì …".
"""

from __future__ import annotations

from datetime import datetime

from ..calendars import telling
from ..calendars.rules import Calendar
from ..calendars.telling import ENGLISH, VIETNAMESE, Words
from ..platform.fact import frozen
from . import clock as clocks
from .agreement import Account
from .clock import Calendars, Clock, End


@frozen
class Phrases:
    """A language's sentences about clocks; `words` are those of its times."""

    words: Words
    used: str  # before the last change of terms
    moved: str  # a due moment outside the hours
    stands: str
    never: str  # its calendar is not open for that long any more
    late: str
    met: str
    cancelled: str
    whys: dict[str, str]


VI = Phrases(
    words=VIETNAMESE,
    used="đã dùng {used} trước {at}, còn {left}",
    moved="ngoài giờ làm việc nên dời đến {at}",
    stands="đứng yên từ {at} ({why}), còn {left}",
    never="không bao giờ đến hạn: lịch không còn đủ {left} mở cửa từ {at}",
    late="đã trễ {late}",
    met="xong lúc {at}, đã dùng {used}",
    cancelled="không còn áp dụng từ {at}",
    whys={
        "customer": "chờ khách hàng",
        "third_party": "chờ bên thứ ba",
        "agent": "đến lượt mình",
        "done": "việc đã hoàn tất",
    },
)
EN = Phrases(
    words=ENGLISH,
    used="{used} used before {at}, {left} left",
    moved="outside the hours, so moved to {at}",
    stands="standing still since {at} ({why}), {left} left",
    never="never due: the calendar is not open for another {left} from {at} on",
    late="late by {late}",
    met="done {at}, {used} used",
    cancelled="does not apply any more since {at}",
    whys={
        "customer": "waiting for the customer",
        "third_party": "waiting for a third party",
        "agent": "our turn",
        "done": "the matter was done",
    },
)
#: What the clocks are called: Vietnamese, English. Those of an organisation's own: by their name.
NAMES = {
    "acknowledge": ("Tiếp nhận", "First answer"),
    "update": ("Báo tin cho khách", "News for the customer"),
    "resolve": ("Giải quyết", "Resolution"),
    "follow_up": ("Hỏi thăm sau xử lý", "Follow-up"),
    "next_response": ("Trả lời tin nhắn kế", "Next answer"),
}


@frozen
class Both:
    """The same in two languages."""

    vi: str
    en: str


def called(name: str) -> Both:
    """What a clock is called."""
    vi, en = NAMES.get(name, (name, name))
    return Both(vi=vi, en=en)


def why(code: str) -> Both:
    """Why a clock stood still."""
    return Both(vi=VI.whys.get(code, code), en=EN.whys.get(code, code))


def spelled(account: Account, calendars: Calendars) -> Both:
    """How a clock's due moment adds up, and what became of it."""
    one = account.clock
    calendar = calendars(one.counting.calendar, one.counting.version)
    return Both(
        vi=_sentence(account, calendar, calendars, VI),
        en=_sentence(account, calendar, calendars, EN),
    )


def _sentence(account: Account, calendar: Calendar, calendars: Calendars, use: Phrases) -> str:
    one = account.clock
    parts = [
        _before(one, calendar, use),
        _standing(account, calendar, use)
        if one.paused
        else _sum(account, calendar, calendars, use),
        _late(account, use),
        _end(account, calendar, use),
    ]
    return "; ".join(filter(None, parts))


def _before(one: Clock, calendar: Calendar, use: Phrases) -> str:
    if not one.used:
        return ""
    spent, left = (telling.length(seconds, use.words) for seconds in (one.used, one.left))
    return use.used.format(used=spent, at=_moment(one.since, calendar, use.words), left=left)


def _sum(account: Account, calendar: Calendar, calendars: Calendars, use: Phrases) -> str:
    one = account.clock
    used_up = clocks.used_up_at(one, calendars)
    if used_up == clocks.NEVER:
        left = telling.length(one.left, use.words)
        return use.never.format(left=left, at=_moment(one.since, calendar, use.words))
    pauses = [(begin, end) for begin, end in one.pauses if end is not None]
    told = telling.explained(one.since, max(one.since, used_up), calendar, pauses)
    sentence = told.vi if use is VI else told.en
    if account.due_at is None or account.due_at == used_up:
        return sentence
    return f"{sentence}; {use.moved.format(at=_moment(account.due_at, calendar, use.words))}"


def _standing(account: Account, calendar: Calendar, use: Phrases) -> str:
    last = account.stops[-1] if account.stops else None
    since = account.clock.pauses[-1][0] if last is None else last.since
    return use.stands.format(
        at=_moment(since, calendar, use.words),
        why=use.whys.get(last.why, last.why) if last else "",
        left=telling.length(max(0, account.live.left), use.words),
    )


def _late(account: Account, use: Phrases) -> str:
    """How late it is, or was in the end: in the open time of its calendar."""
    if account.broken_at is None or account.live.left >= 0:
        return ""
    return use.late.format(late=telling.length(-account.live.left, use.words))


def _end(account: Account, calendar: Calendar, use: Phrases) -> str:
    one = account.clock
    if one.ended_at is None:
        return ""
    at = _moment(one.ended_at, calendar, use.words)
    if one.end is End.CANCELLED:
        return use.cancelled.format(at=at)
    return use.met.format(at=at, used=telling.length(account.used, use.words))


def _moment(at: datetime, calendar: Calendar, words: Words) -> str:
    there = at.astimezone(calendar.zone)
    seconds = f":{there.second:02}" if there.second else ""
    return f"{words.short[there.weekday()]} {words.day(there.date())} {there:%H:%M}{seconds}"
