"""The route that tries a connected account: what its webhook is verified by, and a sample sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints

from ..channels import connections, health, registry, rules
from ..channels import flows as accounts
from ..channels.flows import Connected
from ..channels.views import ProviderId
from ..platform.errors import Conflict
from ..platform.http import Api, Call, Change, View
from ..platform.roles import MANAGERS

if TYPE_CHECKING:
    from . import trying

bp = Api(__name__)

SAMPLE = "Tin nhắn thử: kết nối kênh này đang hoạt động."
Sample = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)]


class NotConnected(Conflict):
    code, title = "account_not_connected", "The account is disconnected or disabled"


class AccountTest(View):
    """`user_id` is the customer's id on the channel; a sandbox account without it takes whoever
    wrote last. A live account really sends: say somebody who expects it."""

    user_id: ProviderId | None = None
    text: Sample = Field(default=SAMPLE)


class SecretView(View):
    """A credential that requests are verified by, and how many of its values are valid now."""

    name: str
    values: int


class WebhookTestView(View):
    """`path` is null where the provider sends nothing in; without what is `missing` all is
    refused. `last_variant` is how the latest request was proved."""

    path: str | None
    secrets: list[SecretView]
    missing: list[str]
    last_event_at: str | None
    last_variant: str | None


class RequestView(View):
    """A request that a live account would have sent, without what is secret of it."""

    method: str
    url: str
    headers: dict[str, str]
    body: str


class SampleView(View):
    """`outcome` as for any send: `sent`, `retry`, `reauth`, `permanent` …; `reason` says why."""

    sent: bool
    outcome: str
    user_id: str | None
    conversation_id: str | None
    provider_message_id: str | None
    code: str | None
    reason: str
    requests: list[RequestView]


class AccountTestView(View):
    webhook: WebhookTestView
    sample: SampleView


@bp.command(
    "POST",
    "/channel-accounts/{account_id}/test",
    roles=MANAGERS,
    body=AccountTest,
    returns=AccountTestView,
    summary="Try a channel account: what its webhook is verified by, and a sample message",
)
def test_channel_account(call: Call[AccountTest], account_id: str) -> Change:
    item = connections.existing(account_id)
    connected = accounts.account(item.id, fresh=True)
    if connected is None or connected.disabled:
        raise NotConnected(field="account_id")
    from . import trying  # all of sending, for a route that is called once an account

    tried = trying.send(connected, call.body.user_id, call.body.text, call.context)
    facts = health.of(item.id, now=call.context.now)
    view = AccountTestView(webhook=_webhook(connected, facts), sample=_sample(tried, connected))
    return Change(view=view, writes=[])


def _webhook(connected: Connected, facts: health.Facts) -> WebhookTestView:
    account = connected.account
    provider = registry.provider(account.provider)
    needed = () if provider is None else provider.webhook_credentials
    path = None if provider is None else rules.webhook_path(account.provider, account.account_id)
    return WebhookTestView(
        path=path,
        secrets=[SecretView(name=name, values=len(account.secrets(name))) for name in needed],
        missing=[name for name in needed if not account.secrets(name)],
        last_event_at=facts.last_event_at,
        last_variant=facts.last_variant,
    )


def _sample(tried: trying.Tried, connected: Connected) -> SampleView:
    fields: dict[str, Any] = {
        name: getattr(tried, name)
        for name in ("sent", "outcome", "user_id", "conversation_id", "code", "reason")
    }
    from . import trying

    requests = [RequestView.model_validate(trying.shown(r, connected)) for r in tried.requests]
    return SampleView(**fields, provider_message_id=tried.provider_message_id, requests=requests)
