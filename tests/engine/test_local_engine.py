"""The engine's start and stop: another port loses no queue, and temporary files do not pile up."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from infra.local import engine as engines
from infra.local import up
from infra.local.home import Home, write_env, write_record
from infra.local.waiting import in_words, waiting

from .conftest import PREFIX, start_engine

QUEUE = f"{PREFIX}-routing"


@pytest.mark.engine
def test_queues_and_their_messages_move_to_another_port(tmp_path: Path) -> None:
    home, first = start_engine(tmp_path)
    sqs = first.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="before")
    left = home.scratch / "ministack-lambda-left"
    left.mkdir()
    engines.halt(home)
    assert not left.exists()

    home, second = start_engine(tmp_path)  # which takes another free port
    try:
        assert second.port != first.port
        sqs = second.client("sqs")
        urls = sqs.list_queues(QueueNamePrefix=PREFIX)["QueueUrls"]
        assert {one.rsplit("/", 2)[0] for one in urls} == {second.endpoint}
        assert waiting(second) == {"routing": 1}
        (url,) = (one for one in urls if one.endswith(QUEUE))
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        assert message["Body"] == "before"
        said = [path.read_text(encoding="utf-8") for path in home.state.glob("*.json")]
        assert not any(f"{first.endpoint}/0000" in text for text in said)
    finally:
        engines.halt(home)


@pytest.mark.parametrize(
    ("noted", "taken", "wanted"),
    [
        ({}, set(), 4566),
        ({"engine": 5001}, set(), 5001),  # somebody's choice for this folder
        ({"engine": 5001, "fallback": True}, set(), 4566),  # only because 4566 was taken
        ({"engine": 5001, "fallback": True}, {4566}, 5001),
        ({"engine": 5001}, {5001}, 9),
        ({"engine": 4566}, {4566}, 9),
    ],
)
def test_port_of_the_next_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    noted: dict[str, object],
    taken: set[int],
    wanted: int,
) -> None:
    home = Home(folder=tmp_path)
    write_record(home.record("port"), noted)
    monkeypatch.setattr(engines, "port_is_free", lambda port: port not in taken)
    monkeypatch.setattr(engines, "any_free_port", lambda: 9)
    assert engines._port(home) == wanted


def test_only_its_own_address_moves(tmp_path: Path) -> None:
    home = Home(folder=tmp_path)
    home.state.mkdir()
    saved = home.state / "sqs.json"
    saved.write_text(
        '"http://127.0.0.1:1/000000000000/q" "http://127.0.0.1:1/page" "http://a.vn:1/000000000000/"',
        encoding="utf-8",
    )
    engines.move(home, 77)
    assert saved.read_text(encoding="utf-8") == (
        '"http://127.0.0.1:77/000000000000/q" "http://127.0.0.1:1/page" "http://a.vn:1/000000000000/"'
    )


def test_what_waits_in_words() -> None:
    assert in_words({"inbound.fifo": 12, "routing": 3}) == "12 in inbound.fifo, 3 in routing"


@pytest.mark.parametrize("port", ["0", "99999", "-1"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        up.read_words(["--port", port])
    assert "1 to 65535" in capsys.readouterr().err


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        asked = up.read_words(["--port", str(taken.getsockname()[1]), "--folder", str(tmp_path)])
        with pytest.raises(up.NotUp, match="is taken"):
            up.bring_up(asked, Home(folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_whatever_goes_wrong_nothing_is_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: object) -> None:
        raise OverflowError

    stopped: list[Home] = []
    monkeypatch.setattr(up, "bring_up", fails)
    monkeypatch.setattr(up, "bring_down", stopped.append)
    with pytest.raises(OverflowError):
        up.main(["--folder", str(tmp_path)])
    assert stopped == [Home(folder=tmp_path)]


def test_running_on_another_port_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(folder=tmp_path)
    write_env(home.env, {"BASE_URL": "http://127.0.0.1:8000"})
    monkeypatch.setattr(engines, "find", lambda home: engines.Engine(port=1))
    monkeypatch.setattr(up, "running", lambda record: {"pid": 1})
    place = ["--folder", str(tmp_path), "--port"]
    assert up.already_running(up.read_words([*place, "8000"]), home) == 0
    assert up.already_running(up.read_words([*place, "8001"]), home) == 1
    assert "does not listen on 8001" in capsys.readouterr().err
