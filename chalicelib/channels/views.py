"""What the API takes and shows of connected accounts. Credentials only ever go in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from ..platform.clock import parse
from ..platform.http import Instant, ListQuery, OneOf, PageView, View
from ..platform.pages import Page
from ..platform.received import Moment
from . import registry, rules
from .health import Facts
from .model import ChannelAccount, OutboxItem
from .pulls import Pull

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$")]
ProviderId = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,198}[!-~])?$")]
Key = Annotated[str, StringConstraints(pattern=rules.NAME)]
Text = Annotated[str, StringConstraints(max_length=rules.LONGEST_VALUE)]
Setting = bool | int | Text | Annotated[list[Text], Field(max_length=100)]
Settings = Annotated[dict[Key, Setting], Field(max_length=50)]
Channel = Annotated[str, OneOf(registry.CHANNELS)]
Mode = Literal["sandbox", "live"]

_SECRET = {"type": "string", "minLength": 1, "maxLength": rules.LONGEST_VALUE}
_SECRETS = {"type": "array", "items": _SECRET, "minItems": 1, "maxItems": rules.MOST_VALUES}


def _credentials(*kinds: dict[str, Any], null: bool = False) -> WithJsonSchema:
    """The shape that `rules.checked_credentials` holds, which names the credential at fault."""
    return WithJsonSchema(
        {
            "type": ["object", "null"] if null else "object",
            "propertyNames": {"pattern": rules.NAME},
            "additionalProperties": {"anyOf": list(kinds)},
        }
    )


class NewAccount(View):
    """`account_id` is the provider's own id of the OA, page, shop, number or mailbox.

    A credential is a text, or a list of texts of which the first is the newest. A live account
    must have those its webhook and its sends need; a sandbox one may lack them, and is
    `incomplete` until its webhook can be verified. Without `token_expires_at` a token that can
    be renewed is renewed at once. `team_id` is kept as given, whether or not there is such a team.
    `provider` must be said where several carry the channel (`sms`, `email`, `voice`); one that
    was disconnected may come back with another, and its conversations go on.
    """

    channel: Channel
    provider: Key | None = None
    account_id: ProviderId
    name: Name
    mode: Mode = "sandbox"
    team_id: Code | None = None
    branch: Name | None = None
    settings: Settings = Field(default_factory=dict)
    credentials: Annotated[dict[str, Any], _credentials(_SECRET, _SECRETS)] = Field(
        default_factory=dict
    )
    token_expires_at: Moment | None = None


class AccountChange(View):
    """Only what is given changes. `settings` are replaced; `credentials` are merged by name, and
    null removes one. Giving credentials ends `needs_reconnect`. While an account is `disabled` it
    takes nothing in (what comes is kept in quarantine, to be replayed) and its replies wait; its
    credentials stay and its token is renewed."""

    name: Name | None = None
    mode: Mode | None = None
    disabled: bool | None = None
    team_id: Code | None = None
    branch: Name | None = None
    settings: Settings | None = None
    credentials: Annotated[
        dict[str, Any] | None, _credentials(_SECRET, _SECRETS, {"type": "null"}, null=True)
    ] = None
    token_expires_at: Moment | None = None


class AccountQuery(ListQuery):
    provider: str | None = Field(default=None, min_length=1, max_length=64)
    channel: str | None = Field(default=None, min_length=1, max_length=64)


class HealthView(View):
    """When the account last heard from its provider, by which way of signing (`last_variant`),
    when a message last went out or failed for good, to a minute; failures of the last 24 hours.
    `quota_remaining` of `quota_daily` templates were left in the provider's day at `quota_at`;
    `quality` is what the provider says of the account's sending."""

    last_event_at: str | None
    last_variant: str | None
    last_sent_at: str | None
    last_failed_at: str | None
    last_failed_code: str | None
    failed_last_day: int
    quota_daily: int | None = None
    quota_remaining: int | None = None
    quota_at: str | None = None
    quality: str | None = None


class PullView(View):
    """What is fetched from the provider by the clock: when it last ran, how many events were new
    then, when it runs next (null: the account is at rest), and how often in a row it has failed
    and why.
    """

    name: str
    last_run_at: str | None
    last_found: int | None
    next_at: str | None
    failures: int
    error_code: str | None
    error_reason: str | None


class AccountView(View):
    id: str
    provider: str
    channel: str
    account_id: str
    name: str
    mode: str
    team_id: str | None
    branch: str | None
    settings: dict[str, Any]
    credential_names: list[str]
    state: str
    state_reason: str | None
    disabled: bool
    token_expires_at: Instant | None
    access_ends_at: Instant | None  # the provider says: somebody must connect it again until then
    webhook_path: str | None  # null: this provider sends nothing in
    revision: int
    created_at: Instant
    health: HealthView | None = None  # null in lists
    pulls: list[PullView] | None = None  # null in lists, and where nothing is pulled


class OutboxView(View):
    """A request that a live account would have sent; headers with secrets are left out."""

    message_id: str
    part: int
    method: str
    url: str
    headers: dict[str, str]
    body: str
    at: Instant


class AccountPage(PageView[AccountView]):
    """Connected and disconnected accounts."""


class OutboxPage(PageView[OutboxView]):
    """What a sandbox account has sent, newest message first."""


def account_view(
    item: ChannelAccount, facts: Facts | None = None, pulls: Sequence[Pull] | None = None
) -> AccountView:
    ends = item.token_expires_at
    return AccountView(
        id=item.id,
        provider=item.provider,
        channel=item.channel,
        account_id=item.account_id,
        name=item.name,
        mode=item.mode,
        team_id=item.team_id,
        branch=item.branch,
        settings=item.settings or {},
        credential_names=item.credential_names or [],
        state=item.state,
        state_reason=item.state_reason,
        disabled=bool(item.disabled),
        token_expires_at=None if ends is None else parse(ends),
        access_ends_at=None if item.access_ends_at is None else parse(item.access_ends_at),
        webhook_path=_webhook_path(item),
        revision=int(item.revision),
        created_at=parse(item.created_at),
        health=None if facts is None else HealthView(**asdict(facts)),
        pulls=None if pulls is None else [pull_view(one) for one in pulls],
    )


def pull_view(one: Pull) -> PullView:
    return PullView(
        name=one.name,
        last_run_at=one.last_run_at,
        last_found=None if one.last_found is None else int(one.last_found),
        next_at=one.due_at,
        failures=int(one.failures or 0),
        error_code=one.error_code,
        error_reason=one.error_reason,
    )


def _webhook_path(item: ChannelAccount) -> str | None:
    hears = item.provider in registry.PROVIDERS
    return rules.webhook_path(item.provider, item.account_id) if hears else None


def account_page(page: Page[ChannelAccount]) -> AccountPage:
    return AccountPage(
        items=[account_view(item) for item in page.items], next_cursor=page.next_cursor
    )


def outbox_page(page: Page[OutboxItem]) -> OutboxPage:
    return OutboxPage(
        items=[_outbox_view(item) for item in page.items], next_cursor=page.next_cursor
    )


def _outbox_view(item: OutboxItem) -> OutboxView:
    message_id, _, part = item.sk.rpartition("#")
    return OutboxView(
        message_id=message_id,
        part=int(part),
        method=item.method,
        url=item.url,
        headers=item.headers,
        body=item.body,
        at=parse(item.at),
    )
