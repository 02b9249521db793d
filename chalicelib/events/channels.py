"""Connected channel accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class AccountEvent(Event):
    """Kept under the channel account (our id of it)."""

    account: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"account#{event.account}"


class AccountConnected(AccountEvent):
    name: ClassVar[str] = "account.connected"
    channel: str


class AccountChanged(AccountEvent):
    name: ClassVar[str] = "account.changed"
    changed: tuple[str, ...]


class AccountTokenRenewed(AccountEvent):
    name: ClassVar[str] = "account.token_renewed"


class AccountExpiryAnnounced(AccountEvent):
    """The provider says that our access to the account will end (ISO 8601)."""

    name: ClassVar[str] = "account.expiry_announced"
    code: str
    ends: str


class AccountTokenFailed(AccountEvent):
    """The provider refused the token: until somebody reconnects, nothing goes out."""

    name: ClassVar[str] = "account.token_failed"
    code: str


class TemplateEvent(AccountEvent):
    """An approved template of the account, by what our API calls it."""

    template: str


class TemplateAdded(TemplateEvent):
    name: ClassVar[str] = "template.added"
    state: str
    purpose: str


class TemplateChanged(TemplateEvent):
    """Somebody changed it, or its provider did: approved, paused, of another quality."""

    name: ClassVar[str] = "template.changed"
    changed: tuple[str, ...]
    state: str
    quality: str | None = None


class TemplateRemoved(TemplateEvent):
    name: ClassVar[str] = "template.removed"
