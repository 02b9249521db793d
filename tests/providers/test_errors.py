"""Every error a provider documents, and codes nobody documents."""

from __future__ import annotations

import pytest

from chalicelib.channels import registry

from . import holding
from .fake import ODD, Error
from .known import KNOWN
from .office import Office

ERRORS = [(known, row) for known in KNOWN for row in known.errors]
#: Each odd code with half of the providers, under one status; `__main__` plays all with all.
SHAPES = [
    (known, code, (200, 400)[(number + turn) % 2])
    for turn, known in enumerate(KNOWN)
    for number, code in enumerate(ODD)
    if (number + turn // 2) % 2
]


def test_every_adapter_that_calls_anybody_is_held_against_its_provider() -> None:
    calling = {
        (channel, provider)
        for channel in registry.CHANNELS
        for provider, adapter in registry.adapters(channel).items()
        if adapter.capabilities.can_send and not adapter.capabilities.picked_up
    }
    assert calling == {(one.case.channel, one.case.account.provider) for one in KNOWN}


@pytest.mark.parametrize(
    ("office", "row"),
    ERRORS,
    indirect=["office"],
    ids=[f"{known.label} {row.what} {row.ends}" for known, row in ERRORS],
)
def test_documented_error(office: Office, row: Error) -> None:
    holding.error(office, row)


@pytest.mark.parametrize(
    ("office", "code", "status"),
    SHAPES,
    indirect=["office"],
    ids=[f"{known.label} {code!r:.12} {status}" for known, code, status in SHAPES],
)
def test_code_of_no_foreseen_type(office: Office, code: object, status: int) -> None:
    holding.odd(office, office.fake.known.envelope(code, status))
