"""A `multipart/form-data` or urlencoded body as fields. Called by `mailgun` and `sendgrid`.

Cut by its boundary without looking into the parts, because Mailgun's signature stands in one of
them: a stranger's body costs one search through its bytes.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

from ...platform.errors import TooLarge
from ...platform.fact import frozen
from ..base import Unreadable, WebhookRequest
from .charsets import decoded

LARGEST_FORM = 32_000_000  # bytes; SendGrid sends 30 MB at most
MOST_FIELDS = 1_000
BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,100})', re.IGNORECASE)
NAME = re.compile(r'(?<![\w*])name="([^"]{0,200})"', re.IGNORECASE)
FILE_NAME = re.compile(r'filename="([^"]{0,500})"', re.IGNORECASE)
EXTENDED = re.compile(r"filename\*=utf-8''([^;\s]{1,1500})", re.IGNORECASE)
TYPE = re.compile(r"^content-type:\s*([^;\r\n]{1,200})", re.IGNORECASE | re.MULTILINE)


@frozen
class Field:
    """One field of a form; `file` is its file name where it is a file ('' is a name too)."""

    name: str
    body: bytes
    file: str | None = None
    type: str = "application/octet-stream"


def fields(request: WebhookRequest) -> list[Field]:
    """The fields of a form in order. Raises `Unreadable`, `TooLarge`."""
    if len(request.body) > LARGEST_FORM:
        raise TooLarge(f"more than {LARGEST_FORM} bytes", field="body")
    if request.content_type == "application/x-www-form-urlencoded":
        return _urlencoded(request.body)
    found = BOUNDARY.search(request.headers.get("content-type", ""))
    if request.content_type != "multipart/form-data" or found is None:
        raise Unreadable("the body is no form")
    mark = b"--" + found[1].encode("latin-1", "replace")
    pieces = request.body.split(mark, MOST_FIELDS)[1:]
    return [field for piece in pieces if (field := _field(piece)) is not None]


def _urlencoded(body: bytes) -> list[Field]:
    try:
        pairs = parse_qsl(
            body.decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise Unreadable("the body is no form") from error
    return [Field(name=name, body=value.encode("latin-1", "replace")) for name, value in pairs]


def _field(piece: bytes) -> Field | None:
    if piece.startswith(b"--"):
        return None  # the end of the form
    end, gap = piece.find(b"\r\n\r\n"), 4
    if end < 0:
        end, gap = piece.find(b"\n\n"), 2
    if end < 0:
        return None
    head = decoded(piece[:end])
    name = NAME.search(head)
    if name is None:
        return None
    file, kind = FILE_NAME.search(head), TYPE.search(head)
    extended = EXTENDED.search(head)
    body = piece[end + gap :]
    return Field(
        name=name[1],
        body=body.removesuffix(b"\n").removesuffix(b"\r"),
        file=unquote(extended[1], errors="replace") if extended else file[1] if file else None,
        type=kind[1].strip().lower() if kind else "application/octet-stream",
    )
