"""HTTP to the outside world (providers' send and token APIs), with fixed time-outs.

One attempt per call: whether and when to try again is the caller's decision,
because a send that timed out may have arrived.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import urllib3

CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
#: An answer that trickles in would outlast its reader, and the send would look never made.
WHOLE_SECONDS = 20.0
#: Providers answer sends with a few hundred bytes; more is not read.
MAX_ANSWER = 1_000_000
#: Longest a connection lies unused and is used again.
IDLE_SECONDS = 5.0
BLOCK = 65_536

_called = 0.0  # epoch seconds of the latest call


@cache
def _pool() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    return urllib3.PoolManager(timeout=timeout, retries=False, maxsize=16)


class Answer(NamedTuple):
    """`headers` have names in lower case. No answer: `status` 0, its `body` the error's name."""

    status: int
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({})


def call(method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send one request; status 0 and the error's name when no answer came, or none in time."""
    deadline = time.monotonic() + WHOLE_SECONDS
    try:
        answer: Any = _awake().request(
            method, url, headers=dict(headers), body=body, redirect=False, preload_content=False
        )
        try:
            told = {name.lower(): text for name, text in answer.headers.items()}
            return Answer(_status(answer), _whole(answer, deadline), told)
        finally:
            answer.release_conn()
    # What is no HTTP at all reaches us as a ValueError.
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        return Answer(0, type(error).__name__.encode())


def _awake() -> urllib3.PoolManager:
    """The pool, without the connections of a while ago: a provider has closed them meanwhile,
    which a process that was frozen never heard, and a send on one would look lost."""
    global _called
    now = time.time()
    if now - _called > IDLE_SECONDS:
        _pool().clear()
    _called = now
    return _pool()


def _status(answer: Any) -> int:
    """The status; 0 for "early hints" and the like: http.client takes them for the answer, which
    is still to come, and would be read as that to the next request."""
    if answer.status < 200:
        answer.close()
        return 0
    return int(answer.status)


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
