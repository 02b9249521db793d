"""The account a stage is deployed to, and what is carried into it as files.

Called by `deploy`. The endpoint is botocore's business (`AWS_ENDPOINT_URL`), so
the same code reaches AWS and the local engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra import names
from infra.packaging.archives import content_hash

Progress = Callable[[str], None]

_ON_AWS = ".amazonaws.com"


class NoRegion(RuntimeError):
    """Neither the command line nor the environment nor a profile names a region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One account and region with the clients that deploying takes."""

    region: str
    account: str
    cloudformation: Any
    s3: Any

    @property
    def endpoint(self) -> str:
        """Base URL of the service that takes our files: AWS's S3 or the local engine."""
        return str(self.s3.meta.endpoint_url).rstrip("/")

    @property
    def is_aws(self) -> bool:
        """False when the endpoint is something else, as the local engine is."""
        return self.endpoint.endswith(_ON_AWS) or f"{_ON_AWS}." in self.endpoint


def connect(region: str | None) -> Cloud:
    """Clients for `region`, or for the region of the environment or profile.

    Raises:
        NoRegion: there is none.
        botocore.exceptions.NoCredentialsError, ClientError: the account cannot be asked for.
    """
    session = boto3.Session(region_name=region)
    if session.region_name is None:
        raise NoRegion("no region: pass --region, or set AWS_DEFAULT_REGION or a profile with one")
    return Cloud(
        region=session.region_name,
        account=session.client("sts").get_caller_identity()["Account"],
        cloudformation=session.client("cloudformation"),
        s3=session.client("s3"),
    )


def ensure_artifact_bucket(cloud: Cloud, progress: Progress) -> str:
    """Make the bucket for templates and packages unless it is there; return its name.

    Nothing in it expires: a rollback goes back to the package before this one.
    """
    bucket = names.artifact_bucket(cloud.account, cloud.region)
    if _answers(cloud.s3.head_bucket, Bucket=bucket):
        return bucket
    progress(f"making bucket {bucket} for templates and packages")
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    cloud.s3.create_bucket(Bucket=bucket, **({} if cloud.region == "us-east-1" else elsewhere))
    cloud.s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    return bucket


def upload_template(cloud: Cloud, bucket: str, text: str) -> str:
    """Store a template under its hash; return the URL CloudFormation takes.

    By URL because inline templates end at 51,200 bytes. The address is path
    style: both AWS and the local engine read it.
    """
    body = text.encode()
    key = f"templates/{hashlib.sha256(body).hexdigest()[:32]}"
    cloud.s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    return f"{cloud.endpoint}/{bucket}/{key}"


def upload_archive(cloud: Cloud, bucket: str, archive: Path, progress: Progress) -> str:
    """Store a zip file unless its content is there already; return its s3:// address."""
    key = f"packages/{content_hash(archive)}.zip"
    size = archive.stat().st_size
    if _answers(cloud.s3.head_object, Bucket=bucket, Key=key):
        progress(f"{archive.name} is unchanged")
    else:
        meter = _Meter(archive.name, size=size, progress=progress)
        cloud.s3.upload_file(str(archive), bucket, key, Callback=meter)
    return f"s3://{bucket}/{key}"


class _Meter:
    """Reports an upload in quarters; boto3 calls it with the bytes just sent."""

    def __init__(self, name: str, *, size: int, progress: Progress) -> None:
        self._name, self._size, self._progress = name, max(size, 1), progress
        self._sent = self._told = 0

    def __call__(self, sent: int) -> None:
        self._sent += sent
        quarter = 4 * self._sent // self._size
        if quarter > self._told:
            self._told = quarter
            done = f"{self._sent / 1e6:.1f} of {self._size / 1e6:.1f} MB"
            self._progress(f"uploading {self._name}: {done}")


def _answers(call: Callable[..., Any], **arguments: str) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True
