"""Contact forms: whose they are, who sent them, what is refused and with which field."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.channels.base import Account, Delivery, Verified, WebhookRequest
from chalicelib.channels.event import InboundEvent, Kind
from chalicelib.channels.pages import form_fields as codes
from chalicelib.channels.web_form.adapter import ADAPTER, PROVIDER
from chalicelib.platform.errors import AppError, Invalid, Malformed, TooLarge, UnsupportedMedia
from tests.contracts.case import SHARED_PAYLOADS, load, sample_request, webhook, with_samples
from tests.contracts.cases.web_form import CASE, KEY, SITE

SECRET = "fixture-identity-secret"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
bare = replace(CASE.account, credentials={}, settings={})
ours = CASE.account


def post(fields: dict[str, Any], *, ip: str = "", **headers: str) -> WebhookRequest:
    named = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(webhook(json.dumps(fields).encode(), headers=named), source_ip=ip)


def split(request: WebhookRequest, account: Account = bare) -> list[Delivery]:
    verified = PROVIDER.verify(request, [account])
    assert verified is not None
    return PROVIDER.split(request, verified)


def event(account: Account = bare, **fields: Any) -> InboundEvent:
    [delivery] = split(post(fields), account)
    return ADAPTER.parse(delivery)


def refused(kind: type[AppError], request: WebhookRequest, account: Account = bare) -> str | None:
    """The field a form is refused for."""
    with pytest.raises(kind) as refusal:
        split(request, account)
    assert refusal.type is kind
    return refusal.value.field


def signature(identifier: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), identifier.encode(), hashlib.sha256).hexdigest()


def test_requests_are_limited_by_address() -> None:
    assert PROVIDER.rate_limited


# --------------------------------------------------------------- whose form it is


def verify(
    request: WebhookRequest, *accounts: Account, path: str | None = None
) -> tuple[Account, ...]:
    verified = PROVIDER.verify(replace(request, account_id=path), accounts)
    return verified.accounts if verified else ()


two = replace(ours, id="acc-4", account_id="shop-2", credentials={"widget_key": ["new", "old"]})
open_one = replace(bare, id="acc-5", account_id="shop-3")


@pytest.mark.parametrize(
    ("headers", "fields", "path", "found"),
    [
        ({"origin": SITE}, {"widget_key": KEY}, None, (ours,)),
        ({"origin": SITE, "x_widget_key": KEY}, {}, None, (ours,)),
        ({"origin": SITE + "/"}, {"widget_key": KEY}, None, (ours,)),
        ({"origin": SITE.upper()}, {"widget_key": KEY}, None, (ours,)),
        ({"origin": SITE}, {"widget_key": "old"}, None, (two,)),
        ({"origin": SITE}, {"widget_key": "new"}, "shop-2", (two,)),
        ({"origin": SITE}, {"widget_key": KEY}, "shop-2", ()),
        ({"origin": SITE}, {}, "shop-2", ()),
        ({"origin": SITE}, {"widget_key": ["new"]}, None, ()),
        ({"origin": "https://evil.example"}, {"widget_key": KEY}, None, ()),
        ({"origin": "null"}, {"widget_key": KEY}, None, ()),
        ({}, {"widget_key": KEY}, None, ()),
        ({}, {}, "shop-3", (open_one,)),
        ({}, {}, "no-such-shop", ()),
        ({}, {"message": "a"}, None, ()),
        ({"x_widget_key": "é"}, {}, None, ()),
    ],
)
def test_account(
    headers: dict[str, str],
    fields: dict[str, Any],
    path: str | None,
    found: tuple[Account, ...],
) -> None:
    assert verify(post(fields, **headers), ours, two, open_one, path=path) == found


def test_a_single_open_account_needs_no_key() -> None:
    assert verify(post({"message": "a"}), open_one) == (open_one,)
    assert verify(post({"message": "a"})) == ()


def test_one_origin_may_be_written_as_text() -> None:
    account = replace(bare, settings={"origins": SITE})
    assert verify(post({}, origin=SITE), account)
    assert not verify(post({}, origin="https://evil.example"), account)


def test_hint_is_the_path() -> None:
    request = post({"widget_key": KEY})
    assert PROVIDER.account_hints(request) == frozenset()
    assert PROVIDER.account_hints(replace(request, account_id="shop-2")) == {"shop-2"}


# --------------------------------------------------------------------------- CORS


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_cors_names_the_origin_and_never_all(method: str) -> None:
    request = webhook(b"", method=method, headers={"origin": SITE})
    assert PROVIDER.answer_headers(request, [ours]) == {
        "Access-Control-Allow-Origin": SITE,
        "Vary": "Origin",
    }
    anywhere = PROVIDER.answer_headers(request, [bare])
    assert anywhere["Access-Control-Allow-Origin"] == SITE


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {}])
def test_preflight_of_a_stranger(headers: dict[str, str]) -> None:
    answer = PROVIDER.greet(webhook(b"", method="OPTIONS", headers=headers), [ours])
    assert answer is not None
    assert (answer.status, answer.headers) == (403, {"Vary": "Origin"})


def test_preflight_asks_the_account_of_the_path() -> None:
    request = webhook(b"", method="OPTIONS", headers={"origin": "https://a.example"})
    for path, status in (("shop-2", 403), ("shop-3", 204), (None, 204)):
        answer = PROVIDER.greet(replace(request, account_id=path), [two, open_one])
        assert answer is not None
        assert answer.status == status


def test_a_post_is_not_greeted() -> None:
    assert PROVIDER.greet(post({"message": "a"}), [ours]) is None


# --------------------------------------------------------------------------- bodies


def test_both_kinds_of_body_say_the_same() -> None:
    fields = {"name": "Ngô Tèo", "message": "Xin chào", "client_id": "c1", "order": "DH-1"}
    encoded = webhook(urlencode(fields).encode(), headers=FORM)
    [one], [two_] = split(post(fields)), split(encoded)
    assert one == two_


@pytest.mark.parametrize(
    ("body", "headers", "kind"),
    [
        (b"\xff\xfe", JSON, Malformed),
        (b"[]", JSON, Malformed),
        (b"", JSON, Malformed),
        (b'{"message":"\xe0"}', JSON, Malformed),
        (b'{"message":NaN', JSON, Malformed),
        (b"[" * 5000, JSON, Malformed),
        (b"message=Ch%E0o", FORM, Malformed),
        (b"message=\xe0", FORM, Malformed),
        (b"a=1&" * 200, FORM, Malformed),
        (b'{"message":"a"}', {"content-type": "text/plain"}, UnsupportedMedia),
        (b'{"message":"a"}', {}, UnsupportedMedia),
        (b" " * (codes.MAX_BODY + 1), JSON, TooLarge),
    ],
)
def test_bodies_that_cannot_be_read(
    body: bytes, headers: dict[str, str], kind: type[AppError]
) -> None:
    field = refused(kind, webhook(body, headers=headers))
    assert field == ("content-type" if kind is UnsupportedMedia else "body")


def test_an_unreadable_body_is_told_so_although_its_key_is_hidden() -> None:
    request = webhook(b"\xff", headers=JSON | {"origin": SITE})
    assert refused(Malformed, request, ours) == "body"
    stranger = webhook(b"\xff", headers=JSON | {"origin": "https://evil.example"})
    assert PROVIDER.verify(stranger, [ours]) is None


# --------------------------------------------------------------------------- fields


@pytest.mark.parametrize(("name", "limit"), codes.FIELDS.items())
def test_every_field_has_a_limit_in_characters(name: str, limit: int) -> None:
    filled = {"message": "a", name: "ạ" * limit}
    assert split(post(filled))
    filled[name] += "ạ"
    assert refused(Invalid, post(filled)) == name


@pytest.mark.parametrize("value", [[], {}, True, ["a"], {"a": "b"}])
def test_fields_are_text(value: object) -> None:
    assert refused(Invalid, post({"message": "a", "email": value})) == "email"


def test_an_empty_object_is_a_form_without_a_message() -> None:
    assert refused(Invalid, post({})) == "message"


@pytest.mark.parametrize("message", [None, "", " \n\t ", "\u0000\u0007"])
def test_a_message_is_needed(message: str | None) -> None:
    assert refused(Invalid, post({"name": "Tèo", "message": message})) == "message"


def test_text_is_kept_as_typed() -> None:
    said = event(message="  <b>Chào</b> \r\n\u0000&amp; \u001b[0m hết ", name="<script>")
    assert said.text == "<b>Chào</b> \n&amp; [0m hết"
    assert said.contact is not None
    assert said.contact.name == "<script>"


def test_what_is_typed_is_not_vouched_for() -> None:
    said = event(message="a", phone=" 0987 000 111 ", email=" A@B.vn ")
    assert said.contact is not None
    assert said.contact.phones == ("0987 000 111",)
    assert said.contact.emails == ("A@B.vn",)
    assert not said.contact.verified
    assert not said.identity_verified


@pytest.mark.parametrize(
    ("box", "consent"),
    [
        (True, True),
        (False, False),
        ("on", True),
        (" TRUE ", True),
        ("0", False),
        ("", None),
        (None, None),
    ],
)
def test_consent(box: object, *, consent: bool | None) -> None:
    assert event(message="a", consent=box).consent is consent


@pytest.mark.parametrize("box", ["maybe", [], 2])
def test_consent_that_is_none(box: object) -> None:
    assert refused(Invalid, post({"message": "a", "consent": box})) == "consent"


def test_other_fields_are_kept_raw_and_proofs_are_not() -> None:
    [delivery] = split(post({"message": "a", "widget_key": "k", "website": "", "size": [1]}))
    assert delivery.payload["extra"] == {"size": [1]}
    assert "k" not in json.dumps(delivery.payload["form"])


@pytest.mark.parametrize("filled", ["https://spam.example", " ", 1, ["x"], True])
def test_honeypot(filled: object) -> None:
    assert split(post({"message": ["no text"], "website": filled})) == []


# ------------------------------------------------------------------ who, and once


def test_two_forms_with_one_phone_are_two_people() -> None:
    one = event(message="a", phone="0987000111", client_id="c1")
    two_ = event(message="b", phone="0987000111", client_id="c2")
    assert one.user_id != two_.user_id


def test_a_signed_visitor_is_one_person() -> None:
    proof = {"identifier": "hoàng", "identifier_hash": signature("hoàng")}
    one = event(ours_open, message="a", client_id="c1", **proof)
    two_ = event(ours_open, message="b", client_id="c2", **proof)
    assert one.user_id == two_.user_id == "visitor:hoàng"
    assert one.identity_verified


ours_open = replace(bare, credentials={"secret": ["newer", SECRET]})


@pytest.mark.parametrize(
    ("identifier", "given"),
    [
        ("hoàng", signature("hoang")),
        ("hoàng", signature("hoàng", "another")),
        ("hoàng", ""),
        ("hoàng", None),
        ("hoàng", "é"),
        (" hoàng", signature("hoàng")),
        ("0912345678", hmac.new(b"0912345678", SECRET.encode(), hashlib.sha256).hexdigest()),
    ],
)
def test_a_wrong_hash_is_named(identifier: str, given: str | None) -> None:
    request = post({"message": "a", "identifier": identifier, "identifier_hash": given})
    assert refused(Invalid, request, ours_open) == "identifier_hash"


def test_a_number_and_capitals_are_fine() -> None:
    said = event(ours_open, message="a", identifier=912, identifier_hash=signature("912").upper())
    assert said.user_id == "visitor:912"


def test_an_empty_secret_signs_nobody() -> None:
    account = replace(bare, credentials={"secret": [""]})
    said = event(account, message="a", identifier="x", identifier_hash=signature("x", ""))
    assert not said.identity_verified
    assert said.user_id is not None
    assert said.user_id.startswith("form:")


def test_a_signed_visitor_may_just_say_who_they_are() -> None:
    said = event(ours_open, name="Tèo", identifier="x", identifier_hash=signature("x"))
    assert (said.kind, said.provider_event) == (Kind.CONTACT, "identify")


@pytest.mark.parametrize(
    ("one", "two_", "same"),
    [
        ({"client_id": "c1"}, {"client_id": "c1"}, True),
        ({"client_id": "c1", "ts": 1}, {"client_id": "c1", "ts": 2}, True),
        ({"client_id": "c1"}, {"client_id": "c2"}, False),
        ({"client_id": "c1"}, {"client_id": "c1", "message": "b"}, False),
        ({}, {}, True),
        ({}, {"name": "Tèo"}, False),
        ({"ts": 1}, {"ts": 2}, False),
        ({"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}, False),
        ({"ip": "192.0.2.1", "client_id": "c1"}, {"ip": "192.0.2.2", "client_id": "c1"}, True),
    ],
)
def test_keys(one: dict[str, Any], two_: dict[str, Any], *, same: bool) -> None:
    keys = set()
    for fields in (one, two_):
        sent = {name: value for name, value in ({"message": "a"} | fields).items() if name != "ip"}
        [delivery] = split(post(sent, ip=fields.get("ip", "")))
        keys.add(delivery.event_key)
    assert len(keys) == (1 if same else 2)


def test_a_damaged_payload_is_unknown_and_not_an_error() -> None:
    damaged: list[dict[str, Any]] = [{}, {"form": None}, {"form": {"message": []}}]
    for payload in damaged:
        said = ADAPTER.parse(
            Delivery(channel="web_form", account_id="a", sender="", event_key="k", payload=payload)
        )
        assert (said.kind, said.user_id) == (Kind.UNKNOWN, None)


# ------------------------------------------------------------------ shared samples

SHARED = {
    "02_identity_hash": Kind.CONTACT,
    "03_identity_hash": Kind.CONTACT,
    "05_contact_form_json": Kind.MESSAGE,
    "08_contact_form_urlencoded_xss": Kind.MESSAGE,
}


@with_samples
def test_shared_samples_with_an_account_of_their_own() -> None:
    for path in sorted((SHARED_PAYLOADS / "website").glob("*.json")):
        sample = load(path)
        request = sample_request(sample)
        secret = sample.get("vector", {}).get("secret")
        account = replace(bare, credentials={"secret": [secret]} if secret else {})
        if path.stem not in SHARED:
            continue
        verified = PROVIDER.verify(request, [account])
        assert isinstance(verified, Verified), path.stem
        [delivery] = PROVIDER.split(request, verified)
        assert ADAPTER.parse(delivery).kind is SHARED[path.stem], path.stem


@pytest.mark.parametrize("name", sorted(codes.SINGLE_LINE))
def test_a_field_of_one_line_stays_one_line(name: str) -> None:
    given = "Lan\r\n\r\nBcc: x\u2028a\x85b\x00c\td"
    [delivery] = split(post({"message": "a\nb", name: f"\n{given}\n"}))
    assert delivery.payload["form"] == {"message": "a\nb", name: "Lan Bcc: x a b c d"}
