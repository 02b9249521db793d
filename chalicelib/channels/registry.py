"""Which channels and webhook providers exist: one line each, imported when first used.

Lazy, so that a worker or a webhook loads the one channel it serves.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from .base import Adapter, Provider

#: channel → module with `ADAPTER`
CHANNELS: dict[str, str] = {
    "zalo_oa": "zalo_oa.adapter",
    "facebook_message": "facebook_message.adapter",
    "web_form": "web_form.adapter",
}

#: Where customers may buy or be reached besides our channels → the source of such requests.
#: A channel that is built leaves this table: its adapter says the same.
SOURCE_ELSEWHERE: dict[str, str] = {
    "zalo_mini_app": "zalo_mini_app",
    "facebook_comment": "facebook",
    "instagram": "instagram",
    "whatsapp": "whatsapp",
    "email": "email",
    "voice": "hotline",
    "sms": "hotline",
    "live_chat": "website",
    "shopee": "marketplace",
    "lazada": "marketplace",
    "tiktok_shop": "marketplace",
    "store": "store",
}

#: webhook provider (`/webhooks/{provider}`) → module with `PROVIDER`
PROVIDERS: dict[str, str] = {
    "zalo": "zalo_oa.webhook",
    "meta": "meta",
    "website": "web_form.adapter",
}


@cache
def adapter(channel: str) -> Adapter | None:
    """The adapter of a channel; None when no such channel is built."""
    module = CHANNELS.get(channel)
    if module is None:
        return None
    found: Adapter = import_module(f".{module}", __package__).ADAPTER
    return found


@cache
def provider(name: str) -> Provider | None:
    """The webhook provider of that name; None when there is none."""
    module = PROVIDERS.get(name)
    if module is None:
        return None
    found: Provider = import_module(f".{module}", __package__).PROVIDER
    return found
