"""A web form that nobody knows is told what to send, and not how near it came."""

from __future__ import annotations

import json

import pytest
from chalice.test import Client

from app import app
from tests.world import World


def refused(path: str, body: dict[str, str]) -> str:
    """The detail of a webhook's 401."""
    headers = {"Content-Type": "application/json"}
    with Client(app) as client:
        answer = client.http.post(path, headers=headers, body=json.dumps(body).encode())
    assert answer.status_code == 401, answer.body
    return str(json.loads(answer.body)["detail"])


@pytest.mark.parametrize("sent", [{}, {"widget_key": "wrong"}])
def test_missing_and_wrong_are_answered_alike(world: World, sent: dict[str, str]) -> None:
    world.connect("web_form", "site", {"widget_key": "w", "secret": "s"})
    body = {"message": "Cho hỏi ạ", **sent}
    assert "cần widget_key" in refused("/webhooks/website", body)


def test_a_forged_signature_is_told_nothing(world: World) -> None:
    assert "widget_key" not in refused("/webhooks/zalo", {"event_name": "user_send_text"})
