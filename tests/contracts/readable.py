"""What a prepared request says, whatever its provider's form: JSON, a form, a mail, in base64.

Used by `test_carrying` to find in it what must not be lost.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qsl

from chalicelib.channels.sending import HttpRequest


def readable(request: HttpRequest) -> str:
    """All texts in a request's address and body, one after the other."""
    return "\n".join(_texts(request))


def _texts(request: HttpRequest) -> Iterator[str]:
    kind = next((v for name, v in request.headers.items() if name.lower() == "content-type"), "")
    yield from (value for _, value in parse_qsl(request.url.partition("?")[2]))
    if "json" in kind:
        yield from _said(json.loads(request.body))
    elif "urlencoded" in kind:
        for _, value in parse_qsl(request.body.decode()):
            yield from _opened(value)
    else:
        yield request.body.decode(errors="replace")


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner)
    elif value is not None:
        yield from _opened(str(value))


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text.startswith(("{", "[")) else None
    except ValueError:
        return None


def _opened(text: str) -> Iterator[str]:
    """A text, and what is in it where it is JSON or base64 again."""
    inside = _json(text)
    if inside is not None:
        yield from _said(inside)
        return
    yield text
    if len(text) >= 16 and " " not in text:
        try:
            inner = b64decode(text, validate=True)
        except (BadBase64, ValueError):
            return
        yield inner.decode(errors="replace")
        mail = message_from_bytes(inner, policy=policy.default)
        for part in mail.walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield content.decode(errors="replace")
