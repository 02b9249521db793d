"""The route that gives an address to bring a file to, before a reply names it."""

from __future__ import annotations

from ..platform import blobs
from ..platform.http import Api, Call, Change, View
from ..platform.roles import EVERYONE
from . import rules, uploads

bp = Api(__name__)


class UploadView(View):
    """PUT the bytes to `url` within `expires_in` seconds, then name `id` in the `media` of a
    reply; what no reply names is gone after two days."""

    id: str
    method: str
    url: str
    expires_in: int
    max_bytes: int


@bp.command(
    "POST",
    "/media",
    roles=EVERYONE,
    returns=UploadView,
    status=201,
    summary="Get an address to bring a file to, for a reply",
    replayable=False,
)
def create_upload(call: Call[None]) -> Change:
    identifier = call.context.new_id()
    view = UploadView(
        id=identifier,
        method="PUT",
        url=blobs.upload_address(uploads.upload_key(identifier), seconds=uploads.BRING_SECONDS),
        expires_in=uploads.BRING_SECONDS,
        max_bytes=rules.MOST_BYTES,
    )
    return Change(view=view, writes=[])
