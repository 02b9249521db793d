"""What the API shows and takes of calendars."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..language.text import one_line
from ..platform.http import OneOf, View
from . import public
from .feed import LONGEST_NAME
from .model import StoredCalendar
from .reading import MOST_DATES, MOST_WINDOWS, read, shown
from .rules import WEEKDAYS, Calendar, Day, Reason, day_of

Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(one_line)]
DayName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(one_line)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
Zone = Annotated[str, Field(min_length=1, max_length=64)]
DateText = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
TimeText = Annotated[str, Field(pattern=r"^\d{1,2}:\d{2}(:\d{2})?$")]
Weekday = Annotated[str, OneOf(WEEKDAYS)]
Window = Annotated[
    list[TimeText],
    Field(
        min_length=2,
        max_length=2,
        description="From and until; one that ends at or before its beginning runs over midnight",
    ),
]
DayWindows = Annotated[list[Window], Field(max_length=MOST_WINDOWS)]


def left_out() -> Any:
    """The default of a field that a change may leave out but not clear with null."""
    return Field(default_factory=lambda: None)


class ClosedDay(View):
    """`source` is `import` or `feed` where the day came with an iCalendar."""

    date: DateText
    name: DayName | None = None
    source: Annotated[str, OneOf(("import", "feed"))] | None = None


class MakeUpDay(View):
    """A working day out of turn, with the hours of weekday `like`; else of the first with any."""

    date: DateText
    like: Weekday | None = None
    name: DayName | None = None


class FeedView(View):
    """Whether closed days come from a feed (its address is not shown), and how it went."""

    read_at: str | None
    error: str | None


class CalendarView(View):
    """`version` changes with hours and days, `revision` with anything."""

    id: str
    name: str
    version: int
    archived: bool
    timezone: str
    hours: dict[str, list[list[str]]]
    overrides: dict[str, list[list[str]]]
    closed_days: list[ClosedDay]
    make_up_days: list[MakeUpDay]
    public_holidays: bool
    always_open: bool
    feed: FeedView | None
    revision: int

    @classmethod
    def of(cls, item: StoredCalendar) -> CalendarView:
        feed = None
        if item.feed_url is not None:
            feed = FeedView(read_at=item.feed_at, error=item.feed_error)
        return cls(
            id=item.id,
            name=item.name,
            version=int(item.version),
            archived=item.archived,
            feed=feed,
            revision=int(item.revision),
            **item.spec,
        )


class VersionView(View):
    """A calendar's hours and days as a version had them."""

    id: str
    version: int
    timezone: str
    hours: dict[str, list[list[str]]]
    overrides: dict[str, list[list[str]]]
    closed_days: list[ClosedDay]
    make_up_days: list[MakeUpDay]
    public_holidays: bool
    always_open: bool


class CalendarNew(View):
    """Its own hours, or open for ever (`always_open`, with nothing else). Times are local."""

    id: Code | None = None
    name: Name
    timezone: Zone = "Asia/Ho_Chi_Minh"
    hours: dict[Weekday, DayWindows] = Field(default_factory=dict)
    overrides: Annotated[dict[DateText, DayWindows], Field(max_length=MOST_DATES)] = Field(
        default_factory=dict
    )
    closed_days: Annotated[list[ClosedDay], Field(max_length=MOST_DATES)] = Field(
        default_factory=list
    )
    make_up_days: Annotated[list[MakeUpDay], Field(max_length=MOST_DATES)] = Field(
        default_factory=list
    )
    public_holidays: bool = False
    always_open: bool = False


class CalendarChange(View):
    """What is given replaces what was there; `feed_url: null` ends the feed, its days stay."""

    name: Name = left_out()
    timezone: Zone = left_out()
    hours: dict[Weekday, DayWindows] = left_out()
    overrides: Annotated[dict[DateText, DayWindows], Field(max_length=MOST_DATES)] = left_out()
    closed_days: Annotated[list[ClosedDay], Field(max_length=MOST_DATES)] = left_out()
    make_up_days: Annotated[list[MakeUpDay], Field(max_length=MOST_DATES)] = left_out()
    public_holidays: bool = left_out()
    always_open: bool = left_out()
    archived: bool = left_out()
    feed_url: None = None


class DaysQuery(View):
    """Local days, both included; from today on and a month of them where not said."""

    first: DateText | None = Field(default=None, alias="from")
    last: DateText | None = Field(default=None, alias="to")


#: What a day without hours, or with others than usual, is called where it has no name.
NAMES = {
    Reason.WEEKLY: "Ngày nghỉ hằng tuần",
    Reason.CLOSED_DAY: "Ngày nghỉ của đơn vị",
    Reason.OVERRIDE: "Giờ riêng của ngày này",
    Reason.MAKE_UP_DAY: "Ngày làm bù",
}


class DayView(View):
    """`open`: the windows that begin on this day. `name`: why it is closed or unusual."""

    date: DateText
    weekday: str
    open: list[list[str]]
    reason: Annotated[str, OneOf(tuple(Reason))]
    name: str | None

    @classmethod
    def of(cls, day: Day) -> DayView:
        usual = day.reason is Reason.ALWAYS_OPEN or (day.reason is Reason.WEEKLY and day.windows)
        return cls(
            date=str(day.date),
            weekday=WEEKDAYS[day.date.weekday()],
            open=shown(day.windows),
            reason=day.reason.value,
            name=None if usual else _name(day),
        )


def _name(day: Day) -> str | None:
    if day.reason is Reason.EXCHANGED_DAY:
        return f"Làm bù cho ngày {public.exchanged_for(day.date):%d/%m/%Y}"
    return day.name or NAMES.get(day.reason)


class DaysView(View):
    """A calendar's days, one after another."""

    calendar_id: str
    version: int
    timezone: str
    days: list[DayView]

    @classmethod
    def of(cls, calendar: Calendar, first: date, last: date) -> DaysView:
        span = range(first.toordinal(), last.toordinal() + 1)
        days = [day_of(calendar, date.fromordinal(one)) for one in span]
        return cls(
            calendar_id=calendar.id,
            version=calendar.version,
            timezone=calendar.zone.key,
            days=[DayView.of(day) for day in days],
        )


class ClosedDaysImport(View):
    """An iCalendar as a text, or where one is (https). `daily`: read that address every night."""

    ics: Annotated[str, Field(min_length=1, max_length=900_000)] | None = None
    url: Annotated[str, Field(pattern=r"^https?://", max_length=2000)] | None = None
    daily: bool = False


class ImportView(View):
    """How many closed days were new; `ignored` events were of hours, not of days."""

    added: int
    ignored: int
    calendar: CalendarView


def drawn(item: StoredCalendar) -> Calendar:
    """The calendar of a stored one."""
    return read(item.spec, id=item.id, version=int(item.version))
