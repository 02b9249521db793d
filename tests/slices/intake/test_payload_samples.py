"""Whole requests as providers send them, posted to the app: status and what is stored.

The folder `samples` beside this file, and every public sample of `../shared/payloads`
where that folder is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.contracts.case import CHANNEL_FOLDERS, SHARED_PAYLOADS
from tests.payloads import __main__ as command
from tests.payloads import samples
from tests.payloads.run import NOT_BUILT, UNPROVEN, Outcome, folder, run, what_is_there
from tests.payloads.samples import Sample
from tests.payloads.targets import Target, emptied

OWN = Path(__file__).parent / "samples"
BUILT = (
    "zalo",
    "facebook",
    "instagram",
    "website",
    "whatsapp",
    "sms",
    "shopee",
    "lazada",
    "tiktok",
    "voice",
    "email",
)
FOLDERS = [OWN, *(SHARED_PAYLOADS / name for name in BUILT)]
TABLES = ("profiles", "conversations", "tickets", "quarantine")


@cache
def known(place: Path) -> tuple[Sample, ...]:
    return tuple(sample for _, sample, _ in folder(place) if sample is not None)


def every() -> Iterator[Sample]:
    for place in FOLDERS:
        yield from known(place)


def outcome_of(cloud: Cloud, sample: Sample) -> Outcome:
    return run(sample, lambda: emptied(cloud), known(sample.path.parent))


def own(cloud: Cloud, name: str) -> Outcome:
    return outcome_of(cloud, samples.read(OWN / f"{name}.json"))


def counts(outcome: Outcome) -> dict[str, int]:
    there = {name: len(items) for name, items in what_is_there(outcome).items()}
    return {name: there.get(name, 0) for name in ("messages", "tickets", "quarantine")}


def label(sample: Sample) -> str:
    return f"{sample.path.parent.name}-{sample.path.stem}"


@pytest.mark.parametrize("sample", list(every()), ids=label)
def test_sample_ends_as_it_must(aws: Cloud, sample: Sample) -> None:
    """No crash, what the vector expects, and by its name what every sample of a kind means."""
    outcome = outcome_of(aws, sample)
    assert outcome.problems == []
    if outcome.note:
        return
    name, stored = sample.path.stem, counts(outcome)
    if "bad_signature" in name or "mismatch" in name:
        assert (outcome.status, what_is_there(outcome)) == (401, {})
        assert not any(aws.items(table) for table in TABLES)
    if any(word in name for word in ("_text", "vietnamese", "redelivery", "redelivered")):
        wanted = {"messages": 1, "tickets": 1, "quarantine": 0}
        assert stored == (wanted if "oa_send" not in name else wanted | {"tickets": 0})
    if "unknown" in name and "deleted" not in name and "edit" not in name:
        assert stored["messages"] == stored["tickets"] == 0
        assert {kept["status"] for kept in outcome.stored["quarantine"]} == {"ignored"}
    if any(word in name for word in ("echo", "sticker", "admin", "_read", "seen", "reacted")):
        assert stored["tickets"] == 0
    if name.endswith(("_delivery", "_read", "_seen", "received_message", "probe")):
        assert (outcome.status, what_is_there(outcome)) == (200, {})


@pytest.mark.parametrize("name", ["zalo_text", "web_form", "facebook_batch_of_three"])
def test_same_delivery_twice_is_stored_once(aws: Cloud, name: str) -> None:
    sample = samples.read(OWN / f"{name}.json")
    target = emptied(aws)
    first = counts(run(sample, lambda: target))
    again = run(sample, lambda: target)
    assert (again.status, what_is_there(again)) == (200, {})
    assert first["messages"] == {"facebook_batch_of_three": 3}.get(name, 1)
    assert first["tickets"] == {"facebook_batch_of_three": 2}.get(name, 1)


def test_redelivery_with_a_retry_header_is_the_same_event(aws: Cloud) -> None:
    target = emptied(aws)
    run(samples.read(OWN / "zalo_text.json"), lambda: target)
    again = run(samples.read(OWN / "zalo_text_redelivered.json"), lambda: target)
    assert what_is_there(again) == {}


def test_batch_keeps_every_event(aws: Cloud) -> None:
    outcome = own(aws, "facebook_batch_of_three")
    assert counts(outcome) == {"messages": 3, "tickets": 2, "quarantine": 0}
    assert len(outcome.stored["profiles"]) == 2


def test_message_taken_back_before_it_came_never_shows_its_words(aws: Cloud) -> None:
    outcome = own(aws, "facebook_deleted_unknown")
    assert outcome.status == 200
    assert counts(outcome)["tickets"] == 0
    assert any("deleted_at" in item for item in aws.items("conversations"))


def test_edit_of_a_message_that_never_came_is_the_message(aws: Cloud) -> None:
    outcome = own(aws, "facebook_edit_of_unknown")
    assert [m["text"] for m in outcome.stored["messages"]] == ["Giao thiếu một hộp sữa"]
    assert counts(outcome)["tickets"] == 1


def test_unreadable_body_under_a_good_signature_waits_in_quarantine(aws: Cloud) -> None:
    outcome = own(aws, "facebook_truncated")
    assert outcome.status == 200
    assert [kept["status"] for kept in outcome.stored["quarantine"]] == ["waiting"]


def test_our_own_human_reply_is_recorded_as_one(aws: Cloud) -> None:
    target = emptied(aws)
    run(samples.read(OWN / "zalo_text.json"), lambda: target)
    outcome = run(samples.read(OWN / "zalo_admin_reply.json"), lambda: target)
    (said,) = outcome.stored["messages"]
    assert (said["direction"], said["author"]) == ("out", "human")
    assert outcome.stored["tickets"][0]["status"] == "in_progress"


def test_channel_not_built_is_said_and_not_posted(aws: Cloud) -> None:
    outcome = own(aws, "nobodys")
    assert (outcome.status, outcome.note, outcome.problems) == (None, NOT_BUILT, [])


def test_answer_to_a_send_is_classified(aws: Cloud) -> None:
    outcome = own(aws, "zalo_answer_token")
    assert outcome.status is None
    assert outcome.note.startswith("zalo_oa: refresh")


@pytest.mark.parametrize(
    ("vector", "problem"),
    [
        ({"expected_status": 403}, "status 200, expected 403"),
        ({"expected_body": "other"}, "expected 'other'"),
        ({"expected_result": "reject"}, "must be rejected"),
    ],
)
def test_expectation_that_fails_is_a_problem(
    aws: Cloud, vector: dict[str, object], problem: str
) -> None:
    handshake = samples.read(OWN / "facebook_handshake.json")
    sample = Sample(
        path=handshake.path,
        method=handshake.method,
        headers=handshake.headers,
        query=handshake.query,
        body=handshake.body,
        direction=handshake.direction,
        url=handshake.url,
        vector={"verify_token": "t", **vector},
    )
    assert any(problem in found for found in outcome_of(aws, sample).problems)


def test_command_exits_with_one_when_something_is_not_as_expected(
    aws: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def target() -> Target:
        return emptied(aws)

    good = (OWN / "facebook_handshake.json").read_text(encoding="utf-8")
    (tmp_path / "good.json").write_text(good, encoding="utf-8")
    (tmp_path / "good.expected.json").write_text("{}", encoding="utf-8")
    assert command.report(tmp_path, target, as_json=False) == 0
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert command.report(tmp_path, target, as_json=False) == 1
    assert "not a sample" in capsys.readouterr().out
    (tmp_path / "broken.json").unlink()
    (tmp_path / "wrong.json").write_text(good.replace('"42"', '"43"'), encoding="utf-8")
    assert command.report(tmp_path, target, as_json=True) == 1
    assert '"file": "wrong.json"' in capsys.readouterr().out


def test_empty_folder_and_nobody_there_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.report(tmp_path, lambda: pytest.fail("nothing to post"), as_json=False) == 1
    assert "no sample" in capsys.readouterr().err
    words = [str(OWN), "--base-url", "http://127.0.0.1:1", "--token", "t"]
    assert command.main(words) == 1
    assert "nobody listens" in capsys.readouterr().err


def test_fixtures_of_a_channel_are_posted_with_its_own_credentials(aws: Cloud) -> None:
    place = CHANNEL_FOLDERS / "facebook_message" / "fixtures"
    assert outcome_of(aws, samples.read(place / "audio.json")).status == 200


def test_sample_without_credentials_is_not_counted_as_fine(aws: Cloud, tmp_path: Path) -> None:
    raw = json.loads((OWN / "zalo_text.json").read_text(encoding="utf-8"))
    raw.pop("vector")
    (tmp_path / "alone.json").write_text(json.dumps(raw), encoding="utf-8")
    outcome = outcome_of(aws, samples.read(tmp_path / "alone.json"))
    assert (outcome.status, outcome.note) == (401, UNPROVEN)
