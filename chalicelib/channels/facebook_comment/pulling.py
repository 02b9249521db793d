"""Recommendations of a page, asked for by the clock (`/{page-id}/ratings`).

`PULLER` is carried out by `intake.pulling`. One that was pulled is put as the push of the page's
field `ratings` would have been, under the same key. developers.facebook.com, Page/Ratings. The
vendor's page of Recommendation says that Graph API v22.0 and later answer with error 12; whether
older ones still do is unconfirmed, so the version is a setting of its own (`ratings_base`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from ..base import Account, Delivery
from ..event import Json
from ..keys import digest, event_key
from ..meta import comments, graph
from ..pull import PAGE, Cursor, NotPulled, Pulled, Puller, downward
from ..sending import HttpRequest, HttpResponse
from ..wire import as_integer, as_object, as_text, peek_object

RATINGS = "ratings"
RATINGS_BASE = "https://graph.facebook.com/v21.0"
FIELDS = (
    "open_graph_story{id},recommendation_type,rating,review_text,created_time,reviewer{id,name}"
)
PAGE_SIZE = 50
LATE = timedelta(days=1)
GONE = 12  # code of an error: the field is not there in this version
NOT_OFFERED = "Facebook không còn cho lấy đánh giá trang ở phiên bản API này (ratings_base)"


class RatingsPuller(Puller):
    pulls: ClassVar[dict[str, timedelta]] = {RATINGS: timedelta(minutes=60)}

    def request(
        self, name: str, account: Account, cursor: Cursor, *, now: datetime
    ) -> HttpRequest | None:
        if not account.secret("access_token"):
            return None
        base = account.settings.get("ratings_base") or RATINGS_BASE
        asking = replace(account, settings={**account.settings, "api_base": base})
        after = as_text(cursor.get(PAGE))
        query = {"fields": FIELDS, "limit": str(PAGE_SIZE), **({"after": after} if after else {})}
        return graph.get(asking, account.account_id, "ratings", **query)

    def read(
        self, name: str, account: Account, cursor: Cursor, response: HttpResponse, *, now: datetime
    ) -> Pulled | None:
        body = peek_object(response.body)
        if as_integer(as_object(body.get("error")).get("code")) == GONE:
            raise NotPulled(NOT_OFFERED, reason_code=str(GONE), lasting=True)
        found = body.get("data")
        if not isinstance(found, list) or "error" in body or not 200 <= response.status < 300:
            return None
        return _page([as_object(one) for one in found], body, account, cursor, now)


def _page(
    found: Sequence[Json], body: Json, account: Account, cursor: Cursor, now: datetime
) -> Pulled:
    """Recommendations since the last walk."""
    times = [seconds(one.get("created_time")) or 0 for one in found]
    paging = as_object(body.get("paging"))
    after = as_text(as_object(paging.get("cursors")).get("after")) if "next" in paging else None
    walk = downward(cursor, times, after, late=LATE, now=now)
    fresh = [one for one, new in zip(found, walk.fresh, strict=True) if new]
    told = [delivery(one, account) for one in fresh]
    return Pulled(deliveries=told, cursor=walk.cursor, more=walk.more)


def seconds(value: Any) -> int | None:
    """An instant as Graph writes it (`2026-11-21T03:00:00+0000`) or as a number, in seconds."""
    number = as_integer(value)
    if number is not None:
        return number
    try:
        at = datetime.fromisoformat(as_text(value) or "")
    except ValueError:
        return None
    return int(at.timestamp()) if at.tzinfo else int(at.replace(tzinfo=UTC).timestamp())


def delivery(one: Json, account: Account) -> Delivery:
    """One recommendation as the change of the page that tells of it."""
    reviewer, story = as_object(one.get("reviewer")), as_object(one.get("open_graph_story"))
    value: Json = {
        "item": comments.RATING,
        "verb": "add",
        # Without one it cannot be answered, but it was said.
        "open_graph_story_id": as_text(story.get("id")) or f"none-{digest(one)}",
        "reviewer_id": as_text(reviewer.get("id")),
        "reviewer_name": as_text(reviewer.get("name")),
        "recommendation_type": one.get("recommendation_type"),
        "rating": one.get("rating"),
        "review_text": one.get("review_text"),
        "created_time": seconds(one.get("created_time")),
    }
    payload: Json = {
        "object": "page",
        "entry_id": account.account_id,
        "entry_time": value["created_time"],
        "change": {"field": RATINGS, "value": value},
    }
    named = comments.key_of(payload) or ()
    return Delivery(
        channel="facebook_comment",
        account_id=account.account_id,
        sender=comments.commenter(payload) or f"page:{account.account_id}",
        event_key=event_key(*named),
        payload=payload,
    )


PULLER = RatingsPuller()
