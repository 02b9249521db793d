"""The link that ends marketing mails: in the mail, on its page, and pressed by a mail program."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from unittest.mock import patch

import pytest
from chalice.test import Client

from app import app
from chalicelib.channels.base import Account
from chalicelib.channels.email import composing
from chalicelib.channels.event import AttachmentKind, Author
from chalicelib.channels.sending import OutboundMessage, OutFile
from chalicelib.conversations import unsubscribing
from chalicelib.media import uploads
from chalicelib.platform import blobs, store
from chalicelib.platform.context import Context
from chalicelib.profiles import consent
from tests.slices.intake.test_mail_threads import MAILBOX, SECRET, mail
from tests.world import World

PATH = "/unsubscribe/"


@pytest.fixture
def account(world: World) -> str:
    return world.connect("email", MAILBOX, {"webhook_secret": SECRET}, provider="postmark")


@pytest.fixture
def ticket(world: World, account: str) -> dict[str, Any]:
    mail(world, "Shop có hàng mới thì báo mình nhé")
    return world.ticket()


def agrees(world: World, ticket: dict[str, Any]) -> None:
    stated = {
        "purpose": "marketing",
        "channel": "email",
        "state": "granted",
        "source": "phone",
        "wording": "call-1",
    }
    answer = world.admin.post(f"/profiles/{ticket['profile_id']}/consents", stated)
    assert answer.status == 201, answer.body


def advertises(world: World, ticket: dict[str, Any], **more: Any) -> int:
    body = {"text": "Áo mới về, giảm 20%", "purpose": "marketing", **more}
    status = world.admin.post(f"/tickets/{ticket['id']}/replies", body).status
    world.run()
    return status


def sent(world: World, account: str) -> dict[str, Any]:
    (entry,) = world.list(f"/channel-accounts/{account}/outbox")
    body: dict[str, Any] = json.loads(entry["body"])
    return body


def link(world: World, account: str) -> str:
    headers = {one["Name"]: one["Value"] for one in sent(world, account)["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(headers["List-Unsubscribe"]).strip("<>")


def ask(method: str, path: str, body: str = "") -> tuple[int, str, Any]:
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    with Client(app) as client:
        found = client.http.request(method, path, headers=kind, body=body.encode())
    return found.status_code, found.body.decode(), found.headers


def allowed(world: World, ticket: dict[str, Any]) -> list[bool]:
    found = world.admin.get(f"/profiles/{ticket['profile_id']}/consents").body["standing"]
    here = [one for one in found if (one["purpose"], one["channel"]) == ("marketing", "email")]
    return [one["allowed"] for one in here]


def told(world: World, ticket: dict[str, Any]) -> list[Any]:
    events = world.list(f"/profiles/{ticket['profile_id']}/timeline")
    changed = [one["data"] for one in events if one["name"] == "consent.changed"]
    return [(one["granted"], one["source"]) for one in changed]


def test_a_get_only_asks_and_a_post_ends_it(
    world: World, ticket: dict[str, Any], account: str
) -> None:
    agrees(world, ticket)
    assert advertises(world, ticket) == 202
    address = link(world, account)
    assert address in sent(world, account)["TextBody"], "there is something to click for people"
    path = PATH + address.rpartition("/")[2]
    for _ in range(2):  # scanners fetch what stands in a mail
        status, page, headers = ask("GET", path)
        assert (status, allowed(world, ticket)) == (200, [True])
        assert "Ngừng nhận tin khuyến mãi?" in page
        assert '<form method="post">' in page
        assert headers["Cache-Control"] == "no-store"
    for _ in range(2):
        status, page, _ = ask("POST", path, "List-Unsubscribe=One-Click")
        assert (status, allowed(world, ticket)) == (200, [False])
        assert "Bạn đã ngừng nhận tin khuyến mãi" in page
    assert told(world, ticket).count((False, unsubscribing.LINK)) == 1
    assert "Bạn đã ngừng nhận" in ask("GET", path)[1]
    assert advertises(world, ticket) == 409
    answer = {"text": "Dạ đơn của mình đây ạ"}
    assert world.admin.post(f"/tickets/{ticket['id']}/replies", answer).status == 202


def test_a_link_of_nobody_is_refused_and_changes_nothing(
    world: World, ticket: dict[str, Any], account: str
) -> None:
    agrees(world, ticket)
    assert advertises(world, ticket) == 202
    token = link(world, account).rpartition("/")[2]
    last = "0" if token[-1] != "0" else "1"
    swapped = token.replace("-marketing-", "-survey-")
    for wrong in (token[:-1] + last, token[:-1], swapped, "x", token.upper()):
        for method in ("GET", "POST"):
            status, page, _ = ask(method, PATH + wrong)
            assert status == 404, wrong
            assert "Liên kết không dùng được" in page
    assert allowed(world, ticket) == [True]


def test_who_has_not_agreed_gets_none(world: World, ticket: dict[str, Any], account: str) -> None:
    assert advertises(world, ticket) == 409
    assert world.list(f"/channel-accounts/{account}/outbox") == []


def test_a_press_during_an_erasure_leaves_nothing_of_who_was_erased(
    world: World, ticket: dict[str, Any], account: str
) -> None:
    agrees(world, ticket)
    assert advertises(world, ticket) == 202
    token, profile_id = link(world, account).rpartition("/")[2], ticket["profile_id"]
    withdraw = unsubscribing.withdraw

    def erased_first(ending: unsubscribing.Ending, context: Context) -> list[store.Write]:
        writes = withdraw(ending, context)
        body = {"verified_by": "in_person"}
        assert world.admin.post(f"/profiles/{profile_id}/erase", body).status == 202
        world.run()
        return writes

    with patch.object(unsubscribing, "withdraw", erased_first):
        assert ask("POST", PATH + token)[0] == 404
    assert consent.statements(profile_id) == []


def test_an_answer_about_their_own_matter_has_no_such_link(
    world: World, ticket: dict[str, Any], account: str
) -> None:
    body = {"text": "Dạ có ạ"}
    assert world.admin.post(f"/tickets/{ticket['id']}/replies", body).status == 202
    world.run()
    names = {one["Name"] for one in sent(world, account)["Headers"]}
    assert not {name for name in names if name.startswith("List-")}


def test_files_are_in_the_mail(world: World, ticket: dict[str, Any], account: str) -> None:
    made = world.admin.post("/media").body["id"]
    blobs.put(uploads.upload_key(made), b"%PDF-1.7\n1 0 obj\n")
    body = {"text": "Dạ hoá đơn", "media": [{"id": made, "name": "Hoá đơn.pdf"}]}
    assert world.admin.post(f"/tickets/{ticket['id']}/replies", body).status == 202
    world.run()
    (file,) = sent(world, account)["Attachments"]
    assert (file["Name"], file["ContentType"]) == ("Hoá đơn.pdf", "application/pdf")
    assert sent(world, account)["TextBody"] == "Dạ hoá đơn"


def test_a_mail_as_ses_gets_it_holds_header_and_file() -> None:
    file = OutFile(
        kind=AttachmentKind.FILE,
        name="Hoá đơn.pdf",
        media_type="application/pdf",
        size=4,
        address="https://b.example/1",
        body=b"%PDF",
    )
    account = Account(id="a", provider="ses", channel="email", account_id=MAILBOX, credentials={})
    address = "https://api.example/prod/unsubscribe/" + "a" * 110
    message = OutboundMessage(
        message_id="m",
        user_id="lan@khach.vn",
        text="Dạ",
        author=Author.HUMAN,
        last_inbound_at=None,
        files=(file,),
        unsubscribe=address,
    )
    mail_ = composing.compose(message, account, now=datetime(2026, 11, 21, tzinfo=UTC))
    whole = message_from_bytes(composing.as_mime(mail_))
    assert whole["List-Unsubscribe"] == f"<{address}>"
    (attached,) = [part for part in whole.walk() if part.get_filename()]
    assert attached.get_payload(decode=True) == b"%PDF"
