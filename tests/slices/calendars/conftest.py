"""The API as an administrator calls it, and a process that remembers no calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app import app
from chalicelib.platform.context import Context
from chalicelib.platform.ids import new_id
from chalicelib.platform.roles import Role
from tests.client import Caller
from tests.cloud import Cloud

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def context(aws: Cloud) -> Context:
    """Work at a fixed instant."""
    return Context(now=NOW, actor="system", correlation_id="test", new_id=new_id)


@pytest.fixture
def admin(aws: Cloud) -> Caller:
    """An administrator of an organisation in which nothing is stored yet."""
    return Caller(app=app).token(Role.ADMIN)
