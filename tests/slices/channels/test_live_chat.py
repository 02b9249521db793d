"""The chat widget's tokens, hours and messages, without anything around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.channels.base import Account
from chalicelib.channels.event import Kind
from chalicelib.channels.live_chat.adapter import ADAPTER, PROVIDER
from chalicelib.channels.live_chat.hours import is_staffed
from chalicelib.channels.pages.visits import Visit, token_of, visit_of
from chalicelib.platform.errors import AppError
from tests.contracts.case import webhook
from tests.contracts.cases.live_chat import ACCOUNT, CASE, STRANGER, posted, token

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
VISIT = Visit(visitor=STRANGER, ends_at=NOW + timedelta(minutes=1))


def made(visit: Visit = VISIT, account: Account = ACCOUNT) -> str:
    told = token_of(visit, account)
    assert told is not None
    return told


def with_secrets(*values: str) -> Account:
    return replace(ACCOUNT, credentials={"visitor_secret": list(values)})


# ----------------------------------------------------------------------- tokens


@pytest.mark.parametrize("visitor", [STRANGER, "visitor:hoàng.anh@khach.example.vn", "visitor:0"])
def test_a_token_says_who_it_was_made_for(visitor: str) -> None:
    visit = replace(VISIT, visitor=visitor)
    assert visit_of(made(visit), ACCOUNT, now=NOW) == visit
    assert visit.vouched is visitor.startswith("visitor:")


def test_a_token_ends() -> None:
    assert visit_of(made(), ACCOUNT, now=VISIT.ends_at) is None
    assert visit_of(made(), ACCOUNT, now=VISIT.ends_at - timedelta(seconds=1)) == VISIT


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        made()[:-1],
        made() + "0",
        made().upper(),
        "A" + made(),
        made().replace(".", "\n."),
        made().split(".")[0] + "." + "0" * 64,
        made(account=with_secrets("another secret")),
        "é" + made(),
        "x" * 100_000,
    ],
)
def test_a_forged_token_is_nobody_s(forged: str) -> None:
    assert visit_of(forged, ACCOUNT, now=NOW) is None


def test_a_token_is_worth_nothing_for_another_account() -> None:
    other = replace(ACCOUNT, account_id="shop-khac")
    assert visit_of(made(), other, now=NOW) is None
    assert PROVIDER.verify(CASE.request(CASE.message("Chào", "m1")), [other]) is None


def test_the_previous_secret_goes_on_and_the_one_before_does_not() -> None:
    told = made(account=with_secrets("old"))
    assert visit_of(told, with_secrets("new", "old"), now=NOW) == VISIT
    assert visit_of(told, with_secrets("newest", "new"), now=NOW) is None
    assert visit_of(told, with_secrets(), now=NOW) is None
    assert token_of(VISIT, with_secrets()) is None


# ------------------------------------------------------------------- what is said


def test_a_request_is_refused_when_its_visit_is_over() -> None:
    body = CASE.message("Chào", "m1")
    request = webhook(body, headers={**CASE.plain_headers, "x-visitor-token": made()})
    assert PROVIDER.verify(replace(request, received_at=NOW), [ACCOUNT]) is not None
    assert PROVIDER.verify(replace(request, received_at=VISIT.ends_at), [ACCOUNT]) is None


def test_two_visitors_with_one_id_are_two_messages() -> None:
    body = CASE.message("Chào", "m1")
    other = {"x-visitor-token": token("stranger:khac")}
    [one] = CASE.deliveries(CASE.request(body))
    [two] = CASE.deliveries(CASE.request(body, extra=other))
    assert one.event_key != two.event_key
    assert one.sender != two.sender


def test_a_visitor_is_counted_on_every_page_and_so_is_their_address() -> None:
    requests = [CASE.request(CASE.message("Chào", key)) for key in ("m1", "m2")]
    verified = CASE.verify(requests[0])
    assert verified is not None
    one, two = (PROVIDER.counted(replace(r, source_ip="::1"), verified) for r in requests)
    assert one == two
    assert one["::1"] > max(most for who, most in one.items() if who != "::1")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"id": "1"}, "text"),
        ({"text": "Chào"}, "id"),
        ({"id": "1", "text": "x" * 5001}, "text"),
        ({"id": "1", "text": "Chào", "name": ["Lan"]}, "name"),
        ({"type": "read"}, "until"),
        ({"type": "read", "until": True}, "until"),
        ({"type": "typing"}, "type"),
    ],
)
def test_a_visitor_is_told_which_field_is_at_fault(said: dict[str, object], field: str) -> None:
    request = CASE.request(posted(**said))
    with pytest.raises(AppError) as refusal:
        CASE.deliveries(request)
    assert (refusal.value.status, refusal.value.field) == (422, field)


@pytest.mark.parametrize("size", [64 * 1024 + 1, 6_000_000])
def test_a_body_too_large_is_not_read(size: int) -> None:
    with pytest.raises(AppError) as refusal:
        CASE.deliveries(CASE.request(b"[" * size))
    assert refusal.value.status == 413


def test_deep_json_is_refused() -> None:
    with pytest.raises(AppError) as refusal:
        CASE.deliveries(CASE.request(b'{"id":' + b"[" * 60_000))
    assert refusal.value.status == 400


def test_reading_is_a_receipt_of_the_visitor() -> None:
    [event] = CASE.events(CASE.request(posted(type="read", until=1795255200000)))
    assert (event.kind, event.user_id) == (Kind.READ, STRANGER)
    assert event.watermark == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def test_nobody_vouches_for_what_a_visitor_types() -> None:
    [event] = CASE.events(CASE.request(posted(id="1", text="Chào", phone="0912345678")))
    assert event.contact is not None
    assert not event.contact.verified
    assert not event.identity_verified
    assert ADAPTER.capabilities.picked_up


# -------------------------------------------------------------------------- hours

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "at", "staffed"),
    [
        ([], "1 03:00", True),
        (["nonsense", "1-5 25:00-26:00", "5-1 10:00-09:00"], "1 03:00", True),
        (["1-5 08:00-17:30"], "1 08:00", True),
        (["1-5 08:00-17:30"], "5 17:29", True),
        (["1-5 08:00-17:30"], "5 17:30", False),
        (["1-5 08:00-17:30"], "6 09:00", False),
        (["1-5 08:00-17:30", "6 08:00 - 12:00"], "6 09:00", True),
        (["7 20:00-24:00"], "7 23:59", True),
        (["7 20:00-24:00"], "1 00:00", False),
    ],
)
def test_when_somebody_is_there(rows: list[str], at: str, staffed: bool) -> None:
    day, clock = at.split()
    hour, minute = (int(part) for part in clock.split(":"))
    moment = MONDAY + timedelta(days=int(day) - 1, hours=hour, minutes=minute)
    assert is_staffed(rows, moment) is staffed
