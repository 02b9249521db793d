"""Routes of conversations and their messages."""

from __future__ import annotations

from ..platform import eventlog
from ..platform.http import Api, Call, Change, ListQuery, PageView
from ..platform.roles import STAFF
from . import copying, deliveries, flows
from .views import ConversationQuery, ConversationView, DeliveryView, MessageView

bp = Api(__name__)


@bp.get(
    "/conversations",
    roles=STAFF,
    returns=PageView[ConversationView],
    query=ConversationQuery,
    summary="Conversations by their last message, of all, a profile or a channel account",
)
def list_conversations(call: Call[None]) -> PageView[ConversationView]:
    if call.query.profile_id is not None:
        found = flows.of_profile(call.page(), call.query.profile_id)
    else:
        found = flows.everything(call.page(), account=call.query.account)
    items = [ConversationView.of(item) for item in found.items]
    return PageView[ConversationView](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/conversations/{conversation_id}",
    roles=STAFF,
    returns=ConversationView,
    summary="One conversation",
)
def read_conversation(call: Call[None], conversation_id: str) -> ConversationView:
    return ConversationView.of(flows.load(conversation_id))


@bp.get(
    "/conversations/{conversation_id}/messages",
    roles=STAFF,
    returns=PageView[MessageView],
    query=ListQuery,
    summary="The messages of a conversation, newest first",
)
def list_messages(call: Call[None], conversation_id: str) -> PageView[MessageView]:
    flows.load(conversation_id)
    found = flows.messages(call.page(), conversation_id)
    items = [MessageView.of(item) for item in found.items]
    return PageView[MessageView](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/conversations/{conversation_id}/messages/{message_id}/deliveries",
    roles=STAFF,
    returns=PageView[DeliveryView],
    query=ListQuery,
    summary="What became of a message of ours, attempt by attempt, newest first",
)
def list_deliveries(
    call: Call[None], conversation_id: str, message_id: str
) -> PageView[DeliveryView]:
    message = deliveries.load(conversation_id, message_id)
    found = deliveries.events_of(message, call.page())
    items = [DeliveryView.of(eventlog.recorded(one), message) for one in found.items]
    return PageView[DeliveryView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/conversations/{conversation_id}/messages/{message_id}/media",
    roles=STAFF,
    returns=MessageView,
    status=202,
    summary="Copy what could not be copied of a message's attachments once more",
)
def copy_media_again(call: Call[None], conversation_id: str, message_id: str) -> Change:
    message, writes = copying.ask_again(conversation_id, message_id, call.context)
    return Change(view=MessageView.of(message), writes=writes)
