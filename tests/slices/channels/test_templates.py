"""Approved templates of accounts: entered by people, listed by providers, told of by events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.channels.catalogues import MOST_DETAILS
from chalicelib.platform import outward
from tests.contracts.cases.whatsapp import NUMBER, sign
from tests.slices.conversations.desk import TOKENS
from tests.world import APP_ID, APP_SECRET, OA, OA_SECRET, World, milliseconds

BUSINESS = "8856990000000001"
CSAT = {
    "templateId": 345678,
    "templateName": "Đánh giá sau giao hàng",
    "status": "ENABLE",
    "templateQuality": "HIGH",
}
DETAILS = {
    **CSAT,
    "templateTag": "CUSTOMER_CARE",
    "templateType": 5,
    "price_sdt": "300",
    "price_uid": "200",
    "listParams": [
        {
            "name": "customer",
            "require": True,
            "type": "STRING",
            "maxLength": 30,
            "minLength": 0,
            "acceptNull": False,
        },
        {"name": "total", "require": True, "type": "NUMBER", "maxLength": 12, "acceptNull": True},
    ],
}


class Zalo:
    """Zalo's lists, and how often each was asked."""

    def __init__(self, listed: list[Mapping[str, Any]], details: Mapping[str, Any]) -> None:
        self.listed, self.details = listed, details
        self.asked: list[str] = []
        self.refuses: int | None = None
        self.standing = {
            "message/quota": {"dailyQuota": 500, "remainingQuota": 499},
            "quality": {"oaCurrentQuality": "MEDIUM", "oa7dayQuality": "HIGH"},
        }

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(url)
        if parts.hostname == "oauth.zaloapp.com":
            self.refuses = None
            return 200, b'{"access_token":"a-2","refresh_token":"r-2","expires_in":"90000"}'
        assert (method, parts.hostname) == ("GET", "business.openapi.zalo.me")
        path, query = parts.path.lstrip("/"), dict(parse_qsl(parts.query))
        self.asked.append(path)
        if self.refuses is not None:
            return 200, json.dumps({"error": self.refuses, "message": "no"}).encode()
        return 200, json.dumps(self._answer(path, query)).encode()

    def _answer(self, path: str, query: Mapping[str, str]) -> Any:
        if path in self.standing:
            return {"error": 0, "data": self.standing[path]}
        if path == "template/all":
            start = int(query["offset"])
            page = self.listed[start : start + int(query["limit"])]
            return {"error": 0, "data": page, "metadata": {"total": len(self.listed)}}
        assert path == "template/info/v2"
        found = self.details.get(query["template_id"])
        return {"error": 0, "data": found} if found else {"error": -109, "message": "no"}


@pytest.fixture
def zalo(monkeypatch: pytest.MonkeyPatch) -> Zalo:
    fake = Zalo([CSAT], {"345678": DETAILS})
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


@pytest.fixture
def account(world: World) -> str:
    """A live OA; our id of it."""
    (found,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    credentials = {"app_id": APP_ID, "oa_secret_key": OA_SECRET, **TOKENS}
    live = {
        "mode": "live",
        "credentials": credentials,
        "token_expires_at": "2030-01-01T00:00:00Z",
    }
    assert world.admin.patch(f"/channel-accounts/{found['id']}", live).status == 200
    accounts.forget()
    return str(found["id"])


def path(account: str, template: str | None = None) -> str:
    below = "" if template is None else f"/{template}"
    return f"/channel-accounts/{account}/templates{below}"


def synchronised(world: World, account: str) -> dict[str, Any]:
    answer = world.admin.post(path(account, "synchronise"))
    assert answer.status == 200, answer.body
    return dict(answer.body)


def facts(world: World) -> list[tuple[str, dict[str, Any]]]:
    """What happened to templates, in order."""
    records = world.pump._records()
    images = [one["dynamodb"]["NewImage"] for one in records if "NewImage" in one["dynamodb"]]
    named = [(one["name"]["S"], one) for one in images if one["name"]["S"].startswith("template.")]
    return [(name, image) for name, image in named]


# ------------------------------------------------------------------ by people


def test_entered_changed_and_forgotten_each_is_a_fact(world: World, account: str) -> None:
    entered = world.admin.post(path(account), {"name": "345678", "kind": "PROMOTION"})
    assert entered.status == 201
    assert (entered.body["purpose"], entered.body["state"]) == ("marketing", "approved")
    changed = world.admin.patch(path(account, "345678"), {"purpose": "care", "title": "Báo giá"})
    assert (changed.body["purpose"], changed.body["name"]) == ("care", "Báo giá")
    assert changed.body["by_hand"] == ["purpose"]
    assert world.admin.delete(path(account, "345678")).status == 200
    assert world.list(path(account)) == []
    named = [name for name, _ in facts(world)]
    assert named == ["template.added", "template.changed", "template.removed"]


def test_the_same_change_again_is_none(world: World, account: str) -> None:
    world.admin.post(path(account), {"name": "345678"})
    for _ in range(2):
        changed = world.admin.patch(path(account, "345678"), {"purpose": "care"})
    assert changed.body["revision"] == 2
    assert [name for name, _ in facts(world)] == ["template.added", "template.changed"]


def test_an_old_revision_is_refused(world: World, account: str) -> None:
    world.admin.post(path(account), {"name": "345678"})
    world.admin.patch(path(account, "345678"), {"purpose": "care"})
    careful = world.admin.with_headers(**{"If-Match": '"1"'})
    stale = careful.patch(path(account, "345678"), {"purpose": "survey"})
    assert stale.status == 412


def test_one_that_is_there_is_not_entered_again(world: World, account: str) -> None:
    assert world.admin.post(path(account), {"name": "345678"}).status == 201
    refused = world.admin.post(path(account), {"name": "345678"})
    assert (refused.status, refused.body["code"]) == (409, "template_exists")


def test_an_unknown_kind_asks_the_most_of_consent(world: World, account: str) -> None:
    entered = world.admin.post(path(account), {"name": "345678", "kind": "SOMETHING_NEW"})
    assert entered.body["purpose"] == "marketing"


def test_a_channel_without_templates_says_so(world: World) -> None:
    (page,) = (a for a in world.list("/channel-accounts") if a["channel"] == "facebook_message")
    refused = world.admin.post(path(page["id"]), {"name": "x"})
    assert (refused.status, refused.body["code"]) == (409, "no_templates")


# ------------------------------------------------------------------ by the provider


def test_what_zalo_lists_comes_with_gaps_price_quota_and_quality(
    world: World, account: str, zalo: Zalo
) -> None:
    assert synchronised(world, account) == {"listed": 1, "left": 0, "complete": True}
    (template,) = world.list(path(account))
    assert template["id"] == "345678"
    told = [template[name] for name in ("kind", "purpose", "rating", "state", "quality")]
    assert told == ["CUSTOMER_CARE", "survey", True, "approved", "high"]
    assert template["price"] == {"phone": "300", "user": "200"}
    gaps = [(gap["name"], gap["kind"], gap["required"]) for gap in template["gaps"]]
    assert gaps == [("customer", "text", True), ("total", "number", False)]
    health = world.admin.get(f"/channel-accounts/{account}").body["health"]
    assert (health["quota_daily"], health["quota_remaining"]) == (500, 499)
    assert health["quality"] == "medium"


def test_what_a_person_said_stays_and_nothing_new_is_no_fact(
    world: World, account: str, zalo: Zalo
) -> None:
    synchronised(world, account)
    world.admin.patch(path(account, "345678"), {"purpose": "care"})
    before = len(facts(world))
    synchronised(world, account)
    (template,) = world.list(path(account))
    assert (template["purpose"], len(facts(world))) == ("care", before)


def test_a_long_list_is_read_whole_and_its_details_in_turns(
    world: World, account: str, zalo: Zalo
) -> None:
    many: list[Mapping[str, Any]] = [{**CSAT, "templateId": str(1000 + n)} for n in range(130)]
    zalo.listed = many
    zalo.details = {one["templateId"]: {**DETAILS, **one} for one in many}
    first = synchronised(world, account)
    assert first == {"listed": 130, "left": 130 - MOST_DETAILS, "complete": True}
    assert zalo.asked.count("template/all") == 2
    second = synchronised(world, account)
    assert second["left"] == 130 - 2 * MOST_DETAILS


def test_what_is_listed_no_more_is_deleted_and_what_was_entered_stays(
    world: World, account: str, zalo: Zalo
) -> None:
    synchronised(world, account)
    world.admin.post(path(account), {"name": "999"})
    zalo.listed = []
    synchronised(world, account)
    states = {one["id"]: one["state"] for one in world.list(path(account))}
    assert states == {"345678": "deleted", "999": "approved"}


def test_a_token_that_ran_out_is_renewed(world: World, account: str, zalo: Zalo) -> None:
    zalo.refuses = -124
    assert synchronised(world, account)["listed"] == 1


def test_a_refusal_is_told_and_changes_nothing(world: World, account: str, zalo: Zalo) -> None:
    synchronised(world, account)
    zalo.refuses = -135
    refused = world.admin.post(path(account, "synchronise"))
    assert (refused.status, refused.body["code"]) == (409, "provider_refused")
    assert "-135" in refused.body["detail"]
    zalo.refuses = -100
    assert world.admin.post(path(account, "synchronise")).status == 503
    assert [one["state"] for one in world.list(path(account))] == ["approved"]


def test_a_sandbox_account_asks_nobody(world: World) -> None:
    (found,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    refused = world.admin.post(path(found["id"], "synchronise"))
    assert (refused.status, refused.body["code"]) == (409, "sandbox_asks_nobody")


# ------------------------------------------------------------------ by events


def told(world: World, name: str, **fields: Any) -> None:
    event = {"app_id": APP_ID, "oa_id": OA, "event_name": name, "timestamp": str(milliseconds())}
    assert world.zalo_event({**event, "template_id": "345678", **fields}) == 200
    world.run()


def test_zalos_events_change_the_template(world: World, account: str) -> None:
    world.admin.post(path(account), {"name": "345678"})
    told(world, "change_template_quality", quality="LOW")
    told(
        world,
        "change_template_status",
        status={"prev_status": "ENABLE", "new_status": "DISABLE"},
        reason="Chất lượng thấp",
    )
    (template,) = world.list(path(account))
    assert (template["state"], template["quality"]) == ("disabled", "low")
    assert template["reason"] == "Chất lượng thấp"
    assert [name for name, _ in facts(world)].count("template.changed") == 2


def test_an_older_event_changes_nothing(world: World, account: str) -> None:
    world.admin.post(path(account), {"name": "345678"})
    told(world, "change_template_status", status={"new_status": "DISABLE"})
    late = str(milliseconds() - 60_000)
    told(world, "change_template_status", status={"new_status": "ENABLE"}, timestamp=late)
    assert [one["state"] for one in world.list(path(account))] == ["disabled"]


def test_an_event_of_a_template_nobody_entered_is_no_template(world: World, account: str) -> None:
    told(world, "change_template_status", status={"new_status": "ENABLE"})
    assert world.list(path(account)) == []


# ------------------------------------------------------------------ WhatsApp

LISTED = {
    "data": [
        {
            "name": "csat_vi",
            "language": "vi",
            "status": "APPROVED",
            "category": "UTILITY",
            "quality_score": {"score": "GREEN", "date": 1},
            "components": [
                {"type": "HEADER", "format": "IMAGE"},
                {"type": "BODY", "text": "Chào {{1}}, đơn {{2}} đã giao."},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "Tốt"},
                        {"type": "URL", "text": "Xem", "url": "https://x.vn/{{1}}"},
                    ],
                },
            ],
        },
        {"name": "", "language": "vi"},
    ],
    "paging": {"cursors": {"before": "B", "after": "A"}},
}


@pytest.fixture
def numbers(world: World) -> list[str]:
    """Two live numbers of one business; our ids of them."""
    credentials = {"app_secret": APP_SECRET, "verify_token": "v", "access_token": "WA-1"}
    settings = {"business_account_id": BUSINESS}
    return [
        world.connect("whatsapp", one, credentials, mode="live", settings=settings)
        for one in (NUMBER, "104200000000778")
    ]


def test_whatsapps_list_is_read(
    world: World, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def call(method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        asked.append(url)
        more = {"paging": {**LISTED["paging"], "next": "https://graph"}}  # type: ignore[dict-item]
        answer = LISTED if "after=A" in url else {**LISTED, "data": [], **more}
        return 200, json.dumps(answer).encode()

    monkeypatch.setattr(outward, "call", call)
    assert synchronised(world, numbers[0]) == {"listed": 1, "left": 0, "complete": True}
    assert [urlsplit(one).path for one in asked] == [f"/v25.0/{BUSINESS}/message_templates"] * 2
    (template,) = world.list(path(numbers[0]))
    assert (template["id"], template["purpose"]) == ("csat_vi.vi", "care")
    assert (template["quality"], template["text"]) == ("high", "Chào {{1}}, đơn {{2}} đã giao.")
    names = [gap["name"] for gap in template["gaps"]]
    assert names == ["header:image", "1", "2", "button:1"]


@pytest.mark.parametrize(
    ("field", "value", "change"),
    [
        (
            "message_template_status_update",
            {"event": "PAUSED", "reason": "NONE"},
            {"state": "paused", "reason": None},
        ),
        ("message_template_quality_update", {"new_quality_score": "RED"}, {"quality": "low"}),
        (
            "template_category_update",
            {"new_category": "MARKETING"},
            {"kind": "MARKETING", "purpose": "marketing"},
        ),
    ],
)
def test_whatsapps_events_change_it_at_every_number_of_the_business(
    world: World,
    numbers: list[str],
    field: str,
    value: dict[str, Any],
    change: dict[str, Any],
) -> None:
    for number in numbers:
        entered = {"name": "csat_vi", "kind": "UTILITY"}
        assert world.admin.post(path(number), entered).status == 201
    named = {"message_template_name": "csat_vi", "message_template_language": "vi"}
    entry = {"id": BUSINESS, "changes": [{"field": field, "value": {**named, **value}}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    assert world.webhook("meta", body, sign(body, APP_SECRET)) == 200
    world.run()
    for number in numbers:
        (template,) = world.list(path(number))
        assert {name: template[name] for name in change} == change
