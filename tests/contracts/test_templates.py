"""Approved templates out, of every channel that has them: shape, window, addresses, lists."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.channels.approved import PURPOSES, Catalogue
from chalicelib.channels.event import Author
from chalicelib.channels.rules import may_be_called
from chalicelib.channels.sending import (
    CannotSend,
    HttpResponse,
    NotTold,
    OutboundMessage,
    Template,
)

from .case import ChannelCase
from .cases import CASES

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PHONE = "+84912345678"
WITH_TEMPLATES = [case for case in CASES if case.adapter.capabilities.templates]
templates = pytest.mark.parametrize("case", WITH_TEMPLATES, ids=lambda case: case.label)
DATA = {"1": "Chị Lan “VIP”", "2": "DH-1024"}


def catalogue(case: ChannelCase) -> Catalogue:
    found = case.adapter.catalogue
    assert found is not None
    return found


def message(case: ChannelCase, **changes: object) -> OutboundMessage:
    """A template to a phone that never wrote to us."""
    to = catalogue(case).address(PHONE)
    assert to is not None
    plain = OutboundMessage(
        message_id="our-1",
        user_id=to,
        text="Mẫu tin: chỉ để người của mình đọc",
        author=Author.APP,
        last_inbound_at=None,
        template=Template(id="csat", data=DATA, tracking_id="CSAT-1"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_channel_has_templates_and_a_catalogue_or_neither() -> None:
    assert {case.label for case in WITH_TEMPLATES} == {
        case.label for case in CASES if case.adapter.catalogue is not None
    }
    assert {case.channel for case in WITH_TEMPLATES} == {"zalo_oa", "whatsapp"}


@templates
def test_it_is_one_request_without_a_window_and_carries_all_that_fills_it(
    case: ChannelCase,
) -> None:
    (request,) = case.adapter.prepare(message(case), case.account, now=NOW)
    assert may_be_called(request.url, case.adapter.hosts)
    assert request.method == "POST"
    body = json.dumps(json.loads(request.body), ensure_ascii=False)
    written = [json.dumps(text, ensure_ascii=False)[1:-1] for text in DATA.values()]
    assert all(text in body for text in [*written, "csat", PHONE.removeprefix("+")])
    assert "Mẫu tin" not in body


@templates
def test_it_goes_to_a_customers_id_too(case: ChannelCase) -> None:
    assert case.sending is not None
    to = message(case, user_id=case.sending.recipient)
    (request,) = case.adapter.prepare(to, case.account, now=NOW)
    assert may_be_called(request.url, case.adapter.hosts)
    assert case.sending.recipient in request.body.decode()


@templates
def test_without_a_token_nothing_goes_out_or_is_asked(case: ChannelCase) -> None:
    bare = replace(case.account, credentials={}, settings={"business_account_id": "1"})
    with pytest.raises(CannotSend):
        case.adapter.prepare(message(case), bare, now=NOW)
    with pytest.raises(CannotSend):
        catalogue(case).listing(bare, None, 0)


@templates
def test_an_address_is_a_phone_again(case: ChannelCase) -> None:
    known = catalogue(case)
    address = known.address(PHONE)
    assert address is not None
    assert known.is_phone(address)
    assert known.address("0912345678") is None
    assert set(known.purposes.values()) <= set(PURPOSES)


@templates
def test_a_templates_name_survives_our_id_of_it(case: ChannelCase) -> None:
    known = catalogue(case)
    assert known.sent_as(known.id_of("csat_giao_hang", "vi")) == "csat_giao_hang"


@templates
@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse(status=0),
        HttpResponse(status=503, body=b"<html>"),
        HttpResponse(status=200, body=b"not json"),
        HttpResponse(status=200, body=b'{"data":{}}'),
        HttpResponse(status=400, body=b'{"error":{"code":190}}'),
    ],
)
def test_an_answer_that_lists_nothing_is_no_empty_list(
    case: ChannelCase, answer: HttpResponse
) -> None:
    with pytest.raises(NotTold):
        catalogue(case).listed(answer)


@templates
@pytest.mark.parametrize(
    "item",
    [
        "null",
        "1",
        '"x"',
        "[]",
        "{}",
        '{"listParams":[null,1,{}]}',
        '{"templateId":[],"name":{},"components":[1,{"text":[]}]}',
    ],
)
def test_oddities_in_a_list_are_no_exceptions(case: ChannelCase, item: str) -> None:
    body = f'{{"error":0,"data":[{item}],"paging":[],"metadata":7}}'.encode()
    found = catalogue(case).listed(HttpResponse(status=200, body=body))
    assert found.templates == ()
