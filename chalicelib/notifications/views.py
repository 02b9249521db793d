"""What the API shows and takes of notifications, preferences and senders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any

from pydantic import Field

from ..channels import flows as accounts
from ..channels import registry
from ..platform.errors import Invalid
from ..platform.http import ListQuery, OneOf, View
from ..platform.received import Moment
from . import wording
from .kinds import CHANNELS, EMAIL, FEED, KINDS, LANGUAGES, ZALO
from .model import Notification
from .preferences import Preferences, Quiet, wanted
from .standing import Senders

#: Channel pushed on → the channel of the account it goes by.
CARRIED_BY: Mapping[str, str] = {EMAIL: "email", ZALO: "zalo_oa"}
HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

Hour = Annotated[str, Field(pattern=HOUR)]
KindName = Annotated[str, OneOf(tuple(KINDS))]
AccountId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
Address = Annotated[str, Field(pattern=r"^https://[!-~]{1,300}$")]


class NotificationView(View):
    """`title` and `text` in each language; `link` says what it is about (`ticket/<id>`).

    `count`: how many matters, noticed late together, it tells of; the words are of the worst.
    """

    id: str
    kind: str
    level: str
    title: dict[str, str]
    text: dict[str, str]
    link: str
    count: int
    at: str
    read_at: str | None

    @classmethod
    def of(cls, item: Notification, called: wording.Names) -> NotificationView:
        title, text = wording.in_all(item, called)
        return cls(
            id=item.id,
            kind=item.kind,
            level=KINDS[item.kind].level,
            title=title,
            text=text,
            link=item.link,
            count=int(item.many),
            at=item.at,
            read_at=item.read_at,
        )


class FeedQuery(ListQuery):
    """`unread`: only what is not read."""

    unread: bool = False


class CountView(View):
    """`more`: there are more than are counted."""

    unread: int
    more: bool


class UntilBody(View):
    """Up to which moment; none is now."""

    until: Moment | None = None


class ReadAllView(View):
    """How many were read now; `more`: call again to read the rest."""

    read: int
    more: bool


class GoesBody(View):
    """Where a kind goes; what is not named stays as it is by default."""

    feed: bool | None = None
    email: bool | None = None
    zalo: bool | None = None


class GoesView(View):
    feed: bool
    email: bool
    zalo: bool


class QuietBody(View):
    """From when to when nothing is pushed, in the organisation's time zone (`22:00`, `07:00`).

    What is urgent goes all the same, unless `urgent_too`.
    """

    since: Hour
    until: Hour
    urgent_too: bool = False


class PreferencesBody(View):
    """`kinds` that are not named go where they go by default."""

    kinds: dict[KindName, GoesBody] = Field(default_factory=dict)
    quiet: QuietBody | None = None
    late_together: bool = True
    language: Annotated[str, OneOf(LANGUAGES)] = LANGUAGES[0]

    def checked(self) -> Preferences:
        """The preferences they are. Raises `Invalid`."""
        quiet = self.quiet
        if quiet is not None and quiet.since == quiet.until:
            raise Invalid("no hours at all", field="quiet.until")
        return Preferences(
            goes={kind: _chosen(kind, goes) for kind, goes in self.kinds.items()},
            quiet=None
            if quiet is None
            else Quiet(
                since=time.fromisoformat(quiet.since),
                until=time.fromisoformat(quiet.until),
                urgent_too=quiet.urgent_too,
            ),
            late_together=self.late_together,
            language=self.language,
        )


def _chosen(kind: str, goes: GoesBody) -> frozenset[str]:
    said: dict[str, bool | None] = goes.model_dump()
    usual = KINDS[kind].goes
    return frozenset(one for one in CHANNELS if (one in usual if said[one] is None else said[one]))


class PreferencesView(View):
    """Every kind with where it goes; `language` is that of what is pushed."""

    kinds: dict[str, GoesView]
    quiet: QuietBody | None
    late_together: bool
    language: str
    revision: int

    @classmethod
    def of(cls, one: Preferences, revision: int) -> PreferencesView:
        quiet = one.quiet
        return cls(
            kinds={kind: _goes(wanted(one, kind)) for kind in KINDS},
            quiet=None
            if quiet is None
            else QuietBody(
                since=quiet.since.isoformat("minutes"),
                until=quiet.until.isoformat("minutes"),
                urgent_too=quiet.urgent_too,
            ),
            late_together=one.late_together,
            language=one.language,
            revision=revision,
        )


def _goes(channels: frozenset[str]) -> GoesView:
    return GoesView(feed=FEED in channels, email=EMAIL in channels, zalo=ZALO in channels)


class SendersBody(View):
    """Our ids of a mailbox and a Zalo OA; without one nothing goes by that channel.

    `link_base`: the front end's address, to which a notification's `link` is added.
    """

    email_account: AccountId | None = None
    zalo_account: AccountId | None = None
    link_base: Address | None = None

    def checked(self) -> dict[str, Any]:
        """The fields to store. Raises `Invalid` for an account that cannot send these."""
        for channel, carried_by in CARRIED_BY.items():
            field = f"{channel}_account"
            _check_account(getattr(self, field), carried_by, field)
        return self.model_dump()


def _check_account(account_id: str | None, channel: str, field: str) -> None:
    if account_id is None:
        return
    connected = accounts.account(account_id, fresh=True)
    if connected is None or connected.account.channel != channel:
        raise Invalid(f"no connected account of {channel}", field=field)
    found = registry.adapter(channel, connected.account.provider)
    if found is None or not found.capabilities.can_send:
        raise Invalid("this account cannot send", field=field)


class SendersView(View):
    email_account: str | None
    zalo_account: str | None
    link_base: str | None
    revision: int

    @classmethod
    def of(cls, one: Senders) -> SendersView:
        return cls(
            email_account=one.email_account,
            zalo_account=one.zalo_account,
            link_base=one.link_base,
            revision=one.revision,
        )
