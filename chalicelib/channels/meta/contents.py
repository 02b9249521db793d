"""What a private message to a Messenger or Instagram user holds: words, buttons, files.

Called by the adapters of `facebook_message` and `instagram`. Send API: attachments by url, quick
replies (at most 13, titles of 20 characters), button templates (at most 3, text of 640).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from .. import degrading
from ..event import AttachmentKind, Json
from ..sending import Capabilities, Choice, OutboundMessage, OutFile

MB = 1024 * 1024
QUICK_REPLIES, BUTTONS, TITLE, TEMPLATE_TEXT = 13, 3, 20, 640

#: How the Send API calls a kind of file.
KINDS = {
    AttachmentKind.IMAGE: "image",
    AttachmentKind.AUDIO: "audio",
    AttachmentKind.VIDEO: "video",
    AttachmentKind.FILE: "file",
}


def contents(message: OutboundMessage, able: Capabilities) -> list[Json]:
    """The `message` objects of the parts; none for a message without words.

    Quick replies go when the next message comes, so what is to be tapped is in the last part.
    """
    text = unicodedata.normalize("NFC", message.text)
    parts = degrading.texts(text, able, choices=bool(message.choices))
    said = [{"text": part} for part in parts]
    if said and message.choices:
        said[-1] = _offering(parts[-1], message.choices)
    return [*map(_file, message.files), *said] if said else []


def _file(file: OutFile) -> Json:
    payload = {"url": file.address, "is_reusable": False}
    return {"attachment": {"type": KINDS[file.kind], "payload": payload}}


def _offering(text: str, choices: Sequence[Choice]) -> Json:
    """Answers as quick replies, pages as buttons: never both (`Capabilities.mixed`)."""
    pages = [{"type": "web_url", "url": one.url, "title": one.title} for one in choices if one.url]
    if pages:
        payload = {"template_type": "button", "text": text, "buttons": pages}
        return {"attachment": {"type": "template", "payload": payload}}
    replies = [
        {"content_type": "text", "title": one.title, "payload": one.value} for one in choices
    ]
    return {"text": text, "quick_replies": replies}
