"""Copying one attachment: where its bytes are, what they are, and where they are kept.

`conversations.storing` asks which attachments of an event have something to copy,
`conversations.copying` copies them, `conversations.views` asks for addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from ..channels import outside
from ..channels.base import Adapter
from ..channels.event import MEDIA, Attachment, Json
from ..channels.flows import Connected
from ..channels.model import SANDBOX
from ..channels.rules import STAND_IN_STAGES, may_be_called
from ..channels.sending import CannotSend, NotTold
from ..platform import blobs
from ..platform.belongings import AT_ONCE
from ..platform.fact import frozen
from ..platform.settings import SETTINGS
from . import rules

PREFIX = "media/"
#: An address is good for as long as somebody looks at a thread.
ADDRESS_SECONDS = 900
#: One file may take so long, slow servers included.
SECONDS = 20.0


@frozen
class Copy:
    """A kept file: its content type, bytes and SHA-256 (hex)."""

    type: str
    size: int
    sha256: str


@frozen
class NoCopy:
    """Why there is none: a code of `rules.REASONS`; `again` when a later try may do it."""

    code: str
    again: bool = False


@frozen
class Source:
    """What a file is copied from: the attachment at `number` of a message, and by which account.

    `raw` gives the provider's payload of the message, for bytes that came inside it.
    """

    number: int
    attachment: Attachment
    connected: Connected
    adapter: Adapter
    raw: Callable[[], Json]


def to_copy(
    attachments: Sequence[Attachment], adapter: Adapter, connected: Connected
) -> tuple[int, ...]:
    """Which attachments have bytes somewhere. A sandbox account asks its provider nothing."""
    return tuple(
        number
        for number, part in enumerate(attachments)
        if part.kind in MEDIA
        and (part.url is not None or adapter.media_inside or _has_id(part, adapter, connected))
    )


def _has_id(part: Attachment, adapter: Adapter, connected: Connected) -> bool:
    """Whether the provider can be asked for it; that it cannot just now is found out later."""
    if connected.mode == SANDBOX:
        return False
    try:
        return adapter.media_request(part, connected.account) is not None
    except CannotSend:
        return True  # no token: the copy fails, and says so


def place(conversation_id: str, message_id: str) -> str:
    """Where the copies of a message are kept: what their keys begin with."""
    return f"{PREFIX}{conversation_id}/{message_id}/"


def key(conversation_id: str, message_id: str, number: int | str) -> str:
    """The key of one copy."""
    return f"{place(conversation_id, message_id)}{number}"


def copied(conversation_id: str, message_id: str, source: Source) -> Copy | NoCopy:
    """Bring one attachment into the bucket; the same again changes nothing.

    Raises `BlobsUnavailable`, and `Transient` where our own stores do not answer.
    """
    found = _bytes_of(source)
    if isinstance(found, NoCopy):
        return found
    try:
        name = source.attachment.name
        return keep(conversation_id, message_id, source.number, found, name=name)
    except rules.Refused as refused:
        return NoCopy(code=refused.why)


def keep(
    conversation_id: str, message_id: str, number: int, body: bytes, *, name: str | None
) -> Copy:
    """Keep bytes as a message's attachment. Raises `rules.Refused`, `BlobsUnavailable`."""
    found = rules.type_of(body)
    blobs.put(
        key(conversation_id, message_id, number),
        body,
        content_type=found.name,
        disposition=rules.disposition(found, rules.safe_name(name)),
    )
    return Copy(type=found.name, size=len(body), sha256=sha256(body).hexdigest())


def _bytes_of(source: Source) -> bytes | NoCopy:
    if source.adapter.media_inside and source.attachment.url is None:
        inside = source.adapter.media_body(source.number, source.raw())
        return NoCopy(code="gone") if inside is None else inside
    address = source.attachment.url or _asked(source)
    return address if isinstance(address, NoCopy) else _fetched(address, source)


def _asked(source: Source) -> str | NoCopy:
    """The address of a medium that came as an id, as its provider tells it now."""
    account, adapter = source.connected.account, source.adapter
    if source.connected.mode == SANDBOX:
        return NoCopy(code="not_told")
    try:
        request = adapter.media_request(source.attachment, account)
        if request is None:
            return NoCopy(code="not_told")
        return adapter.media_address(outside.call(adapter, request))
    except NotTold:
        return NoCopy(code="not_told", again=True)
    except outside.ForeignAddress:
        return NoCopy(code="address_refused")
    except CannotSend:
        return NoCopy(code="not_told")


def _fetched(address: str, source: Source) -> bytes | NoCopy:
    from ..platform import fetching

    own = _own_headers(source)

    def headers(url: str) -> Mapping[str, str]:
        return own if own and may_be_called(url, source.adapter.hosts) else {}

    found = fetching.fetch(
        address,
        most=rules.MOST_BYTES,
        seconds=SECONDS,
        stand_in=SETTINGS.stage in STAND_IN_STAGES,
        headers=headers,
    )
    return found.body if found.code is None else NoCopy(code=found.code, again=found.again)


def _own_headers(source: Source) -> Mapping[str, str]:
    try:
        return source.adapter.media_headers(source.connected.account)
    except CannotSend:
        return {}  # no token: what can be had without one is had


def forget(conversation_id: str, message_id: str) -> int:
    """Remove every copy of a message; returns how many there were."""
    return blobs.drop(blobs.keys(place(conversation_id, message_id)))


def erase(conversation_id: str) -> Iterator[int]:
    """Remove every copy of a conversation, also of messages that are gone; some at a time."""
    keys = blobs.keys(f"{PREFIX}{conversation_id}/")
    for start in range(0, len(keys), AT_ONCE):
        yield blobs.drop(keys[start : start + AT_ONCE])


def given(
    conversation_id: str,
    message_id: str,
    attachments: Sequence[Mapping[str, Any]],
    copies: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Attachments as their person is given them: a copy as `file`, the key it is kept under."""
    return [
        _given(part, copies.get(str(number)), key(conversation_id, message_id, number))
        for number, part in enumerate(attachments)
    ]


def _given(part: Mapping[str, Any], copy: Mapping[str, Any] | None, at: str) -> dict[str, Any]:
    if copy is None or copy["state"] != "kept":
        return dict(part)
    told = {"file": at, "media_type": copy["type"], "size": copy["size"], "sha256": copy["sha256"]}
    return {name: value for name, value in part.items() if name != "url"} | told


def shown(
    conversation_id: str,
    message_id: str,
    attachments: Sequence[Mapping[str, Any]],
    copies: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Attachments as people see them: a copy by an address of ours that is good for minutes.

    `copy` says `pending`, `kept`, `failed` or `expired`, `copy_reason` why there is none.
    A provider's address is shown only until there is a copy or it is clear that there is none.
    """
    return [
        _shown(part, copies.get(str(number)), key(conversation_id, message_id, number))
        for number, part in enumerate(attachments)
    ]


def _shown(part: Mapping[str, Any], copy: Mapping[str, Any] | None, at: str) -> dict[str, Any]:
    whole = dict(part)
    if "name" in whole:
        whole["name"] = rules.safe_name(whole["name"])
    if copy is None:
        return whole
    whole["copy"] = copy["state"]
    if copy["state"] == "kept":
        address = blobs.address(at, seconds=ADDRESS_SECONDS, media_type=copy["type"])
        told = {"media_type": copy["type"], "size": copy["size"], "sha256": copy["sha256"]}
        return whole | told | {"url": address, "url_expires_in": ADDRESS_SECONDS}
    if copy["state"] != "pending":
        whole.pop("url", None)
        whole["copy_code"] = copy["code"]
        whole["copy_reason"] = rules.REASONS.get(copy["code"], copy["code"])
    return whole
