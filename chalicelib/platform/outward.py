"""HTTP to the outside world (providers' send and token APIs), with fixed time-outs.

One attempt per call: whether and when to try again is the caller's decision,
because a send that timed out may have arrived.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import urllib3

CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
#: An answer that trickles in would outlast its reader, and the send would look never made.
WHOLE_SECONDS = 20.0
#: Providers answer sends with a few hundred bytes; more is not read.
MAX_ANSWER = 1_000_000
BLOCK = 65_536


@cache
def _pool() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    return urllib3.PoolManager(timeout=timeout, retries=False, maxsize=16)


def call(method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """Send one request; status 0 and the error's name when no answer came, or none in time."""
    deadline = time.monotonic() + WHOLE_SECONDS
    try:
        answer: Any = _pool().request(
            method, url, headers=dict(headers), body=body, redirect=False, preload_content=False
        )
        try:
            return answer.status, _whole(answer, deadline)
        finally:
            answer.release_conn()
    # What is no HTTP at all reaches us as a ValueError.
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        return 0, type(error).__name__.encode()


def _whole(answer: Any, deadline: float) -> bytes:
    """The body, as far as it is read at all. Raises `TimeoutError` past the deadline."""
    found = bytearray()
    while len(found) < MAX_ANSWER and (block := answer.read1(BLOCK)):
        found += block
        if time.monotonic() > deadline:
            answer.close()
            raise urllib3.exceptions.TimeoutError
    if len(found) >= MAX_ANSWER:
        answer.close()  # the rest would be read as the answer to the next request
    return bytes(found[:MAX_ANSWER])
