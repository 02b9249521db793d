"""Whose a visitor's token is, and which conversation and customer that leads to.

Called by `visitor_api` and by the routes of a mini app's user (`customer.own_api`): they are
given a token and nothing else, so that nobody reads what is not theirs.
"""

from __future__ import annotations

from datetime import datetime

from ..channels.pages import sites
from ..channels.pages.visits import visit_of
from ..platform.errors import Transient, Unauthenticated
from ..platform.fact import frozen
from . import flows
from .model import conversation_id


class VisitOver(Unauthenticated):
    code, title = "visit_over", "The visit is over or was never ours: begin another"


class NotKnownYet(Transient):
    code, title = "not_known_yet", "Who the user is is being stored: try again in a moment"


@frozen
class Visitor:
    """Who called: their id on the account, and the id of what they and we say there."""

    account_id: str
    user_id: str
    thread: str


def load(provider: str, site_id: str, token: str, *, now: datetime) -> Visitor:
    """The visitor a token proves. Raises `SiteNotFound`, `VisitOver`."""
    account = sites.load(provider, site_id).account
    visit = visit_of(token, account, now=now)
    if visit is None:
        raise VisitOver(field="token")
    thread = conversation_id(account.channel, account.account_id, visit.visitor)
    return Visitor(account_id=account.account_id, user_id=visit.visitor, thread=thread)


def customer_of(visitor: Visitor) -> str:
    """The original the visitor's conversation came with. Raises `NotKnownYet`."""
    conversation = flows.find(visitor.thread)
    if conversation is None:
        raise NotKnownYet
    return conversation.origin
