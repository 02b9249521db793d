"""Webhooks in: authenticity, cutting into events, idempotency keys, hostile bodies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.base import Account, Unreadable
from chalicelib.channels.event import Kind
from chalicelib.platform.errors import AppError

from .case import ChannelCase, webhook
from .cases import CASES

HEARD = [case for case in CASES if case.hears]
every = pytest.mark.parametrize("case", HEARD, ids=lambda case: case.label)
SIGNED = [case for case in CASES if case.sign]
signed = pytest.mark.parametrize("case", SIGNED, ids=lambda case: case.label)


def names(having: str) -> pytest.MarkDecorator:
    """The cases that declare a feature: one that does not is not asked about it."""
    found = [case for case in CASES if getattr(case, having)]
    return pytest.mark.parametrize("case", found, ids=lambda case: case.label)


def rotated(case: ChannelCase, *values: str) -> Account:
    """The case's account with these values of its signing secret, newest first."""
    assert case.secret_name is not None
    credentials = {**case.account.credentials, case.secret_name: list(values)}
    return replace(case.account, credentials=credentials)


# ------------------------------------------------------------- authenticity


@every
def test_authentic_message_is_read(case: ChannelCase) -> None:
    request = case.request(case.message("Cho mình hỏi giá ạ", "m1"))
    assert case.provider.greet(request, [case.account]) is None
    [event] = case.events(request)
    assert event.kind is case.kind
    assert event.text == (None if case.kind is Kind.CALL else "Cho mình hỏi giá ạ")
    assert event.account_id == case.account.account_id
    assert event.user_id or case.kind is Kind.CALL  # what became of a call may name nobody
    assert event.raw


@every
def test_variant_is_named_and_account_returned(case: ChannelCase) -> None:
    verified = case.verify(case.request(case.message("Xin chào", "m1")))
    assert verified is not None
    assert verified.accounts == (case.account,)
    assert verified.variant


@every
def test_hints_name_the_account(case: ChannelCase) -> None:
    hints = case.provider.account_hints(case.request(case.message("Xin chào", "m1")))
    assert not hints or case.account.account_id in hints


@signed
@pytest.mark.parametrize("forged", ["", "sha256=", "mac=", "x", "mac=zz", "sha256=é", "0" * 64])
def test_forged_signature_is_refused(case: ChannelCase, forged: str) -> None:
    genuine = case.request(case.message("Xin chào", "m1"))
    signing = {n for n in genuine.headers if "signature" in n or n == "authorization"}
    plain = {name: forged if name in signing else v for name, v in genuine.headers.items()}
    assert case.verify(webhook(genuine.body, headers=plain)) is None


@signed
def test_wrong_secret_is_refused(case: ChannelCase) -> None:
    assert case.verify(case.request(case.message("Xin chào", "m1"), secret="another")) is None


@signed
def test_missing_signature_is_refused(case: ChannelCase) -> None:
    request = webhook(case.message("Xin chào", "m1"), headers=case.plain_headers)
    assert case.provider.greet(request, [case.account]) is None
    assert case.verify(request) is None


@signed
def test_other_algorithm_is_refused(case: ChannelCase) -> None:
    body = case.message("Xin chào", "m1")
    assert case.other_algorithm is not None
    assert case.verify(webhook(body, headers=case.other_algorithm(body, case.secret))) is None


@signed
def test_rotation_takes_old_and_new_secret(case: ChannelCase) -> None:
    account = rotated(case, "new-secret", "old-secret")
    body = case.message("Xin chào", "m1")
    assert case.verify(case.request(body, secret="new-secret"), account) is not None
    assert case.verify(case.request(body, secret="old-secret"), account) is not None


@signed
def test_secret_gone_after_rotation_is_refused(case: ChannelCase) -> None:
    account = rotated(case, "new-secret", "old-secret")
    body = case.message("Xin chào", "m1")
    assert case.verify(case.request(body, secret="older-secret"), account) is None


@signed
def test_account_without_secret_refuses_everything(case: ChannelCase) -> None:
    body = case.message("Xin chào", "m1")
    bare = replace(case.account, credentials={})
    assert case.verify(case.request(body), bare) is None
    assert case.verify(case.request(body, secret=""), rotated(case, "")) is None
    assert case.provider.verify(case.request(body), []) is None


@signed
def test_only_the_accounts_whose_secret_matches(case: ChannelCase) -> None:
    other = replace(rotated(case, "another"), id="other", account_id="999")
    request = case.request(case.message("Xin chào", "m1"))
    verified = case.provider.verify(request, [other, case.account])
    assert verified is not None
    assert verified.accounts == (case.account,)


@signed
def test_tampered_body_is_refused(case: ChannelCase) -> None:
    genuine = case.request(case.message("Xin chào", "m1"))
    tampered = genuine.body.replace(b"ch", b"cH", 1)
    assert tampered != genuine.body
    assert case.verify(webhook(tampered, headers=genuine.headers)) is None
    assert case.verify(webhook(genuine.body + b" ", headers=genuine.headers)) is None
    assert case.verify(webhook(genuine.body[:-1], headers=genuine.headers)) is None


@signed
def test_reserialised_body_is_refused(case: ChannelCase) -> None:
    genuine = case.request(case.message("Đơn giao trễ", "m1"))
    written_otherwise = case.reserialised(genuine.body)
    assert written_otherwise
    for again in written_otherwise:
        assert again != genuine.body
        assert case.verify(webhook(again, headers=genuine.headers)) is None, again


@signed
def test_empty_body_is_refused_without_signature(case: ChannelCase) -> None:
    assert case.verify(webhook(b"", headers=case.plain_headers)) is None
    assert case.verify(webhook(b"")) is None


# ------------------------------------------------------- cutting into events


@names("batch")
def test_batch_of_three_keeps_three(case: ChannelCase) -> None:
    assert case.batch is not None
    request = case.request(case.batch(["m1", "m2", "m3"]))
    deliveries = case.deliveries(request)
    assert len({delivery.event_key for delivery in deliveries}) == 3
    ids = [case.parse(delivery).provider_message_id for delivery in deliveries]
    assert ids == ["m1", "m2", "m3"]


@every
def test_redelivery_has_the_same_key(case: ChannelCase) -> None:
    body = case.message("Xin chào", "m1")
    first = case.deliveries(case.request(body))
    again = case.deliveries(case.request(body, extra=case.retry_headers))
    assert [d.event_key for d in first] == [d.event_key for d in again]
    assert [d.sender for d in first] == [d.sender for d in again]


@every
def test_other_message_has_another_key(case: ChannelCase) -> None:
    [one] = case.deliveries(case.request(case.message("Xin chào", "m1")))
    [two] = case.deliveries(case.request(case.message("Xin chào", "m2")))
    assert one.event_key != two.event_key


@names("about")
def test_edits_and_receipts_have_keys_of_their_own(case: ChannelCase) -> None:
    assert case.about is not None
    bodies = [case.message("Xin chào", "m1"), *case.about("m1")]
    keys = [d.event_key for body in bodies for d in case.deliveries(case.request(body))]
    assert len(set(keys)) == len(keys) == len(bodies)


@every
def test_delivery_survives_the_queue(case: ChannelCase) -> None:
    """The payload is JSON: what the worker reads back means the same."""
    [delivery] = case.deliveries(case.request(case.message("Đơn giao trễ", "m1")))
    carried = replace(delivery, payload=json.loads(json.dumps(delivery.payload)))
    assert case.parse(carried) == case.parse(delivery)
    assert delivery.event_key
    assert delivery.sender


@names("unknown")
def test_unknown_kind_is_unknown(case: ChannelCase) -> None:
    assert case.unknown is not None
    events = case.events(case.request(case.unknown))
    assert [event.kind for event in events] == [Kind.UNKNOWN]
    assert events[0].raw


@names("echoes")
def test_echo_is_recognised(case: ChannelCase) -> None:
    customer = case.events(case.request(case.message("Xin chào", "m1")))[0].user_id
    for body, author in case.echoes:
        [event] = case.events(case.request(body))
        assert (event.kind, event.author, event.user_id) == (
            Kind.ECHO,
            author,
            customer,
        )


@names("echoes")
def test_echo_is_ordered_with_its_customer(case: ChannelCase) -> None:
    [message] = case.deliveries(case.request(case.message("Xin chào", "m1")))
    for body, _ in case.echoes:
        [echo] = case.deliveries(case.request(body))
        assert echo.sender == message.sender


# ------------------------------------------------------------ hostile bodies


@signed
def test_authentic_but_unreadable(case: ChannelCase) -> None:
    for body in case.unreadable:
        request = case.request(body)
        case.provider.account_hints(request)
        verified = case.verify(request)
        assert verified is not None, body
        with pytest.raises(Unreadable):
            case.provider.split(request, verified)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
JSON_VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


def spoilt(body: Any, garbage: Any, path: int) -> Any:
    """A copy of a JSON body with the `path`-th of its nodes replaced by garbage."""
    nodes: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            nodes.append((node, key))
            if isinstance(value, dict | list):
                walk(value)

    copy = json.loads(json.dumps(body))
    walk(copy)
    if nodes:
        node, key = nodes[path % len(nodes)]
        node[key] = garbage
    return copy


def survives(case: ChannelCase, body: bytes) -> None:
    """Whatever the body, only an `AppError` may come out of the channel."""
    request = case.request(body)
    case.provider.account_hints(request)
    try:
        case.provider.greet(request, [case.account])
        verified = case.verify(request)
        deliveries = case.provider.split(request, verified) if verified else []
        for delivery in deliveries:
            json.dumps(delivery.payload)
            assert isinstance(case.parse(delivery).kind, Kind)
    except AppError:
        return


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@every
@FUZZ
@given(body=JSON_VALUES)
def test_random_json_is_survived(case: ChannelCase, body: Any) -> None:
    survives(case, json.dumps(body).encode())


@every
@FUZZ
@given(body=st.binary(max_size=60))
def test_random_bytes_are_survived(case: ChannelCase, body: bytes) -> None:
    survives(case, body)


@every
@FUZZ
@given(
    garbage=JSON_VALUES,
    path=st.integers(min_value=0, max_value=60),
    pick=st.integers(0, 5),
)
def test_spoilt_events_are_survived(case: ChannelCase, garbage: Any, path: int, pick: int) -> None:
    bodies = [case.message("Xin chào", "m1"), *(case.about("m1") if case.about else ())]
    bodies += [body for body, _ in case.echoes]
    survives(
        case,
        json.dumps(spoilt(as_json(bodies[pick % len(bodies)]), garbage, path)).encode(),
    )


def as_json(body: bytes) -> Any:
    """A case's body as a JSON value; a form's fields are left to its own tests."""
    try:
        return json.loads(body)
    except ValueError:
        return {}
