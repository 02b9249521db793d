"""What fills a template, its quiet hours, and how WhatsApp's are written: all pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from chalicelib.channels.approved import (
    PURPOSES,
    QUIET_FROM,
    QUIET_UNTIL,
    Gap,
    GapKind,
    filled,
    is_quiet,
    quiet_hours,
    worded,
)
from chalicelib.channels.sending import HttpResponse, Quota, Template
from chalicelib.channels.whatsapp import templates as whatsapp
from chalicelib.channels.zalo_oa import ratings
from chalicelib.channels.zalo_oa import templates as zalo
from chalicelib.platform.errors import Invalid
from chalicelib.profiles import consent_rules

GAPS = (
    Gap(name="name", max_length=5, min_length=2),
    Gap(name="total", kind=GapKind.NUMBER, required=False),
    Gap(name="picture", kind=GapKind.LINK, required=False),
)


def test_purposes_are_those_of_consent_that_send_anything() -> None:
    assert set(PURPOSES) <= set(consent_rules.PURPOSES)
    assert set(consent_rules.PURPOSES) - set(PURPOSES) == {"tracking", "sharing"}


def test_what_fills_a_template_is_nfc_on_one_line_without_what_is_empty() -> None:
    assert filled(GAPS, {"name": "  Lê\n\tLý ", "total": " "}) == {"name": "Lê Lý"}


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({}, ["name"]),
        ({"name": "L"}, ["name"]),
        ({"name": "Thuận An"}, ["name"]),
        ({"name": "Lan", "total": "1.000đ"}, ["total"]),
        ({"name": "Lan", "picture": "http://a.vn/1.png"}, ["picture"]),
        ({"nam": "Lan", "total": "x"}, ["nam", "name", "total"]),
    ],
)
def test_every_gap_at_fault_is_named(data: dict[str, str], fields: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        filled(GAPS, data)
    assert [name for name, _ in caught.value.faults] == [f"data.{one}" for one in fields]


def test_a_sending_is_read_by_its_words_or_by_what_fills_it() -> None:
    assert worded("x", "Chào {{name}}!", {"name": "Lan"}) == "Chào Lan!"
    chained = worded("x", "{{{a}}} {{b}} {{c}}", {"a": "{{b}}", "b": "{{a}}"})
    assert chained == "{{{b}}} {{a}} {{c}}", "what fills a gap is no gap itself"
    assert worded("x", "Chào <name>, <3 bạn!", {"name": "Lan"}) == "Chào Lan, <3 bạn!"
    assert worded("x", "{{1}} và {{2}}", {"1": "{{2}}", "2": "b"}) == "{{2}} và b"
    assert worded("Đánh giá", None, {"name": "Lan"}) == "Mẫu tin: Đánh giá\nname: Lan"


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (time(20, 59), False),
        (time(21), True),
        (time(23, 59), True),
        (time(0), True),
        (time(7, 59), True),
        (time(8), False),
        (time(12), False),
    ],
)
def test_nobody_is_written_to_between_nine_and_eight(at: time, quiet: bool) -> None:
    local = datetime.combine(date(2026, 11, 21), at, tzinfo=UTC)
    assert is_quiet(local, (QUIET_FROM, QUIET_UNTIL)) is quiet


@pytest.mark.parametrize("given", ["24:00", "9:00", "", 9, None, "08:60"])
def test_hours_that_are_none_leave_the_default(given: object) -> None:
    assert quiet_hours({"quiet_from": given, "quiet_until": "07:30"}) == (QUIET_FROM, time(7, 30))


# ------------------------------------------------------------------ WhatsApp


def template(**data: str) -> Template:
    return Template(id="csat_vi", data=data, tracking_id="T")


def test_numbered_gaps_stand_in_their_order() -> None:
    data = {"2": "hai", "10": "mười", "1": "một"}
    content = whatsapp.content(Template(id="csat_vi", data=data, tracking_id="T"))
    (body,) = content["template"]["components"]
    assert [one["text"] for one in body["parameters"]] == ["một", "hai", "mười"]


def test_named_gaps_are_named() -> None:
    (body,) = whatsapp.content(template(customer="Lan"))["template"]["components"]
    assert body["parameters"] == [{"type": "text", "parameter_name": "customer", "text": "Lan"}]


def test_header_and_buttons_are_components_of_their_own() -> None:
    data = {
        "1": "Lan",
        "header:image": "https://a.vn/1.png",
        "button:1": "DH-1",
        "code:0": "GIAM10",
    }
    content = whatsapp.content(Template(id="x", data=data, tracking_id="T", language="en_US"))
    assert content["template"]["language"] == {"code": "en_US"}
    assert content["template"]["components"] == [
        {
            "type": "header",
            "parameters": [{"type": "image", "image": {"link": "https://a.vn/1.png"}}],
        },
        {"type": "body", "parameters": [{"type": "text", "text": "Lan"}]},
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "DH-1"}],
        },
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "0",
            "parameters": [{"type": "coupon_code", "coupon_code": "GIAM10"}],
        },
    ]


def test_a_template_without_gaps_has_no_components() -> None:
    assert "components" not in whatsapp.content(template())["template"]


# ------------------------------------------------------------------ Zalo


@pytest.mark.parametrize(
    ("data", "quota"),
    [
        ({"dailyQuota": "5000", "remainingQuota": "4987"}, Quota(daily=5000, remaining=4987)),
        ({"dailyQuota": 500, "remainingQuota": 0}, Quota(daily=500, remaining=0)),
        ({"quota_type": "sub_quota"}, None),
        ({"remainingQuota": None}, None),
    ],
)
def test_the_quota_is_read_as_numbers_or_texts(data: dict[str, object], quota: Quota) -> None:
    assert zalo.quota_of(data) == quota


def test_quota_and_quality_come_by_two_requests() -> None:
    told = zalo.CATALOGUE.stood(HttpResponse(status=200, body=b'{"data":{"dailyQuota":null}}'))
    assert (told.quota, told.quality) == (None, None)
    good = zalo.CATALOGUE.stood(
        HttpResponse(status=200, body=b'{"data":{"oaCurrentQuality":"LOW"}}')
    )
    assert good.quality == "low"


PULLED = {
    "feedbacks": ["Giao hàng nhanh"],
    "msgId": "5dcf84fe1fd8bd85e4ca",
    "note": "",
    "rate": 5,
    "submitDate": "1659750276218",
    "trackingId": "",
}
PUSHED = {
    "feedbacks": ["Giao hàng nhanh"],
    "msg_id": "5dcf84fe1fd8bd85e4ca",
    "note": "",
    "rate": "5",
    "submit_time": "1659750276218",
    "tracking_id": "",
}


def test_a_rating_is_the_same_pushed_and_pulled() -> None:
    assert ratings.rating(PULLED) == ratings.rating(PUSHED)
    assert ratings.rating(PULLED).postback == "rating:5"


@pytest.mark.parametrize("rate", ["0", 6, None, "năm", True])
def test_what_is_no_star_is_none(rate: object) -> None:
    assert ratings.rating({"rate": rate}).postback is None
