"""The two calendars every organisation has, stored or not (domain.md §6). Called by `flows`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..platform.fact import frozen

#: The id of the calendar of the organisation, and of the one that never closes.
DEFAULT, ALWAYS_OPEN = "default", "always-open"
FIRST = 1  # the version of both as they stand here

_WHOLE = [["08:00", "12:00"], ["13:30", "17:30"]]


@frozen
class BuiltIn:
    """A calendar before anybody changed it."""

    name: str
    spec: Mapping[str, Any]


DEFAULTS: Mapping[str, BuiltIn] = {
    DEFAULT: BuiltIn(
        name="Giờ làm việc",
        spec={
            "timezone": "Asia/Ho_Chi_Minh",
            "hours": {
                **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _WHOLE),
                "sat": [["08:00", "12:00"]],
            },
            "public_holidays": True,
        },
    ),
    ALWAYS_OPEN: BuiltIn(
        name="Liên tục 24/7", spec={"timezone": "Asia/Ho_Chi_Minh", "always_open": True}
    ),
}
