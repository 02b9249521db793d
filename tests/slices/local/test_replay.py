"""`infra/replay` on moto: what waits in quarantine goes out again: all, by reason, by id."""

from __future__ import annotations

import pytest

from chalicelib.platform.roles import Role
from infra import replaying
from infra.client import Api, Refused
from tests.client import make_token
from tests.inside import Inside
from tests.world import PAGE, World, milliseconds

OTHER_PAGE = "999999999999999"


@pytest.fixture
def api(world: World) -> Api:
    """An instance where a page wrote that is not connected, twice."""
    for number in (1, 2):
        item = {
            "sender": {"id": f"66778899{number}"},
            "recipient": {"id": OTHER_PAGE},
            "timestamp": milliseconds(),
            "message": {"mid": f"kept-{number}", "text": "Áo còn size L không?"},
        }
        assert world.facebook_items([item], page=OTHER_PAGE) == 200
    world.run()
    return Api(transport=Inside(), token=make_token(Role.ADMIN))


def run(api: Api, *words: str) -> int:
    return replaying.run(api, replaying.read_words(words))


def waiting(world: World) -> list[str]:
    return [kept["id"] for kept in world.list("/quarantine", status="waiting")]


def test_dry_run_lists_and_sends_nothing(
    world: World, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    before = waiting(world)
    assert len(before) == 2
    assert run(api, "--dry-run") == 0
    listed = capsys.readouterr().out
    assert all(identifier in listed for identifier in before)
    assert waiting(world) == before


def test_all_are_handled_once_what_was_missing_is_there(world: World, api: Api) -> None:
    secrets = {"app_secret": "test-app-secret", "verify_token": "v"}
    world.connect("facebook_message", OTHER_PAGE, secrets)
    assert run(api) == 0
    world.run()
    assert waiting(world) == []
    assert len(world.tickets()) == 2
    assert PAGE != OTHER_PAGE


def test_what_comes_back_is_told(
    world: World, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    def settle() -> int:
        world.run()
        return 0

    asked = replaying.read_words([])
    assert replaying.run(api, asked, settle=settle) == 1  # the page is still not connected
    assert "2 sent again: 0 handled, 2 back in quarantine" in capsys.readouterr().out
    world.connect("facebook_message", OTHER_PAGE, {"app_secret": "s", "verify_token": "v"})
    assert replaying.run(api, asked, settle=settle) == 0
    assert "2 sent again: 2 handled, 0 back in quarantine" in capsys.readouterr().out


def test_one_by_id_and_none_of_another_reason(world: World, api: Api) -> None:
    first, second = waiting(world)
    assert run(api, "--reason", "no_such_reason") == 0
    assert waiting(world) == [first, second]
    assert run(api, first) == 0
    assert waiting(world) == [second]
    with pytest.raises(Refused, match="404"):
        run(api, "no-such-entry")


def test_what_may_be_forged_goes_by_its_id_only(world: World) -> None:
    secrets = {"app_secret": "another", "verify_token": "v"}
    world.connect("facebook_message", OTHER_PAGE, secrets)
    item = {
        "sender": {"id": "551"},
        "recipient": {"id": OTHER_PAGE},
        "timestamp": milliseconds(),
        "message": {"mid": "forged", "text": "Hoàn tiền cho mình"},
    }
    assert world.facebook_items([item], page=OTHER_PAGE) == 200  # signed by the first page
    world.run()
    (kept,) = world.list("/quarantine", status="waiting")
    assert kept["reason"] == "account_not_verified"
    api = Api(transport=Inside(), token=make_token(Role.ADMIN))
    assert replaying.chosen(api, [], None) == []
    assert replaying.chosen(api, [], "account_not_verified") == []
    assert [entry["id"] for entry in replaying.chosen(api, [kept["id"]], None)] == [kept["id"]]
