"""Choices and files out: on every channel they go as the provider has them, or as words of the
text; nothing is lost, and no limit that the channel declares is passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from chalicelib.channels import degrading
from chalicelib.channels.base import Adapter
from chalicelib.channels.event import AttachmentKind, Author
from chalicelib.channels.rules import may_be_called
from chalicelib.channels.sending import (
    Capabilities,
    Choice,
    HttpRequest,
    OutboundMessage,
    OutFile,
)

from .case import ChannelCase
from .cases import CASES
from .readable import readable

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SENDERS = [case for case in CASES if case.sending]
PICKED_UP = [case for case in CASES if case.adapter.capabilities.picked_up]
TEXT = "Dạ anh chị muốn làm gì ạ?"
BODY = b"%PDF-1.7 hoa don"


def answers(count: int, *, length: int = 8) -> tuple[Choice, ...]:
    return tuple(Choice(title=f"{n}".ljust(length, "x"), value=f"v{n}") for n in range(count))


def pages(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(title=f"Trang {n}", url=f"https://shop.example/{n}") for n in range(count))


OFFERS: dict[str, tuple[Choice, ...]] = {
    "one answer": answers(1),
    "three answers": answers(3),
    "four answers": answers(4),
    "ten answers": answers(10),
    "long titles": answers(2, length=80),
    "one page": pages(1),
    "ten pages": pages(10),
    "both": answers(2) + pages(2),
    "both, many": answers(6) + pages(4),
}


def file_of(kind: AttachmentKind, media_type: str, *, size: int = len(BODY)) -> OutFile:
    return OutFile(
        kind=kind,
        name=f"tệp.{kind.value}",
        media_type=media_type,
        size=size,
        address=f"https://bucket.example/media/{kind.value}-{size}?X-Amz-Signature=1",
        body=BODY,
        token=f"token-{kind.value}",
    )


KINDS = {
    AttachmentKind.IMAGE: "image/jpeg",
    AttachmentKind.AUDIO: "audio/mpeg",
    AttachmentKind.VIDEO: "video/mp4",
    AttachmentKind.FILE: "application/pdf",
}
FILES: dict[str, tuple[OutFile, ...]] = {
    **{kind.value: (file_of(kind, named),) for kind, named in KINDS.items()},
    "all": tuple(file_of(kind, named) for kind, named in KINDS.items()),
    "too large": (file_of(AttachmentKind.FILE, "application/pdf", size=200_000_000),),
    "a kind nobody takes": (file_of(AttachmentKind.FILE, "application/x-unheard-of"),),
}


def message(case: ChannelCase, text: str = TEXT, **changes: Any) -> OutboundMessage:
    assert case.sending is not None
    plain = OutboundMessage(
        message_id="our-1",
        user_id=case.sending.recipient,
        text=text,
        author=Author.HUMAN,
        last_inbound_at=NOW - timedelta(minutes=1),
    )
    return replace(plain, **{**case.sending.latest, **changes})


def prepared(case: ChannelCase, out: OutboundMessage) -> list[HttpRequest]:
    """As `conversations.delivery` does it: the channel is given what it carries."""
    fitted = degrading.fitted(out, case.adapter.capabilities)
    return case.adapter.prepare(fitted, case.account, now=NOW)


def in_order(needles: Sequence[str], hay: str) -> bool:
    place = 0
    for needle in needles:
        place = hay.find(needle, place)
        if place < 0:
            return False
    return True


@pytest.mark.parametrize(
    ("case", "offer"), [*product(SENDERS, OFFERS)], ids=lambda v: getattr(v, "label", v)
)
def test_no_choice_is_lost(case: ChannelCase, offer: str) -> None:
    choices = OFFERS[offer]
    said = " ".join(readable(one) for one in prepared(case, message(case, choices=choices)))
    assert TEXT in said
    for choice in choices:
        assert choice.title in said, choice
        assert choice.url is None or choice.url in said, choice
    values = [one for one in choices if one.value is not None]
    native = all(f"{one.value}" in said for one in values)
    numbered = [f"{number}. {one.title}" for number, one in enumerate(values, start=1)]
    assert native or in_order(numbered, said), said


@pytest.mark.parametrize(
    ("case", "what"), [*product(SENDERS, FILES)], ids=lambda v: getattr(v, "label", v)
)
def test_no_file_is_lost(case: ChannelCase, what: str) -> None:
    files = FILES[what]
    able = case.adapter.capabilities
    out = message(case, files=files)
    kept = degrading.fitted(out, able).files
    requests = prepared(case, out)
    said = " ".join(readable(one) for one in requests)
    assert TEXT in said
    for file in files:
        if file not in kept:
            assert f"{file.name}: {file.address}" in said, file
        elif able.files_inside:
            assert BODY.decode() in said, file
            assert file.address not in said
        elif file.kind in able.uploads:
            assert str(file.token) in said, file
        else:
            assert file.address in said, file


@pytest.mark.parametrize("case", SENDERS, ids=lambda case: case.label)
def test_text_before_choices_is_cut_to_what_may_precede_them(case: ChannelCase) -> None:
    able = case.adapter.capabilities
    sentence = "Dạ bên em gửi anh chị lựa chọn ạ. "
    out = message(case, sentence * 200, choices=answers(3))
    requests = prepared(case, out)
    native = degrading.fitted(out, able).choices
    if native and able.choice_text is not None:
        assert len(requests) > 1
        parts = degrading.texts(out.text, able, choices=True)
        assert all(len(part) <= able.choice_text for part in parts)
    said = " ".join(readable(one) for one in requests)
    # A cut may go through one of them; a part that is lost is eighteen and more.
    assert said.count("lựa chọn ạ.") > 200 - len(requests)
    assert "v2" in readable(requests[-1]) if native else "3. 2xxxxxxx" in said


@pytest.mark.parametrize("case", [*SENDERS, *PICKED_UP], ids=lambda case: case.label)
def test_what_is_left_for_the_channel_is_within_what_it_declares(case: ChannelCase) -> None:
    able: Capabilities = case.adapter.capabilities
    for choices in OFFERS.values():
        left = degrading.carried(TEXT, (), choices, able).choices
        taps = [one for one in left if one.url is None]
        assert len(taps) <= able.choices
        assert len(left) - len(taps) <= able.links
        assert not (taps and len(left) > len(taps)) or able.mixed
        assert all(len(one.title) <= able.choice_title for one in left)
    for files in FILES.values():
        for file in degrading.carried(TEXT, files, (), able).files:
            assert file.size <= able.files[file.kind]


UPLOADING = [case for case in SENDERS if case.adapter.capabilities.uploads]


@pytest.mark.parametrize("case", UPLOADING, ids=lambda case: case.label)
def test_a_file_is_brought_to_the_providers_own_host(case: ChannelCase) -> None:
    adapter: Adapter = case.adapter
    for kind in adapter.capabilities.uploads:
        file = file_of(kind, KINDS[kind])
        request = adapter.upload_request(file, case.account)
        assert may_be_called(request.url, adapter.hosts)
        assert BODY in request.body
        assert request == adapter.upload_request(file, case.account)
        assert case.sending is not None
        for body in (b"", b"{}", b"[]", b"<html>", case.sending.sent.body):
            answer = replace(case.sending.sent, body=body)
            assert adapter.uploaded(answer) is None


def test_some_channel_uploads_and_some_send_bytes() -> None:
    """The tests above are about something."""
    assert UPLOADING
    assert any(case.adapter.capabilities.files_inside for case in SENDERS)
    assert any(case.adapter.capabilities.choices for case in SENDERS)
