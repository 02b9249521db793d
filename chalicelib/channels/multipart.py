"""A form with files (multipart/form-data, RFC 7578), for providers that take no JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..platform.ids import digest
from .sending import OutFile


def form(
    fields: Sequence[tuple[str, str]], files: Sequence[tuple[str, str, OutFile]]
) -> tuple[str, bytes]:
    """Content type and body. `files` are the name of the field, that of the file, and the file.

    The same form is the same bytes: its boundary is made of what it holds.
    """
    boundary = digest(*(text for pair in fields for text in pair), *(n for _, n, _ in files))[:40]
    parts = [
        (_head(boundary, f'name="{name}"'), text.encode(errors="replace")) for name, text in fields
    ]
    parts += [
        (
            _head(boundary, f'name="{name}"; filename="{_quoted(called)}"', file.media_type),
            file.body,
        )
        for name, called, file in files
    ]
    body = b"".join(head + content + b"\r\n" for head, content in parts)
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def _head(boundary: str, named: str, kind: str | None = None) -> bytes:
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    head = f"--{boundary}\r\nContent-Disposition: form-data; {named}\r\n{typed}\r\n"
    return head.encode(errors="replace")


def _quoted(name: str) -> str:
    """As browsers write it: what would end the name or the line is escaped."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
