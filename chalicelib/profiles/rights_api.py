"""Routes of customers' rights: asking for a copy, asking for the end, and what became of it."""

from __future__ import annotations

import json
from datetime import timedelta

from ..platform import blobs
from ..platform.errors import Conflict, Invalid, NotFound
from ..platform.http import Api, Call, Change, PageView
from ..platform.roles import LEADS, MANAGERS
from . import rights
from .family import several
from .rights_views import (
    ExportFile,
    ExportFilesView,
    ExportQuery,
    ExportView,
    RightsAsked,
    RightsQuery,
    RightsRequestView,
)

bp = Api(__name__)

#: A request is taken down within so many days of being made.
OLDEST = timedelta(days=30)
#: Longer exports are fetched from the bucket: an answer of the gateway ends at 10 MB, and
#: a text inside JSON grows.
LARGEST_INLINE = 4_000_000  # bytes
ADDRESS_SECONDS = 15 * 60


class NoExport(NotFound):
    code, title = "no_export", "There is no such export, or no longer"


class NotReady(Conflict):
    code, title = "export_not_ready", "The export is being made"


@bp.command(
    "POST",
    "/profiles/{profile_id}/export",
    roles=LEADS,
    body=RightsAsked,
    returns=RightsRequestView,
    status=202,
    summary="Take down that a customer asks for a copy of everything kept of them",
    refuses=(410,),
)
def request_export(call: Call[RightsAsked], profile_id: str) -> Change:
    return _asked(call, profile_id, rights.EXPORT)


@bp.command(
    "POST",
    "/profiles/{profile_id}/erase",
    roles=MANAGERS,
    body=RightsAsked,
    returns=RightsRequestView,
    status=202,
    summary="Take down that a customer asks for the end of everything kept of them, and do it",
    refuses=(410,),
)
def request_erasure(call: Call[RightsAsked], profile_id: str) -> Change:
    return _asked(call, profile_id, rights.ERASE)


def _asked(call: Call[RightsAsked], profile_id: str, kind: str) -> Change:
    context = call.context
    requested_at = call.body.requested_at or context.now
    if requested_at > context.now:
        raise Invalid("lies in the future", field="requested_at")
    if context.now - requested_at > OLDEST:
        raise Invalid(f"lies more than {OLDEST.days} days back", field="requested_at")
    item, writes = rights.ask(
        profile_id,
        kind,
        context,
        requested_at=requested_at,
        verified_by=call.body.verified_by,
        reason=call.body.reason,
    )
    return Change(view=RightsRequestView.of(item), writes=writes)


@bp.get(
    "/rights-requests",
    roles=LEADS,
    returns=PageView[RightsRequestView],
    query=RightsQuery,
    summary="Customers' requests: status=open, the most urgent first, or status=done, newest first",
)
def list_rights_requests(call: Call[None]) -> PageView[RightsRequestView]:
    found = rights.listed(call.page(), answered=call.query.status == "done")
    items = [RightsRequestView.of(item) for item in found.items]
    return PageView[RightsRequestView](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/rights-requests/{request_id}",
    roles=LEADS,
    returns=RightsRequestView,
    summary="One request: when it is due, how far it is, and the proof of what was done",
)
def read_rights_request(call: Call[None], request_id: str) -> RightsRequestView:
    return RightsRequestView.of(rights.load(request_id))


@bp.get(
    "/rights-requests/{request_id}/export",
    roles=LEADS,
    returns=ExportView,
    query=ExportQuery,
    summary="The copy a customer asked for: format=json, or format=html to be read by people",
    refuses=(409,),
)
def read_export(call: Call[None], request_id: str) -> ExportView:
    item = _ready(request_id)
    form = call.query.format
    key = rights.export_key(item.id, form)
    size = blobs.size(key)
    if size is None:
        raise NoExport("it has expired or its customer was erased", field="request_id")
    inline = blobs.get(key).decode() if size <= LARGEST_INLINE else None
    media_type = rights.FORMATS[form]
    return ExportView(
        format=form,
        media_type=media_type,
        size=size,
        content=inline,
        url=blobs.address(key, seconds=ADDRESS_SECONDS, media_type=media_type),
        url_expires_in=ADDRESS_SECONDS,
        expires_at=str(item.expires_at),
    )


@bp.get(
    "/rights-requests/{request_id}/export/files",
    roles=LEADS,
    returns=ExportFilesView,
    summary="Where the files that an export names can be fetched",
    refuses=(409,),
)
def read_export_files(call: Call[None], request_id: str) -> ExportFilesView:
    found = blobs.find(rights.attached_key(_ready(request_id).id))
    if found is None:
        raise NoExport("it has expired or its customer was erased", field="request_id")
    kind = "application/octet-stream"
    items = [
        ExportFile(file=key, url=blobs.address(key, seconds=ADDRESS_SECONDS, media_type=kind))
        for key in json.loads(found)
    ]
    return ExportFilesView(items=items, url_expires_in=ADDRESS_SECONDS)


def _ready(request_id: str) -> rights.RightsRequest:
    """A finished export whose customer is still there. Raises `NoExport`, `NotReady`."""
    item = rights.load(request_id)
    if item.kind != rights.EXPORT:
        raise NoExport("the request is no export", field="request_id")
    if item.status != rights.DONE or item.expires_at is None:
        raise NotReady(field="request_id")
    told_of = item.originals or ()
    alive = [one for one in several(told_of) if one.erased_at is None]
    if len(alive) < len(told_of):
        raise NoExport("its customer was erased", field="request_id")
    return item
