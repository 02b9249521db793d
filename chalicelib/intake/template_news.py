"""What a provider says of an approved template: approved, paused, of another quality or kind.

Called by `intake.flows` for `Kind.TEMPLATE`. Of a template that nobody entered or synchronised
nothing is kept: the next synchronisation brings it with all it has.
"""

from __future__ import annotations

from ..channels import flows as accounts
from ..channels import templates
from ..channels.approved import Facts, State
from ..channels.flows import Connected
from ..platform import store
from .work import Work

#: What tells that numbers of one business have the same templates.
BUSINESS = "business_account_id"


def heard(work: Work) -> None:
    """Keep what is told with every account that has the template."""
    news, context = work.event.template, work.context
    if news is None:
        return
    facts = Facts(
        id=news.id,
        state=None if news.state is None else State(news.state),
        quality=news.quality,
        kind=news.kind,
        reason=news.reason,
    )
    for connected in _sharing(work.connected):
        account = connected.account
        catalogue = templates.catalogue_of(account.channel, account.provider)
        store.commit(templates.heard(account.id, facts, context, catalogue=catalogue, at=work.at))


def _sharing(connected: Connected) -> list[Connected]:
    """The account, and those of the same business."""
    business = connected.account.settings.get(BUSINESS)
    if not business:
        return [connected]
    others = accounts.accounts_of(connected.account.provider)
    found = {connected.account.id: connected} | {
        one.account.id: one
        for one in others
        if one.account.channel == connected.account.channel
        and one.account.settings.get(BUSINESS) == business
    }
    return list(found.values())
