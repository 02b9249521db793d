"""Posts one sample and says what became of it, and whether that is what it expects.

Called by `__main__` and by the tests of the samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.channels import registry
from chalicelib.channels.base import Adapter
from chalicelib.channels.sending import HttpResponse
from chalicelib.platform.errors import AppError
from infra.client import Answer, Refused

from . import samples
from .samples import NotASample, Sample
from .targets import Json, Snapshot, Target, Targets

NOT_BUILT = "no such channel yet"
UNPROVEN = "no credentials in the sample"
EXPECTED = ".expected.json"  # what must become of a fixture: no sample itself


@dataclass
class Outcome:
    """What became of one file. `note` says why it was not posted; `problems` are failures."""

    file: str
    status: int | None = None
    provider: str | None = None
    body: str = ""
    note: str = ""
    stored: dict[str, list[Json]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def folder(place: Path) -> list[tuple[Path, Sample | None, str]]:
    """Every JSON file of a folder: its sample, or None and why it is none."""
    found: list[tuple[Path, Sample | None, str]] = []
    for path in sorted(place.glob("*.json")):
        if path.name.endswith(EXPECTED):
            continue
        try:
            found.append((path, samples.read(path), ""))
        except NotASample as error:
            found.append((path, None, f"not a sample: {error}"))
    return found


def run(sample: Sample, targets: Targets, others: Sequence[Sample] = ()) -> Outcome:
    """One sample. `others` are those of its folder, whose credentials stand in for missing ones."""
    if sample.direction == samples.RESPONSE:
        return classified(sample)
    if sample.direction != samples.INBOUND:
        return Outcome(file=sample.name, note="a request of ours: not posted")
    provider = samples.provider_of(sample)
    channels = samples.channels_of(sample, provider) if provider else ()
    if provider is None or not channels:
        return Outcome(file=sample.name, provider=provider, note=NOT_BUILT)
    alike = [other for other in others if samples.provider_of(other) == provider]
    outcome = Outcome(file=sample.name, provider=provider)
    credentials = samples.addressed(sample, provider) | samples.credentials_of(sample, alike)
    try:
        answer, before, after = _post(sample, provider, channels, targets(), credentials)
    except Refused as error:
        outcome.problems.append(f"its account cannot be connected: {error}")
        return outcome
    outcome.status = answer.status
    outcome.body = answer.body.decode("utf-8", "replace")
    outcome.stored = after.since(before)
    outcome.problems = list(_problems(sample, outcome))
    if answer.status == 401 and not credentials and not sample.vector:
        outcome.note = UNPROVEN
    return outcome


def _post(
    sample: Sample,
    provider: str,
    channels: Sequence[str],
    target: Target,
    credentials: Mapping[str, str],
) -> tuple[Answer, Snapshot, Snapshot]:
    accounts = samples.account_ids(sample, provider)
    ours = [
        target.connect(channel, account, credentials, provider=provider)
        for account in accounts
        for channel in channels
    ]
    before = target.look(ours)
    path = samples.webhook_path(sample, provider, accounts, credentials)
    answer = target.transport.request(sample.method, path, sample.headers, sample.body)
    return answer, before, target.settled(ours)


# --------------------------------------------------------------- expectations


def _problems(sample: Sample, outcome: Outcome) -> list[str]:
    """What is not as the sample's vector says it must be, and any crash."""
    vector, status = sample.vector, outcome.status or 0
    found = []
    if status >= 500:
        found.append(f"status {status}")
    wanted = vector.get("expected_status")
    if wanted is not None and str(wanted) != str(status):
        found.append(f"status {status}, expected {wanted}")
    body = vector.get("expected_body")
    if body is not None and outcome.body != str(body):
        found.append(f"body {outcome.body[:80]!r}, expected {body!r}")
    found += _result_problems(str(vector.get("expected_result") or ""), outcome)
    if _is_authentic(sample) and status in (401, 403) and "expected_status" not in vector:
        found.append(f"an authentic request was refused with {status}")
    return found


def _result_problems(wanted: str, outcome: Outcome) -> list[str]:
    status = outcome.status or 0
    if wanted == "reject":
        found = [] if 400 <= status < 500 else [f"status {status}, but it must be rejected"]
        return found + ["something was stored"] * (what_is_there(outcome) != {})
    if wanted == "accept" and not 200 <= status < 300:
        return [f"status {status}, but it must be accepted"]
    return []


def _is_authentic(sample: Sample) -> bool:
    """Whether the sample carries the very signature its vector computes."""
    expected = sample.vector.get("expected")
    return isinstance(expected, str) and expected in sample.headers.values()


def what_is_there(outcome: Outcome) -> dict[str, list[Json]]:
    """The lists that have something in them."""
    return {name: items for name, items in outcome.stored.items() if items}


# --------------------------------------------------------- answers to our sends


def classified(sample: Sample) -> Outcome:
    """What an answer of a provider to a send of ours means for the channel."""
    channel = _sending_channel(sample)
    adapter = _sending_adapter(sample, channel) if channel else None
    if adapter is None:
        return Outcome(file=sample.name, note=NOT_BUILT)
    status = sample.header("status") or str(sample.vector.get("status") or "200")
    response = HttpResponse(status=int(status) if status.isdigit() else 200, body=sample.body)
    try:
        result = adapter.classify(response)
    except AppError as error:
        return Outcome(file=sample.name, note=f"{channel}: {error.detail}")
    outcome = Outcome(file=sample.name, note=_told(channel or "", asdict(result)))
    wanted = sample.vector.get("expected_outcome")
    if wanted is not None and wanted != result.outcome.value:
        outcome.problems.append(f"classified {result.outcome.value}, expected {wanted}")
    return outcome


def _told(channel: str, result: Mapping[str, Any]) -> str:
    parts = [str(part) for part in (result["code"], result["reason"]) if part]
    return f"{channel}: {result['outcome'].value}" + (f" ({': '.join(parts)})" if parts else "")


#: words of file and folder → the channel that sent; the first that stands there counts
SENDERS = {
    "voice": "voice",
    "whatsapp": "whatsapp",
    "instagram": "instagram",
    "esms": "sms",
    "twilio": "sms",
    "miniapp": "zalo_mini_app",
    "zalo": "zalo_oa",
    "meta": "facebook_message",
    "facebook": "facebook_message",
    "shopee": "shopee",
    "lazada": "lazada",
    "tiktok": "tiktok_shop",
}


def _sending_channel(sample: Sample) -> str | None:
    name = sample.path.stem.lower()
    place = sample.path.resolve().parent.name.lower()
    spoken = (channel for word, channel in SENDERS.items() if word in name)
    placed = (channel for word, channel in SENDERS.items() if word in place)
    return next(spoken, None) or next(placed, None)


def _sending_adapter(sample: Sample, channel: str) -> Adapter | None:
    """The channel's adapter by the provider the file names, else its first."""
    carrying, name = registry.adapters(channel), sample.path.stem.lower()
    spoken = (one for by, one in carrying.items() if by.partition("_")[0] in name)
    return next(spoken, None) or registry.adapter(channel)
