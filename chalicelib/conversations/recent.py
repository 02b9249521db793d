"""A customer's latest conversations and messages. Called by the customer view and `segments`."""

from __future__ import annotations

from collections.abc import Iterable

from ..platform import listing, store
from ..platform.pages import PageRequest
from . import flows
from .model import Conversation, Message


def conversations(profile_ids: Iterable[str], *, most: int) -> list[Conversation]:
    """The conversations with the latest messages; a query and a read for each profile."""
    request = PageRequest(scope="", limit=most)
    found = [item for one in profile_ids for item in flows.of_profile(request, one).items]
    return sorted(found, key=lambda item: str(item.at), reverse=True)[:most]


def newest_of(profile_id: str, *, most: int) -> list[Conversation]:
    """The conversations listed under one profile, latest message first; two requests.

    Without `pages`, which would seal a cursor: workers have no key for that.
    """
    return listing.items(
        Conversation, Conversation.by_profile, profile_id, limit=most, newest_first=True
    )


def messages(conversation_ids: Iterable[str], *, most: int) -> list[Message]:
    """The latest messages of each conversation, all newest first.

    A query a conversation, and a read for every hundred messages. With `n`
    conversations of the latest messages the first `min(n, most)` are the latest of all.
    """
    keys = [key for one in conversation_ids for key in _keys(one, most)]
    found = store.get_many(Message, keys).values()
    return sorted(found, key=lambda item: str(item.at), reverse=True)


def _keys(conversation: str, most: int) -> list[tuple[str, str]]:
    return listing.keys(Message.by_time, conversation, limit=most, newest_first=True)
