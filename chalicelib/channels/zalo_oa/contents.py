"""What a customer-service message of Zalo holds: words, buttons, an image, a file.

Called by `adapter`. Text, image (`media` template by its address) and file (a token of
`/v2.0/oa/upload/file`) as in Zalo's OA API v3.0, tin tư vấn. Buttons stand beside the text; whether
Zalo wants a `template_type` with them is unconfirmed, so it is a setting (README).
"""

from __future__ import annotations

import json
import unicodedata

from .. import degrading, multipart
from ..base import Account
from ..event import AttachmentKind, Json
from ..sending import CannotSend, Capabilities, Choice, HttpRequest, OutboundMessage, OutFile
from . import templates

MAX_TEXT = 2000
MB = 1024 * 1024
#: The setting that names `template_type` of a message with buttons.
BUTTONS_TYPE = "buttons_template_type"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

#: What one chat message carries.
CARRIES = Capabilities(
    can_send=True,
    max_text=MAX_TEXT,
    files={AttachmentKind.IMAGE: MB, AttachmentKind.FILE: 5 * MB},
    file_types={
        AttachmentKind.IMAGE: frozenset({"image/jpeg", "image/png"}),
        AttachmentKind.FILE: frozenset({"application/pdf", DOCX}),
    },
    uploads=frozenset({AttachmentKind.FILE}),
    choices=5,
    links=5,
    mixed=True,
    choice_title=100,
)


def bodies(message: OutboundMessage, account: Account) -> list[bytes]:
    """JSON bodies of the parts; the first that has words quotes. A lone surrogate becomes `?`.

    Raises `CannotSend` without words.
    """
    text = unicodedata.normalize("NFC", message.text)
    parts = degrading.texts(text, CARRIES, choices=bool(message.choices))
    if not parts:
        raise CannotSend("Tin nhắn không có nội dung")
    said: list[Json] = [{"text": part} for part in parts]
    if message.quote_provider_id:
        said[0]["quote_message_id"] = message.quote_provider_id
    if message.choices:
        said[-1]["attachment"] = _buttons(message, account)
    contents = [*({"attachment": _file(one)} for one in message.files), *said]
    whole = [{"recipient": {"user_id": message.user_id}, "message": one} for one in contents]
    return [json.dumps(one, ensure_ascii=False).encode(errors="replace") for one in whole]


def _buttons(message: OutboundMessage, account: Account) -> Json:
    named = account.settings.get(BUTTONS_TYPE)
    typed = {"template_type": named} if isinstance(named, str) and named else {}
    return {"type": "template", "payload": {**typed, "buttons": [*map(_button, message.choices)]}}


def _button(choice: Choice) -> Json:
    """A page to open, or words the customer says by tapping: they come as their text message."""
    if choice.url is not None:
        return {"title": choice.title, "type": "oa.open.url", "payload": {"url": choice.url}}
    return {"title": choice.title, "type": "oa.query.show", "payload": choice.value}


def _file(file: OutFile) -> Json:
    if file.kind is AttachmentKind.IMAGE:
        shown = {"media_type": "image", "url": file.address}
        return {"type": "template", "payload": {"template_type": "media", "elements": [shown]}}
    return {"type": "file", "payload": {"token": file.token}}


def upload(file: OutFile, account: Account) -> HttpRequest:
    """The multipart request of `/v2.0/oa/upload/file`. Raises `CannotSend`."""
    token = account.secret("access_token")
    if not token:
        raise CannotSend(templates.NO_TOKEN)
    kind, body = multipart.form([], [("file", file.name or "tep", file)])
    base = account.base_url("api_base", templates.API_BASE)
    return HttpRequest(
        method="POST",
        url=f"{base}/v2.0/oa/upload/file",
        headers={"access_token": token, "content-type": kind},
        body=body,
    )
