"""The shared Meta webhook: hand-shake, several pages in one request, other products, keys."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.channels import wire
from chalicelib.channels.base import Account, Delivery, Unreadable
from chalicelib.channels.meta import webhook as meta
from chalicelib.channels.meta.webhook import PROVIDER, moment, sign
from tests.contracts.case import SHARED_PAYLOADS, load, sample_request, webhook, with_samples
from tests.contracts.cases.facebook_message import AT, CASE, CUSTOMER, PAGE, SECRET, item

OTHER_PAGE = "104200000000002"
ours = CASE.account
other = replace(ours, id="acc-9", account_id=OTHER_PAGE, credentials={"app_secret": ["other"]})


def split(body: object, *accounts: Account, secret: str = SECRET) -> list[Delivery]:
    raw = json.dumps(body).encode()
    request = webhook(raw, headers={"X-Hub-Signature-256": sign(raw, secret)})
    verified = PROVIDER.verify(request, accounts or (ours,))
    assert verified is not None
    return PROVIDER.split(request, verified)


def body(*entries: dict[str, Any], kind: str = "page") -> dict[str, Any]:
    return {"object": kind, "entry": list(entries)}


def entry(page: str = PAGE, **content: Any) -> dict[str, Any]:
    return {"id": page, "time": AT, **content}


def comment(**value: Any) -> dict[str, Any]:
    said = {"item": "comment", "verb": "add", "comment_id": "1_2", "created_time": 1795255200}
    return entry(changes=[{"field": "feed", "value": said | value}])


def on_instagram(field: str, **value: Any) -> dict[str, Any]:
    return entry(changes=[{"field": field, "value": {"id": "7", "text": "a"} | value}])


def mentioned(**value: Any) -> dict[str, Any]:
    return entry(changes=[{"field": "mentions", "value": {"media_id": "9"} | value}])


def key(*entries: dict[str, Any]) -> str:
    [delivery] = split(body(*entries))
    return delivery.event_key


# ------------------------------------------------------------------ hand-shake


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 200),
        ({"hub.verify_token": "their-token"}, 200),
        ({"hub.verify_token": "wrong"}, 403),
        ({"hub.verify_token": ""}, 403),
        ({"hub.verify_token": "é"}, 403),
        ({"hub.mode": "unsubscribe"}, 403),
        ({"hub.challenge": ""}, 403),
    ],
)
def test_handshake(query: dict[str, str], status: int) -> None:
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": "820144",
        "hub.verify_token": "fixture-verify-token",
    }
    theirs = replace(other, credentials={"verify_token": ["newer", "their-token", ""]})
    answer = PROVIDER.greet(webhook(b"", method="GET", query=asked | query), [ours, theirs])
    assert answer is not None
    assert (answer.status, answer.body) == (status, "820144" if status == 200 else "")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_handshake_without_accounts_or_words() -> None:
    for accounts in ([], [replace(ours, credentials={})]):
        answer = PROVIDER.greet(webhook(b"", method="GET"), accounts)
        assert answer is not None
        assert answer.status == 403


# ------------------------------------------------------------------- strangers


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha1=" + "0" * 40, "0" * 64])
def test_without_a_signature_nothing_is_even_hashed(
    monkeypatch: pytest.MonkeyPatch, signature: str | None
) -> None:
    monkeypatch.setattr(meta, "sign", None)
    headers = {} if signature is None else {"X-Hub-Signature-256": signature}
    assert PROVIDER.verify(webhook(b'{"entry":[[]]}', headers=headers), [ours]) is None


def test_the_body_is_hashed_once_for_a_secret_and_never_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed: list[str] = []

    def counted(raw: bytes, secret: str) -> str:
        hashed.append(secret)
        return sign(raw, secret)

    monkeypatch.setattr(meta, "sign", counted)
    monkeypatch.setattr(wire, "DECODER", None)
    request = webhook(b'{"entry":[[]]}', headers={"X-Hub-Signature-256": "sha256=" + "0" * 64})
    same = [replace(ours, id=f"acc-{number}") for number in range(9)]
    assert PROVIDER.verify(request, [*same, other]) is None
    assert sorted(hashed) == sorted({SECRET, "other"})


# -------------------------------------------------------------- several accounts


def test_a_page_is_vouched_for_by_its_own_secret_only() -> None:
    raw = json.dumps(body(entry(OTHER_PAGE, messaging=[item(message={"mid": "m1"})]))).encode()
    request = webhook(raw, headers={"X-Hub-Signature-256": sign(raw, SECRET)})
    verified = PROVIDER.verify(request, [other, ours])
    assert verified is not None
    assert verified.accounts == (ours,)
    [delivery] = PROVIDER.split(request, verified)
    assert delivery.account_id == OTHER_PAGE


def test_pages_of_one_app_are_all_verified_in_order() -> None:
    same_app = replace(other, credentials={"app_secret": ["older", SECRET]})
    raw = b'{"object":"page","entry":[]}'
    request = webhook(raw, headers={"X-Hub-Signature-256": sign(raw, SECRET)})
    verified = PROVIDER.verify(request, [same_app, ours])
    assert verified is not None
    assert (verified.accounts, verified.variant) == ((same_app, ours), "sha256+app_secret")
    previous = PROVIDER.verify(request, [same_app])
    assert previous is not None
    assert previous.variant == "sha256+previous_app_secret"


def test_hints_are_the_ids_of_all_entries() -> None:
    whole = body(entry(), entry(OTHER_PAGE), {"id": 7}, {"time": 1})
    hints = PROVIDER.account_hints(webhook(json.dumps(whole).encode()))
    assert hints == {PAGE, OTHER_PAGE, "7"}
    assert PROVIDER.account_hints(webhook(b"not json")) == frozenset()


def test_whatsapp_is_routed_by_its_number() -> None:
    change = {"field": "messages", "value": {"metadata": {"phone_number_id": "1065"}}}
    [delivery] = split(body(entry("8856", changes=[change]), kind="whatsapp_business_account"))
    assert (delivery.channel, delivery.account_id) == ("whatsapp", "1065")


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("page", "facebook_message"),
        ("instagram", "instagram"),
        ("whatsapp_business_account", "whatsapp"),
        ("permissions", "facebook_message"),
        ("", "facebook_message"),
    ],
)
def test_each_product_has_its_channel(kind: str, channel: str) -> None:
    [delivery] = split(body(entry(messaging=[item(message={"mid": "m1"})]), kind=kind))
    assert (delivery.channel, delivery.payload["object"]) == (channel, kind)


@pytest.mark.parametrize(
    ("kind", "field", "channel"),
    [
        ("page", "feed", "facebook_comment"),
        ("page", "mention", "facebook_comment"),
        ("page", "ratings", "facebook_message"),
        ("page", "leadgen", "facebook_message"),
        ("page", None, "facebook_message"),
        ("page", ["feed"], "facebook_message"),
        ("instagram", "comments", "instagram"),
        ("instagram", "feed", "instagram"),
        ("permissions", "feed", "facebook_message"),
    ],
)
def test_a_change_goes_where_its_field_belongs(kind: str, field: object, channel: str) -> None:
    [delivery] = split(body(entry(changes=[{"field": field, "value": {}}]), kind=kind))
    assert delivery.channel == channel


def test_one_request_for_messages_and_comments() -> None:
    whole = entry(messaging=[item(message={"mid": "m1"})], changes=comment()["changes"])
    channels = [delivery.channel for delivery in split(body(whole))]
    assert channels == ["facebook_message", "facebook_comment"]


def test_a_message_told_of_as_a_change_is_the_message() -> None:
    said = item(message={"mid": "m1", "text": "a"})
    [one] = split(body(entry(messaging=[said]), kind="instagram"))
    [two] = split(body(entry(changes=[{"field": "messages", "value": said}]), kind="instagram"))
    assert (one.event_key, one.sender, one.payload) == (two.event_key, two.sender, two.payload)


# ---------------------------------------------------------------------- batches


def test_a_thousand_updates_of_many_kinds_keep_their_order() -> None:
    entries = [
        entry(messaging=[item(message={"mid": f"m{n}", "text": "a"})], changes=[])
        if n % 2
        else comment(comment_id=f"c{n}")
        for n in range(1000)
    ]
    deliveries = split(body(*entries))
    named = [f"message:m{n}" if n % 2 else f"feed:comment:c{n}:add" for n in range(1000)]
    assert [delivery.event_key for delivery in deliveries] == named


def test_one_entry_with_every_kind_of_part() -> None:
    whole = entry(
        messaging=[item(message={"mid": "m1"})],
        standby=[item(message={"mid": "m2"})],
        changes=comment()["changes"],
    )
    keys = [delivery.event_key for delivery in split(body(whole))]
    assert keys == ["message:m1", "message:m2", "feed:comment:1_2:add"]


def test_payload_is_one_update_only() -> None:
    [first, _] = split(body(entry(messaging=[item(message={"mid": m}) for m in ("m1", "m2")])))
    assert first.payload == {
        "object": "page",
        "entry_id": PAGE,
        "entry_time": AT,
        "item": item(message={"mid": "m1"}),
    }


@pytest.mark.parametrize("entries", [None, {}, "x", 5])
def test_entries_that_are_no_list_are_unreadable(entries: object) -> None:
    with pytest.raises(Unreadable):
        split({"object": "page", "entry": entries})


# -------------------------------------------------------------------- customers


@pytest.mark.parametrize(
    ("sides", "sender"),
    [
        ({}, CUSTOMER),
        ({"sender": {"id": PAGE}, "recipient": {"id": CUSTOMER}}, CUSTOMER),
        ({"sender": {"id": int(CUSTOMER)}, "recipient": {"id": int(PAGE)}}, CUSTOMER),
        ({"sender": {"user_ref": 77}}, "user_ref:77"),
        ({"sender": None}, ""),
        ({"sender": {"id": PAGE}, "recipient": None}, ""),
        ({"recipient": {"id": "999"}}, CUSTOMER),
    ],
)
def test_the_customer_is_who_is_not_the_page(sides: dict[str, Any], sender: str) -> None:
    [delivery] = split(body(entry(messaging=[item(message={"mid": "m1"}, **sides)])))
    assert delivery.sender == sender


def test_echo_between_strangers_is_to_the_customer() -> None:
    echo = item(
        sender={"id": "another-page"},
        recipient={"id": CUSTOMER},
        message={"mid": "m1", "is_echo": True},
    )
    [delivery] = split(body(entry(messaging=[echo])))
    assert delivery.sender == CUSTOMER


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        ({"from": {"id": 7001}}, "7001"),
        ({"sender_id": 7002}, "7002"),
        ({}, "comment:1_2"),
        ({"from": 1}, "comment:1_2"),
        ({"comment_id": None}, ""),
    ],
)
def test_a_comment_is_ordered_with_its_author(value: dict[str, Any], sender: str) -> None:
    [delivery] = split(body(comment(**value)))
    assert delivery.sender == sender


# ------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (comment(), comment(message="again"), True),
        (comment(), comment(verb="remove"), False),
        (comment(verb="edited", message="a"), comment(verb="edited", message="b"), False),
        (comment(verb="edited", message="a"), comment(verb="edited", message="a"), True),
        (comment(verb="edited"), comment(verb="edited", created_time=1795255201), False),
        (comment(item="reaction"), comment(), False),
        (on_instagram("comments"), {**on_instagram("comments"), "time": 1}, True),
        (on_instagram("comments"), on_instagram("comments", media={"ad_id": 1}), True),
        (on_instagram("comments"), on_instagram("comments", id="8"), False),
        (on_instagram("comments"), on_instagram("live_comments"), False),
        (mentioned(comment_id="7"), {**mentioned(comment_id="7"), "time": 1}, True),
        (mentioned(comment_id="7"), mentioned(comment_id="8"), False),
        (mentioned(), {**mentioned(), "time": 1}, True),
        (comment(item="like", comment_id=None), comment(item="share", comment_id=None), False),
        (entry(changes=[{"field": "a"}]), entry(changes=[{"field": "b"}]), False),
        (entry(changes=[{"field": "a"}]), {**entry(changes=[{"field": "a"}]), "time": 1}, False),
        (comment(item="like"), {**comment(item="like"), "time": 1}, True),
        (
            entry(messaging=[item(moon=1)]),
            {**entry(messaging=[item(moon=1)]), "time": 1},
            True,
        ),
        (
            entry(messaging=[item(postback={"payload": "A"})]),
            entry(messaging=[item(postback={"payload": "A"}, timestamp=AT + 1)]),
            False,
        ),
        (
            entry(messaging=[item(read={"watermark": AT})]),
            entry(messaging=[item(read={"watermark": AT}, sender={"id": "another"})]),
            False,
        ),
        (
            entry(messaging=[item(read={"watermark": AT, "seq": 1})]),
            entry(messaging=[item(read={"watermark": str(AT), "seq": 2}, timestamp=AT + 9)]),
            True,
        ),
    ],
)
def test_keys(one: dict[str, Any], two: dict[str, Any], *, same: bool) -> None:
    assert (key(one) == key(two)) is same


def test_a_key_fits_the_database() -> None:
    long = entry(messaging=[item(message={"mid": "m" * 5000})])
    longer = entry(messaging=[item(message={"mid": "m" * 5001})])
    assert len(key(long)) < 100
    assert key(long) != key(longer)


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        (1795255200000, "2026-11-21T10:00:00+00:00"),
        (1795255200, "2026-11-21T10:00:00+00:00"),
        ("1795255200", "2026-11-21T10:00:00+00:00"),
        (1795255200412, "2026-11-21T10:00:00.412000+00:00"),
        (0, None),
        (-5, None),
        (10**18, None),
        (True, None),
        ("soon", None),
        (None, None),
    ],
)
def test_moment(value: object, iso: str | None) -> None:
    found = moment(value)
    assert (found.isoformat() if found else None) == iso


@with_samples
def test_samples_of_the_other_products_are_cut_too() -> None:
    """Every signed sample beside the repository, whatever product it is of."""
    for folder in ("facebook", "instagram", "whatsapp"):
        for path in sorted((SHARED_PAYLOADS / folder).glob("*.json")):
            sample = load(path)
            secret = sample.get("vector", {}).get("app_secret")
            if not secret or "expected" not in sample["vector"]:
                continue
            account = replace(ours, credentials={"app_secret": [secret]})
            request = sample_request(sample)
            verified = PROVIDER.verify(request, [account])
            assert verified is not None, path.name
            deliveries = PROVIDER.split(request, verified)
            assert all(d.channel in PROVIDER.channels for d in deliveries), path.name
            assert deliveries or path.stem == "51_no_entries", path.name
