"""What customers of each tier are promised besides the clocks: reply time, care, privileges. Pure.

The defaults are domain.md §5 and §6; an organisation's own set replaces them whole. Called by
`setting`, `caring` and `views`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..platform.fact import frozen
from ..profiles.tiers import ONE_TIME, PROSPECT, REPEAT, VIP

#: Languages of what customers read; the first is the one meant without a word.
LANGUAGES = VIETNAMESE, ENGLISH = "vi", "en"
Words = Mapping[str, str]


@frozen
class Contacts:
    """So many contacts by a person in every so many days."""

    count: int
    days: int

    @property
    def every(self) -> float:
        """Days from one contact to the next."""
        return self.days / self.count


@frozen
class Standard:
    """A tier's standard: texts by language; `policies` are those that measure the reply time."""

    reply_time: Words
    policies: tuple[str, ...]
    contacts: Contacts | None = None
    privileges: tuple[Words, ...] = ()


Standards = Mapping[str, Standard]


def _words(vi: str, en: str) -> Words:
    return {VIETNAMESE: vi, ENGLISH: en}


DEFAULTS: Standards = {
    VIP: Standard(
        reply_time=_words(
            "Phản hồi trong 5 phút, kể cả ngoài giờ làm việc",
            "An answer within 5 minutes, also outside working hours",
        ),
        policies=("vip",),
        contacts=Contacts(count=1, days=30),
        privileges=(
            _words("Nhân viên chăm sóc riêng", "A care agent of their own"),
            _words("Được ưu tiên xử lý trước", "Served before others"),
            _words("Ưu tiên giữ hàng và giao trước", "Goods held and delivered first"),
        ),
    ),
    REPEAT: Standard(
        reply_time=_words(
            "Phản hồi trong 30 đến 60 phút làm việc",
            "An answer within 30 to 60 minutes of working hours",
        ),
        policies=("requests", "others"),
        contacts=Contacts(count=1, days=90),
        privileges=(
            _words("Được báo trước về ưu đãi", "Told of offers before others"),
            _words("Hỗ trợ đổi cỡ, đổi màu", "Help with exchanging sizes and colours"),
        ),
    ),
    ONE_TIME: Standard(
        reply_time=_words(
            "Phản hồi trong 30 đến 60 phút làm việc",
            "An answer within 30 to 60 minutes of working hours",
        ),
        policies=("requests", "others"),
        privileges=(_words("Hướng dẫn sử dụng sau khi nhận hàng", "Guidance after delivery"),),
    ),
    PROSPECT: Standard(
        reply_time=_words(
            "Phản hồi trong 60 phút làm việc", "An answer within 60 minutes of working hours"
        ),
        policies=("others",),
    ),
}


def standard_json(one: Standard) -> dict[str, Any]:
    """A standard as JSON, as it is stored and shown."""
    contacts = one.contacts
    return {
        "reply_time": dict(one.reply_time),
        "policies": list(one.policies),
        "contacts": None if contacts is None else {"count": contacts.count, "days": contacts.days},
        "privileges": [dict(words) for words in one.privileges],
    }


def read_standard(told: Mapping[str, Any]) -> Standard:
    """The reverse of `standard_json`."""
    contacts = told["contacts"]
    return Standard(
        reply_time=dict(told["reply_time"]),
        policies=tuple(told["policies"]),
        contacts=None
        if contacts is None
        else Contacts(count=int(contacts["count"]), days=int(contacts["days"])),
        privileges=tuple(dict(words) for words in told["privileges"]),
    )
