"""What every in-process test stands on: the environment, the cloud on moto, the API.

The environment is set before anything of the product is imported, because
`platform.settings` reads it once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

PREFIX = "lien-mach-test"
REGION = "ap-southeast-1"
os.environ.update(
    STAGE="test",
    RESOURCE_PREFIX=PREFIX,
    BUCKET=f"{PREFIX}-123456789012-{REGION}",
    AWS_REGION=REGION,
    AWS_DEFAULT_REGION=REGION,
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_METRICS_NAMESPACE="lien-mach",
    POWERTOOLS_SERVICE_NAME="lien-mach",
)
os.environ.pop("AWS_ENDPOINT_URL", None)
os.environ.pop("AWS_PROFILE", None)

import pytest  # noqa: E402 - after the environment

from tests.cloud import Cloud  # noqa: E402
from tests.iam import enforced  # noqa: E402

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture(scope="session")
def _cloud() -> Iterator[Cloud]:
    with Cloud.running(prefix=PREFIX, region=REGION) as cloud, enforced(PREFIX):
        yield cloud


@pytest.fixture(autouse=True)
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """What customers attach is fetched from nowhere but stand-ins of the test's own."""
    from chalicelib.platform import fetching

    def nowhere(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is not looked for in tests")

    monkeypatch.setattr(fetching, "resolve", nowhere)


@pytest.fixture
def aws(_cloud: Cloud) -> Cloud:
    """The stage's tables, queues, bucket and key on moto, empty."""
    _cloud.wipe()
    return _cloud


@pytest.fixture
def world(aws: Cloud) -> World:
    """A small organisation with a Zalo OA and a Facebook page, on moto."""
    from tests.world import World

    return World.ready(aws)
