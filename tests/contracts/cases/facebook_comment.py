"""The declared case of comments on a Facebook page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chalicelib.channels.event import Kind
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome

from ..case import ChannelCase, Pulling, Sending
from .facebook_message import CASE as MESSENGER
from .facebook_message import CUSTOMER, PAGE, answer, refusal, sign, sign_by_sha1

AT = 1795255200  # seconds, as feeds have them
POST = f"{PAGE}_901"
SAID = "901_903"


def change(**value: Any) -> dict[str, Any]:
    """A comment of the customer under a post of the page, unless `value` says otherwise."""
    said = {
        "item": "comment",
        "verb": "add",
        "comment_id": SAID,
        "post_id": POST,
        "parent_id": POST,
        "created_time": AT,
        "from": {"id": CUSTOMER, "name": "Trần Thị Hồng"},
        "message": "Shop ơi giá bao nhiêu ạ",
    }
    return {"field": "feed", "value": {k: v for k, v in (said | value).items() if v is not None}}


def feed(*changes: dict[str, Any], time: int = AT) -> bytes:
    """A body as Meta writes it: one entry, unicode and slashes escaped."""
    entry = {"id": PAGE, "time": time, "changes": list(changes)}
    return json.dumps({"object": "page", "entry": [entry]}).replace("/", "\\/").encode()


def message(text: str, message_id: str) -> bytes:
    return feed(change(message=text, comment_id=message_id))


def batch(message_ids: Sequence[str]) -> bytes:
    return feed(*(change(comment_id=one, message=f"Bình luận {one}") for one in message_ids))


def about(message_id: str) -> list[bytes]:
    """Everything else Facebook may tell of a comment."""
    of_it = {"comment_id": message_id}
    return [
        feed(change(verb="edited", message="sửa", **of_it)),
        feed(change(verb="edited", message="sửa nữa", **of_it)),
        feed(change(verb="remove", message=None, created_time=None, **of_it)),
        feed(change(verb="hide", **of_it)),
        feed(change(verb="unhide", **of_it)),
        feed(change(verb="hide", created_time=AT + 9, **of_it)),
        feed(change(item="reaction", reaction_type="love", **of_it)),
    ]


def text_of(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["message"]
    return text


def rating(story: str) -> dict[str, Any]:
    """The change that tells of a recommendation of the page."""
    value = {
        "item": "rating",
        "verb": "add",
        "open_graph_story_id": story,
        "reviewer_id": CUSTOMER,
        "reviewer_name": "Trần Thị Hồng",
        "recommendation_type": "negative",
        "review_text": "Giao thiếu một áo",
        "created_time": AT,
    }
    return {"field": "ratings", "value": value}


def ratings(*stories: str, more: bool = False) -> HttpResponse:
    """Recommendations as the page's edge lists them."""
    listed = [
        {
            "open_graph_story": {"id": story},
            "recommendation_type": "negative",
            "review_text": "Giao thiếu một áo",
            "created_time": "2026-11-21T10:00:00+0000",
            "reviewer": {"id": CUSTOMER, "name": "Trần Thị Hồng"},
        }
        for story in stories
    ]
    paging: dict[str, Any] = {"cursors": {"after": "QVFI"}}
    if more:
        paging["next"] = "https://graph.facebook.com/…"
    return answer({"data": listed, "paging": paging})


CASE = ChannelCase(
    channel="facebook_comment",
    account=replace(MESSENGER.account, id="acc-4", channel="facebook_comment"),
    message=message,
    unknown=feed(change(item="moon", verb="rises")),
    secret_name="app_secret",
    sign=sign,
    other_algorithm=sign_by_sha1,
    batch=batch,
    about=about,
    sending=Sending(
        text_of=text_of,
        recipient=CUSTOMER,
        latest={"answers": SAID, "thread": SAID},
        sent=answer({"id": "901_907"}),
        sent_id="901_907",
        failures=(
            ("token expired", refusal(190, 463), Outcome.REAUTH),
            ("permission withdrawn", refusal(200, status=403), Outcome.REAUTH),
            ("comment gone", refusal(100, 33), Outcome.PERMANENT),
            ("bad parameter", refusal(100), Outcome.PERMANENT),
            ("page restricted", refusal(368), Outcome.PERMANENT),
            ("privately answered before", refusal(10900), Outcome.UNREACHABLE),
            ("takes no private answer", refusal(10903), Outcome.UNREACHABLE),
            ("private answer too late", refusal(10, 2018278, 403), Outcome.UNREACHABLE),
            ("temporary", refusal(2, status=500), Outcome.RETRY),
            ("page rate", refusal(32), Outcome.RETRY),
            ("business rate", refusal(80007), Outcome.RETRY),
            ("unknown code", refusal(987654), Outcome.PERMANENT),
            ("unknown code of a server error", refusal(987654, status=503), Outcome.RETRY),
            ("error in a 200", answer({"error": {"code": 190}}), Outcome.REAUTH),
            ("200 without an id", answer({"success": True}), Outcome.RETRY),
        ),
    ),
    pulls=(
        Pulling(
            name="ratings",
            full=ratings("s-1", "s-2"),
            kinds=(Kind.MESSAGE, Kind.MESSAGE),
            more=ratings("s-1", more=True),
            empty=ratings(),
            refused=refusal(12, status=400),
            pushed=feed(rating("s-1")),
        ),
    ),
    sample_folders=("facebook",),
    sample_vector=MESSENGER.sample_vector,
    sample_outcomes=MESSENGER.sample_outcomes,
)
