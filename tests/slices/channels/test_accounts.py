"""Connected accounts: made, changed, listed, looked up, disconnected; their outbox."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app import app
from chalicelib.channels import connections, flows, tokens
from chalicelib.channels.sending import HttpRequest
from chalicelib.platform import store
from chalicelib.platform.errors import Conflict
from chalicelib.platform.roles import Role
from tests.client import Caller
from tests.cloud import Cloud
from tests.slices.channels.conftest import NOW, OA, ZALO, at, aws_calls, connected

ACCOUNTS = "/channel-accounts"
NEW: dict[str, Any] = {
    "channel": "zalo_oa",
    "account_id": OA,
    "name": "Cửa hàng Hà Nội",
    "mode": "sandbox",
    "team_id": "team-1",
    "branch": "HN01",
    "credentials": ZALO,
}


def events(cloud: Cloud) -> list[str]:
    return sorted(item["name"]["S"] for item in cloud.items("events"))


def test_connecting_shows_everything_but_the_credentials(admin: Caller, cloud: Cloud) -> None:
    made = admin.post(ACCOUNTS, NEW)
    assert made.status == 201, made.body
    assert made.etag == '"1"'
    assert made.body["state"] == "connected"
    assert made.body["credential_names"] == sorted(ZALO)
    assert made.body["webhook_path"] == f"/webhooks/zalo/{OA}"
    assert admin.get(f"{ACCOUNTS}/{made.body['id']}").body == made.body
    assert events(cloud) == ["account.connected"]
    stored = json.dumps(cloud.items("channels")) + json.dumps(cloud.items("events"))
    for answer in (json.dumps(made.body), stored):
        assert not any(secret in answer for name, secret in ZALO.items() if name != "app_id")


def test_the_same_provider_account_twice_is_a_conflict(admin: Caller, cloud: Cloud) -> None:
    admin.post(ACCOUNTS, NEW)
    again = admin.post(ACCOUNTS, {**NEW, "name": "Khác"})
    assert (again.status, again.body["field"]) == (409, "account_id")
    assert events(cloud) == ["account.connected"]


def test_the_same_idempotency_key_gives_the_first_answer(admin: Caller) -> None:
    once = admin.with_headers(Idempotency_Key="k1")
    first, second = once.post(ACCOUNTS, NEW), once.post(ACCOUNTS, NEW)
    assert (second.status, second.body) == (201, first.body)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"credentials": {"app_secret": ""}}, "credentials.app_secret"),
        ({"credentials": {"Nope": "x"}}, "credentials"),
        ({"credentials": []}, "credentials"),
        ({"mode": "dry"}, "mode"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"account_id": "a "}, "account_id"),
        ({"account_id": " a"}, "account_id"),
        ({"account_id": "a\tb"}, "account_id"),
        ({"settings": {"api_base": "nowhere"}}, "settings.api_base"),
        ({"settings": {"api_base": "https://attacker.example"}}, "settings.api_base"),
        ({"settings": {"oauth_base": "https://graph.facebook.com"}}, "settings.oauth_base"),
        ({"token_expires_at": "9999-12-31T23:59:59Z"}, "token_expires_at"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_bad_fields_are_named_and_nothing_is_stored(
    admin: Caller, cloud: Cloud, change: dict[str, Any], field: str
) -> None:
    answer = admin.post(ACCOUNTS, {**NEW, **change})
    assert (answer.status, answer.body["field"]) == (422, field)
    assert cloud.items("channels") == cloud.items("events") == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.INTEGRATION])
def test_who_may_not(cloud: Cloud, role: Role) -> None:
    caller = Caller(app=app).token(role)
    assert caller.post(ACCOUNTS, NEW).status == 403
    assert caller.get(ACCOUNTS).status == 403


def test_changing_merges_credentials_and_counts_the_revision(admin: Caller, cloud: Cloud) -> None:
    made = admin.post(ACCOUNTS, NEW).body
    path = f"{ACCOUNTS}/{made['id']}"
    flows.accounts_of("zalo")
    changed = admin.with_headers(If_Match='"1"').patch(
        path,
        {
            "name": "Cửa hàng mới",
            "branch": None,
            "settings": {"origins": ["https://a.example"]},
            "credentials": {"oa_secret_key": "second", "app_id": None},
        },
    )
    assert changed.status == 200, changed.body
    assert (changed.etag, changed.body["branch"]) == ('"2"', None)
    assert changed.body["team_id"] == "team-1"
    assert "app_id" not in changed.body["credential_names"]
    (found,) = flows.accounts_of("zalo")
    assert found.name == "Cửa hàng mới"
    assert found.account.secrets("oa_secret_key") == ("second", "oa-secret")
    assert found.account.secrets("access_token") == ("access-1",)
    assert found.account.settings == {"origins": ["https://a.example"]}
    told = [item for item in cloud.items("events") if item["name"]["S"] == "account.changed"]
    assert json.loads(told[0]["data"]["S"])["changed"] == [
        "branch",
        "credentials",
        "name",
        "settings",
    ]


def test_a_stale_etag_changes_nothing(admin: Caller) -> None:
    path = f"{ACCOUNTS}/{admin.post(ACCOUNTS, NEW).body['id']}"
    admin.patch(path, {"name": "Hai"})
    stale = admin.with_headers(If_Match='"1"')
    assert stale.patch(path, {"name": "Ba"}).status == 412
    assert stale.delete(path).status == 412
    assert admin.get(path).body["name"] == "Hai"


def test_changing_nothing_writes_nothing(admin: Caller, cloud: Cloud) -> None:
    path = f"{ACCOUNTS}/{admin.post(ACCOUNTS, NEW).body['id']}"
    same = admin.patch(path, {"name": NEW["name"], "credentials": {}})
    assert (same.status, same.etag) == (200, '"1"')
    assert events(cloud) == ["account.connected"]


def test_a_change_beside_a_renewal_is_refused(cloud: Cloud) -> None:
    """The renewal sealed other credentials: a change on top of the old ones would undo it."""
    account = connected().account
    before = connections.existing(account.id)
    _, writes = connections.change(before, {"credentials": {"app_secret": "n"}}, at(NOW))
    tokens.store_pair(connections.existing(account.id), {"access_token": "access-2"}, at(NOW))
    with pytest.raises(store.ConditionFailed):
        store.commit(writes)


def test_disconnecting_keeps_the_account_but_not_its_credentials(
    admin: Caller, cloud: Cloud
) -> None:
    made = admin.post(ACCOUNTS, {**NEW, "mode": "live"}).body
    path = f"{ACCOUNTS}/{made['id']}"
    gone = admin.delete(path)
    assert (gone.status, gone.body["state"], gone.body["credential_names"]) == (
        200,
        "disconnected",
        [],
    )
    assert flows.accounts_of("zalo") == []
    assert flows.account(made["id"]) is None
    (item,) = cloud.items("channels")
    assert not {"sealed", "due_shard", "due_at"} & item.keys()
    assert admin.delete(path).etag == gone.etag
    assert admin.patch(path, {"name": "x"}).status == 409
    assert [one["state"] for one in admin.get(ACCOUNTS).body["items"]] == ["disconnected"]


def test_a_disconnected_account_can_be_connected_again(admin: Caller) -> None:
    made = admin.post(ACCOUNTS, NEW).body
    admin.delete(f"{ACCOUNTS}/{made['id']}")
    back = admin.post(ACCOUNTS, {**NEW, "team_id": None})
    assert back.status == 201
    assert back.body["id"] == made["id"]
    assert (back.body["state"], back.body["revision"]) == ("connected", 3)
    assert back.body["created_at"] == made["created_at"]
    assert [one.account.id for one in flows.accounts_of("zalo")] == [made["id"]]


def test_new_credentials_end_needs_reconnect(admin: Caller) -> None:
    account = connected()
    flows.needs_reconnect(account, code="-216", reason="Token hết hạn", context=at(NOW))
    path = f"{ACCOUNTS}/{account.account.id}"
    assert admin.get(path).body["state_reason"] == "Token hết hạn (-216)"
    renamed = admin.patch(path, {"name": "Tên mới"}).body
    assert renamed["state"] == "needs_reconnect"
    back = admin.patch(path, {"credentials": {"refresh_token": "refresh-9"}}).body
    assert (back["state"], back["state_reason"]) == ("connected", None)
    assert connections.existing(account.account.id).due_at is not None


@pytest.mark.parametrize(
    ("wanted", "due"),
    [
        ({}, True),
        ({"mode": "sandbox"}, False),
        ({"credentials": {"oa_secret_key": "a", "access_token": "b"}}, False),
        (
            {
                "channel": "facebook_message",
                "credentials": {"access_token": "a", "app_secret": "b"},
            },
            False,
        ),
        ({"channel": "web_form", "credentials": {}}, False),
    ],
)
def test_which_accounts_are_renewed_by_the_clock(
    cloud: Cloud, wanted: dict[str, Any], due: bool
) -> None:
    item = connections.existing(connected(**wanted).account.id)
    assert (item.due_at is not None) == (item.due_shard is not None) == due


def test_going_live_makes_the_token_due(admin: Caller) -> None:
    made = admin.post(ACCOUNTS, {**NEW, "token_expires_at": "2099-01-01T00:00:00+07:00"})
    assert made.status == 422  # ten years at most
    ends = "2027-01-01T00:00:00+07:00"
    made = admin.post(ACCOUNTS, {**NEW, "token_expires_at": ends})
    assert made.body["token_expires_at"] == "2026-12-31T17:00:00.000Z"
    assert connections.existing(made.body["id"]).due_at is None
    admin.patch(f"{ACCOUNTS}/{made.body['id']}", {"mode": "live"})
    assert connections.existing(made.body["id"]).due_at is not None


def test_lists_by_time_by_provider_and_by_channel(admin: Caller) -> None:
    for number, channel in enumerate(["zalo_oa", "facebook_message", "web_form", "zalo_oa"]):
        body = {"channel": channel, "account_id": f"a{number}", "name": f"Kênh {number}"}
        assert admin.post(ACCOUNTS, body).status == 201

    def listed(**query: object) -> list[str]:
        found: list[str] = []
        while True:
            answer = admin.get(ACCOUNTS, **query).body
            found += [item["account_id"] for item in answer["items"]]
            if answer["next_cursor"] is None:
                return found
            query["cursor"] = answer["next_cursor"]

    assert listed(limit=1) == ["a3", "a2", "a1", "a0"]
    assert sorted(listed(provider="zalo", limit=1)) == ["a0", "a3"]
    assert listed(channel="facebook_message") == ["a1"]
    assert listed(channel="facebook_message", provider="zalo") == []
    assert listed(channel="nothing") == listed(provider="nothing") == []


def test_unknown_ids_are_not_found(admin: Caller) -> None:
    for name in ("x", "0" * 32, "0" * 3000):
        assert admin.get(f"{ACCOUNTS}/{name}").status == 404
        assert admin.get(f"{ACCOUNTS}/{name}/outbox").status == 404


def test_webhook_lookups_read_once_a_minute_and_fresh_ones_once_a_second(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [1000.0]
    monkeypatch.setattr("chalicelib.platform.remembered.time.monotonic", lambda: seconds[0])
    connected()
    with aws_calls(monkeypatch) as aws:
        for _ in range(5):
            assert len(flows.accounts_of("zalo")) == 1
            assert len(flows.accounts_of("zalo", fresh=True)) == 1
        assert aws.calls == ["Query"]
        seconds[0] += 1.5
        for _ in range(5):
            flows.accounts_of("zalo", fresh=True)
        assert aws.calls == ["Query"] * 2
        seconds[0] += 61
        flows.accounts_of("zalo")
        assert aws.calls == ["Query"] * 3


def test_an_account_made_elsewhere_is_found_by_a_fresh_look(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [1000.0]
    monkeypatch.setattr("chalicelib.platform.remembered.time.monotonic", lambda: seconds[0])
    assert flows.accounts_of("zalo") == []
    wanted = {"channel": "zalo_oa", "account_id": OA, "name": "x", "credentials": ZALO}
    _, writes = connections.connect({**wanted, "mode": "live"}, at(NOW))
    store.commit(writes)
    seconds[0] += 2
    assert len(flows.accounts_of("zalo", fresh=True)) == 1


def test_two_connections_at_once_are_one(cloud: Cloud) -> None:
    wanted = {"channel": "zalo_oa", "account_id": OA, "name": "x", "mode": "sandbox"}
    _, first = connections.connect(wanted, at(NOW))
    _, second = connections.connect(wanted, at(NOW))
    store.commit(first)
    with pytest.raises(store.ConditionFailed):
        store.commit(second)
    with pytest.raises(Conflict):  # what the caller gets when the request runs again
        connections.connect(wanted, at(NOW))
    assert events(cloud) == ["account.connected"]


def test_the_outbox_lists_each_part_once_newest_first(admin: Caller) -> None:
    account = connected(mode="sandbox")
    request = HttpRequest(
        method="POST",
        url="https://openapi.zalo.me/v3.0/oa/message/cs",
        headers={"access_token": "access-1", "content-type": "application/json"},
        body='{"message":{"text":"Chào anh"}}'.encode(),
    )
    for message_id, part in [("m1", 0), ("m1", 1), ("m2", 0), ("m1", 1)]:
        flows.record_send(
            account,
            message_id=message_id,
            part=part,
            request=request,
            profile_id="profile-1",
            now=NOW,
        )
    path = f"{ACCOUNTS}/{account.account.id}/outbox"
    first = admin.get(path, limit=2).body
    second = admin.get(path, limit=2, cursor=first["next_cursor"]).body
    found = [(one["message_id"], one["part"]) for one in first["items"] + second["items"]]
    assert found == [("m2", 0), ("m1", 1), ("m1", 0)]
    assert first["items"][0]["headers"] == {"content-type": "application/json"}
    assert first["items"][0]["body"] == '{"message":{"text":"Chào anh"}}'
