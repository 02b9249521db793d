"""The route that runs one pull of a channel account at once, instead of at its time."""

from __future__ import annotations

from ..channels import connections, pulls
from ..channels.views import PullView, pull_view
from ..platform.context import begin
from ..platform.errors import Conflict, NotFound
from ..platform.http import Api, Call, Change, View
from ..platform.roles import MANAGERS

bp = Api(__name__)


class AtRest(Conflict):
    code, title = "account_at_rest", "Only a live, connected and enabled account is pulled from"


class NoBody(View):
    """Nothing has to be said."""


class PullRunView(View):
    """`found` is how many events were new to us and are on their way in; `more`: pages are left,
    which the schedule goes on with at once. `pull` tells what stopped it, if anything did.
    """

    found: int
    more: bool
    pull: PullView


@bp.command(
    "POST",
    "/channel-accounts/{account_id}/pulls/{name}",
    roles=MANAGERS,
    body=NoBody,
    returns=PullRunView,
    summary="Fetch now what a channel account is otherwise pulled for by the clock",
)
def run_pull(call: Call[NoBody], account_id: str, name: str) -> Change:
    item = connections.existing(account_id)
    if pulls.find(item.id, name) is None:
        raise NotFound("no such pull of this account")
    from . import pulling  # all of intake's webhook side, for a route that people call

    outcome = pulling.pull_now(item.id, name, lambda: begin(actor=call.context.actor))
    after = pulls.find(item.id, name)
    if outcome is None or after is None:
        raise AtRest(field="account_id")
    view = PullRunView(found=outcome.found, more=outcome.more, pull=pull_view(after))
    return Change(view=view, writes=[])
