"""Instagram: what only this channel does; the rest is in its fixtures and the contract suite."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.channels.base import Delivery
from chalicelib.channels.event import Author, InboundEvent, Kind
from chalicelib.channels.instagram import codes
from chalicelib.channels.instagram.adapter import ADAPTER
from chalicelib.channels.sending import (
    CannotSend,
    HttpResponse,
    NotTold,
    OutboundMessage,
    Unreachable,
)
from tests.contracts.cases.facebook_message import AT, answer, refusal
from tests.contracts.cases.instagram import ACCOUNT, CASE, CUSTOMER, item

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID, MEDIUM = "17890000000000010", "17900000000000003"
WORDS = {"id": SAID, "text": "@shop có bền không", "timestamp": "2026-11-21T09:58:29+0000"}


def parse(**part: Any) -> InboundEvent:
    """The event of one item or change."""
    head = {"object": "instagram", "entry_id": ACCOUNT, "entry_time": AT}
    return ADAPTER.parse(
        Delivery(
            channel="instagram", account_id=ACCOUNT, sender="", event_key="k", payload=head | part
        )
    )


def changed(field: str, **value: Any) -> InboundEvent:
    return parse(change={"field": field, "value": value})


def mention(*, in_caption: bool = False) -> InboundEvent:
    comment = {} if in_caption else {"comment_id": SAID}
    return changed("mentions", media_id=MEDIUM, **comment)


def asked(**changes: Any) -> list[tuple[str, dict[str, Any]]]:
    """Path and body of each request that answers."""
    message = OutboundMessage(
        message_id="our-1",
        user_id=CUSTOMER,
        text="Dạ còn ạ",
        author=Author.HUMAN,
        last_inbound_at=NOW - HOUR,
        answers="aWdfMQ",
        thread="direct",
    )
    requests = ADAPTER.prepare(replace(message, **changes), CASE.account, now=NOW)
    base = "https://graph.facebook.com/v25.0"
    return [(request.url.removeprefix(base), json.loads(request.body)) for request in requests]


# ----------------------------------------------------------------------- parsing


def test_an_echo_may_be_ours_unless_it_names_its_app() -> None:
    said = {"mid": "e1", "text": "Dạ", "is_echo": True}
    sides = {"sender": {"id": ACCOUNT}, "recipient": {"id": CUSTOMER}}
    assert parse(item=item(**sides, message=said)).may_be_ours
    assert not parse(item=item(**sides, message=said | {"app_id": 263902037430900})).may_be_ours
    assert not parse(item=item(message={"mid": "m1", "text": "Alo"})).may_be_ours


def test_one_customer_in_messages_and_comments() -> None:
    written = parse(item=item(message={"mid": "m1", "text": "Alo"}))
    commented = changed("comments", id=SAID, text="Đẹp", **{"from": {"id": CUSTOMER}})
    assert written.user_id == commented.user_id == CUSTOMER
    assert (written.thread, commented.thread) == ("direct", f"comment:{SAID}")


@pytest.mark.parametrize("field", ["story_insights", "messages", "", None, 7, ["comments"]])
def test_other_changes_are_left_alone(field: Any) -> None:
    assert changed(field, id=SAID, text="x").kind is Kind.UNKNOWN


# ------------------------------------------------------------ what was left out


def query(event: InboundEvent) -> tuple[str, str]:
    request = ADAPTER.missing(event, CASE.account, now=NOW)
    assert request is not None
    parts = urlsplit(request.url)
    return parts.path, parse_qs(parts.query)["fields"][0]


def test_a_mention_is_nobodys_until_its_words_are_told() -> None:
    for event in (mention(), mention(in_caption=True)):
        assert (event.kind, event.user_id, event.text) == (Kind.MESSAGE, None, None)


def test_what_is_asked() -> None:
    path, fields = query(mention())
    assert path == f"/v25.0/{ACCOUNT}"
    assert fields == f"mentioned_comment.comment_id({SAID}){{id,text,timestamp,username,from}}"
    path, fields = query(mention(in_caption=True))
    assert fields.startswith(f"mentioned_media.media_id({MEDIUM}){{id,caption,")
    assert query(changed("comments", id=SAID, text="Đẹp"))[0] == f"/v25.0/{SAID}"


@pytest.mark.parametrize(
    "event",
    [
        changed("comments", id=SAID, text="Đẹp", **{"from": {"id": CUSTOMER}}),
        changed("comments", id=SAID, text="Đẹp", **{"from": {"username": "lan"}}),
        changed("comments", id="1){x}", text="Đẹp"),
        changed("mentions", media_id="1,username"),
        parse(item=item(message={"mid": "m1", "text": "Alo"})),
        changed("story_insights", media_id=MEDIUM),
    ],
)
def test_nothing_is_asked(event: InboundEvent) -> None:
    assert ADAPTER.missing(event, CASE.account, now=NOW) is None


def test_nothing_is_asked_without_a_token() -> None:
    assert ADAPTER.missing(mention(), replace(CASE.account, credentials={}), now=NOW) is None


def test_the_words_of_a_mention() -> None:
    who = {"username": "lan", "from": {"id": CUSTOMER, "username": "lan"}}
    event = ADAPTER.filled(mention(), answer({"mentioned_comment": WORDS | who, "id": ACCOUNT}))
    assert (event.text, event.user_id) == ("@shop có bền không", CUSTOMER)
    assert event.occurred_at == datetime(2026, 11, 21, 9, 58, 29, tzinfo=UTC)
    assert event.contact is not None
    assert event.contact.name == "lan"


@pytest.mark.parametrize(
    ("who", "user_id"),
    [({"username": "lan"}, "username:lan"), ({}, f"comment:{SAID}"), ({"from": "x"}, None)],
)
def test_the_author_of_a_mention(who: dict[str, Any], user_id: str | None) -> None:
    event = ADAPTER.filled(mention(), answer({"mentioned_comment": WORDS | who, "id": ACCOUNT}))
    assert event.user_id == (user_id or f"comment:{SAID}")


def test_a_mention_in_a_caption() -> None:
    medium = {"id": MEDIUM, "caption": "Cảm ơn @shop", "username": "lan"}
    told = {"mentioned_media": medium | {"permalink": "https://www.instagram.com/p/x/"}}
    event = ADAPTER.filled(mention(in_caption=True), answer(told | {"id": ACCOUNT}))
    assert (event.text, event.user_id) == ("Cảm ơn @shop", "username:lan")
    assert [part.url for part in event.attachments] == ["https://www.instagram.com/p/x/"]


def test_the_author_of_a_comment_that_did_not_say() -> None:
    told = answer({"id": SAID, "text": "Đẹp", "from": {"id": CUSTOMER, "username": "lan"}})
    event = ADAPTER.filled(changed("comments", id=SAID, text="Đẹp"), told)
    assert (event.user_id, event.text) == (CUSTOMER, "Đẹp")
    own = answer({"id": SAID, "from": {"id": "9", "self_ig_scoped_id": "9"}})
    assert ADAPTER.filled(changed("comments", id=SAID, text="Dạ"), own).user_id is None


@pytest.mark.parametrize("response", [refusal(2), HttpResponse(status=0), refusal(190), refusal(4)])
def test_a_mention_waits_for_its_words(response: HttpResponse) -> None:
    with pytest.raises(NotTold):
        ADAPTER.filled(mention(), response)


@pytest.mark.parametrize("response", [refusal(100, 33), refusal(10), refusal(987654)])
def test_a_mention_that_is_gone_is_nobodys(response: HttpResponse) -> None:
    if response.body == refusal(10).body:  # the account must be connected again
        with pytest.raises(NotTold):
            ADAPTER.filled(mention(), response)
        return
    assert ADAPTER.filled(mention(), response).user_id is None


def test_a_comment_does_not_wait_for_its_author() -> None:
    event = changed("comments", id=SAID, text="Đẹp")
    assert ADAPTER.filled(event, refusal(190)) == event


@pytest.mark.parametrize("garbage", [None, [], "x", 7, {"text": [1], "from": 5, "timestamp": "x"}])
def test_an_answer_of_unforeseen_types(garbage: object) -> None:
    told = answer({"mentioned_comment": garbage, "id": ACCOUNT})
    assert ADAPTER.filled(mention(), told).user_id is None


# ----------------------------------------------------------------------- sending


@pytest.mark.parametrize(
    ("author", "waited", "right"),
    [
        (Author.APP, DAY - HOUR, {}),
        (Author.HUMAN, DAY - HOUR, {}),
        (Author.HUMAN, DAY + HOUR, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        (Author.HUMAN, 7 * DAY - HOUR, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
    ],
)
def test_right_of_a_message(author: Author, waited: timedelta, right: dict[str, str]) -> None:
    whole = {"recipient": {"id": CUSTOMER}, "message": {"text": "Dạ còn ạ"}}
    assert asked(author=author, last_inbound_at=NOW - waited) == [("/me/messages", right | whole)]


def test_by_the_page_that_is_set() -> None:
    account = replace(CASE.account, settings={"page_id": "104200000000001"})
    message = OutboundMessage(
        message_id="our-1",
        user_id=CUSTOMER,
        text="Dạ",
        author=Author.HUMAN,
        last_inbound_at=NOW,
    )
    [request] = ADAPTER.prepare(message, account, now=NOW)
    assert urlsplit(request.url).path == "/v25.0/104200000000001/messages"


def test_a_message_is_cut_by_bytes() -> None:
    texts = [body["message"]["text"] for _, body in asked(text="Dạ được ạ, " * 200)]
    assert len(texts) > 2
    assert all(len(text.encode()) <= 1000 for text in texts)
    assert len(asked(text="a" * 1000)) == 1


def test_a_comment_is_answered_in_public() -> None:
    thread = f"comment:{SAID}"
    assert asked(thread=thread) == [(f"/{SAID}/replies", {"message": "Dạ còn ạ"})]
    assert len(asked(thread=thread, text="Dạ còn ạ " * 60)) == 2
    assert asked(thread=thread, last_inbound_at=NOW - 90 * DAY)


def test_a_comment_is_answered_once_in_private() -> None:
    thread = f"comment:{SAID}"
    [(path, body)] = asked(thread=thread, privately=True)
    assert (path, body["recipient"]) == ("/me/messages", {"comment_id": SAID})
    assert "tag" not in body
    with pytest.raises(Unreachable):
        asked(thread=thread, privately=True, last_inbound_at=NOW - 7 * DAY - HOUR)
    with pytest.raises(CannotSend, match="một tin"):
        asked(thread=thread, privately=True, text="ạ" * 334)


def test_under_a_live_video_only_in_private() -> None:
    [(path, body)] = asked(thread=f"live:{SAID}")
    assert (path, body["recipient"]) == ("/me/messages", {"comment_id": SAID})


def test_a_mention_is_answered_where_it_stands() -> None:
    words = {"message": "Dạ còn ạ"}
    named = {"media_id": MEDIUM, "comment_id": SAID}
    path = f"/{ACCOUNT}/mentions"
    assert asked(thread=f"mention:{MEDIUM}:{SAID}") == [(path, named | words)]
    assert asked(thread=f"mention:{MEDIUM}:") == [(path, {"media_id": MEDIUM} | words)]
    with pytest.raises(CannotSend, match="nhắc đến"):
        asked(thread=f"mention:{MEDIUM}:{SAID}", privately=True)


@pytest.mark.parametrize(
    ("quoted", "path"),
    [("aWdfMA", "/me/messages"), ("17890000000000099", "/17890000000000099/replies")],
)
def test_what_is_quoted_says_where(quoted: str, path: str) -> None:
    for thread in ("direct", f"comment:{SAID}", f"mention:{MEDIUM}:{SAID}"):
        assert asked(thread=thread, quote_provider_id=quoted)[0][0] == path
    assert (
        asked(quote_provider_id=SAID, answers=SAID, thread=f"live:{SAID}")[0][0] == "/me/messages"
    )


@pytest.mark.parametrize("user_id", [f"comment:{SAID}", "username:lan"])
def test_nobody_can_be_written_to_by_name(user_id: str) -> None:
    with pytest.raises(CannotSend, match="là ai"):
        asked(user_id=user_id)
    assert asked(user_id=user_id, thread=f"comment:{SAID}", privately=True)


@pytest.mark.parametrize(("pair", "verdict"), codes.SUBCODES.items())
def test_every_subcode(pair: tuple[int, int], verdict: tuple[Any, str]) -> None:
    result = ADAPTER.classify(refusal(*pair))
    assert (result.outcome, result.reason) == verdict
