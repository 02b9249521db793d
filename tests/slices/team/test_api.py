"""The team over HTTP: shapes, roles, revisions, references, events, tokens."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import app
from chalicelib.platform.openapi import document
from chalicelib.platform.roles import Role
from chalicelib.team import api as team_api
from chalicelib.team import flows
from tests.client import Answer, Caller
from tests.cloud import Cloud

LAN = {"name": "Lan", "email": "Lan@Example.vn ", "department_id": "sales"}


def events(aws: Cloud, name: str) -> list[dict[str, Any]]:
    """The data of all recorded events of a name."""
    return [
        json.loads(item["data"]["S"]) for item in aws.items("events") if item["name"]["S"] == name
    ]


def made(answer: Answer) -> Any:
    """The body of a successful creation."""
    assert answer.status == 201, answer.body
    return answer.body


def test_an_agent_is_added_read_and_listed(admin: Caller, aws: Cloud) -> None:
    answer = admin.post("/agents", {**LAN, "name": " Ngu\u0079e\u0302\u0303n  Lan", "capacity": 5})
    agent = made(answer)
    assert agent == {
        "id": agent["id"],
        "name": "Nguyễn Lan",
        "email": "lan@example.vn",
        "role": "agent",
        "department_id": "sales",
        "team_ids": [],
        "branch": None,
        "extension": None,
        "zalo_user_id": None,
        "presence": "offline",
        "capacity": 5,
        "load": 0,
        "last_assigned_at": None,
        "active": True,
        "revision": 1,
    }
    assert answer.etag == '"1"'
    read = admin.get(f"/agents/{agent['id']}")
    assert (read.status, read.body, read.etag) == (200, agent, '"1"')
    assert admin.get("/agents").body == {"items": [agent], "next_cursor": None}
    added = {"agent_id": agent["id"], "department_id": "sales", "role": "agent"}
    assert events(aws, "agent.added") == [added]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**LAN, "department_id": "nowhere"}, "department_id"),
        ({**LAN, "team_ids": ["nothing"]}, "team_ids"),
        ({**LAN, "team_ids": ["x"] * 21}, "team_ids"),
        ({**LAN, "email": "lan"}, "email"),
        ({**LAN, "name": " \u200b "}, "name"),
        ({**LAN, "name": "x" * 121}, "name"),
        ({**LAN, "role": "integration"}, "role"),
        ({**LAN, "capacity": -1}, "capacity"),
        ({**LAN, "capacity": True}, "capacity"),
        ({**LAN, "load": 3}, "load"),
        ({"name": "Lan"}, "department_id"),
    ],
)
def test_a_bad_agent_is_refused_by_field(
    admin: Caller, aws: Cloud, body: dict[str, Any], field: str
) -> None:
    answer = admin.post("/agents", body)
    assert (answer.status, answer.body["field"]) == (422, field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert events(aws, "agent.added") == []


def test_lists_page_by_department_and_by_all(admin: Caller) -> None:
    ids = [made(admin.post("/agents", {**LAN, "name": f"Lan {n}"}))["id"] for n in range(3)]
    made(admin.post("/agents", {**LAN, "department_id": "technical"}))
    first = admin.get("/agents", limit=2).body
    second = admin.get("/agents", limit=2, cursor=first["next_cursor"]).body
    assert [one["id"] for one in first["items"]] == ids[:2]
    assert len(second["items"]) == 2
    found: list[str] = []
    cursor: dict[str, object] = {}
    for _ in range(4):
        page = admin.get("/agents", limit=1, department_id="sales", **cursor).body
        found += [one["id"] for one in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
        if page["next_cursor"] is None:
            break
    assert sorted(found) == sorted(ids)
    foreign = admin.get("/agents", limit=2, department_id="sales", cursor=first["next_cursor"])
    assert (foreign.status, foreign.body["field"]) == (422, "cursor")


def test_a_change_keeps_what_it_does_not_name(admin: Caller, aws: Cloud) -> None:
    agent = made(admin.post("/agents", {**LAN, "capacity": 5, "branch": "Quận 1"}))
    path = f"/agents/{agent['id']}"
    answer = admin.patch(path, {"capacity": None, "department_id": "technical"})
    assert answer.body == {**agent, "capacity": None, "department_id": "technical", "revision": 2}
    assert admin.get(path).body == answer.body
    (event,) = events(aws, "agent.changed")
    assert event["changed"] == ["capacity", "department_id"]
    assert admin.patch(path, {"capacity": None}).body["revision"] == 2
    for field in ("name", "email", "role", "department_id", "team_ids", "active"):
        refused = admin.patch(path, {field: None})
        assert (refused.status, refused.body["field"]) == (422, field)


def test_a_stale_revision_changes_nothing(admin: Caller) -> None:
    agent = made(admin.post("/agents", LAN))
    path = f"/agents/{agent['id']}"
    assert admin.with_headers(If_Match='"1"').patch(path, {"name": "Mai"}).status == 200
    stale = admin.with_headers(If_Match='"1"').patch(path, {"name": "Đào"})
    assert (stale.status, stale.body["code"]) == (412, "stale_revision")
    assert admin.get(path).body["name"] == "Mai"


def test_an_idempotency_key_adds_once(admin: Caller) -> None:
    keyed = admin.with_headers(Idempotency_Key="k1")
    first, again = keyed.post("/agents", LAN), keyed.post("/agents", LAN)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotent-replay"] == "true"
    assert keyed.post("/agents", {**LAN, "name": "Mai"}).status == 422
    assert len(admin.get("/agents").body["items"]) == 1


def test_agents_say_for_themselves_whether_they_are_here(admin: Caller, aws: Cloud) -> None:
    lan, mai = (made(admin.post("/agents", {**LAN, "name": name}))["id"] for name in "LM")
    here = {"presence": "available"}
    caller = admin.token(Role.AGENT, agent_id=lan)
    assert caller.put(f"/agents/{lan}/presence", here).body["presence"] == "available"
    assert caller.get("/agents/me").body["presence"] == "available"
    assert caller.put(f"/agents/{mai}/presence", here).status == 403
    assert admin.token(Role.LEAD).put(f"/agents/{mai}/presence", here).status == 200
    assert caller.put(f"/agents/{lan}/presence", {"presence": "asleep"}).status == 422
    assert sorted(event["agent_id"] for event in events(aws, "agent.presence_changed")) == (
        sorted([lan, mai])
    )
    assert admin.get("/agents/me").status == 404


def test_who_is_set_inactive_goes_offline_and_their_tokens_end(admin: Caller, aws: Cloud) -> None:
    agent = made(admin.post("/agents", LAN))["id"]
    token = made(admin.post("/tokens", {"name": "máy bàn", "agent_id": agent}))
    lan = admin.bearer(token["token"])
    assert lan.put(f"/agents/{agent}/presence", {"presence": "available"}).status == 200
    answer = admin.patch(f"/agents/{agent}", {"active": False})
    assert (answer.body["active"], answer.body["presence"]) == (False, "offline")
    assert lan.get("/agents/me").status == 403
    told = [one["presence"] for one in events(aws, "agent.presence_changed")]
    assert sorted(told) == ["available", "offline"]
    assert events(aws, "token.revoked") == [{"kind": "token", "id": token["id"]}]
    refused = admin.put(f"/agents/{agent}/presence", {"presence": "available"})
    assert (refused.status, refused.body["code"]) == (409, "agent_inactive")
    refused = admin.post("/tokens", {"name": "x", "agent_id": agent})
    assert (refused.status, refused.body["field"]) == (422, "agent_id")


def test_a_new_role_reaches_the_agents_tokens(admin: Caller) -> None:
    agent = made(admin.post("/agents", {**LAN, "role": "manager"}))["id"]
    token = made(admin.post("/tokens", {"name": "x", "agent_id": agent}))
    assert token["role"] == "manager"
    lan = admin.bearer(token["token"])
    assert lan.post("/agents", LAN).status == 201
    assert admin.patch(f"/agents/{agent}", {"role": "agent"}).status == 200
    assert lan.post("/agents", LAN).status == 403


def test_departments(admin: Caller, aws: Cloud) -> None:
    shown = admin.get("/departments").body["items"]
    assert {one["id"]: one["name"] for one in shown}["customer_care"] == "Chăm sóc khách hàng"
    assert len(shown) == 5
    agent = made(admin.post("/agents", {**LAN, "role": "manager"}))["id"]
    changed = admin.patch("/departments/sales", {"manager_id": agent, "name": "Kinh doanh"})
    assert changed.body == {
        "id": "sales",
        "name": "Kinh doanh",
        "manager_id": agent,
        "on_call_id": None,
        "revision": 2,
    }
    called = admin.patch("/departments/sales", {"on_call_id": agent})
    assert called.body["on_call_id"] == agent
    assert admin.patch("/departments/sales", {"on_call_id": "nobody"}).body["field"] == "on_call_id"
    assert admin.get("/departments/sales").body == called.body
    cleared = admin.patch("/departments/sales", {"manager_id": None})
    assert cleared.body["manager_id"] is None
    refused = admin.patch("/departments/sales", {"manager_id": "nobody"})
    assert (refused.status, refused.body["field"]) == (422, "manager_id")
    assert admin.patch("/departments/nowhere", {"name": "x"}).status == 404
    made(admin.post("/departments", {"id": "warranty", "name": "Bảo hành"}))
    taken = admin.post("/departments", {"id": "warranty", "name": "Bảo hành"})
    assert (taken.status, taken.body["code"]) == (409, "department_exists")
    assert admin.post("/departments", {"id": "Bảo hành", "name": "x"}).status == 422
    recorded = [one for one in events(aws, "team.structure_changed") if one["id"] == "sales"]
    changes = [one["changed"] for one in recorded]
    assert sorted(changes) == [["manager_id"], ["manager_id", "name"], ["name"], ["on_call_id"]]


def test_teams(admin: Caller) -> None:
    team = made(admin.post("/teams", {"name": "Đội 1", "department_id": "sales"}))
    agent = made(admin.post("/agents", {**LAN, "team_ids": [team["id"], team["id"]]}))
    assert agent["team_ids"] == [team["id"]]
    path = f"/teams/{team['id']}"
    changed = admin.patch(path, {"lead_id": agent["id"], "department_id": "technical"})
    assert changed.body == {
        **team,
        "lead_id": agent["id"],
        "department_id": "technical",
        "revision": 2,
    }
    assert admin.get(path).body == changed.body
    assert admin.get("/teams").body["items"] == [changed.body]
    for body in ({"lead_id": "nobody"}, {"department_id": "nowhere"}):
        refused = admin.patch(path, body)
        assert (refused.status, refused.body["field"]) == (422, next(iter(body)))
    assert admin.get("/teams/none").status == 404
    assert admin.patch("/teams/none", {"name": "x"}).status == 404


def test_a_token_is_shown_once_and_revoked(admin: Caller, aws: Cloud) -> None:
    token = made(admin.post("/tokens", {"name": "Máy chủ", "role": "integration"}))
    system = admin.bearer(token["token"])
    assert system.get("/departments").status == 200
    assert token["token"] not in json.dumps(aws.items("control") + aws.items("events"))
    listed = {one["id"]: one for one in admin.get("/tokens").body["items"]}
    shown = {name: value for name, value in token.items() if name != "token"}
    assert listed[token["id"]] == shown
    answer = admin.delete(f"/tokens/{token['id']}")
    assert (answer.status, answer.body) == (200, {**shown, "revoked": True})
    assert system.get("/departments").status == 403
    assert admin.delete(f"/tokens/{token['id']}").status == 200
    assert admin.delete("/tokens/none").status == 404
    assert events(aws, "token.issued") == [
        {"kind": "token", "id": token["id"], "role": "integration"}
    ]
    assert len(events(aws, "token.revoked")) == 1


def test_the_answer_with_a_token_is_never_kept(admin: Caller, aws: Cloud) -> None:
    keyed = admin.with_headers(Idempotency_Key="k1")
    answer = keyed.post("/tokens", {"name": "x", "role": "admin"})
    assert (answer.status, answer.body["field"]) == (422, "Idempotency-Key")
    assert events(aws, "token.issued") == []


def test_an_id_too_long_for_a_key_is_not_found(admin: Caller) -> None:
    assert admin.get(f"/agents/{'x' * 3000}").status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "role"),
        ({"name": "x", "role": "king"}, "role"),
        ({"name": "x", "agent_id": "nobody"}, "agent_id"),
        ({"name": "x", "role": "admin", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "role": "admin", "expires_at": "9999-12-31T23:59:59-23:00"}, "expires_at"),
        ({"name": "x", "role": "admin", "expires_at": "0001-01-01T00:00:00+23:00"}, "expires_at"),
        ({"name": "x", "role": "admin", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
    ],
)
def test_a_bad_token_is_refused_by_field(admin: Caller, body: dict[str, Any], field: str) -> None:
    answer = admin.post("/tokens", body)
    assert (answer.status, answer.body["field"]) == (422, field)


def test_a_token_of_an_agent_has_the_agents_role(admin: Caller) -> None:
    agent = made(admin.post("/agents", {**LAN, "role": "lead"}))["id"]
    refused = admin.post("/tokens", {"name": "x", "agent_id": agent, "role": "admin"})
    assert (refused.status, refused.body["field"]) == (422, "role")
    ends = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    body = {"name": "x", "agent_id": agent, "expires_at": ends.isoformat()}
    token = made(admin.post("/tokens", body))
    assert (token["role"], token["agent_id"]) == ("lead", agent)
    assert datetime.fromisoformat(token["expires_at"]) == ends


def test_one_agent_has_only_so_many_tokens(admin: Caller) -> None:
    agent = made(admin.post("/agents", LAN))["id"]
    wanted = {"name": "x", "agent_id": agent}
    ids = [made(admin.post("/tokens", wanted))["id"] for _ in range(20)]
    full = admin.post("/tokens", wanted)
    assert (full.status, full.body["code"]) == (409, "too_many_tokens")
    assert admin.delete(f"/tokens/{ids[0]}").status == 200
    assert admin.post("/tokens", wanted).status == 201
    assert admin.patch(f"/agents/{agent}", {"active": False}).status == 200
    assert all(one["revoked"] for one in admin.get("/tokens").body["items"] if one["agent_id"])


def test_ended_tokens_do_not_gather_on_an_agent(admin: Caller) -> None:
    """Or ending them all, when the agent leaves, would outgrow one transaction."""
    agent = made(admin.post("/agents", LAN))["id"]
    wanted = {"name": "x", "agent_id": agent}
    ended = [made(admin.post("/tokens", wanted))["id"] for _ in range(20)]
    assert {admin.delete(f"/tokens/{one}").status for one in ended} == {200}
    ids = [made(admin.post("/tokens", wanted))["id"] for _ in range(20)]
    assert flows.load_agent(agent).token_ids == ids
    assert admin.patch(f"/agents/{agent}", {"active": False}).status == 200
    assert all(one["revoked"] for one in admin.get("/tokens").body["items"] if one["agent_id"])


@pytest.mark.parametrize(
    ("method", "path", "lowest"),
    [
        ("POST", "/agents", Role.MANAGER),
        ("PATCH", "/agents/x", Role.MANAGER),
        ("PUT", "/agents/x/presence", Role.AGENT),
        ("POST", "/departments", Role.MANAGER),
        ("PATCH", "/departments/sales", Role.MANAGER),
        ("POST", "/teams", Role.MANAGER),
        ("PATCH", "/teams/x", Role.MANAGER),
        ("GET", "/tokens", Role.ADMIN),
        ("POST", "/tokens", Role.ADMIN),
        ("DELETE", "/tokens/x", Role.ADMIN),
        ("GET", "/agents", Role.INTEGRATION),
    ],
)
def test_every_route_asks_for_a_role(
    organisation: object, method: str, path: str, lowest: Role
) -> None:
    order = [Role.INTEGRATION, Role.AGENT, Role.LEAD, Role.MANAGER, Role.ADMIN]
    api = Caller(app=app)
    refused = [role for role in order if api.token(role).call(method, path, {}).status == 403]
    assert refused == order[: order.index(lowest)]
    assert api.call(method, path, {}).status == 401


def test_a_manager_makes_no_admin(admin: Caller) -> None:
    manager = admin.token(Role.MANAGER)
    refused = manager.post("/agents", {**LAN, "role": "admin"})
    assert (refused.status, refused.body["field"]) == (403, "role")
    agent = made(manager.post("/agents", LAN))["id"]
    assert manager.patch(f"/agents/{agent}", {"role": "admin"}).status == 403


def test_the_document_says_where_no_key_is_taken() -> None:
    routes = [route for route in team_api.bp.ROUTES if route.path == "/v1/tokens"]
    post = document(routes)["paths"]["/v1/tokens"]["post"]
    assert post["parameters"] == []
