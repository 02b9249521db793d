"""Approved templates on their way to customers: to whom, with what, when, and what comes back."""

from __future__ import annotations

import pytest

from chalicelib.channels.sending import Outcome
from chalicelib.channels.zalo_oa.codes import CODES
from tests.slices.conftest import Later
from tests.slices.conversations.desk import zalo_error
from tests.slices.conversations.templates import (
    DATA,
    PHONE,
    TEMPLATE,
    USER,
    Shop,
    ZaloTemplates,
    customer,
    local,
    until,
)
from tests.world import OA, World

BY_PHONE = "https://business.openapi.zalo.me/message/template"
BY_USER = "https://openapi.zalo.me/v3.0/oa/message/template"


def test_by_phone_with_what_fills_its_gaps(shop: Shop, zalo: ZaloTemplates) -> None:
    sent = shop.pushed(tracking_id="CSAT-000123")
    (((url, body)),) = zalo.sent
    assert url == BY_PHONE
    assert body == {
        "phone": PHONE.removeprefix("+"),
        "template_id": TEMPLATE,
        "template_data": DATA,
        "tracking_id": "CSAT-000123",
    }
    assert (sent["status"], sent["provider_message_id"]) == ("sent", "zns-1")
    assert sent["text"].startswith("Mẫu tin: Đánh giá sau khi giao hàng")
    assert sent["template"]["tracking_id"] == "CSAT-000123"


def test_its_own_id_tracks_it_unless_another_is_given(shop: Shop, zalo: ZaloTemplates) -> None:
    sent = shop.pushed()
    ((_, body),) = zalo.sent
    assert body["tracking_id"] == sent["id"]
    assert len(sent["id"]) <= 48


def test_a_conversation_begins_with_it_and_is_gone_on_with(shop: Shop, world: World) -> None:
    first, second = shop.pushed(), shop.pushed()
    (talk,) = world.list("/conversations", profile_id=shop.profile)
    assert (talk["account"], talk["last_inbound_at"]) == (shop.account, None)
    assert first["conversation_id"] == second["conversation_id"] == talk["id"]


def test_by_the_users_id_where_that_is_wanted_or_there_is_no_phone(
    shop: Shop, zalo: ZaloTemplates, world: World
) -> None:
    world.zalo("Cho em hỏi ạ", user=USER)
    world.run()
    (talk,) = world.list("/conversations")
    shop.profile = talk["profile_id"]
    sent = shop.pushed(tracking_id="T-1")
    ((url, body),) = zalo.sent
    assert (url, body) == (
        BY_USER,
        {"user_id": USER, "template_id": TEMPLATE, "template_data": DATA},
    )
    assert (sent["status"], sent["provider_message_id"]) == ("sent", "zns-1")


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({}, ["data.customer", "data.order"]),
        ({"customer": "C" * 31, "order": "DH-1024"}, ["data.customer"]),
        ({"customer": "Lan", "order": "D-1"}, ["data.order"]),
        ({"customer": " \n ", "order": "DH-1024"}, ["data.customer"]),
        ({**DATA, "ordr": "DH-1024"}, ["data.ordr"]),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    shop: Shop, zalo: ZaloTemplates, data: dict[str, str], fields: list[str]
) -> None:
    refused = shop.push(data=data)
    assert refused.status == 422
    assert [one["field"] for one in refused.body["errors"]] == fields
    assert zalo.sent == []


def test_only_an_approved_template_is_sent(shop: Shop, world: World) -> None:
    assert shop.push(template_id="999").status == 404
    path = f"/channel-accounts/{shop.account}/templates/{TEMPLATE}"
    assert world.admin.patch(path, {"state": "paused"}).status == 200
    refused = shop.push()
    assert (refused.status, refused.body["code"]) == (409, "template_not_sendable")


# ------------------------------------------------------------------ to whom


def test_a_told_phone_will_do_where_nobody_answers_from_it(
    shop: Shop, zalo: ZaloTemplates, world: World
) -> None:
    shop.profile = customer(world, "+84987654321")
    assert shop.pushed()["status"] == "sent"
    assert zalo.sent[0][1]["phone"] == "84987654321"


def test_nobody_elses_phone(shop: Shop, world: World) -> None:
    refused = shop.push(phone="0987 654 321")
    assert (refused.status, refused.body["field"]) == (422, "phone")


def test_a_phone_that_is_anothers_conversation_is_not_written_to(shop: Shop, world: World) -> None:
    shop.pushed()
    shop.profile = customer(world, PHONE, name="Nguyễn Văn Hùng")
    refused = shop.push()
    assert (refused.status, refused.body["code"]) == (409, "no_address")


def test_without_any_address_it_says_so(shop: Shop, world: World) -> None:
    shop.profile = customer(world, "+14155550100")
    assert shop.push().body["code"] == "no_address"


def test_a_ticket_of_theirs_has_it_and_nobody_elses(shop: Shop, world: World) -> None:
    world.zalo("Máy bị hỏng rồi ạ", user=USER)
    world.run()
    ticket = world.ticket()
    refused = shop.push(ticket_id=ticket["id"])
    assert (refused.status, refused.body["field"]) == (422, "ticket_id")
    shop.profile = ticket["profile_id"]
    sent = shop.pushed(ticket_id=ticket["id"])
    assert sent["id"] in [one["id"] for one in world.messages(ticket["id"])]
    assert world.ticket()["status"] == "in_progress"


# ------------------------------------------------------------------ may we


def test_a_survey_may_be_refused_before_and_after_it_was_queued(
    shop: Shop, zalo: ZaloTemplates, world: World, later: Later
) -> None:
    later(seconds=until(22).total_seconds())
    held = shop.pushed()
    assert held["status"] == "delayed"
    said = {"purpose": "survey", "state": "withdrawn", "source": "phone"}
    assert world.admin.post(f"/profiles/{shop.profile}/consents", said).status == 201
    refused = shop.push()
    assert (refused.status, refused.body["code"]) == (409, "may_not_contact")
    later(seconds=until(9).total_seconds())
    shop.due()
    given_up = shop.again(held)
    assert (given_up["status"], given_up["error_code"]) == ("failed", "may_not_contact")
    assert zalo.sent == []


def test_marketing_needs_a_grant(shop: Shop, world: World) -> None:
    path = f"/channel-accounts/{shop.account}/templates/{TEMPLATE}"
    assert world.admin.patch(path, {"purpose": "marketing"}).status == 200
    assert shop.push().body["code"] == "may_not_contact"
    said = {"purpose": "marketing", "state": "granted", "source": "form"}
    assert world.admin.post(f"/profiles/{shop.profile}/consents", said).status == 201
    assert shop.pushed()["status"] == "sent"


def test_stop_on_the_account_silences_templates_too(
    shop: Shop, zalo: ZaloTemplates, world: World
) -> None:
    world.zalo("Cho em hỏi ạ", user=USER)
    world.zalo("STOP", user=USER)
    world.run()
    shop.profile = world.list("/conversations")[0]["profile_id"]
    assert shop.push().body["code"] == "may_not_contact"
    assert zalo.sent == []


def test_stop_on_the_account_silences_what_waits_too(
    shop: Shop, zalo: ZaloTemplates, world: World, later: Later
) -> None:
    path = f"/channel-accounts/{shop.account}/templates/{TEMPLATE}"
    assert world.admin.patch(path, {"rating": False, "purpose": "care"}).status == 200
    world.zalo("Cho em hỏi ạ", user=USER)
    world.run()
    shop.profile = world.list("/conversations")[0]["profile_id"]
    known = {"phones": ["+84987654321"]}
    assert world.admin.patch(f"/profiles/{shop.profile}", known).status == 200
    later(seconds=until(22).total_seconds())
    held = shop.pushed(by="phone")
    assert held["status"] == "delayed"
    world.zalo("STOP", user=USER)
    world.run()
    later(seconds=until(9).total_seconds())
    shop.due()
    given_up = shop.again(held)
    assert (given_up["status"], given_up["error_code"]) == ("failed", "may_not_contact")
    assert zalo.sent == []


# ------------------------------------------------------------------ when


def test_at_night_it_waits_for_the_morning(shop: Shop, zalo: ZaloTemplates, later: Later) -> None:
    later(seconds=until(21).total_seconds())
    held = shop.pushed()
    assert (held["status"], held["error_code"]) == ("delayed", "quiet_hours")
    assert (local(held["next_attempt_at"]).hour, zalo.sent) == (8, [])
    later(seconds=until(7, 59).total_seconds())
    shop.due()
    assert zalo.sent == []
    later(minutes=45)
    shop.due()
    assert shop.again(held)["status"] == "sent"


def test_what_is_of_the_customers_own_matter_goes_at_any_hour(
    shop: Shop, world: World, later: Later
) -> None:
    path = f"/channel-accounts/{shop.account}/templates/{TEMPLATE}"
    matter = {"kind": "TRANSACTION", "rating": False, "purpose": "care"}
    assert world.admin.patch(path, matter).status == 200
    later(seconds=until(23).total_seconds())
    assert shop.pushed()["status"] == "sent"


def test_an_account_has_quiet_hours_of_its_own(shop: Shop, world: World) -> None:
    hours = {"settings": {"quiet_from": "11:30", "quiet_until": "13:00"}}
    assert world.admin.patch(f"/channel-accounts/{shop.account}", hours).status == 200
    held = shop.pushed()
    assert (held["error_code"], local(held["next_attempt_at"]).hour) == ("quiet_hours", 13)


def test_a_template_that_waits_holds_up_no_answer(
    shop: Shop, zalo: ZaloTemplates, world: World, later: Later
) -> None:
    later(seconds=until(22).total_seconds())
    world.zalo("Máy bị hỏng rồi ạ", user=USER)
    world.run()
    ticket = world.ticket()
    shop.profile = ticket["profile_id"]
    assert shop.pushed(by="user")["status"] == "delayed"
    reply = world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ em nghe ạ"})
    assert reply.status == 202, reply.body
    world.run()
    assert [body["message"]["text"] for _, body in zalo.sent] == ["Dạ em nghe ạ"]


# ------------------------------------------------------------------ the quota


def test_what_is_left_of_the_day_is_kept_and_minded(
    shop: Shop, zalo: ZaloTemplates, later: Later
) -> None:
    zalo.remaining = 1
    assert shop.pushed()["status"] == "sent"
    health = shop.health()
    assert (health["quota_daily"], health["quota_remaining"]) == (5000, 0)
    held = shop.pushed()
    assert (held["status"], held["error_code"], len(zalo.sent)) == ("delayed", "quota_used", 1)
    assert local(held["next_attempt_at"]).hour == 0
    later(seconds=until(9).total_seconds())
    shop.due()
    assert shop.again(held)["status"] == "sent"


def test_a_used_up_day_is_learnt_from_the_refusal(shop: Shop, zalo: ZaloTemplates) -> None:
    zalo.answers = [zalo_error(-144)]
    assert shop.pushed()["error_code"] == "-144"
    assert shop.pushed()["error_code"] == "quota_used"
    assert zalo.sent == []


def test_another_quota_a_day_is_heard(shop: Shop, zalo: ZaloTemplates, later: Later) -> None:
    zalo.remaining = 1
    shop.pushed()
    later(seconds=1)
    shop.event(
        "change_oa_daily_quota",
        oa_id=None,
        oaId="2345678901234567890",
        quota={"prev_value": "5000", "new_value": "20000"},
    )
    assert (shop.health()["quota_daily"], shop.health()["quota_remaining"]) == (20000, None)
    zalo.remaining = 15000
    assert shop.pushed()["status"] == "sent"


# ------------------------------------------------------------------ refusals

ENDS = {
    Outcome.RETRY: ("delayed", 1),
    Outcome.TOMORROW: ("delayed", 1),
    Outcome.MORNING: ("delayed", 1),
    Outcome.REAUTH: ("delayed", 1),
    Outcome.PERMANENT: ("failed", 1),
    Outcome.UNREACHABLE: ("failed", 1),
}
#: One of each class (`test_zalo_oa` holds the classes), and those only templates meet.
REFUSALS = (-100, -147, -133, -135, -131, -146, -249, -114)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_ends_as_its_class_says(
    shop: Shop, zalo: ZaloTemplates, world: World, code: int
) -> None:
    """Waiting or failed with a reason for people; nowhere else in words of ours."""
    world.facebook("Alo shop ơi")
    world.run()
    zalo.answers = [zalo_error(code)]
    sent = shop.pushed()
    assert (sent["status"], sent["error_code"]) == (ENDS[CODES[code]][0], str(code))
    assert sent["error_reason"]
    assert sent["instead"] is None
    assert zalo.sent == []


@pytest.mark.parametrize("code", [-124])
def test_a_token_that_ran_out_is_renewed_once(
    shop: Shop, zalo: ZaloTemplates, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    from chalicelib.platform import outward

    renewed = []

    def call(method: str, url: str, **request: object) -> tuple[int, bytes]:
        if "oauth" not in url:
            return zalo.call(method, url, **request)  # type: ignore[arg-type]
        renewed.append(url)
        return 200, b'{"access_token":"access-2","refresh_token":"r-2","expires_in":"90000"}'

    monkeypatch.setattr(outward, "call", call)
    zalo.answers = [zalo_error(code)]
    assert shop.pushed()["status"] == "sent"
    assert (len(renewed), len(zalo.sent)) == (1, 1)


# ------------------------------------------------------------------ what comes back


def test_received_is_joined_by_what_zalo_calls_it(shop: Shop) -> None:
    sent = shop.pushed(tracking_id="CSAT-1")
    shop.received({"msg_id": sent["provider_message_id"], "tracking_id": "CSAT-1"})
    assert shop.again(sent)["status"] == "delivered"


def test_received_before_the_answer_is_told_is_no_second_sending(
    shop: Shop, zalo: ZaloTemplates, later: Later
) -> None:
    """The answer is lost; the receipt names the tracking id and settles it."""
    zalo.answers = [zalo.lost]
    sent = shop.pushed(tracking_id="CSAT-2")
    assert sent["status"] == "delayed"
    shop.received({"msg_id": "zns-lost", "tracking_id": "CSAT-2"})
    known = shop.again(sent)
    assert (known["status"], known["provider_message_id"]) == ("delivered", "zns-lost")
    later(minutes=5)
    shop.due()
    assert len(zalo.sent) == 1


def test_a_receipt_that_overtakes_the_answer_settles_it(shop: Shop, zalo: ZaloTemplates) -> None:
    zalo.before = lambda _body: shop.overtakes(
        "user_received_message",
        sender={"id": OA},
        recipient={"id": PHONE.removeprefix("+")},
        message={"msg_id": "zns-1", "tracking_id": "CSAT-3"},
    )
    sent = shop.pushed(tracking_id="CSAT-3")
    assert (sent["status"], sent["provider_message_id"]) == ("delivered", "zns-1")
    zalo.before = lambda _body: None
    stars(shop, {"msg_id": "zns-1", "tracking_id": ""}, 5)
    assert [one["about_message_id"] for one in answers(shop)] == [sent["id"]]


def stars(shop: Shop, named: dict[str, str], rate: object, note: str = "") -> None:
    shop.event("user_feedback", message={**named, "rate": rate, "note": note, "feedbacks": []})


def answers(shop: Shop) -> list[dict[str, object]]:
    (talk,) = shop.world.list("/conversations", profile_id=shop.profile)
    every = shop.world.list(f"/conversations/{talk['id']}/messages")
    return [one for one in every if one["direction"] == "in"]


@pytest.mark.parametrize(
    "named",
    [
        {"msg_id": "zns-1", "tracking_id": "CSAT-4"},
        {"msg_id": "zns-1", "tracking_id": ""},
        {"msg_id": "never-told", "tracking_id": "CSAT-4"},
    ],
)
def test_stars_are_to_the_very_sending(shop: Shop, named: dict[str, str]) -> None:
    sent = shop.pushed(tracking_id="CSAT-4")
    shop.pushed(tracking_id="CSAT-5")
    stars(shop, named, "2")
    (answer,) = answers(shop)
    assert (answer["postback"], answer["about_message_id"]) == ("rating:2", sent["id"])
    assert shop.world.tickets() == []


def test_stars_before_the_answer_are_found_by_the_tracking_id(
    shop: Shop, zalo: ZaloTemplates
) -> None:
    named = {"msg_id": "zns-1", "tracking_id": "CSAT-6"}
    zalo.before = lambda _body: shop.overtakes(
        "user_feedback", message={**named, "rate": 1, "note": "Giao trễ", "feedbacks": []}
    )
    sent = shop.pushed(tracking_id="CSAT-6")
    (answer,) = answers(shop)
    assert answer["about_message_id"] == sent["id"]
    assert answer["text"] == "Giao trễ"
    (ticket,) = shop.world.tickets()
    assert ticket["profile_id"] == shop.profile


def test_a_pressed_button_is_to_the_sending(shop: Shop) -> None:
    sent = shop.pushed(tracking_id="APPT-1")
    shop.event(
        "user_click_response_button",
        msg_id=sent["provider_message_id"],
        message={"button_type": "quick_reply", "data": "XAC_NHAN", "tracking_id": "APPT-1"},
    )
    (answer,) = answers(shop)
    assert (answer["postback"], answer["about_message_id"]) == ("XAC_NHAN", sent["id"])


def test_the_fact_names_the_sending(shop: Shop, world: World) -> None:
    sent = shop.pushed(tracking_id="CSAT-7")
    stars(shop, {"msg_id": sent["provider_message_id"], "tracking_id": "CSAT-7"}, 5)
    timeline = world.list(f"/profiles/{shop.profile}/timeline")
    (heard,) = [one for one in timeline if one["name"] == "message.received"]
    assert heard["data"]["about_message_id"] == sent["id"]
    (queued,) = [one for one in timeline if one["name"] == "message.queued"]
    assert queued["data"]["template"] == TEMPLATE


def test_an_agents_answer_to_stars_does_not_go_to_a_phone(
    shop: Shop, zalo: ZaloTemplates, world: World
) -> None:
    sent = shop.pushed(tracking_id="CSAT-8")
    stars(shop, {"msg_id": sent["provider_message_id"], "tracking_id": ""}, 1, "Thái độ kém")
    ticket = world.ticket()
    answer = world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ em xin lỗi ạ"})
    assert answer.status == 202, answer.body
    world.run()
    (reply,) = [m for m in world.messages(ticket["id"]) if m["text"] == "Dạ em xin lỗi ạ"]
    assert (reply["status"], reply["error_code"]) == ("failed", "unreachable")
    assert len(zalo.sent) == 1
