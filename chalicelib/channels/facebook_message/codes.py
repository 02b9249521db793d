"""Messenger's codes in our words: kinds of attachment, errors of the Send API.

Messenger shares them with Instagram and comments: they stand in `channels/meta/messenger.py` (what
comes in) and `channels/meta/graph.py` (what an answer means). Read by `adapter.py`.
"""

from __future__ import annotations

from ..meta.graph import CODES, MESSAGES, STATUSES, Verdict
from ..meta.messenger import ATTACHMENTS, INBOX_APPS

__all__ = ["ATTACHMENTS", "CODES", "INBOX_APPS", "STATUSES", "SUBCODES", "Verdict"]

SUBCODES = MESSAGES
