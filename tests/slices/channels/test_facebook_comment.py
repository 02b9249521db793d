"""Comments of a page: what only this channel does; the rest is in its fixtures and contract."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.channels.base import Delivery
from chalicelib.channels.event import AttachmentKind, Author, InboundEvent, Kind
from chalicelib.channels.facebook_comment import codes
from chalicelib.channels.facebook_comment.adapter import ADAPTER
from chalicelib.channels.sending import (
    CannotSend,
    HttpResponse,
    NotTold,
    OutboundMessage,
    Outcome,
    Unreachable,
)
from tests.contracts.case import SHARED_PAYLOADS, load
from tests.contracts.cases import facebook_comment
from tests.contracts.cases.facebook_comment import AT, CASE, POST, SAID, change
from tests.contracts.cases.facebook_message import CUSTOMER, PAGE, answer, refusal

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def parse(**value: Any) -> InboundEvent:
    """The event of one change."""
    payload = {"object": "page", "entry_id": PAGE, "entry_time": AT + 5, "change": change(**value)}
    return ADAPTER.parse(
        Delivery(
            channel="facebook_comment", account_id=PAGE, sender="", event_key="k", payload=payload
        )
    )


def asked(**changes: Any) -> tuple[str, dict[str, Any]]:
    """Path and body of the one request that answers."""
    message = OutboundMessage(
        message_id="our-1",
        user_id=CUSTOMER,
        text="Dạ 250k ạ",
        author=Author.HUMAN,
        last_inbound_at=NOW - HOUR,
        answers=SAID,
        thread=SAID,
    )
    [request] = ADAPTER.prepare(replace(message, **changes), CASE.account, now=NOW)
    assert request.method == "POST"
    return request.url.removeprefix("https://graph.facebook.com/v25.0"), json.loads(request.body)


# ----------------------------------------------------------------------- parsing


@pytest.mark.parametrize(("verb", "kind"), codes.VERBS.items())
@pytest.mark.parametrize("item", codes.THINGS)
def test_every_verb_of_everything_somebody_says(item: str, verb: str, kind: Kind) -> None:
    assert parse(item=item, verb=verb).kind is kind


@pytest.mark.parametrize("item", ["reaction", "like", "share", "event", None, 7, ["comment"]])
def test_what_says_nothing_is_left_alone(item: object) -> None:
    event = parse(item=item)
    assert (event.kind, event.user_id) == (Kind.UNKNOWN, None)


def test_an_edit_is_later_than_what_it_edits() -> None:
    assert parse().occurred_at == datetime.fromtimestamp(AT, UTC)
    assert parse(verb="edited").occurred_at == datetime.fromtimestamp(AT + 5, UTC)


@pytest.mark.parametrize(
    ("parent", "thread", "reply_to"),
    [
        (POST, SAID, None),
        ("901", SAID, None),
        (None, SAID, None),
        (SAID, SAID, None),
        ("901_900", "901_900", "901_900"),
    ],
)
def test_an_answer_stands_under_the_comment_that_a_reply_stands_under(
    parent: str | None, thread: str, reply_to: str | None
) -> None:
    event = parse(parent_id=parent)
    assert (event.thread, event.reply_to) == (thread, reply_to)


def test_the_page_itself_is_nobodys_customer() -> None:
    for own in ({"from": {"id": PAGE}}, {"from": {"id": int(PAGE)}}, {"sender_id": int(PAGE)}):
        event = parse(**({"from": None} | own))
        assert (event.kind, event.user_id, event.contact) == (Kind.ECHO, None, None)


def test_only_a_page_scoped_id_is_messengers() -> None:
    assert parse().known_as == "facebook_message"
    assert parse(**{"from": None}, sender_id=7002).known_as is None
    assert parse(**{"from": None}).known_as is None


def test_media_of_every_field_once_each() -> None:
    event = parse(
        item="photo",
        photo="https://a.example/1",
        photos=["https://a.example/1", "https://a.example/2", "ftp://x", None],
        video={"url": "x"},
        link="https://a.example/3",
    )
    assert [(part.kind, part.url) for part in event.attachments] == [
        (AttachmentKind.IMAGE, f"https://a.example/{number}") for number in (1, 2, 3)
    ]


# ------------------------------------------------------------------ who wrote it


def nameless(**value: Any) -> InboundEvent:
    return parse(**({"from": None} | value))


def test_who_wrote_is_asked_for_once() -> None:
    request = ADAPTER.missing(nameless(), CASE.account, now=NOW)
    assert request is not None
    assert request.url == f"https://graph.facebook.com/v25.0/{SAID}?fields=from%2Cmessage"
    assert request.headers["Authorization"] == "Bearer AT-1"
    assert ADAPTER.missing(parse(), CASE.account, now=NOW) is None
    assert ADAPTER.missing(nameless(verb="remove"), CASE.account, now=NOW) is None
    assert ADAPTER.missing(nameless(), replace(CASE.account, credentials={}), now=NOW) is None


def test_the_author_who_is_told() -> None:
    told = answer({"id": SAID, "message": "x", "from": {"id": "7009", "name": "Lê Minh"}})
    event = ADAPTER.filled(nameless(), told)
    assert (event.user_id, event.known_as) == ("7009", "facebook_message")
    assert event.contact is not None
    assert event.contact.name == "Lê Minh"
    assert event.text == "Shop ơi giá bao nhiêu ạ"


def test_the_page_that_turns_out_to_be_the_author() -> None:
    told = answer({"id": SAID, "from": {"id": PAGE}})
    assert ADAPTER.filled(nameless(), told).user_id is None


@pytest.mark.parametrize(
    "response", [answer({"id": SAID}), refusal(100, 33), refusal(200), refusal(190), refusal(1)]
)
def test_a_comment_is_handled_although_nobody_says_whose_it_is(response: HttpResponse) -> None:
    if response.body == refusal(1).body:
        with pytest.raises(NotTold):
            ADAPTER.filled(nameless(), response)
        return
    event = ADAPTER.filled(nameless(), response)
    assert (event.kind, event.user_id) == (Kind.MESSAGE, f"comment:{SAID}")


# ----------------------------------------------------------------------- sending


def test_publicly_under_the_comment() -> None:
    assert asked() == (f"/{SAID}/comments", {"message": "Dạ 250k ạ"})
    assert asked(thread="901_900") == ("/901_900/comments", {"message": "Dạ 250k ạ"})
    assert asked(quote_provider_id="901_888")[0] == "/901_888/comments"
    assert asked(quote_provider_id=SAID, thread="901_900")[0] == "/901_900/comments"


def test_publicly_there_is_no_window() -> None:
    assert asked(last_inbound_at=NOW - 300 * DAY)[0] == f"/{SAID}/comments"


def test_privately_to_the_comment_itself_as_the_shared_sample_does() -> None:
    path, body = asked(privately=True, thread="901_900")
    assert (path, body["recipient"]) == (f"/{PAGE}/messages", {"comment_id": SAID})
    assert asked(privately=True, quote_provider_id="9_8")[1]["recipient"] == {"comment_id": "9_8"}
    sample = SHARED_PAYLOADS / "meta_api" / "03_private_reply_request.json"
    if sample.exists():
        shown = json.loads(load(sample)["body"])
        assert (body.keys(), body["message"].keys()) == (shown.keys(), shown["message"].keys())


def test_a_visitors_post_is_answered_under_it_or_by_its_id() -> None:
    post = {"answers": f"{PAGE}_777", "thread": f"post:{PAGE}_777"}
    assert asked(**post)[0] == f"/{PAGE}_777/comments"
    assert asked(**post, privately=True)[1]["recipient"] == {"post_id": f"{PAGE}_777"}


def test_privately_within_seven_days() -> None:
    assert asked(privately=True, last_inbound_at=NOW - 7 * DAY + HOUR)
    for last in (NOW - 7 * DAY - HOUR, None):
        with pytest.raises(Unreachable):
            asked(privately=True, last_inbound_at=last)


def test_privately_one_message_only() -> None:
    with pytest.raises(CannotSend, match="một tin"):
        asked(privately=True, text="đ" * 2001)


@pytest.mark.parametrize("privately", [False, True])
def test_an_answer_to_nothing(*, privately: bool) -> None:
    with pytest.raises(CannotSend, match="bình luận nào"):
        asked(answers=None, thread=None, privately=privately)


def test_no_tag_is_ever_sent() -> None:
    for privately in (False, True):
        _, body = asked(privately=privately, last_inbound_at=NOW - 3 * DAY)
        assert not {"tag", "messaging_type"} & body.keys()


def test_both_ids_of_what_was_sent() -> None:
    private = ADAPTER.classify(answer({"recipient_id": CUSTOMER, "message_id": "m_out_1"}))
    assert (private.outcome, private.provider_message_id) == (Outcome.SENT, "m_out_1")


@pytest.mark.parametrize(("pair", "verdict"), codes.SUBCODES.items())
def test_every_subcode(pair: tuple[int, int], verdict: tuple[Outcome, str]) -> None:
    result = ADAPTER.classify(refusal(*pair))
    assert (result.outcome, result.reason) == verdict


# ----------------------------------------------------------------------- recommendations


def recommended(**value: Any) -> InboundEvent:
    """A change of the page's field `ratings`, as it is pushed."""
    said = facebook_comment.rating("s-1")["value"] | value
    body = facebook_comment.feed({"field": "ratings", "value": said})
    (event,) = CASE.events(CASE.request(body))
    return event


@pytest.mark.parametrize(
    ("value", "stars", "text"),
    [
        ({}, 1, "Không đề xuất trang\nGiao thiếu một áo"),
        ({"review_text": None}, 1, "Không đề xuất trang"),
        ({"recommendation_type": "positive"}, 5, "Đề xuất trang\nGiao thiếu một áo"),
        (
            {"recommendation_type": None, "rating": 2},
            2,
            "Đánh giá trang 2 sao\nGiao thiếu một áo",
        ),
        ({"recommendation_type": None, "rating": 9}, None, "Đánh giá trang\nGiao thiếu một áo"),
        ({"recommendation_type": ["x"]}, None, "Đánh giá trang\nGiao thiếu một áo"),
    ],
)
def test_a_recommendation_has_stars(value: dict[str, Any], stars: int | None, text: str) -> None:
    event = recommended(**value)
    assert event.asked is not None
    assert (event.kind, event.channel) == (Kind.MESSAGE, "facebook_comment")
    assert (event.asked.rating, event.text) == (stars, text)
    assert (event.provider_message_id, event.thread) == ("s-1", "review:s-1")


def test_one_that_does_not_say_whose_it_is_is_not_asked_after() -> None:
    event = recommended(reviewer_id=None)
    assert event.user_id == "comment:s-1"
    assert ADAPTER.missing(event, CASE.account, now=NOW) is None


@pytest.mark.parametrize(("verb", "kind"), [("edit", Kind.EDIT), ("remove", Kind.DELETE)])
def test_it_is_changed_and_taken_back(verb: str, kind: Kind) -> None:
    assert recommended(verb=verb).kind is kind


def test_it_is_answered_below_it_and_never_in_private() -> None:
    path, body = asked(answers="s-1", thread="review:s-1")
    assert (path, body["message"]) == ("/s-1/comments", "Dạ 250k ạ")
    with pytest.raises(Unreachable, match="công khai"):
        asked(answers="s-1", thread="review:s-1", privately=True)


@pytest.mark.parametrize("item", ["comment", "like", "rating"])
def test_what_is_said_of_a_recommendation_is_none(item: str) -> None:
    """Nor a change without the recommendation it is of: kept with the page's other news."""
    value = {"item": item, "verb": "add", "comment_id": "1_2", "review_text": None}
    body = facebook_comment.feed({"field": "ratings", "value": value})
    (delivery,) = CASE.deliveries(CASE.request(body))
    assert delivery.channel == "facebook_message"
