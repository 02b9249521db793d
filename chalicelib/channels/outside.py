"""Calls to providers, with an account's credentials, at the providers' own addresses only.

`conversations.delivery` sends through it, `channels.flows` renews tokens. What an account's
settings may say is checked when they are stored (`rules.checked_settings`); it is checked here
once more, because what was stored earlier, or any other way, must not carry credentials off.
"""

from __future__ import annotations

from ..platform import awssigning, outward
from . import rules
from .base import Adapter
from .sending import CannotSend, HttpRequest, HttpResponse


class ForeignAddress(CannotSend):
    """The account's settings name an address that is not the provider's."""

    code, title = "foreign_address", "The address is not one of the provider's"


def call(adapter: Adapter, request: HttpRequest) -> HttpResponse:
    """Send one request of an adapter. Raises `ForeignAddress` without sending anything."""
    if not rules.may_be_called(request.url, adapter.hosts):
        raise ForeignAddress("Địa chỉ trong cấu hình tài khoản không thuộc nhà cung cấp")
    headers = request.headers
    if request.aws is not None:
        headers = awssigning.signed(
            request.method, request.url, headers=headers, body=request.body, service=request.aws
        )
    told = outward.call(request.method, request.url, headers=headers, body=request.body)
    answer = outward.Answer(*told)
    return HttpResponse(status=answer.status, body=answer.body, headers=answer.headers)
