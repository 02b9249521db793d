"""What the chat widget is called by others: our names of the channel and its source.

The fields of what it posts and their limits are those of every visitor
(`channels.pages.visitor_fields`).
"""

from __future__ import annotations

CHANNEL, PROVIDER, SOURCE = "live_chat", "live_chat", "website"
