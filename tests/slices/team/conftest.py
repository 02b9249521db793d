"""The API, and a small organisation to call it for."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from app import app
from chalicelib.platform.context import Context
from chalicelib.platform.roles import Role
from chalicelib.team import flows
from tests.client import Caller
from tests.cloud import Cloud

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def context(aws: Cloud) -> Context:
    """Work at a fixed instant, with ids that count."""
    numbers = count(1)
    return Context(
        now=NOW, actor="system", correlation_id="test", new_id=lambda: f"id-{next(numbers):03d}"
    )


@pytest.fixture
def organisation(context: Context) -> Context:
    """The default departments are there."""
    flows.load_defaults(context)
    return context


@pytest.fixture
def admin(organisation: Context) -> Caller:
    """The API of an organisation with its departments, called by an administrator."""
    return Caller(app=app).token(Role.ADMIN)
