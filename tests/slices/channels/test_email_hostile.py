"""Mails built to deceive or to keep their reader busy."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.channels.email import composing, letter, ses
from chalicelib.channels.event import Author, InboundEvent
from chalicelib.channels.sending import CannotSend, OutboundMessage
from chalicelib.channels.wire import composed
from tests.contracts.case import webhook
from tests.contracts.cases.email import MAILBOX, POSTMARK, SENDGRID, SES

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
VICTIM, STRANGER = "lan@khach.vn", "ke@gian.vn"
HEAD = b"From: lan@khach.vn\r\nSubject: s\r\nMessage-ID: <a@khach.vn>\r\n"

# -------------------------------------------------------------------- time and memory


def inside_each_other(depth: int, line: bytes) -> bytes:
    opened = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return HEAD + b"".join(opened) + b"Content-Type: text/plain\r\n\r\n" + line * 300_000


BUSY = {
    "boundaries": inside_each_other(300, b"-\r\n"),
    "lines of old Macs": inside_each_other(300, b"-\r"),
    "parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 900_000,
    "parameters": HEAD + b"Content-Type: text/plain; " + b';"' * 500_000 + b"\r\n\r\nx",
    "numbered": HEAD
    + b"Content-Disposition: attachment; "
    + b"".join(b"filename*%d=a;" % n for n in range(80_000))
    + b"\r\n\r\nx",
    "headers": HEAD + b"X-A: =?utf-8?b?YQ==?=\r\n" * 200_000 + b"\r\nx",
    "lines": HEAD + b"\r\n" + b"a\r\n" * 3_000_000,
    "marks": HEAD
    + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    + "a\u0300\u0323".encode() * 2
    + "\u0300\u0323".encode() * 250_000,
    "comments": b"From: " + b"(" * 1_000_000 + b"\r\n\r\nx",
}


@pytest.mark.parametrize("raw", BUSY.values(), ids=BUSY)
def test_no_mail_keeps_its_reader_busy(raw: bytes) -> None:
    began = time.process_time()
    found = letter.from_mime(raw)
    letter.sender(found, MAILBOX)
    assert found.own or found.files
    assert time.process_time() - began < 6


def test_marks_that_belong_to_a_letter_stay() -> None:
    word = "Nguye\u0302\u0303n" * 400  # without a blank: as long as what is looked into
    assert composed(word) == "Nguyễn" * 400
    assert len(composed("a" + "\u0323" * 5000)) < 50


# -------------------------------------------------------------------- who wrote


def read(case: Any, raw: bytes, **headers: str) -> InboundEvent:
    [event] = case.events(replace(webhook(raw, headers=headers), path_secret=case.path_secret))
    return event  # type: ignore[no-any-return, unused-ignore]


def by_ses(sender: str, more: str = "") -> InboundEvent:
    raw = f"From: {sender}\r\n{more}To: {MAILBOX}\r\nMessage-ID: <x@y>\r\n\r\nChào shop"
    return read(SES, raw.encode(), **{"content-type": "message/rfc822"})


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?q?lan=40khach.vn?=",
        "=?utf-8?q?lan=40khach.vn=2C?=",
        "=?utf-8?q?=22=3Clan=40khach.vn=3E?=",
        '"lan@khach.vn"',
        '"Lan <lan@khach.vn>,"',
        "(lan@khach.vn)",
        "(<lan@khach.vn>)",
    ],
)
def test_a_name_is_no_address(name: str) -> None:
    event = by_ses(f"{name} <{STRANGER}>")
    assert (event.user_id, event.identity_verified) == (STRANGER, False)


@pytest.mark.parametrize(
    "name", [f"{VICTIM}\\", f'"{VICTIM}', f"({VICTIM}", f'{VICTIM}" <{VICTIM}>']
)
def test_a_name_the_provider_gives_is_no_address(name: str) -> None:
    mail = {"FromFull": {"Email": STRANGER, "Name": name}, "MessageID": "1", "TextBody": "Chào"}
    event = read(POSTMARK, json.dumps(mail).encode(), **{"content-type": "application/json"})
    assert (event.user_id, event.identity_verified) == (STRANGER, False)


@pytest.mark.parametrize(
    "sender", [f'"{VICTIM}\\" <{STRANGER}>', f'"{VICTIM} <{STRANGER}>', f"{VICTIM}(<{STRANGER}>"]
)
def test_what_cannot_be_read_proves_nobody(sender: str) -> None:
    assert not by_ses(sender).identity_verified


@pytest.mark.parametrize("sender", [f"{VICTIM} <{STRANGER}>", f"{VICTIM}, {STRANGER}"])
def test_of_several_senders_nobody_is_proved(sender: str) -> None:
    event = by_ses(sender)
    assert (event.user_id, event.identity_verified) == (STRANGER, False)


def test_whoever_writes_as_the_mailbox_proves_no_reply_to() -> None:
    event = by_ses(MAILBOX, f"Sender: {VICTIM}\r\nReply-To: {VICTIM}\r\n")
    assert (event.user_id, event.identity_verified) == (VICTIM, False)


def test_a_name_in_vietnamese_is_read() -> None:
    event = by_ses("=?utf-8?b?Tmd1eeG7hW4sIExhbg==?= <lan@khach.vn>")
    assert event.contact is not None
    assert (event.user_id, event.contact.name) == (VICTIM, "Nguyễn, Lan")


@pytest.mark.parametrize(
    ("verdicts", "proved"),
    [
        ({"spf": "FAIL", "dkim": "GRAY", "dmarc": "GRAY"}, False),
        ({"spf": "FAIL", "dkim": "PASS", "dmarc": "GRAY"}, False),  # for whom, nobody says
        ({"spf": "FAIL", "dkim": "FAIL", "dmarc": "PASS"}, True),
        ({"spf": "PASS", "dkim": "PASS", "dmarc": "FAIL"}, False),
        ({}, True),
    ],
)
def test_what_ses_finds_forged_proves_nobody(verdicts: dict[str, str], proved: bool) -> None:
    receipt = {f"{name}Verdict": {"status": status} for name, status in verdicts.items()}
    found = ses.read({"notification": {"mail": {"source": VICTIM}, "receipt": receipt}}, False)
    assert found.unproved is not proved


@pytest.mark.parametrize(
    ("envelope", "spf", "dkim", "proved"),
    [
        ("lan@khach.vn", "pass", "none", True),
        ("bounce@mail.khach.vn", "softfail", "{@khach.vn : pass}", True),
        ("bounce@gian.vn", "pass", "{@gian.vn : pass}", False),
        ("lan@khach.vn", "softfail", "none", False),
        ("lan@khach.vn", "fail", "{@khach.vn : fail}", False),
    ],
)
def test_a_pass_for_another_host_proves_nobody(
    envelope: str, spf: str, dkim: str, proved: bool
) -> None:
    fields = {
        "from": "Lan <lan@khach.vn>",
        "text": "Chào shop",
        "envelope": f'{{"to":["{MAILBOX}"],"from":"{envelope}"}}',
        "SPF": spf,
        "dkim": dkim,
    }
    parts = "".join(
        f'--xx\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    kind = {"content-type": "multipart/form-data; boundary=xx"}
    event = read(SENDGRID, (parts + "--xx--\r\n").encode(), **kind)
    assert (event.user_id, event.identity_verified) == (VICTIM, proved)


# -------------------------------------------------------------------- mails of ours


def ours(**changes: Any) -> OutboundMessage:
    plain = OutboundMessage(
        message_id="0192f0aa-0000-7000-8000-000000000001",
        user_id=VICTIM,
        text="Dạ em kiểm tra ạ",
        author=Author.HUMAN,
        last_inbound_at=NOW,
    )
    return replace(plain, **changes)


def test_long_ids_stay_as_they_are() -> None:
    """Outlook's are longer than a line."""
    ids = [f"<{'A' * 70}{n}@eurprd01.prod.exchangelabs.com>" for n in range(12)]
    message = ours(answers=ids[-1].strip("<>"), thread=" ".join(ids))
    raw = composing.as_mime(composing.compose(message, SES.account, now=NOW))
    assert f"In-Reply-To: {ids[-1]}\r\n".encode() in raw
    assert f"References: {ids[0]}\r\n {ids[1]}\r\n".encode() in raw
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert letter.references(letter.from_mime(raw)) == tuple(one.strip("<>") for one in ids[::-1])


def test_no_control_character_comes_into_a_header() -> None:
    mail = composing.compose(ours(subject="Đổi\x00 áo\x0b\x1b[1m"), SES.account, now=NOW)
    assert mail.subject == "Re: Đổi áo [1m"


def test_hosts_are_written_in_ascii() -> None:
    mail = composing.compose(ours(user_id="lan@việt.vn"), SES.account, now=NOW)
    assert mail.recipient == "lan@xn--vit-5kz.vn"
    composing.as_mime(mail)
    for strange in ("khách@khach.vn", "lan@" + "a" * 64 + ".vn", "lan@khach..vn"):
        with pytest.raises(CannotSend):
            composing.compose(ours(user_id=strange), SES.account, now=NOW)
