"""Messages out: cutting, windows, what every answer of a provider means, token renewal."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from chalicelib.channels.event import Author
from chalicelib.channels.rules import may_be_called
from chalicelib.channels.sending import (
    CannotSend,
    HttpResponse,
    OutboundMessage,
    Outcome,
    RefreshFailed,
)

from .case import ChannelCase, Sending
from .cases import CASES

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SENDERS = [case for case in CASES if case.sending]
senders = pytest.mark.parametrize("case", SENDERS, ids=lambda case: case.label)
WINDOWED = [case for case in SENDERS if case.adapter.capabilities.session_window]
SENTENCE = "Dạ bên em xin lỗi anh chị, đơn hàng đang được kiểm tra ạ. "


def sending(case: ChannelCase) -> Sending:
    assert case.sending is not None
    return case.sending


def message(case: ChannelCase, text: str, **changes: object) -> OutboundMessage:
    """A message of a human to the case's customer, who wrote a minute ago (`latest`)."""
    plain = OutboundMessage(
        message_id="our-1",
        user_id=sending(case).recipient,
        text=text,
        author=Author.HUMAN,
        last_inbound_at=NOW - MINUTE,
    )
    return replace(plain, **{**sending(case).latest, **changes})  # type: ignore[arg-type]


def texts(case: ChannelCase, text: str) -> list[str]:
    requests = case.adapter.prepare(message(case, text), case.account, now=NOW)
    return [sending(case).text_of(request) for request in requests]


@senders
def test_credentials_go_to_the_providers_own_hosts(case: ChannelCase) -> None:
    requests = case.adapter.prepare(message(case, "Dạ"), case.account, now=NOW)
    renewal = case.adapter.refresh_request(case.account, now=NOW)
    assert case.adapter.hosts
    for request in [*requests, *([renewal] if renewal else [])]:
        assert may_be_called(request.url, case.adapter.hosts), request.url


def words(text: str) -> str:
    """A text without its white space, composed: what a cut must not lose."""
    return "".join(unicodedata.normalize("NFC", text).split())


@senders
@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 200,
        "đ" * 5001,
        "👩‍👩‍👧" * 1500,
        unicodedata.normalize("NFD", SENTENCE * 100),
        "dòng một\n\ndòng hai " * 400,
    ],
    ids=["sentences", "one-word", "emoji", "nfd", "lines"],
)
def test_long_text_is_split_with_nothing_lost(case: ChannelCase, text: str) -> None:
    parts = texts(case, text)
    limit = case.adapter.capabilities.max_text
    assert limit is not None
    assert all(0 < len(part) <= limit for part in parts)
    most = case.adapter.capabilities.max_bytes
    assert most is None or all(len(part.encode()) <= most for part in parts)
    assert words("".join(parts)) == words(text)


@senders
def test_short_text_is_one_request_in_nfc(case: ChannelCase) -> None:
    composed = unicodedata.normalize("NFC", SENTENCE.strip())
    assert texts(case, unicodedata.normalize("NFD", SENTENCE)) == [composed]
    able = case.adapter.capabilities
    fits = (able.max_bytes or 3 * (able.max_text or 0)) // 3  # an "ạ" is three bytes
    assert len(texts(case, unicodedata.normalize("NFD", "ạ" * fits))) == 1


@senders
@pytest.mark.parametrize("text", ["", "  \n "])
def test_empty_text_cannot_be_sent(case: ChannelCase, text: str) -> None:
    with pytest.raises(CannotSend):
        texts(case, text)


@pytest.mark.parametrize("case", WINDOWED, ids=lambda case: case.label)
def test_window(case: ChannelCase) -> None:
    """Just inside the window it goes out, just outside or without a customer's word not."""
    able = case.adapter.capabilities
    windows = {Author.APP: able.session_window, Author.HUMAN: able.human_window}
    for author in (Author.APP, Author.HUMAN):
        window = windows[author] or able.session_window
        assert window is not None
        inside = message(case, "Dạ", author=author, last_inbound_at=NOW - window + MINUTE)
        assert len(case.adapter.prepare(inside, case.account, now=NOW)) == 1
        for last in (NOW - window - MINUTE, None):
            outside = message(case, "Dạ", author=author, last_inbound_at=last)
            with pytest.raises(CannotSend):
                case.adapter.prepare(outside, case.account, now=NOW)


@pytest.mark.parametrize(
    "case", [c for c in SENDERS if c.adapter.sending_credentials], ids=lambda case: case.label
)
def test_account_without_token_cannot_send(case: ChannelCase) -> None:
    bare = replace(case.account, credentials={})
    with pytest.raises(CannotSend):
        case.adapter.prepare(message(case, "Dạ"), bare, now=NOW)


MUTE = [case for case in CASES if not case.adapter.capabilities.can_send]
PICKED_UP = [case for case in CASES if case.adapter.capabilities.picked_up]


@pytest.mark.parametrize("case", PICKED_UP, ids=lambda case: case.label)
def test_what_is_picked_up_calls_nobody(case: ChannelCase) -> None:
    asked = OutboundMessage(
        message_id="our-1", user_id="u", text="Dạ", author=Author.HUMAN, last_inbound_at=None
    )
    assert case.adapter.prepare(asked, case.account, now=NOW) == []
    with pytest.raises(CannotSend):
        case.adapter.prepare(replace(asked, text=" \n"), case.account, now=NOW)


@pytest.mark.parametrize("case", MUTE, ids=lambda case: case.label)
def test_channel_that_cannot_send_says_so(case: ChannelCase) -> None:
    asked = OutboundMessage(
        message_id="our-1",
        user_id="u",
        text="Dạ",
        author=Author.HUMAN,
        last_inbound_at=NOW,
    )
    with pytest.raises(CannotSend):
        case.adapter.prepare(asked, case.account, now=NOW)


@senders
def test_text_that_is_no_unicode_does_not_break_the_send(case: ChannelCase) -> None:
    assert texts(case, "Dạ \ud83d ạ")[0].startswith("Dạ")


# ---------------------------------------------------------------- answers

HTML = b"<html><body>Bad Gateway</body></html>"
REFUSED = {Outcome.REFRESH, Outcome.REAUTH, Outcome.PERMANENT}
ANSWERS: dict[str, tuple[int, bytes, set[Outcome]]] = {
    "no answer": (0, b"", {Outcome.RETRY}),
    "429": (429, b"", {Outcome.RETRY}),
    "429 html": (429, HTML, {Outcome.RETRY}),
    "500": (500, b"", {Outcome.RETRY}),
    "502 html": (502, HTML, {Outcome.RETRY}),
    "503 object": (503, b"{}", {Outcome.RETRY}),
    "504": (504, b"null", {Outcome.RETRY}),
    "408": (408, b"", {Outcome.RETRY}),
    "400 without a code": (400, HTML, {Outcome.PERMANENT}),
    "401 without a code": (401, b"", REFUSED - {Outcome.PERMANENT}),
    "403 without a code": (403, b"", REFUSED),
    "404 without a code": (404, b"", {Outcome.PERMANENT}),
    "200 html": (200, HTML, {Outcome.RETRY}),
    "200 empty": (200, b"", {Outcome.RETRY}),
    "200 list": (200, b"[]", {Outcome.RETRY}),
    "200 bad bytes": (200, b"\xff\xfe", {Outcome.RETRY}),
}


@pytest.mark.parametrize(
    ("case", "answer"),
    [*product(SENDERS, ANSWERS)],
    ids=lambda v: getattr(v, "label", v),
)
def test_every_http_failure_is_classified(case: ChannelCase, answer: str) -> None:
    status, body, outcomes = ANSWERS[answer]
    result = case.adapter.classify(HttpResponse(status=status, body=body))
    assert result.outcome in outcomes
    assert result.reason


@senders
def test_success_is_sent(case: ChannelCase) -> None:
    result = case.adapter.classify(sending(case).sent)
    assert (result.outcome, result.provider_message_id) == (
        Outcome.SENT,
        sending(case).sent_id,
    )


@senders
def test_truncated_success_is_tried_again(case: ChannelCase) -> None:
    whole = sending(case).sent.body
    for length in range(len(whole.rstrip())):
        cut = HttpResponse(status=200, body=whole[:length])
        assert case.adapter.classify(cut).outcome is Outcome.RETRY, cut.body


FAILURES = [(case, *row) for case in SENDERS for row in sending(case).failures]


@pytest.mark.parametrize(
    ("case", "what", "answer", "outcome"),
    FAILURES,
    ids=[f"{row[0].label}-{row[1]}" for row in FAILURES],
)
def test_the_channels_own_failures(
    case: ChannelCase, what: str, answer: HttpResponse, outcome: Outcome
) -> None:
    result = case.adapter.classify(answer)
    assert result.outcome is outcome, what
    assert result.reason


# --------------------------------------------------------------- token renewal

RENEWING = [case for case in SENDERS if sending(case).refreshed]
renewing = pytest.mark.parametrize("case", RENEWING, ids=lambda case: case.label)


@renewing
def test_renewal_gives_new_credentials(case: ChannelCase) -> None:
    assert case.adapter.refresh_request(case.account, now=NOW) is not None
    good = sending(case).refreshed
    assert good is not None
    values = case.adapter.refreshed(good, now=NOW)
    assert values
    assert all(isinstance(value, str) and value for value in values.values())


@renewing
@pytest.mark.parametrize("answer", [(0, b""), (500, b""), (503, HTML), (200, HTML), (429, b"{}")])
def test_renewal_that_may_be_tried_again(case: ChannelCase, answer: tuple[int, bytes]) -> None:
    status, body = answer
    with pytest.raises(RefreshFailed) as failure:
        case.adapter.refreshed(HttpResponse(status=status, body=body), now=NOW)
    assert not failure.value.permanent


@renewing
def test_renewal_that_needs_a_human(case: ChannelCase) -> None:
    refused = sending(case).refused
    assert refused is not None
    with pytest.raises(RefreshFailed) as failure:
        case.adapter.refreshed(refused, now=NOW)
    assert failure.value.permanent


@pytest.mark.parametrize(
    "case",
    [c for c in SENDERS if not sending(c).refreshed],
    ids=lambda case: case.label,
)
def test_no_renewal_where_tokens_do_not_expire(case: ChannelCase) -> None:
    assert case.adapter.refresh_request(case.account, now=NOW) is None
