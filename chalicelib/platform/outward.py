"""HTTP to the outside world (providers' send and token APIs), with fixed time-outs.

One attempt per call: whether and when to try again is the caller's decision,
because a send that timed out may have arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import urllib3

CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
#: Providers answer sends with a few hundred bytes; more is not read.
MAX_ANSWER = 1_000_000


@cache
def _pool() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    return urllib3.PoolManager(timeout=timeout, retries=False, maxsize=16)


def call(method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """Send one request; status 0 and the error's name when no answer came."""
    try:
        answer: Any = _pool().request(
            method, url, headers=dict(headers), body=body, redirect=False, preload_content=False
        )
        try:
            return answer.status, answer.read(MAX_ANSWER)
        finally:
            answer.release_conn()
    except urllib3.exceptions.HTTPError as error:
        return 0, type(error).__name__.encode()
