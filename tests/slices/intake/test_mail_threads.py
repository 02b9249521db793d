"""Which ticket a mail belongs to, and mails nobody wrote."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest

from chalicelib.intake.answering import MOST_AN_HOUR
from chalicelib.platform import blobs, outward
from chalicelib.platform.settings import SETTINGS
from tests.contracts.cases.email import MAILBOX as MAILBOX_OF_SES
from tests.contracts.cases.email import TOPIC
from tests.slices.channels.test_email import amazons_key, signed
from tests.slices.conftest import Later
from tests.slices.customer.test_erasure import ask
from tests.world import World

MAILBOX, SECRET = "hotro@shop.vn", "webhook-secret-of-the-mailbox"
LAN, MINH = "lan@khach.vn", "minh@khach.vn"
SIZE = "Cho mình đổi size áo với ạ"
PASSWORD = "Mình quên mật khẩu, không đăng nhập được tài khoản"
_numbers = count(1)


@pytest.fixture
def account(world: World) -> str:
    return world.connect("email", MAILBOX, {"webhook_secret": SECRET}, provider="postmark")


def mail(world: World, text: str, *, sender: str = LAN, to: str = MAILBOX, **more: Any) -> str:
    """A customer's mail; returns its Message-ID. `headers` are further ones."""
    message_id = more.pop("message_id", f"<m{next(_numbers)}@khach.vn>")
    headers = {"Message-ID": message_id, **more.pop("headers", {})}
    body = {
        "FromFull": {"Email": sender, "Name": "Khách"},
        "ToFull": [{"Email": to}],
        "OriginalRecipient": to,
        "Subject": more.pop("subject", "Hỏi shop"),
        "MessageID": f"pm-{message_id}",
        "TextBody": text,
        "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
        **more,
    }
    assert world.webhook(f"postmark/{MAILBOX}/{SECRET}", json.dumps(body).encode(), {}) == 200
    world.run()
    return str(message_id)


def answered(world: World, ticket: dict[str, Any], account: str) -> dict[str, Any]:
    """An agent answers; the request that went out, and the id the provider gave it."""
    path = f"/tickets/{ticket['id']}/replies"
    answer = world.admin.post(path, {"text": "Dạ em kiểm tra ngay ạ"})
    assert answer.status == 202, answer.body
    world.run()
    sent = world.list(f"/channel-accounts/{account}/outbox")[0]
    body: dict[str, Any] = json.loads(sent["body"])
    return body


def sent_id(world: World, ticket: dict[str, Any]) -> str:
    """The id the provider gave our latest mail on a ticket."""
    ours = [one for one in world.messages(ticket["id"]) if one["direction"] == "out"]
    return str(ours[-1]["provider_message_id"])


def named(ticket: dict[str, Any], tickets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in tickets if one["id"] != ticket["id"]]


def test_answers_name_the_mail_and_the_ticket(world: World, account: str) -> None:
    first = mail(world, SIZE, subject="Re: Đổi áo")
    body = answered(world, world.ticket(), account)
    headers = {one["Name"]: one["Value"] for one in body["Headers"]}
    number = world.ticket()["number"]
    assert headers["In-Reply-To"] == headers["References"] == first
    assert body["Subject"] == f"Re: Đổi áo [{number}]"
    assert body["ReplyTo"] == f"hotro+{number}@shop.vn"
    assert body["To"] == LAN
    assert "Auto-Submitted" not in headers


def test_an_answer_belongs_to_the_ticket_of_the_mail_it_answers(world: World, account: str) -> None:
    mail(world, SIZE)
    older = world.ticket()
    answered(world, older, account)
    mail(world, PASSWORD, subject="Mật khẩu")
    assert len(world.tickets()) == 2
    named_by = {"In-Reply-To": f"<{sent_id(world, older)}@mtasv.net>"}
    mail(world, "Size L ạ, mình cao 1m7", headers=named_by, subject="khác hẳn")
    assert len(world.messages(older["id"])) == 3
    assert len(world.tickets()) == 2


def test_a_mail_after_ones_own_mail_belongs_to_it(world: World, account: str) -> None:
    first = mail(world, SIZE)
    older = world.ticket()
    mail(world, PASSWORD, subject="Mật khẩu")
    mail(world, "Mình gửi thêm ảnh áo bị lỗi màu", headers={"References": first})
    assert len(world.messages(older["id"])) == 2


@pytest.mark.parametrize("where", ["plus", "subject"])
def test_a_number_in_address_or_subject_names_the_ticket(
    world: World, account: str, where: str
) -> None:
    mail(world, SIZE)
    older = world.ticket()
    mail(world, PASSWORD, subject="Mật khẩu")
    number = older["number"]
    given = {"plus": {"to": f"hotro+{number}@shop.vn"}, "subject": {"subject": f"Re: [{number}]"}}
    mail(world, "Mình cần gấp trong tuần này ạ", **given[where])
    assert len(world.messages(older["id"])) == 2


def test_a_subject_alone_joins_nothing(world: World, account: str) -> None:
    mail(world, SIZE, subject="Hỏi shop")
    mail(world, PASSWORD, subject="Re: Hỏi shop")
    assert len(world.tickets()) == 2


def test_nobody_comes_into_somebody_elses_ticket(world: World, account: str) -> None:
    first = mail(world, SIZE)
    older = world.ticket()
    number = older["number"]
    mail(world, PASSWORD, sender=MINH, to=f"hotro+{number}@shop.vn", headers={"References": first})
    assert len(world.messages(older["id"])) == 1
    (other,) = named(older, world.tickets())
    assert other["profile_id"] != older["profile_id"]


@pytest.mark.parametrize(
    "headers",
    [{"Auto-Submitted": "auto-replied"}, {"X-Autoreply": "yes"}, {"Return-Path": "<>"}],
    ids=lambda headers: next(iter(headers)),
)
def test_an_automatic_mail_opens_and_reopens_nothing(
    world: World, account: str, headers: dict[str, str]
) -> None:
    first = mail(world, SIZE)
    ticket = world.ticket()
    assert world.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"}).status == 200
    world.run()
    mail(world, PASSWORD, headers={**headers, "In-Reply-To": first})
    mail(world, PASSWORD, headers=headers, sender=MINH)
    assert world.ticket()["status"] == "done"
    assert len(world.list("/conversations")) == 2


@pytest.mark.parametrize(
    ("sender", "headers"),
    [(MAILBOX, {}), (LAN, {"List-Id": "<news.khach.vn>"}), ("mailer-daemon@mx.vn", {})],
    ids=["own", "list", "postmaster"],
)
def test_a_mail_to_nobody_leaves_nothing(
    world: World, account: str, sender: str, headers: dict[str, str]
) -> None:
    mail(world, PASSWORD, sender=sender, headers=headers)
    assert world.tickets() == []
    assert world.list("/conversations") == []


def test_a_bounce_fails_the_mail_it_is_about(world: World, account: str) -> None:
    mail(world, SIZE)
    ticket = world.ticket()
    answered(world, ticket, account)
    told = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "MessageID": sent_id(world, ticket),
        "Details": "smtp;550 5.1.1 no such user",
        "From": MAILBOX,
    }
    assert world.webhook(f"postmark/{MAILBOX}/{SECRET}", json.dumps(told).encode(), {}) == 200
    world.run()
    ours = world.messages(ticket["id"])[-1]
    assert (ours["status"], ours["error_code"]) == ("failed", "5.1.1")
    assert ours["error_reason"] == "Địa chỉ e-mail không tồn tại"


def test_a_redelivery_is_one_message(world: World, account: str) -> None:
    for _ in range(2):
        mail(world, SIZE, message_id="<same@khach.vn>")
    assert len(world.messages(world.ticket()["id"])) == 1


class TestInTheBucket:
    """SES puts the mail into our bucket and only tells where."""

    @pytest.fixture(autouse=True)
    def mailbox(self, world: World) -> None:
        world.connect("email", "mua@shop.vn", {"webhook_secret": SECRET}, provider="ses")

    def tell(self, world: World, bucket: str | None, key: str, **receipt: Any) -> None:
        place = {"type": "S3", "bucketName": bucket, "objectKey": key}
        named = key.rpartition("/")[2]
        told = {
            "notificationType": "Received",
            "mail": {"messageId": named, "source": LAN, "destination": ["mua@shop.vn"]},
            "receipt": {"action": place, **receipt},
        }
        body = json.dumps({"Type": "Notification", "Message": json.dumps(told)}).encode()
        sent = {"Content-Type": "text/plain; charset=UTF-8"}
        assert world.webhook(f"ses/mua@shop.vn/{SECRET}", body, sent) == 200
        world.run()

    def test_is_read_from_there(self, world: World) -> None:
        words = f"From: {LAN}\nMessage-ID: <s3@khach.vn>\nSubject: x\n\n{PASSWORD}\n"
        blobs.put("mail/s3-1", words.encode())
        self.tell(world, SETTINGS.bucket, "mail/s3-1")
        (message,) = world.messages(world.ticket()["id"])
        assert message["text"] == PASSWORD

    def test_goes_with_whom_it_is_of(self, world: World) -> None:
        words = f"From: {LAN}\nMessage-ID: <s3@khach.vn>\nSubject: x\n\n{PASSWORD}\n"
        for key in ("mail/s3-1", "mail/s3-2"):
            blobs.put(key, words.encode())
        self.tell(world, SETTINGS.bucket, "mail/s3-1")
        ask(world, world.ticket()["profile_id"], "erase")
        world.run()
        assert world.list("/conversations") == []
        assert blobs.keys("mail/") == ["mail/s3-2"]

    def test_goes_with_whom_it_is_of_where_it_became_no_message(self, world: World) -> None:
        spam = {"spamVerdict": {"status": "FAIL"}}
        for number, receipt in (("s3-1", {}), ("s3-2", spam)):
            words = f"From: {LAN}\nMessage-ID: <{number}@khach.vn>\n\n{PASSWORD}\n"
            blobs.put(f"mail/{number}", words.encode())
            self.tell(world, SETTINGS.bucket, f"mail/{number}", **receipt)
        assert len(world.list("/quarantine", status="ignored")) == 1
        ask(world, world.ticket()["profile_id"], "erase")
        world.run()
        assert blobs.keys("mail/") == []

    @pytest.mark.parametrize(
        ("bucket", "key"), [("somebody-elses", "mail/s3-1"), (None, "exports/secret")]
    )
    def test_nothing_else_is_read(self, world: World, bucket: str | None, key: str) -> None:
        blobs.put(key, f"From: {LAN}\n\n{PASSWORD}\n".encode())
        self.tell(world, bucket or SETTINGS.bucket, key)
        assert world.tickets() == []
        (kept,) = world.list("/quarantine")
        assert kept["reason"] == "object_elsewhere"


def test_sns_is_believed_by_a_certificate_fetched_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, pem = amazons_key()
    fetched: list[str] = []

    def call(method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        fetched.append(url)
        return (200, pem) if len(fetched) > 1 else (503, b"")

    monkeypatch.setattr(outward, "call", call)
    world.connect("email", MAILBOX_OF_SES, {"topic_arn": TOPIC}, provider="ses")
    sent = {"Content-Type": "text/plain; charset=UTF-8"}
    body = json.dumps(signed(key)).encode()
    forged = json.dumps({**signed(key), "Message": "{}"}).encode()
    assert world.webhook("ses", body, sent) == 503  # no certificate: SNS comes again
    assert [world.webhook("ses", one, sent) for one in (body, forged, body)] == [200, 401, 200]
    world.run()
    assert len(fetched) == 2
    assert world.messages(world.ticket()["id"])[0]["text"] == "Đơn giao trễ"


def test_machines_that_answer_each_other_open_no_more_tickets(
    world: World, account: str, later: Later
) -> None:
    """They do not say that they are machines: only their number does."""
    for number in range(MOST_AN_HOUR):
        mail(world, f"{PASSWORD} ({number})", sender="may@khach.vn")
    before = len(world.tickets())
    for number in range(3):
        mail(world, f"{SIZE}, đơn DH{number}0099", sender="may@khach.vn")
    assert len(world.tickets()) == before
    mail(world, SIZE)
    assert len(world.tickets()) == before + 1
    later(hours=2)
    mail(world, "Cho mình hỏi giá áo khoác nam ạ", sender="may@khach.vn")
    assert len(world.tickets()) == before + 2
