"""What the API shows of quarantine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..platform.http import ListQuery, View
from ..platform.quarantine import Kept


class KeptView(View):
    id: str
    status: str
    at: str
    queue: str
    reason: str
    detail: str | None
    replays: int

    @classmethod
    def of(cls, item: Kept, **after: object) -> KeptView:
        values: dict[str, object] = {
            "status": item.status,
            "at": item.at,
            "queue": item.queue,
            "reason": item.reason,
            "detail": item.detail,
            "replays": int(item.replays),
        }
        return cls.model_validate({"id": item.pk, **values, **after})


class KeptDetail(KeptView):
    """An entry with the body it carried."""

    body: str


class KeptQuery(ListQuery):
    status: Literal["waiting", "replayed", "ignored", "dismissed"] = "waiting"


class ReplayAll(View):
    """At most how many waiting entries to send again, oldest first."""

    most: int = Field(default=100, ge=1, le=100)


class ReplayedAll(View):
    """`replayed`: how many were sent again; `more`: others are waiting."""

    replayed: int
    more: bool
