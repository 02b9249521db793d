"""Large objects in the stage's bucket: oversized webhook requests, later media and exports."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .aws import client
from .errors import Transient
from .settings import SETTINGS


class BlobsUnavailable(Transient):
    code, title = "blobs_unavailable", "The object store did not answer"


def put(key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
    """Store an object, encrypted at rest by the bucket's default."""
    _ask("put_object", Key=key, Body=body, ContentType=content_type)


def get(key: str) -> bytes:
    """The bytes stored under a key."""
    body: bytes = _ask("get_object", Key=key)["Body"].read()
    return body


def _ask(operation: str, **fields: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(client("s3"), operation)(Bucket=SETTINGS.bucket, **fields)
    except (ClientError, BotoCoreError) as error:
        raise BlobsUnavailable(f"{operation}: {type(error).__name__}") from error
    return answer
