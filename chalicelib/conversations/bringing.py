"""Files that must be with the provider before the message that names them, and their bytes.

Called by `delivery` before each attempt. What the provider calls a file is kept at once, so the
next attempt brings only what is missing; a file that is brought twice reaches nobody twice, for
only the message shows it. One that the provider will not take goes as a link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..channels.base import Account, Adapter
from ..channels.sending import HttpRequest, HttpResponse, Outcome, OutFile, SendResult
from ..media import uploads
from ..platform import store
from . import outgoing
from .flows import MESSAGE_WRITE
from .model import Message
from .rules import Status

#: Outcomes that are about the file, and not about the account or the hour.
NOT_TAKEN = frozenset({Outcome.PERMANENT, Outcome.UNREACHABLE})
NOT_NAMED = "Nhà cung cấp chưa xác nhận đã nhận tệp, sẽ thử lại"

Call = Callable[[HttpRequest], HttpResponse]


def bring(
    message: Message, adapter: Adapter, account: Account, call: Call, *, attempt: int
) -> SendResult | None:
    """Bring what is still missing of a message's files; None: all is there.

    Keeps on the message what they are called, as long as the attempt of that number holds it.
    Raises `CannotSend`.
    """
    for number, file in _missing(message, adapter).items():
        body = uploads.body_of(message.pk, message.id, number)
        if body is None:
            _keep(message, number, "", attempt)  # its time is over: the link says so
            continue
        response = call(adapter.upload_request(replace(file, body=body), account))
        result, token = adapter.classify(response), adapter.uploaded(response)
        if token is None and result.outcome not in NOT_TAKEN:
            taken = result.outcome is Outcome.SENT
            return SendResult(outcome=Outcome.RETRY, reason=NOT_NAMED) if taken else result
        _keep(message, number, token or "", attempt)
    return None


def pretend(message: Message, adapter: Adapter) -> None:
    """For a sandbox account, of which nothing leaves this machine: made-up names, not kept."""
    made_up = {number: f"sandbox-{number}" for number in _missing(message, adapter)}
    if made_up:
        message.brought = {**(message.brought or {}), **made_up}


def bodies(message: Message, adapter: Adapter) -> dict[str, bytes]:
    """The bytes of the files that go inside the request (`Capabilities.files_inside`)."""
    if not adapter.capabilities.files_inside:
        return {}
    found = {
        number: uploads.body_of(message.pk, message.id, number)
        for number in _taken(message, adapter)
    }
    return {number: body for number, body in found.items() if body is not None}


def _missing(message: Message, adapter: Adapter) -> dict[str, OutFile]:
    kinds = adapter.capabilities.uploads
    if not kinds:
        return {}
    taken = _taken(message, adapter)
    return {n: file for n, file in taken.items() if file.kind in kinds and file.token is None}


def _taken(message: Message, adapter: Adapter) -> dict[str, OutFile]:
    """The files its channel carries as files, by their number."""
    kept = outgoing.carried(message, adapter.capabilities).files
    files = outgoing.files_of(message, {})
    return {number: file for number, file in files.items() if file in kept}


def _keep(message: Message, number: str, token: str, attempt: int) -> None:
    message.brought = {**(message.brought or {}), number: token}
    kept = store.update(
        MESSAGE_WRITE,
        store.ref(Message, message.pk, message.sk),
        Message.brought.set(message.brought),
        condition=(Message.status == Status.SENDING) & (Message.attempts == attempt),
    )
    store.commit([kept])
