"""What only a Zalo Mini App does: Zalo is asked as documented, and its answers are read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.channels.event import Kind, KnownAs
from chalicelib.channels.pages.visits import visit_of
from chalicelib.channels.rules import may_be_called
from chalicelib.channels.sending import HttpResponse, Outcome
from chalicelib.channels.zalo_mini_app import calls
from chalicelib.channels.zalo_mini_app.adapter import ADAPTER, PROVIDER, proved
from chalicelib.channels.zalo_mini_app.calls import AppUser
from chalicelib.platform.errors import TooLarge
from tests.contracts.case import webhook
from tests.contracts.cases.zalo_mini_app import ACCOUNT, USER, token

PROOF = "5f7534f167932f7f6fd8eca4764cf848b3a0ee01c82fca271860be343c0608ce"
OA_USER = KnownAs(channel="zalo_oa", account_id="111", user_id="7812345678901234567")


def answer(body: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=json.dumps(body).encode())


def test_zalo_is_asked_who_it_is_with_the_proof_of_the_app() -> None:
    asked = calls.user_request(ACCOUNT, "test-zalo-app-secret", "AT_placeholder_user")
    assert asked.headers == {"access_token": "AT_placeholder_user", "appsecret_proof": PROOF}
    assert asked.url.startswith("https://graph.zalo.me/v2.0/me?fields=id,name")
    assert may_be_called(asked.url, ADAPTER.hosts)


def test_zalo_is_asked_for_a_phone_with_the_secret_in_a_header() -> None:
    asked = calls.phone_request(ACCOUNT, "s3cret", "AT", "C")
    assert (asked.method, asked.url) == ("GET", "https://graph.zalo.me/v2.0/me/info")
    assert asked.headers == {"access_token": "AT", "code": "C", "secret_key": "s3cret"}


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (answer({"id": "1", "error": 0, "message": "Success"}), Outcome.SENT),
        (answer({"id": "1"}), Outcome.SENT),
        (answer({"error": -242, "message": "Invalid appsecret_proof"}), Outcome.REAUTH),
        (answer({"data": {}, "error": -501, "message": "token expired"}), Outcome.PERMANENT),
        (answer({"error": "-501"}), Outcome.PERMANENT),
        (answer({"error": 12345}), Outcome.PERMANENT),
        (answer({"error": -32}), Outcome.RETRY),
        (answer({"error": -242}, status=503), Outcome.RETRY),
        (HttpResponse(status=0), Outcome.RETRY),
        (HttpResponse(status=429), Outcome.RETRY),
        (HttpResponse(status=404, body=b"<html>"), Outcome.PERMANENT),
    ],
)
def test_what_zalo_s_answers_mean(response: HttpResponse, outcome: Outcome) -> None:
    result = ADAPTER.classify(response)
    assert result.outcome is outcome
    assert bool(result.reason) == (outcome is not Outcome.SENT)


@pytest.mark.parametrize(
    ("told", "user"),
    [
        ({"id": USER, "name": "Hoàng Anh", "picture": {}}, AppUser(id=USER, name="Hoàng Anh")),
        ({"id": int(USER)}, AppUser(id=USER)),
        (
            {"id": USER, "user_id_by_oa": OA_USER.user_id, "oa_id": "111"},
            AppUser(id=USER, in_oa=OA_USER),
        ),
        ({"id": USER, "user_id_by_oa": OA_USER.user_id}, AppUser(id=USER)),
        ({"id": "", "name": "Lan"}, None),
        ({"id": ["1"]}, None),
        ({"id": "1#2"}, None),
        ({"id": "9" * 65}, None),
        ({"name": "Lan"}, None),
        ([], None),
    ],
)
def test_who_an_answer_tells_of(told: Any, user: AppUser | None) -> None:
    assert calls.user_of(answer(told), ACCOUNT) == user


@pytest.mark.parametrize(
    ("told", "phone"),
    [
        ({"data": {"number": "84912345678"}}, "+84912345678"),
        ({"data": {"number": 84912345678}}, "+84912345678"),
        ({"data": {"number": "chưa có"}}, None),
        ({"data": []}, None),
        ({"number": "84912345678"}, None),
    ],
)
def test_which_phone_an_answer_tells(told: Any, phone: str | None) -> None:
    assert calls.phone_of(answer(told)) == phone


def test_what_was_proved_is_a_verified_contact_and_says_who_it_is_at_the_oa() -> None:
    user = AppUser(id=USER, name="Hoàng Anh", in_oa=OA_USER)
    event = ADAPTER.parse(proved(ACCOUNT, user, phone="+84912345678"))
    assert (event.kind, event.user_id, event.also) == (Kind.CONTACT, USER, (OA_USER,))
    assert event.contact is not None
    assert (event.contact.phones, event.contact.verified) == (("+84912345678",), True)
    nameless = ADAPTER.parse(proved(ACCOUNT, AppUser(id=USER)))
    assert nameless.contact is not None
    assert nameless.contact.verified is False


def test_the_same_proof_is_the_same_event_and_names_no_phone_in_its_key() -> None:
    user = AppUser(id=USER, name="Hoàng Anh")
    keys = {proved(ACCOUNT, user, phone=one).event_key for one in (None, "+84912345678")}
    again = proved(ACCOUNT, user, phone="+84912345678").event_key
    assert len(keys) == 2
    assert again in keys
    assert "912345678" not in "".join(keys)


def test_a_session_is_of_its_channel_and_ends() -> None:
    now, ends = datetime(2026, 11, 21, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    visit = visit_of(token(), ACCOUNT, now=now)
    assert visit is not None
    assert visit.visitor == USER
    assert visit_of(token(), ACCOUNT, now=ends) is None
    assert PROVIDER.proves


# ------------------------------------------------------------- the platform itself

KEYED = replace(
    ACCOUNT, credentials={**ACCOUNT.credentials, "open_api_key": ["new-key", "old-key"]}
)
EVENT = {
    "event": "user.revoke.consent",
    "appId": "2646373759294038927",
    "userId": USER,
    "timestamp": 1795255200123,
}
#: sha256 of appId, event, timestamp, userId, which is their order by name, and the key.
TEXT = f"2646373759294038927user.revoke.consent1795255200123{USER}"


def from_platform(event: Any, key: str = "new-key", *, text: str = TEXT, **headers: str) -> Any:
    signature = sha256((text + key).encode()).hexdigest()
    named = {"x-zevent-signature": signature, "content-type": "application/json"} | headers
    return webhook(json.dumps(event).encode(), headers=named, account_id=ACCOUNT.account_id)


@pytest.mark.parametrize("key", ["new-key", "old-key"])
def test_a_user_who_takes_back_their_consent_is_told_by_the_platform(key: str) -> None:
    request = from_platform(EVENT, key)
    verified = PROVIDER.verify(request, [KEYED])
    assert verified is not None
    (delivery,) = PROVIDER.split(request, verified)
    event = ADAPTER.parse(delivery)
    assert (event.kind, event.user_id) == (Kind.REVOKED, USER)
    assert event.occurred_at == datetime(2026, 11, 21, 10, 0, 0, 123000, tzinfo=UTC)
    assert USER not in event.event_key
    assert PROVIDER.counted(request, verified) == {}


def test_what_else_the_platform_tells_is_kept_and_its_values_are_written_as_the_vendor_does() -> (
    None
):
    review = {"event": "versions.review.done", "status": -1, "appId": "2", "ok": True}
    review |= {"timestamp": 1795255200123, "why": None, "more": {"b": [1, "đ"]}}
    text = '2versions.review.done{"b":[1,"đ"]}true-11795255200123null'
    request = from_platform(review, text=text)
    verified = PROVIDER.verify(request, [KEYED])
    assert verified is not None
    (delivery,) = PROVIDER.split(request, verified)
    assert ADAPTER.parse(delivery).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    "request_",
    [
        from_platform(EVENT, "another-key"),
        from_platform({**EVENT, "userId": OA_USER.user_id}),
        from_platform({**EVENT, "more": "x"}),
        from_platform({**EVENT, "timestamp": 17952552001, "userId": f"23{USER}"}),
        from_platform([EVENT]),
        webhook(b"{", headers={"x-zevent-signature": "0" * 64}),
        webhook(b"{}", headers={"x-zevent-signature": "mac=" + "0" * 64}),
        webhook(json.dumps(EVENT).encode(), headers={"x-zevent-signature": ""}),
        from_platform(EVENT, **{"x-visitor-token": "forged"}),
    ],
)
def test_a_forged_word_of_the_platform_is_refused(request_: Any) -> None:
    assert PROVIDER.verify(request_, [KEYED]) is None


def test_without_a_key_and_for_another_app_nothing_is_the_platform_s() -> None:
    request = from_platform(EVENT)
    assert PROVIDER.verify(request, [ACCOUNT]) is None
    of_another = replace(KEYED, settings={"mini_app_id": "1"})
    assert PROVIDER.verify(request, [of_another]) is None
    ours = replace(KEYED, settings={"mini_app_id": EVENT["appId"]})
    assert PROVIDER.verify(request, [ours]) is not None


def test_a_word_of_the_platform_ends_somewhere() -> None:
    with pytest.raises(TooLarge):
        PROVIDER.verify(from_platform({**EVENT, "more": "x" * 20_000}), [KEYED])
