"""Large objects in the stage's bucket: oversized webhook requests, later media and exports."""

from __future__ import annotations

from .aws import client
from .settings import SETTINGS


def put(key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
    """Store an object, encrypted at rest by the bucket's default."""
    client("s3").put_object(Bucket=SETTINGS.bucket, Key=key, Body=body, ContentType=content_type)


def get(key: str) -> bytes:
    """The bytes stored under a key."""
    body: bytes = client("s3").get_object(Bucket=SETTINGS.bucket, Key=key)["Body"].read()
    return body
