"""SMS: what its four providers do that the contract suite does not ask for."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from chalicelib.channels import addressed, twilio
from chalicelib.channels.base import Account, WebhookRequest
from chalicelib.channels.event import Author, Kind
from chalicelib.channels.registry import adapter
from chalicelib.channels.sending import CannotSend, HttpRequest, OutboundMessage, Outcome
from chalicelib.channels.sms import esms
from chalicelib.channels.sms.carrier import customer_of, national
from chalicelib.channels.sms.twilio import readable
from chalicelib.platform.errors import TooLarge
from tests.contracts.cases.sms import (
    CUSTOMER,
    ESMS,
    OURS,
    SNS,
    SPEEDSMS,
    TOKEN,
    TWILIO,
    URL,
    answer,
    form,
    status,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FIELDS = [("To", OURS), ("From", CUSTOMER), ("Body", ""), ("Digits", "5"), ("Digits", "1")]


def signed(called: str, *, seen: str = "", registered: tuple[str, ...] = ()) -> str | None:
    """The variant by which a form posted to `called` is proved; None when it is refused."""
    headers = {"content-type": twilio.FORM, "x-twilio-signature": twilio.sign(called, FIELDS, "t")}
    body = urlencode([*FIELDS, ("Digits", "5")]).encode()
    request = WebhookRequest(method="POST", headers=headers, query={}, body=body, url=seen)
    credentials = {"auth_token": ("t",), "registered_url": registered}
    account = replace(TWILIO.account, credentials=credentials)
    found = twilio.verify(request, [account])
    return None if found is None else found.variant


PLAIN = "https://cx.example.vn/webhooks/twilio_sms"


@pytest.mark.parametrize(
    ("called", "seen", "registered", "variant"),
    [
        (PLAIN, PLAIN, (), "seen_url"),
        (f"{PLAIN}?a=1&b=2", f"{PLAIN}?a=1&b=2", (), "seen_url"),
        ("https://cx.example.vn:443/w", "https://cx.example.vn/w", (), "seen_url+port"),
        ("http://cx.example.vn:80/w", "http://cx.example.vn/w", (), "seen_url+port"),
        ("https://cx.example.vn/w", "https://cx.example.vn:8443/w", (), "seen_url-port"),
        (PLAIN, "https://x.execute-api.aws/prod/w", (PLAIN,), "registered_url"),
        (PLAIN, "https://x.aws/w", ("https://old.example.vn/w", PLAIN), "registered_url"),
        (PLAIN, "https://x.aws/w", (f"{PLAIN}#rc=3&rt=2000",), "registered_url"),
        (f"{PLAIN}?mid=1", "https://x.aws/w?mid=1", (PLAIN,), "registered_url+query"),
        (f"{PLAIN}?a=1", "https://x.aws/w?a=1", (f"{PLAIN}?a=1",), "registered_url"),
        (f"{PLAIN}?a=1&b=2", "https://x.aws/w?a=1&b=2", (f"{PLAIN}?a=1",), "registered_url+query"),
        (PLAIN, "https://x.aws/w", (), None),
        (f"{PLAIN}?a=1", f"{PLAIN}?a=2", (), None),
        (PLAIN, "http://[", (), None),
        (PLAIN, "https://h:99999/w", (), None),
    ],
)
def test_twilio_signs_the_address_it_calls(
    called: str, seen: str, registered: tuple[str, ...], variant: str | None
) -> None:
    assert signed(called, seen=seen, registered=registered) == variant


def json_request(body: bytes, url: str) -> WebhookRequest:
    signature = twilio.sign(url, [], TOKEN)
    headers = {"content-type": "application/json", "x-twilio-signature": signature}
    return WebhookRequest(method="POST", headers=headers, query={}, body=body, url=url)


def test_twilio_vouches_for_json_by_its_hash_in_the_address() -> None:
    body = b'{"a": 1}'
    hashed = f"{PLAIN}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    assert twilio.verify(json_request(body, hashed), [TWILIO.account]) is not None
    assert twilio.verify(json_request(body + b" ", hashed), [TWILIO.account]) is None
    assert twilio.verify(json_request(b"", hashed), [TWILIO.account]) is None
    assert twilio.verify(json_request(body, PLAIN), [TWILIO.account]) is None


def test_a_form_beyond_any_real_one_is_not_read() -> None:
    with pytest.raises(TooLarge):
        TWILIO.verify(TWILIO.request(b"Body=" + b"x" * twilio.MAX_BODY))
    crowd = urlencode([(f"f{number}", "1") for number in range(twilio.MAX_FIELDS + 1)]).encode()
    assert TWILIO.verify(TWILIO.request(crowd)) is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("U2hvcCBnaWFvIHRoaeG6v3UgaMOgbmc=", "Shop giao thiếu hàng"),
        ("Shop giao thiếu hàng", "Shop giao thiếu hàng"),
        ("MUAHANGNGAYHOMNAY123", "MUAHANGNGAYHOMNAY123"),
        ("U2hvcGdpYW90aGlldWhhbmc=", "U2hvcGdpYW90aGlldWhhbmc="),  # one word of ASCII: a code
        ("AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA"),
        ("0912345678901234", "0912345678901234"),
        (None, None),
    ],
)
def test_base64_is_read_only_where_it_gives_words(sent: str | None, said: str | None) -> None:
    assert readable(sent) == said


@pytest.mark.parametrize(
    ("raw", "customer"),
    [
        ("+84912345678", CUSTOMER),
        ("84912345678", CUSTOMER),
        ("0912345678", CUSTOMER),
        ("+14155552671", "+14155552671"),
        ("VIETTEL", "VIETTEL"),
        ("9029", "9029"),
        ("whatsapp:+84912345678", "whatsapp:+84912345678"),
        ("whatsapp:VN.1234567890", "whatsapp:VN.1234567890"),
    ],
)
def test_customer_is_the_number_however_it_came(raw: str, customer: str) -> None:
    assert customer_of(raw) == customer


def test_numbers_as_vietnamese_providers_want_them() -> None:
    assert national(CUSTOMER) == "0912345678"
    assert national("+14155552671") == "14155552671"


# ------------------------------------------------------------------- Twilio


def test_receipt_gives_back_our_own_id() -> None:
    request = replace(TWILIO.request(status("SM9", "sent")), query={"mid": "our-1"})
    [event] = TWILIO.events(request)
    assert (event.kind, event.app_message_id, event.about_ids) == (Kind.SENT, "our-1", ("SM9",))
    assert event.provider_message_id == "SM9"


def test_real_receipts_name_the_status_twice() -> None:
    told = status("SM9", "undelivered", SmsStatus="undelivered", SmsSid="SM9", ErrorCode="30005")
    [event] = TWILIO.events(TWILIO.request(told))
    assert event.failure is not None
    assert (event.kind, event.failure.code) == (Kind.FAILED, "30005")
    assert event.failure.reason == "Số điện thoại không tồn tại hoặc không còn dùng"


@pytest.mark.parametrize(
    ("code", "gone"), [("30003", True), ("30006", True), ("30007", False), ("30008", False)]
)
def test_a_late_failure_says_whether_the_number_is_reached_at_all(code: str, gone: bool) -> None:
    told = status("SM9", "undelivered", ErrorCode=code)
    [event] = TWILIO.events(TWILIO.request(told))
    assert event.failure is not None
    assert event.failure.unreachable is gone


def test_the_account_is_the_number_then_the_service_then_twilios() -> None:
    body = form(MessageSid="SM1", Body="Xin chào", MessagingServiceSid="MG1")
    accounts = [replace(TWILIO.account, account_id=one) for one in ("AC" + "0" * 32, "MG1", OURS)]
    for end, wanted in ((3, OURS), (2, "MG1"), (1, "AC" + "0" * 32)):
        verified = TWILIO.provider.verify(TWILIO.request(body), accounts[:end])
        assert verified is not None
        [delivery] = TWILIO.provider.split(TWILIO.request(body), verified)
        assert delivery.account_id == wanted


def message(**changes: Any) -> OutboundMessage:
    plain = OutboundMessage(
        message_id="0" * 36,
        user_id=CUSTOMER,
        text="Dạ, shop đây ạ",
        author=Author.HUMAN,
        last_inbound_at=None,
    )
    return replace(plain, **changes)


def by(provider: str, account: Account, **changes: Any) -> list[HttpRequest]:
    chosen = adapter("sms", provider)
    assert chosen is not None
    return chosen.prepare(message(**changes), account, now=NOW)


def sent_form(request: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode()))


def with_settings(account: Account, settings: Mapping[str, Any], account_id: str = "") -> Account:
    return replace(account, settings=settings, account_id=account_id or account.account_id)


def test_twilio_answers_from_the_number_that_was_written_to() -> None:
    [request] = by("twilio_sms", TWILIO.account, thread="+842899999999")
    assert request.url == f"https://api.twilio.com/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert sent_form(request) == {
        "To": CUSTOMER,
        "From": "+842899999999",
        "Body": "Dạ, shop đây ạ",
        "StatusCallback": f"{URL}?mid={'0' * 36}",
    }


@pytest.mark.parametrize(
    ("settings", "account_id", "wanted"),
    [
        ({}, OURS, {"From": OURS}),
        ({"sender": "SHOP"}, OURS, {"From": "SHOP"}),
        ({"messaging_service_sid": "MG1"}, OURS, {"MessagingServiceSid": "MG1"}),
    ],
)
def test_twilio_begins_from_what_is_set(
    settings: dict[str, str], account_id: str, wanted: dict[str, str]
) -> None:
    [request] = by("twilio_sms", with_settings(TWILIO.account, settings, account_id))
    assert wanted.items() <= sent_form(request).items()


def test_twilio_account_without_a_sender_cannot_begin() -> None:
    with pytest.raises(CannotSend):
        by("twilio_sms", with_settings(TWILIO.account, {}, "AC" + "0" * 32))


@pytest.mark.parametrize("user_id", ["VIETTEL", "9029"])
@pytest.mark.parametrize("case", [TWILIO, ESMS, SPEEDSMS, SNS], ids=lambda case: case.label)
def test_who_has_no_number_cannot_be_answered(case: Any, user_id: str) -> None:
    with pytest.raises(CannotSend, match="số điện thoại"):
        by(case.account.provider, case.account, user_id=user_id)


# --------------------------------------------------------------------- eSMS


def test_esms_send_carries_our_id_and_the_address_of_its_report() -> None:
    [request] = by("esms", ESMS.account)
    assert json.loads(request.body) == {
        "ApiKey": "fixture-api-key",
        "SecretKey": "fixture-secret-key",
        "Brandname": "8079",
        "SmsType": "2",
        "IsUnicode": "1",
        "Phone": "0912345678",
        "Content": "Dạ, shop đây ạ",
        "RequestId": "0" * 36,
        "CallbackUrl": "https://api.example.vn/webhooks/esms/8079/fixture-webhook-secret",
    }
    [plain] = by("esms", with_settings(ESMS.account, {"brandname": "SHOP"}), text="Da, shop day a")
    assert {"IsUnicode": "0", "Brandname": "SHOP"}.items() <= json.loads(plain.body).items()


def test_esms_parts_have_ids_of_their_own_within_fifty_characters() -> None:
    requests = by("esms", ESMS.account, text="Dạ " * 400)
    ids = [json.loads(request.body)["RequestId"] for request in requests]
    assert len(set(ids)) == len(ids) > 1
    assert max(len(one) for one in ids) <= 50


def test_esms_repeated_send_is_a_success() -> None:
    repeated = answer('{"CodeResult":"124","ErrorMessage":"Request exist 1","SendStatus":"5"}')
    result = ESMS.adapter.classify(repeated)
    assert (result.outcome, result.provider_message_id) == (Outcome.SENT, None)


def short_code(**changes: str) -> dict[str, str]:
    told = {
        "cpid": "CP1",
        "smsid": "m1",
        "content": "DG 5 shop tốt",
        "receiverTime": "20261122083000",
        "sender": "84912345678",
        "serviceNumber": "8079",
    }
    return told | changes


def asked(query: Mapping[str, str], secret: str | None = None) -> WebhookRequest:
    return WebhookRequest(
        method="GET", headers={}, query=query, body=b"", account_id="8079", path_secret=secret
    )


def test_esms_short_code_is_signed_as_documented() -> None:
    text = "CP1m1DG 5 shop tốt20261122083000fixture-private-key"
    right = b64encode(hashlib.md5(text.encode()).digest()).decode()
    assert ESMS.verify(asked(short_code(sign=right))) is not None
    assert ESMS.verify(asked(short_code(sign=right.replace("+", " ")))) is not None
    for wrong in (right[:-3], right.swapcase(), "", "é" * 24):
        assert ESMS.verify(asked(short_code(sign=wrong), ESMS.path_secret)) is None
    assert ESMS.verify(asked(short_code(sign=right, content="DG 1 shop tốt"))) is None
    assert ESMS.verify(asked(short_code())) is None


@pytest.mark.parametrize("given", [None, "", "x", "fixture-webhook-secre", "é"])
def test_esms_report_without_the_secret_is_refused(given: str | None) -> None:
    report = {"SMSID": "s1", "SendSuccess": "1", "SendStatus": "5"}
    assert ESMS.verify(asked(report, given)) is None


def test_both_secrets_of_an_address_are_good_while_it_is_changed() -> None:
    credentials = {**ESMS.account.credentials, "webhook_secret": ("new", "old")}
    account = replace(ESMS.account, credentials=credentials)
    variants = []
    for given in ("new", "old"):
        found = addressed.vouched(asked({}, given), [account])
        assert found is not None
        variants.append(found.variant)
    assert variants == ["path_secret", "previous_path_secret"]
    assert addressed.vouched(asked({}, ""), [replace(account, credentials={})]) is None


TOLD = {"error": -114, "message": "User is inactive"}
NESTED = json.dumps(json.dumps(TOLD))


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(TOLD),
        NESTED,
        json.dumps(TOLD) + "____24/04/2024 16:58:01",
        json.dumps(TOLD) + "Object reference not set to an instance of an object.",
        json.dumps(TOLD).replace("{", "%7B").replace('"', "%22").replace("}", "%7D") + "____24",
        "%257B%2522error%2522%3A-114%2C%2522message%2522%3A%2522User is inactive%2522%257D____2",
    ],
)
def test_esms_error_info_is_read_however_it_is_wrapped(written: str) -> None:
    assert esms.error_info(written) == TOLD


@pytest.mark.parametrize("written", [None, "", "null", '"', '{"error":', "[1]", "%", '"\\ud800"'])
def test_esms_error_info_that_says_nothing(written: str | None) -> None:
    assert esms.error_info(written) == {}


@pytest.mark.parametrize(
    ("counted", "kind"),
    [
        ({"SendSuccess": "1", "SendFailed": "0", "SendStatus": "5"}, Kind.DELIVERED),
        ({"SendSuccess": "1", "SendFailed": "1", "SendStatus": "5"}, Kind.DELIVERED),
        ({"SendSuccess": "0", "SendFailed": "2", "SendStatus": "5"}, Kind.FAILED),
        ({"SendSuccess": "0", "SendFailed": "0", "SendStatus": "4"}, Kind.FAILED),
        ({"SendSuccess": "0", "SendFailed": "0", "SendStatus": "5"}, Kind.UNKNOWN),
        ({"SendSuccess": "", "SendStatus": "7"}, Kind.UNKNOWN),
    ],
)
def test_esms_success_is_what_send_success_says(counted: dict[str, str], kind: Kind) -> None:
    report = {"SMSID": "s1", "TypeId": "2", "phonenumber": "0912345678", **counted}
    [event] = ESMS.events(asked({**report, "RequestId": "0" * 36}, ESMS.path_secret))
    assert (event.kind, event.app_message_id) == (kind, "0" * 36)
    assert event.user_id == CUSTOMER


def test_esms_times_are_vietnamese() -> None:
    assert esms.received_at("20130228130101") == datetime(2013, 2, 28, 6, 1, 1, tzinfo=UTC)
    assert [esms.received_at(one) for one in (None, "", "2013", "20139999999999")] == [None] * 4


# ---------------------------------------------------------------- SpeedSMS, SNS


def test_speedsms_sends_with_the_token_as_a_name() -> None:
    [request] = by("speedsms", with_settings(SPEEDSMS.account, {"sender": "SHOP"}))
    assert request.headers["authorization"] == "Basic " + b64encode(b"fixture-token:x").decode()
    assert json.loads(request.body) == {
        "to": ["84912345678"],
        "content": "Dạ, shop đây ạ",
        "sms_type": 2,
        "sender": "SHOP",
    }


def test_sns_is_signed_by_the_stage() -> None:
    settings = {"region": "us-east-1", "sender": "SHOP"}
    [request] = by("sns", with_settings(SNS.account, settings))
    assert (request.aws, request.url) == ("sns", "https://sns.us-east-1.amazonaws.com/")
    told = sent_form(request)
    assert (told["Action"], told["PhoneNumber"]) == ("Publish", CUSTOMER)
    assert told["Message"] == "Dạ, shop đây ạ"
    attributes = {told[f"MessageAttributes.entry.{n}.Value.StringValue"] for n in (1, 2)}
    assert attributes == {"Transactional", "SHOP"}


def test_sns_goes_to_known_regions_and_numbers_only() -> None:
    with pytest.raises(CannotSend):
        by("sns", with_settings(SNS.account, {"region": "evil.example"}))
    with pytest.raises(CannotSend):
        by("sns", SNS.account, user_id="whatsapp:+84912345678")
