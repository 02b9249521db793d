"""What an open WhatsApp chat is told: words, files by their address, buttons, lists, one page.

Called by `sending`. Cloud API: interactive `button` (3 answers), `list` (10), `cta_url` (one page),
their text at most 1,024 characters; media by `link` with a caption of as many.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from .. import degrading
from ..event import AttachmentKind, Json
from ..sending import Capabilities, Choice, OutboundMessage, OutFile

MAX_TEXT = 4096  # characters, NFC
MAX_CAPTION = 1024
WINDOW = timedelta(hours=24)
BUTTONS, ROWS = 3, 10
OPENS_LIST = "Chọn"
MB = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."

#: How the Cloud API calls a kind of file; sound has no caption.
KINDS = {
    AttachmentKind.IMAGE: "image",
    AttachmentKind.VIDEO: "video",
    AttachmentKind.AUDIO: "audio",
    AttachmentKind.FILE: "document",
}
CARRIES = Capabilities(
    can_send=True,
    max_text=MAX_TEXT,
    session_window=WINDOW,
    templates=True,
    files={
        AttachmentKind.IMAGE: 5 * MB,
        AttachmentKind.VIDEO: 16 * MB,
        AttachmentKind.AUDIO: 16 * MB,
        AttachmentKind.FILE: 100 * MB,
    },
    file_types={
        AttachmentKind.IMAGE: frozenset({"image/jpeg", "image/png"}),
        AttachmentKind.VIDEO: frozenset({"video/mp4", "video/3gpp"}),
        AttachmentKind.AUDIO: frozenset(
            {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}
        ),
        AttachmentKind.FILE: frozenset(
            {
                *("application/pdf", "text/plain"),
                f"{_OFFICE}wordprocessingml.document",
                f"{_OFFICE}spreadsheetml.sheet",
                f"{_OFFICE}presentationml.presentation",
            }
        ),
    },
    choices=ROWS,
    links=1,
    choice_title=20,
    choice_text=1024,
)
#: Out of the window, in a template's gap: nothing but words.
WORDS_ONLY = Capabilities(can_send=True)


def contents(message: OutboundMessage, text: str) -> list[Json]:
    """One content a part, at least one; the first one quotes."""
    found = _captioned(message, text) or [
        *(_media(one) for one in message.files),
        *_said(text, message.choices),
    ]
    if message.quote_provider_id:
        found[0]["context"] = {"message_id": message.quote_provider_id}
    return found


def _captioned(message: OutboundMessage, text: str) -> list[Json]:
    """One file with the text below it, where both fit into one."""
    alone = len(message.files) == 1 and not message.choices and len(text) <= MAX_CAPTION
    if not alone or message.files[0].kind is AttachmentKind.AUDIO:
        return []
    return [_media(message.files[0], caption=text)]


def _media(file: OutFile, *, caption: str | None = None) -> Json:
    kind = KINDS[file.kind]
    named = {"filename": file.name} if kind == "document" and file.name else {}
    said = {"caption": caption} if caption else {}
    return {"type": kind, kind: {"link": file.address, **named, **said}}


def _said(text: str, choices: Sequence[Choice]) -> list[Json]:
    parts = degrading.texts(text, CARRIES, choices=bool(choices))
    said: list[Json] = [{"type": "text", "text": {"body": part}} for part in parts]
    if choices:
        asked = {"body": {"text": parts[-1]}, **_interactive(choices)}
        said[-1] = {"type": "interactive", "interactive": asked}
    return said


def _interactive(choices: Sequence[Choice]) -> Json:
    page = next((one for one in choices if one.url is not None), None)
    if page is not None:
        shown = {"display_text": page.title, "url": page.url}
        return {"type": "cta_url", "action": {"name": "cta_url", "parameters": shown}}
    rows = [{"id": one.value, "title": one.title} for one in choices]
    if len(rows) > BUTTONS:
        return {"type": "list", "action": {"button": OPENS_LIST, "sections": [{"rows": rows}]}}
    buttons = [{"type": "reply", "reply": row} for row in rows]
    return {"type": "button", "action": {"buttons": buttons}}
