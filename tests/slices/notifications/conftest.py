"""Nothing is remembered of another test's agents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.notifications import hearing, standing


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    standing.forget()
    hearing.forget()
    yield
    standing.forget()
    hearing.forget()
