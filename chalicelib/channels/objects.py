"""Objects that a provider's service puts into our bucket (mails by SES), and who they belong to.

Read by `intake.asking`; removed with the messages made of them by `conversations.belongings`, and
with what became no message by `intake.belongings`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..platform.settings import SETTINGS
from .base import Adapter, Delivery
from .event import Json
from .registry import adapters

#: Where providers' services may put objects for us.
MAIL = "mail/"


def is_ours(place: tuple[str | None, str]) -> bool:
    """Whether (bucket, key) is where a provider may have put something for us."""
    bucket, key = place
    return bucket in (None, SETTINGS.bucket) and key.startswith(MAIL)


def kept_for(channel: str, payload: Callable[[], Json]) -> list[str]:
    """The keys of the objects that a kept payload was read from, whoever carries the channel.

    `payload` is asked for only where a provider of the channel puts objects at all.
    """
    able = [one for one in adapters(channel).values() if type(one).kept_at is not Adapter.kept_at]
    if not able:
        return []
    told = Delivery(channel=channel, account_id="", sender="", event_key="", payload=payload())
    places = (one.kept_at(told) for one in able)
    return list(dict.fromkeys(place[1] for place in places if place and is_ours(place)))
