"""What is served to web pages: the scripts they embed, the pages we host, the code to embed.

A page of ours takes nothing from elsewhere and runs no script but ours (its CSP).

`scripts` is imported when a page is served: every cold start would pay for it.
"""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Response

from ...platform.errors import AppError, NotFound
from ...platform.http import Api, Call, Headers, View, problem
from ...platform.ids import new_id
from ...platform.ownaddress import own_address
from ...platform.roles import MANAGERS
from .. import connections, registry
from ..flows import Connected
from . import sites

bp = Api(__name__)

CACHED = "public, max-age=3600"
FILE_HEADERS = {
    "Cache-Control": CACHED,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PAGE_HEADERS: Headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}

#: channel → its script, and what its hosted page is called in an address
EMBEDDED = {"live_chat": "live-chat.js", "web_form": "form.js", "store": "form.js"}
HOSTED = {"web_form": "form", "store": "store"}


class EmbedView(View):
    """`html`: to be put into the site's pages, before `</body>`. `page`: our own page of it."""

    html: str
    page: str | None


class NothingToEmbed(NotFound):
    code, title = "nothing_to_embed", "Accounts of this channel have nothing to embed"


@bp.get(
    "/channel-accounts/{account_id}/embed",
    roles=MANAGERS,
    returns=EmbedView,
    summary="The code that puts an account's form or chat into a web site",
)
def show_embed_code(call: Call[None], account_id: str) -> EmbedView:
    from . import scripts

    item = connections.existing(account_id)
    name = EMBEDDED.get(item.channel)
    if name is None:
        raise NothingToEmbed(field="account_id")
    base = own_address(bp.current_request)
    attributes = _attributes(sites.load(item.provider, item.account_id))
    hosted = HOSTED.get(item.channel)
    return EmbedView(
        html=scripts.tag(base, name, attributes),
        page=None if hosted is None else f"{base}/{hosted}/{item.account_id}",
    )


def _attributes(site: Connected) -> dict[str, str]:
    """What a script is told of its account; all of it is public."""
    account = site.account
    key = account.secret("widget_key")
    return {"site": account.account_id, **({"key": key} if key else {})}


# ------------------------------------------------------- not below /v1: files and pages


@bp.route("/widget/{name}", methods=["GET"])
def serve_widget_file(name: str) -> Response:
    return _served(lambda: _file(name))


@bp.route("/form/{site_id}", methods=["GET"])
def serve_form_page(site_id: str) -> Response:
    return _served(lambda: _page("web_form", site_id))


@bp.route("/store/{site_id}", methods=["GET"])
def serve_store_page(site_id: str) -> Response:
    return _served(lambda: _page("store", site_id))


def _served(serve: Callable[[], Response]) -> Response:
    try:
        return serve()
    except AppError as error:
        return problem(error, new_id())


def _file(name: str) -> Response:
    from . import scripts

    found = scripts.file(name)
    if found is None:
        raise NotFound
    headers: Headers = {**FILE_HEADERS, "Content-Type": found.kind, "ETag": found.etag}
    if bp.current_request.headers.get("if-none-match") == found.etag:
        return Response(body="", status_code=304, headers=headers)
    return Response(body=found.text, headers=headers)


def _page(channel: str, site_id: str) -> Response:
    """The hosted page of a form. Its addresses are relative: it works behind any stage."""
    from . import scripts

    chosen = registry.adapter(channel)
    if chosen is None:
        raise NotFound
    site = sites.load(chosen.provider, site_id)
    attributes = {**_attributes(site), "kind": channel}
    embedded = scripts.tag("..", EMBEDDED[channel], attributes)
    title = str(site.account.settings.get("title") or site.name)
    return Response(body=scripts.page(title, embedded), headers=dict(PAGE_HEADERS))
