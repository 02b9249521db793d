"""Files that our side sends: brought into the bucket by their sender, named in a reply.

`media.api` gives the address to bring one to, `tickets.api` attaches it to a reply,
`conversations.outgoing` gives it to the channel, and `conversations.elsewhere` carries it over
to a reply that goes out on another channel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..channels.event import AttachmentKind
from ..channels.sending import OutFile
from ..platform import blobs
from ..platform.errors import AppError, Invalid
from . import rules
from .flows import keep, key

PREFIX = "uploads/"  # what no reply names goes after two days, by a rule of the bucket
BRING_SECONDS = 900
#: The longest that S3 signs for; a link ends sooner with the credentials that signed it.
LINK_SECONDS = 7 * 86400


class NoUpload(Invalid):
    code, title = "no_upload", "No such file was brought, or not whole"


def upload_key(media_id: str) -> str:
    """Where a file waits for the reply that names it."""
    return PREFIX + media_id


def attached(
    conversation_id: str, message_id: str, wanted: Sequence[tuple[str, str | None]]
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Attachments and copies (`conversations.copying`) of a message with these files.

    `wanted` are ids of uploads and the names the customer sees. Raises `NoUpload`,
    `rules.Refused` for what is too large or of a kind we do not pass on.
    """
    parts: list[dict[str, Any]] = []
    copies: dict[str, dict[str, Any]] = {}
    for number, (media_id, given) in enumerate(wanted):
        name = rules.safe_name(given)
        try:
            body = _brought(media_id)
            kept = keep(conversation_id, message_id, number, body, name=name)
        except AppError:
            blobs.drop(key(conversation_id, message_id, before) for before in copies)
            raise
        parts.append({"kind": rules.type_of(body).kind, "size": kept.size, "name": name})
        told = {"type": kept.type, "size": kept.size, "sha256": kept.sha256}
        copies[str(number)] = {"state": "kept", **told}
    return [{n: value for n, value in one.items() if value is not None} for one in parts], copies


def carried_over(
    before: tuple[str, str],
    after: tuple[str, str],
    *,
    attachments: Sequence[Mapping[str, Any]],
    copies: Mapping[str, Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The files of one message kept for another too; both as (conversation id, message id).

    Returns its attachments and copies; a file whose time is over is left out of the copies.
    """
    kept: dict[str, dict[str, Any]] = {}
    for number, copy in copies.items():
        body = blobs.find(key(*before, number)) if copy["state"] == "kept" else None
        if body is not None:
            name = attachments[int(number)].get("name")
            keep(*after, int(number), body, name=name)
            kept[number] = dict(copy)
    return [dict(one) for one in attachments], kept


def _brought(media_id: str) -> bytes:
    size = blobs.size(upload_key(media_id))
    if size is None:
        raise NoUpload(field="media")
    if size > rules.MOST_BYTES:
        raise rules.Refused("too_large")
    return blobs.get(upload_key(media_id))


def outgoing(
    conversation_id: str,
    message_id: str,
    attachments: Sequence[Mapping[str, Any]],
    copies: Mapping[str, Mapping[str, Any]],
) -> dict[str, OutFile]:
    """The files that go with a message of ours, by their number among its attachments."""
    return {
        number: OutFile(
            kind=AttachmentKind(attachments[int(number)]["kind"]),
            name=attachments[int(number)].get("name") or "",
            media_type=copy["type"],
            size=int(copy["size"]),
            address=blobs.address(
                key(conversation_id, message_id, number),
                seconds=LINK_SECONDS,
                media_type=copy["type"],
            ),
        )
        for number, copy in copies.items()
        if copy["state"] == "kept"
    }


def body_of(conversation_id: str, message_id: str, number: str) -> bytes | None:
    """The bytes of such a file; None when it is gone."""
    return blobs.find(key(conversation_id, message_id, number))
