"""Requests to AWS services that go out as plain HTTP, signed with this stage's own credentials.

Called by `channels.outside` for channels that AWS itself carries (SES, SNS): their requests are
described like those to any provider. Signature Version 4, by botocore.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from .aws import credentials
from .settings import SETTINGS

#: The region stands in the host of every AWS endpoint.
REGION = re.compile(r"https://[a-z0-9-]+\.([a-z]{2}-[a-z]+-[0-9])\.amazonaws\.com")


def signed(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes, service: str
) -> dict[str, str]:
    """The headers of a request together with its signature and the time it was made at."""
    found = REGION.match(url)
    region = found[1] if found else SETTINGS.region
    request = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
    SigV4Auth(credentials(), service, region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}
