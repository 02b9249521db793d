"""Routes of the webhooks: public, signed by their providers, answered with an empty 200."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from chalice.app import Blueprint, Response

from ..channels.base import WebhookRequest
from ..platform.context import CUSTOMER, Context, begin
from ..platform.errors import AppError
from ..platform.http import problem
from ..platform.log import crashed, logger
from .webhook import Refused, accept

bp = Blueprint(__name__)

METHODS = ["GET", "POST", "HEAD", "OPTIONS"]
CONTENT_TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "message/rfc822",
]


@bp.route("/webhooks/{provider}", methods=METHODS, content_types=CONTENT_TYPES)
def receive_webhook(provider: str) -> Response:
    return _receive(provider, None, bp.current_request)


@bp.route("/webhooks/{provider}/{account_id}", methods=METHODS, content_types=CONTENT_TYPES)
def receive_account_webhook(provider: str, account_id: str) -> Response:
    return _receive(provider, account_id, bp.current_request)


@bp.route(
    "/webhooks/{provider}/{account_id}/{secret}", methods=METHODS, content_types=CONTENT_TYPES
)
def receive_secret_webhook(provider: str, account_id: str, secret: str) -> Response:
    return _receive(provider, account_id, bp.current_request, secret=secret)


def _receive(
    provider: str, account_id: str | None, request: Any, *, secret: str | None = None
) -> Response:
    context = begin(actor=CUSTOMER)
    outcome = "accepted"
    try:
        asked = replace(_request(request, account_id, context), path_secret=secret)
        answer = accept(provider, asked, context)
        response = Response(
            body=answer.body, status_code=answer.status, headers=dict(answer.headers)
        )
    except Refused as refused:
        outcome = refused.error.code
        response = problem(refused.error, context.correlation_id)
        response.headers.update(refused.headers)
    except AppError as error:
        outcome = error.code
        response = problem(error, context.correlation_id)
    except Exception as error:
        outcome = type(error).__name__
        crashed("webhook", error, correlation_id=context.correlation_id)
        response = problem(AppError(), context.correlation_id)
    logger.info(
        "webhook",
        extra={
            "provider": provider[:40],
            "status": response.status_code,
            "outcome": outcome,
            "correlation_id": context.correlation_id,
        },
    )
    return response


def _request(request: Any, account_id: str | None, context: Context) -> WebhookRequest:
    identity = request.context.get("identity") or {}
    return WebhookRequest(
        method=request.method,
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params or {}),
        body=request.raw_body,
        account_id=account_id,
        source_ip=str(identity.get("sourceIp") or ""),
        url=_url(request),
        received_at=context.now,
    )


def _url(request: Any) -> str:
    """The address that was called: the path with its stage, as the gateway saw it. What stands
    before the gateway (a content network, a name of its own) is not seen from here.
    """
    headers, asked = request.headers, request.query_params
    host = headers.get("host") or request.context.get("domainName") or ""
    scheme = headers.get("x-forwarded-proto") or "http"
    pairs = [(name, value) for name in asked or {} for value in asked.getlist(name)]
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{scheme}://{host}{request.context.get('path') or ''}{query}"
