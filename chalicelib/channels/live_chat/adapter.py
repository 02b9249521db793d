"""The chat widget of a site: `/webhooks/live_chat[/{account_id}]` and what its visitor says.

`intake` calls both parts. Whoever the site vouches for is known, everybody else a stranger
(`channels.pages.visits_api`); all the rest is what every visitor does (`channels.pages.visitors`).
"""

from __future__ import annotations

from typing import ClassVar

from ..pages.visitors import VisitorAdapter, VisitorProvider
from ..vouching import SECRET
from . import codes


class LiveChat(VisitorProvider):
    name: ClassVar[str] = codes.PROVIDER
    channels: ClassVar[tuple[str, ...]] = (codes.CHANNEL,)


class Chat(VisitorAdapter):
    channel: ClassVar[str] = codes.CHANNEL
    source: ClassVar[str] = codes.SOURCE
    provider: ClassVar[str] = codes.PROVIDER
    further_credentials: ClassVar[tuple[str, ...]] = (SECRET,)


PROVIDER = LiveChat()
ADAPTER = Chat()
