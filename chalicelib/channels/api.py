"""Routes of connected channel accounts and of the sandbox outbox."""

from __future__ import annotations

from typing import Any

from ..platform.http import Api, Call, Change, Fresh, ListQuery, check_revision
from ..platform.roles import MANAGERS
from . import connections, flows, health, pulls
from .model import ChannelAccount
from .views import (
    AccountChange,
    AccountPage,
    AccountQuery,
    AccountView,
    NewAccount,
    OutboxPage,
    account_page,
    account_view,
    outbox_page,
)

bp = Api(__name__)

ACCOUNTS = "/channel-accounts"
ACCOUNT = "/channel-accounts/{account_id}"


def _answer(changed: connections.Changed, call: Call[Any]) -> Change:
    item, writes = changed
    facts = health.of(item.id, now=call.context.now)
    view = account_view(item, facts)  # what its pulls will be, is being written
    return Change(view=view, writes=writes, revision=int(item.revision), after=flows.forget)


def _checked(call: Call[AccountChange], account_id: str) -> ChannelAccount:
    item = connections.existing(account_id)
    check_revision(call, int(item.revision))
    return item


@bp.command(
    "POST",
    ACCOUNTS,
    roles=MANAGERS,
    body=NewAccount,
    returns=AccountView,
    status=201,
    summary="Connect a channel account",
)
def connect_channel_account(call: Call[NewAccount]) -> Change:
    return _answer(connections.connect(call.body.model_dump(), call.context), call)


@bp.get(
    ACCOUNTS,
    roles=MANAGERS,
    query=AccountQuery,
    returns=AccountPage,
    summary="List channel accounts, all newest first, or those of a provider or channel",
)
def list_channel_accounts(call: Call[None]) -> AccountPage:
    query: AccountQuery = call.query
    return account_page(
        connections.listed(call.page(), provider=query.provider, channel=query.channel)
    )


@bp.get(ACCOUNT, roles=MANAGERS, returns=AccountView, summary="Show a channel account")
def show_channel_account(call: Call[None], account_id: str) -> Fresh:
    item = connections.existing(account_id)
    facts = health.of(item.id, now=call.context.now)
    view = account_view(item, facts, pulls.shown(item) or None)
    return Fresh(view=view, revision=int(item.revision))


@bp.command(
    "PATCH",
    ACCOUNT,
    roles=MANAGERS,
    body=AccountChange,
    returns=AccountView,
    summary="Change a channel account, rotate its credentials, or reconnect it",
    locks=True,
)
def change_channel_account(call: Call[AccountChange], account_id: str) -> Change:
    wanted = call.body.model_dump(exclude_unset=True)
    return _answer(connections.change(_checked(call, account_id), wanted, call.context), call)


@bp.command(
    "DELETE",
    ACCOUNT,
    roles=MANAGERS,
    returns=AccountView,
    summary="Disconnect a channel account and destroy its credentials",
    locks=True,
)
def disconnect_channel_account(call: Call[AccountChange], account_id: str) -> Change:
    return _answer(connections.disconnect(_checked(call, account_id), call.context), call)


@bp.get(
    ACCOUNT + "/outbox",
    roles=MANAGERS,
    query=ListQuery,
    returns=OutboxPage,
    summary="List what a sandbox account would have sent, newest message first",
)
def list_channel_account_outbox(call: Call[None], account_id: str) -> OutboxPage:
    return outbox_page(connections.outbox(connections.existing(account_id), call.page()))
