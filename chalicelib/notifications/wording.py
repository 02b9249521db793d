"""The words of notifications, in the languages of `kinds`. Called by `views` and `pushing`.

What a link leads to is looked up when somebody reads of it: nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from ..channels import flows as accounts
from ..platform.clock import parse, zone
from ..tickets import flows as tickets
from . import kinds
from .kinds import CLOCKS, KINDS, LANGUAGES, Words
from .model import Notification

TICKET, ACCOUNT = "ticket/", "channel-account/"
HOUR, DAY = 3600, 86_400
AMOUNTS: Mapping[str, Words] = {
    "days": {"vi": "{n} ngày", "en": "{n} d"},
    "hours": {"vi": "{n} giờ", "en": "{n} h"},
    "minutes": {"vi": "{n} phút", "en": "{n} min"},
}

#: Link → what people call it.
Names = Mapping[str, str]


def names(items: Iterable[Notification]) -> dict[str, str]:
    """Numbers of tickets (one read for a hundred) and names of accounts, by link."""
    links = {str(item.link) for item in items}
    wanted = [link.removeprefix(TICKET) for link in links if link.startswith(TICKET)]
    found = {TICKET + one: ticket.number for one, ticket in tickets.several(wanted).items()}
    for link in links:
        if link.startswith(ACCOUNT):
            connected = accounts.account(link.removeprefix(ACCOUNT))
            found |= {} if connected is None else {link: connected.name}
    return found


def title(item: Notification, called: Names, language: str) -> str:
    """The line by which a notification is recognised."""
    if is_several(item):
        return kinds.LATE_TITLE[language].format(count=int(item.many))
    return _filled(KINDS[item.kind].title, item, called, language)


def text(item: Notification, called: Names, language: str) -> str:
    """What happened, in a sentence or two."""
    said = _filled(KINDS[item.kind].text, item, called, language)
    if not is_several(item):
        return said
    return kinds.LATE_TEXT[language].format(worst=said, late=amount(int(item.late_by), language))


def in_all(item: Notification, called: Names) -> tuple[dict[str, str], dict[str, str]]:
    """Title and text in every language."""
    return (
        {language: title(item, called, language) for language in LANGUAGES},
        {language: text(item, called, language) for language in LANGUAGES},
    )


def is_several(item: Notification) -> bool:
    """Whether it tells of more than one matter."""
    return bool(item.late) and int(item.many) > 1


def _filled(words: Words, item: Notification, called: Names, language: str) -> str:
    data = item.data
    name = called.get(item.link, kinds.UNKNOWN[language])
    clock = CLOCKS.get(str(data.get("clock")), {})
    return words[language].format(
        number=name,
        account=name,
        matter=_matter(item, language).format(name=name),
        clock=clock.get(language, data.get("clock")),
        percent=data.get("percent"),
        step=data.get("level"),
        code=data.get("code"),
        due=_moment(data.get("due"), language),
        ends=_moment(data.get("ends"), language),
    )


def _matter(item: Notification, language: str) -> str:
    return kinds.MATTERS.get(str(item.data.get("matter")), kinds.OTHER_MATTER)[language]


def _moment(stored: str | None, language: str) -> str:
    if stored is None:
        return kinds.UNKNOWN[language]
    return local(parse(stored))


def local(moment: datetime) -> str:
    """A moment as people here write it."""
    return moment.astimezone(zone()).strftime("%H:%M %d/%m/%Y")


def amount(seconds: int, language: str) -> str:
    """A span of time in whole minutes, its two largest units."""
    spans = {
        "days": seconds // DAY,
        "hours": seconds % DAY // HOUR,
        "minutes": seconds % HOUR // 60,
    }
    said = [AMOUNTS[unit][language].format(n=n) for unit, n in spans.items() if n]
    return " ".join(said[:2]) or AMOUNTS["minutes"][language].format(n=0)
