"""Objects in the stage's bucket: oversized requests and payloads, exports, ledgers of erasures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .aws import client
from .errors import Transient
from .settings import SETTINGS

#: How S3 says that there is no such object.
ABSENT = frozenset({"NoSuchKey", "404"})


class BlobsUnavailable(Transient):
    code, title = "blobs_unavailable", "The object store did not answer"


def put(
    key: str,
    body: bytes,
    *,
    content_type: str = "application/octet-stream",
    disposition: str | None = None,
) -> None:
    """Store an object, encrypted at rest by the bucket's default.

    `disposition` is the Content-Disposition it is served with.
    """
    more = {} if disposition is None else {"ContentDisposition": disposition}
    _ask("put_object", Key=key, Body=body, ContentType=content_type, **more)


def get(key: str) -> bytes:
    """The bytes stored under a key."""
    body: bytes = _ask("get_object", Key=key)["Body"].read()
    return body


def find(key: str) -> bytes | None:
    """The bytes stored under a key; None when there are none (any more)."""
    try:
        answer = client("s3").get_object(Bucket=SETTINGS.bucket, Key=key)
        body: bytes = answer["Body"].read()
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in ABSENT:
            return None
        raise BlobsUnavailable(f"get_object: {type(error).__name__}") from error
    return body


def size(key: str) -> int | None:
    """How many bytes are stored under a key; None when there are none (any more)."""
    try:
        answer = client("s3").head_object(Bucket=SETTINGS.bucket, Key=key)
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in ABSENT:
            return None
        raise BlobsUnavailable(f"head_object: {type(error).__name__}") from error
    return int(answer["ContentLength"])


def keys(prefix: str) -> list[str]:
    """The keys of all objects that begin so."""
    found: list[str] = []
    fields: dict[str, Any] = {"Prefix": prefix}
    while True:
        answer = _ask("list_objects_v2", **fields)
        found += [one["Key"] for one in answer.get("Contents", ())]
        if not answer.get("IsTruncated"):
            return found
        fields["ContinuationToken"] = answer["NextContinuationToken"]


def drop(keys: Iterable[str]) -> int:
    """Remove objects, those that are gone already too; returns how many keys there were."""
    gone = list(keys)
    for key in gone:
        _ask("delete_object", Key=key)
    return len(gone)


def address(key: str, *, seconds: int, media_type: str) -> str:
    """A signed address under which an object can be fetched for so many seconds."""
    found: str = client("s3").generate_presigned_url(
        "get_object",
        Params={"Bucket": SETTINGS.bucket, "Key": key, "ResponseContentType": media_type},
        ExpiresIn=seconds,
    )
    return found


def upload_address(key: str, *, seconds: int) -> str:
    """A signed address to which an object can be PUT for so many seconds."""
    found: str = client("s3").generate_presigned_url(
        "put_object", Params={"Bucket": SETTINGS.bucket, "Key": key}, ExpiresIn=seconds
    )
    return found


def _ask(operation: str, **fields: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(client("s3"), operation)(Bucket=SETTINGS.bucket, **fields)
    except (ClientError, BotoCoreError) as error:
        raise BlobsUnavailable(f"{operation}: {type(error).__name__}") from error
    return answer
