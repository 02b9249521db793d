"""Stars that customers give on a rating template, as Zalo and its relays tell of them.

Called by `adapter` and `pulling`. The webhook (`user_feedback`), Zalo's `rating/get` and eSMS's
`GetRating` say the same with other names: `msg_id`/`msgId`, `tracking_id`/`trackingId`,
`submit_time`/`submitDate`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...platform.fact import frozen
from ..event import Json, Kind
from ..wire import as_instant, as_integer, as_object, as_text, as_texts
from . import webhook

MOST_STARS = 5


@frozen
class Rating:
    """One rating. `stars` are 1 to 5, or None where there are none; `text` the words beside them.

    It belongs to the sending with this `message_id` (the provider's) or `tracking_id` (ours).
    """

    stars: int | None
    text: str | None
    message_id: str | None
    tracking_id: str | None
    submitted_at: datetime | None

    @property
    def postback(self) -> str | None:
        """The stars as the machine value of an answer."""
        return None if self.stars is None else f"rating:{self.stars}"


def rating(item: Json) -> Rating:
    """One rating, in whichever of the three forms."""
    said = [as_text(item.get("note")), *as_texts(item.get("feedbacks"))]
    stars = as_integer(item.get("rate"))
    return Rating(
        stars=stars if stars is not None and 1 <= stars <= MOST_STARS else None,
        text="\n".join(filter(None, said)) or None,
        message_id=as_text(item.get("msg_id")) or as_text(item.get("msgId")),
        tracking_id=as_text(item.get("tracking_id")) or as_text(item.get("trackingId")),
        submitted_at=as_instant(item.get("submit_time") or item.get("submitDate")),
    )


def answer_of(payload: Json) -> dict[str, Any]:
    """A template's stars (`rate`, 1 to 5) or pressed button, and the words beside them.

    It names no customer: the template it answers is found by either of its ids. Without
    any answer the event is unknown.
    """
    message = as_object(payload.get("message"))
    rated = rating(message)
    postback = rated.postback or as_text(message.get("data"))
    sent = webhook.message_id(payload), rated.tracking_id
    return {
        "kind": Kind.ANSWER if rated.text or postback else Kind.UNKNOWN,
        "provider_message_id": None,
        "reply_to": sent[0],
        "text": rated.text,
        "postback": postback,
        "about_ids": tuple(filter(None, sent)),
    }
