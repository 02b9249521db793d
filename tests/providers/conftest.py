"""One office for each provider, kept for all the rows that are played against it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cloud import Cloud

from .fake import Known
from .office import Office


@pytest.fixture(scope="module")
def office(_cloud: Cloud, request: pytest.FixtureRequest) -> Iterator[Office]:
    """Given a `Known` by the test's parameters."""
    known: Known = request.param
    with Office.open(_cloud, known) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _as_at_first(request: pytest.FixtureRequest) -> Iterator[None]:
    """What one row left of the account, or did not need of its script, is gone with it."""
    yield
    if "office" in request.fixturenames:
        request.getfixturevalue("office").calm()
