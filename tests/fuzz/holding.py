"""What must hold for whatever a provider sends: a refusal, or events that can be stored.

Called by the test and the command. Anything but an `AppError` is a failure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from chalicelib.channels import registry
from chalicelib.channels.base import Delivery, Verified, WebhookRequest
from chalicelib.channels.event import InboundEvent, Kind
from chalicelib.channels.keys import LONGEST_KEY
from chalicelib.channels.sending import HttpResponse
from chalicelib.platform import queue
from chalicelib.platform.errors import AppError
from tests.contracts.case import SHARED_PAYLOADS, ChannelCase, load, sample_request
from tests.contracts.cases import CASES

from .spoiling import spoilt, spoilt_body

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
STATUSES = (0, 200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request of a channel as it was recorded."""

    case: ChannelCase
    name: str
    request: WebhookRequest


@cache
def recorded() -> tuple[Recorded, ...]:
    """Every fixture, and every public sample that lies beside the repository."""
    return tuple(one for case in CASES if case.hears for one in _of(case))


@cache
def answers() -> tuple[tuple[ChannelCase, HttpResponse], ...]:
    """What providers answer to our sends."""
    return tuple(
        (case, answer)
        for case in CASES
        if case.sending is not None
        for answer in (case.sending.sent, *(one for _, one, _ in case.sending.failures))
    )


def _of(case: ChannelCase) -> Iterator[Recorded]:
    folders = [case.folder / "fixtures", *(SHARED_PAYLOADS / one for one in case.sample_folders)]
    for path in (path for folder in folders for path in sorted(folder.glob("*.json"))):
        sample = {} if path.name.endswith(".expected.json") else load(path)
        if "body" in sample and "direction" not in sample and case.owns(path):
            secret = sample.get("path_secret", case.path_secret)
            request = replace(sample_request(sample), path_secret=secret)
            yield Recorded(case, f"{case.label}/{path.stem}", request)


def hold(seed: int) -> str:
    """Spoil one recorded request and one answer by a number; the request's name."""
    random = Random(seed)
    one = random.choice(recorded())
    _requested(one.case, spoilt(one.request, random), random)
    if answers():
        case, answer = random.choice(answers())
        _answered(case, answer, random)
    return one.name


def _requested(case: ChannelCase, request: WebhookRequest, random: Random) -> None:
    provider, account = case.provider, case.account
    provider.account_hints(request)
    try:
        if provider.greet(request, [account]) is not None:
            return
        # As if its sender knew the secret: what is behind the signature must hold too.
        verified = provider.verify(request, [account])
        verified = verified or Verified(accounts=(account,), variant="spoilt")
        deliveries = provider.split(request, verified)
    except AppError:
        return
    for delivery in deliveries[:50]:
        _delivered(case, delivery, random)


def _delivered(case: ChannelCase, delivery: Delivery, random: Random) -> None:
    shown = {one.name: getattr(delivery, one.name) for one in fields(delivery)}
    assert len(delivery.event_key) <= LONGEST_KEY, delivery.event_key
    again = Delivery(**json.loads(queue.packed(shown).encode().decode()))
    adapter = registry.adapter(delivery.channel, case.account.provider)
    if adapter is None:
        return
    with suppress(AppError):
        event = adapter.parse(again)
        storable(event)
        asked = adapter.missing(event, case.account, now=NOW)
        if asked is not None:
            body = spoilt_body(json.dumps(delivery.payload).encode(), random)
            answer = HttpResponse(status=random.choice(STATUSES), body=body)
            storable(adapter.filled(event, answer))


def storable(event: InboundEvent) -> None:
    """Whether DynamoDB and JSON take what an event says."""
    assert isinstance(event.kind, Kind)
    json.dumps(event.raw, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for one in fields(event):
        if one.name != "raw":
            json.dumps(
                _plain(getattr(event, one.name)), ensure_ascii=False, allow_nan=False
            ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


def _answered(case: ChannelCase, answer: HttpResponse, random: Random) -> None:
    spoilt_one = replace(
        answer, status=random.choice(STATUSES), body=spoilt_body(answer.body, random)
    )
    with suppress(AppError):
        case.adapter.classify(spoilt_one)
        if case.adapter.refresh_request(case.account, now=NOW) is not None:
            case.adapter.refreshed(spoilt_one, now=NOW)
