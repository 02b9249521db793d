"""Errors every slice raises and nobody outside `platform` has to translate.

The HTTP layer turns an `AppError` into an RFC 9457 problem, the worker reads
`transient` to decide between retry and quarantine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

Fault = tuple[str, str]  # a field or parameter, and what is wrong with it


class AppError(Exception):
    """A refusal with a stable code, an HTTP status and the field at fault.

    `faults`: every field at fault with its detail, where more than one may be.
    `transient` tells the worker whether trying again can help, `retry_after` (seconds) the
    caller when it may.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    transient: ClassVar[bool] = False
    retry_after: ClassVar[int | None] = None

    def __init__(
        self, detail: str = "", *, field: str | None = None, faults: Sequence[Fault] = ()
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.field = field
        self.faults = tuple(faults)


class Invalid(AppError):
    code, status, title = "invalid", 422, "The request is not valid"


class Malformed(AppError):
    code, status, title = "malformed", 400, "The request cannot be read"


class Unauthenticated(AppError):
    code, status, title = "unauthenticated", 401, "Not authenticated"


class Forbidden(AppError):
    code, status, title = "forbidden", 403, "Not allowed"


class NotFound(AppError):
    code, status, title = "not_found", 404, "Not found"


class Conflict(AppError):
    """The state has moved on; the caller may look again and decide anew."""

    code, status, title = "conflict", 409, "The state does not allow this"


class StaleRevision(AppError):
    code, status, title = "stale_revision", 412, "Changed by somebody else meanwhile"


class TooLarge(AppError):
    code, status, title = "too_large", 413, "The request is too large"


class MethodNotAllowed(AppError):
    code, status, title = "method_not_allowed", 405, "The method is not allowed here"


class UnsupportedMedia(AppError):
    code, status, title = "unsupported_media_type", 415, "The content type is not supported"


class TooMany(AppError):
    code, status, title = "too_many_requests", 429, "Too many requests"


class Transient(AppError):
    """Something outside failed for now: the work must be tried again later."""

    code, status, title, transient = "temporarily_unavailable", 503, "Temporarily unavailable", True
    retry_after = 1
