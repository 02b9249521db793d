"""What operators run against a stage, on moto: default data, an admin token, dispatching again."""

from __future__ import annotations

import pytest

from app import app
from chalicelib.platform.clock import iso, now
from infra import operations
from tests.client import Caller
from tests.cloud import Cloud
from tests.world import World


def test_a_new_stage_gets_departments_and_a_token_that_opens_it(
    aws: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert operations.main(["defaults"]) == 0
    assert operations.main(["defaults"]) == 0
    assert operations.main(["admin-token"]) == 0
    token = capsys.readouterr().out.rsplit("admin token: ", 1)[1].strip()
    listed = Caller(app=app).bearer(token).get("/departments")
    assert listed.status == 200
    assert len(listed.body["items"]) == 5


def test_events_whose_dispatch_was_lost_are_dispatched_again(world: World) -> None:
    start = iso(now())
    world.agent("Lan")
    world.zalo("Tôi muốn đổi size áo")
    inbound = next(s for s in app.event_sources if s.name == "intake_on_inbound")
    assert world.pump._queue(inbound)
    world.pump.stream_position = len(world.pump._records())  # the stream gave up on these
    world.run()
    assert world.ticket()["agent_id"] is None
    assert operations.main(["redispatch", "--since", start]) == 0
    world.run()
    assert world.ticket()["agent_id"] == world.agents["Lan"]


def test_redispatch_wants_a_moment() -> None:
    with pytest.raises(SystemExit):
        operations.main(["redispatch"])
