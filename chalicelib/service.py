"""Routes about the service itself: is it there, and what can it do."""

from __future__ import annotations

from functools import cache

from chalice.app import Response

from .platform.http import Api, Call, View
from .platform.roles import PUBLIC
from .platform.surface import Surface

bp = Api(__name__)


class HealthView(View):
    status: str


@bp.get("/health", roles=PUBLIC, returns=HealthView, summary="Whether the service answers")
def read_health(call: Call[None]) -> HealthView:
    return HealthView(status="ok")


@bp.get("/openapi.json", roles=PUBLIC, returns=dict, summary="This document")
def read_openapi(call: Call[None]) -> Response:
    whole = bp.current_app
    if isinstance(whole, Surface):  # on Lambda this process may not have met all routes yet
        whole.complete()
    return Response(body=_document(), headers={"Content-Type": "application/json"})


@cache
def _document() -> str:
    import json

    from .platform.openapi import document

    return json.dumps(document(Api.ROUTES), ensure_ascii=False)
