"""Clients of AWS services, one per service and process.

botocore instead of boto3: importing boto3 costs every cold start 100 ms for
parts nobody here calls. `AWS_ENDPOINT_URL` is honoured by botocore itself.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from .settings import SETTINGS

_creating = threading.Lock()  # creating clients is not thread-safe in botocore


@cache
def _session() -> Any:
    return botocore.session.get_session()


@cache
def _client(service: str) -> Any:
    config = Config(
        max_pool_connections=SETTINGS.max_pool_connections,
        connect_timeout=3,
        read_timeout=20,
        retries={"mode": "standard", "max_attempts": 3},
        parameter_validation=False,
        # Fixed: botocore would put its own together anew, twice for every request, in a
        # tenth of all the CPU a message takes.
        user_agent="lien-mach",
        # Signed addresses would otherwise still be of version 2, which S3 refuses.
        signature_version="s3v4" if service == "s3" else None,
    )
    return _session().create_client(service, region_name=SETTINGS.region, config=config)


def client(service: str) -> Any:
    """The shared client of an AWS service, e.g. `client("sqs")`."""
    with _creating:
        return _client(service)


def credentials() -> Any:
    """The credentials this process works with, fresh ones where they expire."""
    with _creating:
        return _session().get_credentials().get_frozen_credentials()
