"""Requests left in a shop: our page behind its QR code, a kiosk, or its staff who type them in.

`/webhooks/store[/{account_id}]` takes what the page posts; staff use the API
(`intake.store_api`). All a form does is in `pages.forms`.
"""

from __future__ import annotations

from typing import ClassVar

from ..pages.forms import FormAdapter, FormProvider
from . import codes


class StoreForms(FormProvider):
    name: ClassVar[str] = codes.PROVIDER
    channels: ClassVar[tuple[str, ...]] = (codes.CHANNEL,)
    unverified: ClassVar[str] = codes.NO_STORE


class Store(FormAdapter):
    channel: ClassVar[str] = codes.CHANNEL
    source: ClassVar[str] = codes.SOURCE
    provider: ClassVar[str] = codes.PROVIDER


PROVIDER = StoreForms()
ADAPTER = Store()
