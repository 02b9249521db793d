"""Routes of service policies."""

from __future__ import annotations

from ..platform import received
from ..platform.http import Api, Call, Change, Fresh, check_revision
from ..platform.roles import EVERYONE, MANAGERS
from . import governing
from .views import PoliciesBody, PoliciesView

bp = Api(__name__)


@bp.get(
    "/sla-policies",
    roles=EVERYONE,
    returns=PoliciesView,
    summary="What is promised for which matters, in order: the first rule that fits decides",
)
def read_policies(call: Call[None]) -> Fresh:
    found = governing.latest()
    return Fresh(view=PoliciesView.of(found), revision=found.version)


@bp.command(
    "PUT",
    "/sla-policies",
    roles=MANAGERS,
    body=PoliciesBody,
    returns=PoliciesView,
    summary="Replace the whole set; open matters go over to it, with what they have used",
    locks=True,
)
def replace_policies(call: Call[PoliciesBody]) -> Change:
    now = governing.latest()
    check_revision(call, now.version)
    after, writes = governing.replaced(call.body.checked(now.version), call.context)
    return Change(
        view=PoliciesView.of(after),
        writes=writes,
        revision=after.version,
        after=governing.forget,
    )


@bp.get(
    "/sla-policies/versions/{version}",
    roles=EVERYONE,
    returns=PoliciesView,
    summary="A set of policies as it once was: agreements name the version they were made under",
    refuses=(404,),
)
def read_policy_version(call: Call[None], version: str) -> PoliciesView:
    return PoliciesView.of(governing.of_version(received.version(version)))
