"""Proof by a signature over the raw body: what Zorio and CareSoft have in common."""

from __future__ import annotations

import hmac
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from ..base import Account, Verified, WebhookRequest
from ..event import Json
from ..wire import read_object
from .hearing import VoiceProvider

SIGNING_KEY = "secret"


class SignedProvider(VoiceProvider):
    """Signs the raw body with the credential `secret`; the body is a JSON object."""

    webhook_credentials: ClassVar[tuple[str, ...]] = (SIGNING_KEY,)
    unverified: ClassVar[str] = ""
    signs: ClassVar[bool] = True

    def fields(self, request: WebhookRequest) -> Json:
        return read_object(request.body)

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """Every account of which a key matches."""
        found = tuple(account for account in accounts if self._signed_by(request, account))
        return Verified(accounts=found, variant="signature") if found else None

    def _signed_by(self, request: WebhookRequest, account: Account) -> bool:
        given = self.given(request, account)
        if given is None:
            return False
        keys = [key for key in account.secrets(SIGNING_KEY) if key]
        wanted = [self.signature(key, request.body) for key in keys]
        return sum(hmac.compare_digest(given, one) for one in wanted) > 0

    @abstractmethod
    def given(self, request: WebhookRequest, account: Account) -> bytes | None:
        """The well-formed signature of a request, as `signature` writes it; None: it has none."""

    @abstractmethod
    def signature(self, key: str, body: bytes) -> bytes:
        """What a request with this body has to be signed with."""
