"""Requests as no provider sends them: recorded ones with values, bytes and headers changed.

Everything follows from one number, so that a failure can be had again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

from chalicelib.channels.base import WebhookRequest

Way = Callable[[WebhookRequest, Random], WebhookRequest]

#: Values that stand where something else is meant to stand.
STRANGE: Sequence[Any] = (
    *(None, True, False, 0, -1, 1.5, 10**30, -(10**18), float("inf"), float("nan")),
    *("", " ", "0", "null", "\x00", "\ud800", "\udfff x", "ạ" * 3000, "á", "🧧", "\r\n", "%s{}"),
    *("2026-13-45T99:99:99Z", "99999999999999999999", "-0", "1e999", "../../etc", "<script>"),
    *([], {}, [[]], [None], {"": {}}, [{}] * 20, {"id": {"id": {"id": 1}}}),
)
DEEP = 400


def spoilt(request: WebhookRequest, random: Random) -> WebhookRequest:
    """The request with one to four things wrong with it."""
    for _ in range(random.randint(1, 4)):
        request = random.choice(WAYS)(request, random)
    return request


def spoilt_body(body: bytes, random: Random) -> bytes:
    """An answer's body with something wrong with it."""
    return random.choice((_values, _bytes, _cut))(body, random)


def _values(body: bytes, random: Random) -> bytes:
    """Another value somewhere in the JSON, or in the form."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return _form(body, random)
    if not isinstance(whole, dict | list):
        return _bytes(body, random)
    changed = _changed(whole, random)
    return json.dumps(changed, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _changed(value: Any, random: Random) -> Any:
    """The value with one place in it changed, taken away, repeated or nested."""
    if not isinstance(value, dict | list) or not value or random.random() < 0.12:
        return _strange(value, random)
    if isinstance(value, list):
        place = random.randrange(len(value))
        part = _changed(value[place], random)
        return random.choice(
            ([*value[:place], part, *value[place + 1 :]], value[:place], [*value, part, *value])
        )
    key = random.choice(list(value))
    if random.random() < 0.15:
        return {name: part for name, part in value.items() if name != key}
    inner = value[key]
    if isinstance(inner, str) and inner[:1] in "{[":  # JSON within JSON
        return {
            **value,
            key: _values(inner.encode("utf-8", "replace"), random).decode("utf-8", "replace"),
        }
    return {**value, key: _changed(inner, random)}


def _strange(value: Any, random: Random) -> Any:
    if random.random() < 0.05:
        for _ in range(DEEP):
            value = [value]
        return value
    return random.choice([*STRANGE, [value], {"value": value}, str(value)])


def _form(body: bytes, random: Random) -> bytes:
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    if not pairs:
        return _bytes(body, random)
    return urlencode(_pairs(pairs, random)).encode()


def _pairs(pairs: list[tuple[str, str]], random: Random) -> list[tuple[str, str]]:
    place = random.randrange(len(pairs))
    name, value = pairs[place]
    other = random.choice([one for one in STRANGE if isinstance(one, str)])
    other = other.encode("utf-8", "replace").decode("utf-8", "replace")
    inner = _values(value.encode("utf-8", "replace"), random).decode("utf-8", "replace")
    return random.choice(
        (
            [*pairs[:place], (name, other), *pairs[place + 1 :]],
            [*pairs[:place], *pairs[place + 1 :]],
            [*pairs, (name, value)],
            [*pairs[:place], (name, inner), *pairs[place + 1 :]],
        )
    )


def _bytes(body: bytes, random: Random) -> bytes:
    changed = bytearray(body or b"{}")
    for _ in range(random.randint(1, 8)):
        place = random.randrange(len(changed))
        changed[place : place + random.randint(0, 3)] = random.randbytes(random.randint(0, 3))
        changed = changed or bytearray(b"x")
    return bytes(changed)


def _cut(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _of_body(change: Callable[[bytes, Random], bytes]) -> Way:
    return lambda request, random: replace(request, body=change(request.body, random))


def _headers(request: WebhookRequest, random: Random) -> WebhookRequest:
    headers = dict(request.headers)
    if not headers:
        return request
    name = random.choice(list(headers))
    values = ("", "x", "\xff\xfe", headers[name].upper(), headers[name][:-1], "a" * 5000, "=,;")
    if random.random() < 0.3:
        headers.pop(name)
    else:
        headers[name] = random.choice(values)
    return replace(request, headers=headers)


def _query(request: WebhookRequest, random: Random) -> WebhookRequest:
    pairs = list(request.query.items()) or [("q", "1")]
    return replace(request, query=dict(_pairs(pairs, random)))


#: What may be wrong, the likelier the oftener it is named.
WAYS: Sequence[Way] = (
    *(_of_body(_values),) * 6,
    *(_of_body(_bytes), _of_body(_cut)),
    *(_headers, _query),
)
