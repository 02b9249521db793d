"""Which channels and webhook providers exist: one line each, imported when first used.

Lazy, so that a worker or a webhook loads the one channel it serves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module

from .base import Adapter, Provider

#: channel → module with `ADAPTER`, or `ADAPTERS`: one for each provider that carries it
CHANNELS: dict[str, str] = {
    "zalo_oa": "zalo_oa.adapter",
    "facebook_message": "facebook_message.adapter",
    "facebook_comment": "facebook_comment.adapter",
    "instagram": "instagram.adapter",
    "whatsapp": "whatsapp.adapter",
    "web_form": "web_form.adapter",
    "email": "email.adapter",
    "sms": "sms.adapter",
    "live_chat": "live_chat.adapter",
    "store": "store.adapter",
    "voice": "voice.adapter",
    "shopee": "shopee.adapter",
    "lazada": "lazada.adapter",
    "tiktok_shop": "tiktok_shop.adapter",
    "zalo_mini_app": "zalo_mini_app.adapter",
}

#: webhook provider (`/webhooks/{provider}`) → module with `PROVIDER`
PROVIDERS: dict[str, str] = {
    "zalo": "zalo_oa.webhook",
    "meta": "meta.webhook",
    "website": "web_form.adapter",
    "ses": "email.ses",
    "mailgun": "email.mailgun",
    "sendgrid": "email.sendgrid",
    "postmark": "email.postmark",
    "twilio_sms": "sms.twilio",
    "esms": "sms.esms",
    "live_chat": "live_chat.adapter",
    "store": "store.adapter",
    "stringee": "voice.stringee",
    "voicecloud": "voice.voicecloud",
    "voip24h": "voice.voip24h",
    "omicall": "voice.omicall",
    "zorio": "voice.zorio",
    "caresoft": "voice.caresoft",
    "twilio_voice": "voice.twilio",
    "esms_voice": "voice.esms",
    "shopee": "shopee.webhook",
    "lazada": "lazada.webhook",
    "tiktok": "tiktok_shop.webhook",
    "mini_app": "zalo_mini_app.adapter",
}


@cache
def adapters(channel: str) -> Mapping[str, Adapter]:
    """Provider → the adapter by which it carries a channel; none when no such channel is built.

    A module has `ADAPTER`, or `ADAPTERS` where several providers carry the channel.
    """
    module = CHANNELS.get(channel)
    if module is None:
        return {}
    found = import_module(f".{module}", __package__)
    several: Sequence[Adapter] = getattr(found, "ADAPTERS", None) or (found.ADAPTER,)
    return {one.provider: one for one in several}


def adapter(channel: str, provider: str | None = None) -> Adapter | None:
    """The adapter of a channel by that provider; None when there is none.

    Without a provider the channel's first: for what all of them have in common.
    """
    known = adapters(channel)
    return next(iter(known.values()), None) if provider is None else known.get(provider)


@cache
def provider(name: str) -> Provider | None:
    """The webhook provider of that name; None when there is none."""
    module = PROVIDERS.get(name)
    if module is None:
        return None
    found: Provider = import_module(f".{module}", __package__).PROVIDER
    return found
