"""Routes of an account's approved templates."""

from __future__ import annotations

from ..platform.errors import Conflict
from ..platform.http import Api, Call, Change, Fresh, ListQuery, check_revision
from ..platform.roles import EVERYONE, MANAGERS
from . import catalogues, connections, flows, templates
from .template_views import (
    NewTemplate,
    SynchronisedView,
    TemplateChange,
    TemplatePage,
    TemplateView,
    template_page,
    template_view,
    wanted,
)

bp = Api(__name__)

TEMPLATES = "/channel-accounts/{account_id}/templates"
TEMPLATE = TEMPLATES + "/{template_id}"


class NotConnected(Conflict):
    code, title = "account_not_connected", "The account is disconnected or disabled"


@bp.get(
    TEMPLATES,
    roles=EVERYONE,
    query=ListQuery,
    returns=TemplatePage,
    summary="List the approved templates of a channel account",
)
def list_templates(call: Call[None], account_id: str) -> TemplatePage:
    account = connections.existing(account_id)
    return template_page(templates.listed(account.id, call.page()))


@bp.get(TEMPLATE, roles=EVERYONE, returns=TemplateView, summary="Show an approved template")
def show_template(call: Call[None], account_id: str, template_id: str) -> Fresh:
    item = templates.existing(connections.existing(account_id).id, template_id)
    return Fresh(view=template_view(item), revision=int(item.revision))


@bp.command(
    "POST",
    TEMPLATES,
    roles=MANAGERS,
    body=NewTemplate,
    returns=TemplateView,
    status=201,
    summary="Enter a template the provider has approved",
)
def enter_template(call: Call[NewTemplate], account_id: str) -> Change:
    account = connections.existing(account_id)
    item, writes = templates.add(account, wanted(call.body), call.context)
    return Change(view=template_view(item), writes=writes, revision=int(item.revision))


@bp.command(
    "PATCH",
    TEMPLATE,
    roles=MANAGERS,
    body=TemplateChange,
    returns=TemplateView,
    summary="Say of a template what it is for, what its gaps are, whether it may be sent",
    locks=True,
)
def change_template(call: Call[TemplateChange], account_id: str, template_id: str) -> Change:
    item = templates.existing(connections.existing(account_id).id, template_id)
    check_revision(call, int(item.revision))
    item, writes = templates.change(item, wanted(call.body), call.context)
    return Change(view=template_view(item), writes=writes, revision=int(item.revision))


@bp.command(
    "DELETE",
    TEMPLATE,
    roles=MANAGERS,
    returns=TemplateView,
    summary="Forget a template; the provider's own is not touched",
    locks=True,
)
def remove_template(call: Call[None], account_id: str, template_id: str) -> Change:
    item = templates.existing(connections.existing(account_id).id, template_id)
    check_revision(call, int(item.revision))
    return Change(view=template_view(item), writes=templates.remove(item, call.context))


@bp.command(
    "POST",
    TEMPLATES + "/synchronise",
    roles=MANAGERS,
    returns=SynchronisedView,
    summary="Ask the provider for an account's templates, its quota and its quality",
)
def synchronise_templates(call: Call[None], account_id: str) -> Change:
    connected = flows.account(connections.existing(account_id).id, fresh=True)
    if connected is None or connected.disabled:
        raise NotConnected(field="account_id")
    done = catalogues.synchronise(connected, call.context)
    view = SynchronisedView(listed=done.listed, left=done.left, complete=done.complete)
    return Change(view=view, writes=[])
