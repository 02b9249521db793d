"""Fixtures in → what became of them out, and every public sample that lies beside the repo."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.channels import registry

from .case import SHARED_PAYLOADS, ChannelCase, load, received, with_samples
from .cases import CASES

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)


def fixtures() -> list[tuple[ChannelCase, Path]]:
    return [
        (case, path)
        for case in CASES
        for path in sorted((case.folder / "fixtures").glob("*.json"))
        if not path.name.endswith(".expected.json") and case.owns(path)
    ]


def samples() -> list[tuple[ChannelCase, Path]]:
    """Inbound samples of `../shared/payloads`; none where that folder is not there."""
    return [
        (case, path)
        for case in CASES
        for folder in case.sample_folders
        for path in sorted((SHARED_PAYLOADS / folder).glob("*.json"))
        if "direction" not in load(path) and case.owns(path)
    ]


def label(value: object) -> str:
    return value.label if isinstance(value, ChannelCase) else Path(str(value)).stem


@pytest.mark.parametrize(("case", "fixture"), fixtures(), ids=label)
def test_fixture_becomes_what_is_expected(case: ChannelCase, fixture: Path) -> None:
    assert received(case, load(fixture)) == load(fixture.with_suffix(".expected.json"))


@with_samples
def test_shared_samples_become_what_is_expected() -> None:
    wrong = [
        f"{case.channel} {path.stem}: {outcome}"
        for case, path in samples()
        for sample in [{"vector": case.sample_vector} | load(path)]
        for outcome in [received(case, sample)]
        for wanted in [case.wanted(path.stem, sample)]
        if wanted and wanted not in outcome
    ]
    assert wrong == []


@every
def test_folder_is_complete(case: ChannelCase) -> None:
    assert (case.folder / "README.md").read_text(encoding="utf-8").startswith("# ")
    assert (case.folder / "codes.py").is_file() or case.sending is None
    assert [path for owner, path in fixtures() if owner is case] or not case.hears


def test_every_channel_has_a_case() -> None:
    built = {(one, by) for one in registry.CHANNELS for by in registry.adapters(one)}
    assert {(case.channel, case.account.provider) for case in CASES} == built


@every
def test_adapter_and_provider_agree(case: ChannelCase) -> None:
    assert case.adapter.channel == case.channel
    assert not case.hears or case.channel in case.provider.channels
    assert not case.hears or case.provider.name == case.adapter.provider
    able = case.adapter.capabilities
    assert able.can_send is (case.sending is not None or able.picked_up)
