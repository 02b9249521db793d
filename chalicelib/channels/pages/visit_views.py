"""What the routes of the chat widget take and show (`channels.pages.visits_api`)."""

from __future__ import annotations

from pydantic import Field

from ...platform.http import Instant, View


class SiteView(View):
    """How a site's chat looks and whether somebody is there. Texts that are null: the widget's own.

    `vouches`: the site may say who its visitor is (`identifier`, `identifier_hash`).
    """

    name: str
    staffed: bool
    vouches: bool
    color: str | None
    title: str | None
    greeting: str | None
    offline: str | None


class NewVisit(View):
    """`token`: the visit to go on with; one that is over, or unknown, begins another.

    `identifier_hash` = hex HMAC-SHA256(key = the account's `secret`, message = identifier).
    """

    token: str | None = Field(default=None, max_length=2000)
    identifier: str | None = Field(default=None, min_length=1, max_length=256)
    identifier_hash: str | None = Field(default=None, max_length=128)


class VisitView(View):
    """The token says who the visitor is, here and nowhere else, until `ends_at`."""

    token: str
    vouched: bool
    ends_at: Instant
