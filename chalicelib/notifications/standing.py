"""How agents stand: whether they are here, where they are reached, what they want.

Called by `keeping`, `pushing` and `api`; `senders` are the organisation's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..events.notifications import PreferencesChanged, SendersChanged
from ..platform import eventlog, store
from ..platform.context import Context
from ..platform.fact import frozen
from ..platform.remembered import Remembered
from ..team.references import find_agent
from .kinds import EMAIL, ZALO
from .model import ORGANISATION, SENDERS, STANDING, SendersItem, Standing, agent_pk
from .preferences import DEFAULT, Preferences, from_json, to_json


@frozen
class Senders:
    """The accounts (our ids) that pushes go out by, and where the front end answers."""

    email_account: str | None = None
    zalo_account: str | None = None
    link_base: str | None = None
    revision: int = 0

    def account(self, channel: str) -> str | None:
        """The account of a channel; None: nothing is pushed on it."""
        return {EMAIL: self.email_account, ZALO: self.zalo_account}[channel]


@frozen
class Known:
    """An agent as notifications see them. `addresses`: channel → where they are reached."""

    agent_id: str
    active: bool
    preferences: Preferences
    addresses: Mapping[str, str]
    senders: Senders

    def reached_by(self, channel: str) -> bool:
        """Whether something can be pushed to them on a channel at all."""
        return channel in self.addresses and self.senders.account(channel) is not None


_known: Remembered[Known] = Remembered(60)
_senders: Remembered[Senders] = Remembered(60)


def forget() -> None:
    """Drop what this process remembers."""
    _known.forget()
    _senders.forget()


def known(agent_id: str, *, fresh: bool = False) -> Known | None:
    """An agent, or None; remembered for a minute unless `fresh`."""
    look = _known.renew if fresh else _known.get
    return look(agent_id, lambda: _look_up(agent_id))


def _look_up(agent_id: str) -> Known | None:
    agent = find_agent(agent_id)
    if agent is None:
        return None
    places = {EMAIL: agent.email, ZALO: agent.zalo_user_id}
    return Known(
        agent_id=agent_id,
        active=bool(agent.active),
        preferences=preferences(agent_id)[0],
        addresses={channel: one for channel, one in places.items() if one},
        senders=senders(),
    )


def preferences(agent_id: str) -> tuple[Preferences, int]:
    """What an agent wants, and its revision; 0: they have not said anything."""
    item = store.get(Standing, agent_pk(agent_id), STANDING)
    if item is None:
        return DEFAULT, 0
    return from_json(item.preferences), int(item.revision)


def prefer(agent_id: str, wants: Preferences, revision: int, context: Context) -> list[store.Write]:
    """The writes by which an agent's preferences of a revision become others."""
    item = Standing(agent_pk(agent_id), STANDING, preferences=to_json(wants), revision=revision + 1)
    unmoved = Standing.revision == revision if revision else None
    changed = store.put("preferences", item, condition=unmoved)
    return [changed, eventlog.record(PreferencesChanged(agent_id=agent_id), context)]


def senders(*, fresh: bool = False) -> Senders:
    """What pushes go out by; nothing at all until somebody has said it."""
    look = _senders.renew if fresh else _senders.get
    return look(SENDERS, _load_senders) or Senders()


def _load_senders() -> Senders:
    item = store.get(SendersItem, ORGANISATION, SENDERS)
    if item is None:
        return Senders()
    return Senders(
        email_account=item.email_account,
        zalo_account=item.zalo_account,
        link_base=item.link_base,
        revision=int(item.revision),
    )


def send_by(given: Mapping[str, Any], now: Senders, context: Context) -> list[store.Write]:
    """The writes by which the organisation's senders become others."""
    item = SendersItem(ORGANISATION, SENDERS, **given, revision=now.revision + 1)
    unmoved = SendersItem.revision == now.revision if now.revision else None
    changed = tuple(sorted(name for name, value in given.items() if value != getattr(now, name)))
    return [
        store.put("senders", item, condition=unmoved),
        eventlog.record(SendersChanged(changed=changed), context),
    ]
