"""The page of an export: everything on it has a name in Vietnamese and a time of the place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.channels.event import AttachmentKind, Author
from chalicelib.channels.registry import CHANNELS
from chalicelib.commerce import rules as commerce
from chalicelib.conversations.rules import Status
from chalicelib.customer import labels
from chalicelib.customer.readable import Reading, page
from chalicelib.platform.roles import Role
from chalicelib.profiles import consent_rules, consent_views
from chalicelib.profiles.rules import GENDERS
from chalicelib.tickets import taxonomy
from tests.meta.attributes import GIVEN
from tests.slices.customer.somebody import somebody
from tests.world import World

READING = Reading(zone=ZoneInfo("Asia/Ho_Chi_Minh"), custom={"shoe_size": "Cỡ giày"})
#: Every code there is of what the page names.
EVERY_CODE: dict[str, tuple[Mapping[str, str], Iterable[str]]] = {
    "channels": (labels.CHANNELS, CHANNELS),
    "shop channels": (labels.CHANNELS, commerce.MADE_ON),
    "touchpoints": (labels.TOUCHPOINTS, taxonomy.TOUCHPOINTS),
    "message states": (labels.MESSAGE_STATES, Status),
    "authors": (labels.AUTHORS, Author),
    "attachments": (labels.ATTACHMENTS, AttachmentKind),
    "purposes": (labels.PURPOSES, consent_rules.PURPOSES),
    "consent states": (labels.CONSENT_STATES, consent_rules.State),
    "consent sources": (
        labels.CONSENT_SOURCES,
        [*consent_views.SOURCES, consent_rules.WORD],
    ),
    "behaviours": (labels.BEHAVIOURS, commerce.BEHAVIOURS),
    "genders": (labels.CODES["gender"], GENDERS),
}


def shown(kind: str, *records: dict[str, Any], section: str = "x") -> str:
    """The page of an export with these records alone."""
    document = {
        "request_id": "r",
        "made_at": "2026-11-21T20:00:00.000Z",
        "shown_as": {"name": "<b>Hạnh</b>"},
        "sections": {section: {kind: list(records)}},
    }
    return page(document, READING)


@pytest.mark.parametrize("what", EVERY_CODE)
def test_every_code_has_a_name(what: str) -> None:
    named, there = EVERY_CODE[what]
    assert {str(one) for one in there} <= set(named)


@pytest.mark.parametrize("model", GIVEN, ids=lambda model: model.__name__)
def test_every_field_that_is_given_out_has_a_name(model: type) -> None:
    assert GIVEN[model] <= set(labels.FIELDS)


def test_an_export_of_somebody_holds_no_word_without_a_name(world: World) -> None:
    person = somebody(world)
    asked = world.admin.post(f"/profiles/{person}/export", {"verified_by": "call_back"}).body
    world.run()
    found = world.admin.token(Role.LEAD).get
    html = found(f"/rights-requests/{asked['id']}/export", format="html").body["content"]
    sections = found(f"/rights-requests/{asked['id']}/export").body["content"]
    kinds = re.findall(r"<h2>(.*?) \(\d+\)</h2>", html)
    named = [name for kind, name in labels.KINDS.items() if f'"{kind}"' in sections]
    assert kinds == named
    assert set(labels.KINDS.values()) - set(kinds) == {"Yêu cầu về dữ liệu cá nhân"}
    headings = set(re.findall(r"<th>(.*?)</th>", html))
    assert headings <= {*labels.FIELDS.values(), *labels.OF_KIND.values()}
    assert "Cỡ giày: 37" in html
    assert "420.000 VND" in html
    cells = re.findall(r"[>;:,] ?([a-z]+(?:_[a-z]+)*)(?=[<;,])", html.split("</style>")[1])
    assert set(cells) <= {"shop", "crm", "website", "có", "không", "cookies_1"}
    assert re.findall(r">\d{4}-\d\d-\d\d[T<]", html) == []


def test_times_days_amounts_and_codes_are_read_as_people_write_them() -> None:
    order = {
        "status": "delivered",
        "history": [["placed", "2026-11-01T18:30:00.000Z"], ["delivered", "2026-11-03T02:00:00Z"]],
        "channel": "zalo_oa",
        "currency": "USD",
        "total": 1234567,
        "lines": [{"sku": "A", "name": "Áo", "quantity": 2, "unit_price": 50}],
        "placed_at": "2026-11-01T18:30:00.000Z",
    }
    html = shown("orders", order)
    assert "Lập lúc 03:00 22/11/2026" in html
    assert "<li>Đã đặt: 01:30 02/11/2026</li><li>Đã giao: 09:00 03/11/2026</li>" in html
    assert "<td>12.345,67 USD</td>" in html
    assert "<li>Mã sản phẩm: A; Tên: Áo; Số lượng: 2; Đơn giá: 0,50 USD</li>" in html
    assert "<td>Zalo OA</td>" in html
    assert "31/07/1990" in shown("profile", {"birthday": "1990-07-31"})


def test_a_message_says_who_wrote_it_and_what_became_of_it() -> None:
    ours = {
        "direction": "out",
        "author": "app",
        "status": "read",
        "text": "Dạ <i>còn</i>",
        "attachments": [{"kind": "image", "url": "https://a.example.vn/x"}],
        "channel": "facebook_message",
        "occurred_at": "2026-11-21T10:00:00.000Z",
        "deleted_at": "2026-11-21T11:00:00.000Z",
        "conversation_id": "c",
    }
    html = shown("messages", ours)
    assert "<h3>Tin nhắn Facebook</h3>" in html
    heading = "Tự động · 17:00 21/11/2026 · đã xem · thu hồi lúc 18:00 21/11/2026"
    assert f"<small>{heading}</small>Dạ &lt;i&gt;còn&lt;/i&gt;<br>" in html
    assert "Loại: Hình ảnh; Địa chỉ tệp: https://a.example.vn/x" in html


def test_the_page_runs_nothing_of_what_customers_wrote() -> None:
    said = {"direction": "in", "text": "<script>alert('á')</script>", "occurred_at": "<u>"}
    html = shown("messages", said) + shown("novel", {"<i>": True, "at": "<s>", "birthday": "<q>"})
    for tag in ("<script>", "<b>", "<i>", "<u>", "<s>", "<q>"):
        assert tag not in html
    assert "&lt;script&gt;" in html
