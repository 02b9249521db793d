"""What the providers of telephony are answered, and how each of them is proved."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from dataclasses import replace
from hashlib import sha1, sha256
from typing import Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.channels import registry, twilio
from chalicelib.channels.base import Unreadable, Verified, WebhookRequest
from chalicelib.channels.event import CallStage
from chalicelib.channels.voice import codes, hearing
from tests.slices.channels.telephony import account, request

# ------------------------------------------------------------------ answers


def answered(provider: str, told: dict[str, Any], **settings: Any) -> str:
    found = registry.provider(provider)
    assert found is not None
    verified = Verified(accounts=(account(provider, **settings),), variant="x")
    return found.answer(request(told, method="GET"), verified).body


ASKS = {"from": "84912345678", "to": "842871234567", "callId": "c", "fromInternal": "false"}


def test_stringee_is_told_what_to_do_with_a_call() -> None:
    (talk,) = json.loads(answered("stringee", ASKS))
    assert (talk["action"], talk["text"]) == ("talk", codes.NOBODY)
    record, connect = json.loads(answered("stringee", ASKS, answer_by=["lan"], record=True))
    assert record["action"] == "record"
    assert connect["from"]["number"] == "84912345678"
    assert connect["to"] == {"type": "internal", "number": "lan", "alias": "lan"}
    own = [{"action": "play", "fileName": "chao.mp3"}]
    assert json.loads(answered("stringee", ASKS, scco=own)) == own
    (out,) = json.loads(answered("stringee", ASKS | {"fromInternal": "true"}, scco=own))
    assert (out["from"]["number"], out["to"]["number"]) == ("19001234", "842871234567")


def test_voip24h_is_told_which_telephone_shall_ring() -> None:
    asks = {"action": "GetRouting", "phone": "0912345678", "did": "19001234"}
    assert answered("voip24h", asks) == ""
    assert answered("voip24h", asks, routing={"1900 1234": "101", "*": "800"}) == "101"
    assert answered("voip24h", asks, routing={"*": 800}) == "800"
    found = registry.provider("voip24h")
    assert found is not None
    verified = Verified(accounts=(account("voip24h"),), variant="x")
    assert found.split(request(asks, method="GET"), verified) == []


def test_twilio_is_told_to_do_nothing_more() -> None:
    assert answered("twilio_voice", {"CallSid": "CA1"}).endswith("<Response/>")


# ------------------------------------------------------------------ proof


@pytest.mark.parametrize("provider", ["stringee", "voicecloud", "voip24h", "omicall"])
def test_the_secret_stands_in_the_path(provider: str) -> None:
    found = registry.provider(provider)
    assert found is not None
    plain = request({"callid": "c"})

    def proves(secret: str | None, address: str = "", **settings: Any) -> str | None:
        asked = replace(plain, path_secret=secret, source_ip=address)
        proof = found.verify(asked, [account(provider, **settings)])
        return None if proof is None else proof.variant

    assert proves("bi-mat") == "path_secret"
    # it still counts, and that the provider has not followed is seen
    assert proves("cu") == "previous_path_secret"
    for wrong in (None, "", "bi", "bi-mat ", "BI-MAT", "é"):
        assert not proves(wrong)
    listed = {"source_ips": ["103.1.2.0/24", "2001:db8::1"]}
    assert proves("bi-mat", "103.1.2.9", **listed)
    assert proves("bi-mat", "2001:db8::1", **listed)
    assert not proves("bi-mat", "103.1.3.9", **listed)
    assert not proves("bi-mat", "", **listed)
    assert not proves("sai", "103.1.2.9", **listed)
    assert not proves("bi-mat", "103.1.2.9", source_ips=["khong phai"])


def test_zorio_signs_in_a_header_of_any_name() -> None:
    found = registry.provider("zorio")
    assert found is not None
    body = b'{"event":"pbx.call.ringing"}'
    mac = hmac.new(b"k", body, sha256).hexdigest()

    def proves(header: str, value: str, **settings: Any) -> bool:
        asked = WebhookRequest(method="POST", headers={header: value}, query={}, body=body)
        return found.verify(asked, [account("zorio", **settings)]) is not None

    assert proves("x-zorio-signature", mac)
    assert proves("x-zorio-signature", f"sha256={mac.upper()}")
    assert not proves("x-signature", mac)
    assert proves("x-signature", mac, signature_header="X-Signature")
    assert not proves("x-zorio-signature", hmac.new(b"k", body, sha1).hexdigest())


def test_caresofts_published_vector() -> None:
    found = registry.provider("caresoft")
    assert found is not None
    given = "420A69CE7D3C36559E9828D6361530DF30065D37"
    known = replace(account("caresoft"), credentials={"secret": ["CS123"]})

    def proves(value: str) -> bool:
        headers = {"x-hub-signature": value}
        asked = WebhookRequest(method="POST", headers=headers, query={}, body=b'{"ticket_id":1}')
        return found.verify(asked, [known]) is not None

    assert proves(given)
    for wrong in (f"sha1={given}", given.lower(), given[:-1], given[:-1] + "8", ""):
        assert not proves(wrong)


def test_what_twilio_signs_is_read_whole() -> None:
    found = registry.provider("twilio_voice")
    assert found is not None
    url = "https://api.example.vn/webhooks/twilio_voice/AC1?step=csat"
    body = b"CallSid=CA1&Digits=4&From=%2B84912345678&Direction=inbound"
    pairs = parse_qsl(body.decode())
    known = replace(account("twilio_voice"), credentials={"auth_token": ["t"]})
    asked = WebhookRequest(
        method="POST",
        headers={"content-type": twilio.FORM, "x-twilio-signature": twilio.sign(url, pairs, "t")},
        query={"step": "csat"},
        body=body,
        url=url,
    )
    verified = found.verify(asked, [known])
    assert verified is not None
    (delivery,) = found.split(asked, verified)
    adapter = registry.adapter("voice", "twilio_voice")
    assert adapter is not None
    event = adapter.parse(delivery)
    assert (event.postback, event.call and event.call.step) == ("4", "csat")
    assert event.call is not None
    assert event.call.stage is CallStage.NOTED
    named = replace(known, credentials={"auth_token": ["t"], "account_sid": ["AC-1"]})
    sid_and_token = b64encode(b"AC-1:t").decode()
    assert adapter.media_headers(named) == {"Authorization": f"Basic {sid_and_token}"}
    assert found.verify(replace(asked, body=body + b"&x=1"), [known]) is None


def test_a_body_that_is_neither_json_nor_a_form_cannot_be_read() -> None:
    for body in (b"\xff\xfe", b"[]", b"{", b"null", b"not json"):
        asked = WebhookRequest(method="POST", headers={}, query={}, body=body)
        with pytest.raises(Unreadable):
            hearing.fields(asked)
