"""Routes of the standards of tiers, and of a customer's care contacts."""

from __future__ import annotations

from ..platform import received, store
from ..platform.http import Api, Call, Change, Fresh, check_revision
from ..platform.roles import EVERYONE, MANAGERS, STAFF
from ..profiles.family import root_of
from . import setting
from .model import CARE, Care
from .views import CareView, StandardsBody, StandardsView

bp = Api(__name__)


@bp.get(
    "/standards",
    roles=EVERYONE,
    returns=StandardsView,
    summary="What each tier is promised: reply time, care contacts, privileges",
)
def read_standards(call: Call[None]) -> Fresh:
    found = setting.latest()
    return Fresh(view=StandardsView.of(found), revision=found.version)


@bp.command(
    "PUT",
    "/standards",
    roles=MANAGERS,
    body=StandardsBody,
    returns=StandardsView,
    summary="Replace the standards of all tiers; who is to be contacted follows",
    locks=True,
)
def replace_standards(call: Call[StandardsBody]) -> Change:
    now = setting.latest()
    check_revision(call, now.version)
    after, writes = setting.replaced(call.body.checked(now.version), call.context)
    return Change(view=StandardsView.of(after), writes=writes, revision=after.version)


@bp.get(
    "/standards/versions/{version}",
    roles=EVERYONE,
    returns=StandardsView,
    summary="The standards as they once were",
    refuses=(404,),
)
def read_standards_version(call: Call[None], version: str) -> StandardsView:
    return StandardsView.of(setting.of_version(received.version(version)))


@bp.get(
    "/profiles/{profile_id}/care",
    roles=STAFF,
    returns=CareView,
    summary="When a customer was contacted last, and when they are to be next",
    refuses=(404, 410),
)
def read_care(call: Call[None], profile_id: str) -> CareView:
    root = root_of(profile_id)
    care = store.get(Care, str(root.pk), CARE)
    contacts = setting.latest().contacts(str(root.tier))
    return CareView.of(str(root.tier), contacts, care)
