"""What a WhatsApp message says: its text, its parts, where it came from.

Called by `adapter` for messages, edits and echoes. Types:
developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..event import Attachment, AttachmentKind, Json
from ..wire import as_degrees, as_list, as_object, as_text, leading_object
from . import codes

Facts = dict[str, Any]  # fields of an InboundEvent


def content(message: Json) -> Facts | None:
    """The fields a message's content fills; None for a type nobody knows, and for no content.

    What WhatsApp does not hand over is content too: the customer did say something.
    """
    kind = as_text(message.get("type")) or ""
    read = READERS.get(kind)
    if read is not None:
        said = read(as_object(message.get(kind)))
    elif kind == "contacts":
        said = {"attachments": _cards(message.get(kind))}
    elif kind == "unsupported" or message.get("errors"):
        said = {"attachments": (_unreadable(codes.UNSUPPORTED),)}
    else:
        return None
    return {**said, **origin(message)} if any(said.values()) else None


def origin(message: Json) -> Facts:
    """What a message answers, the product it asks about, the advertisement it came by."""
    context, referral = as_object(message.get("context")), as_object(message.get("referral"))
    product = as_text(as_object(context.get("referred_product")).get("product_retailer_id"))
    source = as_text(referral.get("source_id"))
    by_ad = as_text(referral.get("source_type")) == "ad"
    return {
        "reply_to": as_text(context.get("id")),
        "referrer": as_text(referral.get("source_url")) or source,
        "advertisement": source if by_ad else None,
        **({"product": product} if product else {}),
    }


def _unreadable(title: str) -> Attachment:
    return Attachment(kind=AttachmentKind.OTHER, title=title)


def _text(text: Json) -> Facts:
    return {"text": as_text(text.get("body"))}


def _media(kind: AttachmentKind) -> Callable[[Json], Facts]:
    """A file is told by its id alone; `media` asks for where it is."""

    def read(media: Json) -> Facts:
        part = Attachment(
            kind=kind, name=as_text(media.get("filename")), provider_id=as_text(media.get("id"))
        )
        return {"text": as_text(media.get("caption")), "attachments": (part,)}

    return read


def _location(location: Json) -> Facts:
    named = (as_text(location.get(name)) for name in ("name", "address"))
    part = Attachment(
        kind=AttachmentKind.LOCATION,
        url=as_text(location.get("url")),
        title=", ".join(filter(None, named)) or None,
        latitude=as_degrees(location.get("latitude"), limit=90),
        longitude=as_degrees(location.get("longitude"), limit=180),
    )
    return {"attachments": (part,)}


def _cards(cards: Any) -> tuple[Attachment, ...]:
    return tuple(_card(as_object(card)) for card in as_list(cards))


def _card(card: Json) -> Attachment:
    """A business card; its numbers are somebody's, not proved to be the sender's."""
    numbers = (as_object(one) for one in as_list(card.get("phones")))
    phones = (as_text(one.get("phone")) or as_text(one.get("wa_id")) for one in numbers)
    return Attachment(
        kind=AttachmentKind.CONTACT,
        title=as_text(as_object(card.get("name")).get("formatted_name")),
        phone=next(filter(None, phones), None),
    )


def _button(button: Json) -> Facts:
    """The quick reply of a template."""
    return {"text": as_text(button.get("text")), "postback": as_text(button.get("payload"))}


def _interactive(interactive: Json) -> Facts:
    kind = as_text(interactive.get("type")) or ""
    if kind == "nfm_reply":
        return _form(as_object(interactive.get(kind)))
    chosen = as_object(interactive.get(kind))
    return {"text": as_text(chosen.get("title")), "postback": as_text(chosen.get("id"))}


def _form(reply: Json) -> Facts:
    """The answers of a form: `response_json` is a JSON object written as a text.

    Each answer is a line; the token says which sending of ours they answer.
    """
    written = as_text(reply.get("response_json")) or ""
    answers = leading_object(written.encode())
    if answers is None:
        return {"attachments": (_unreadable(codes.BAD_FORM),)}
    token = as_text(answers.pop("flow_token", None))
    lines = [f"{name}: {_answer(answer)}" for name, answer in answers.items()]
    return {"text": as_text("\n".join(lines)), "postback": token or "nfm_reply"}


def _answer(answer: Any) -> str:
    """An answer as a text; several, and what is no text, as JSON."""
    text = as_text(answer)
    return json.dumps(answer, ensure_ascii=False) if text is None else text


def _order(order: Json) -> Facts:
    """A basket out of the catalogue: one part a product, with what was written beside it."""
    parts = tuple(_line(as_object(one)) for one in as_list(order.get("product_items")))
    only = parts[0].provider_id if len(parts) == 1 else None
    return {"text": as_text(order.get("text")), "attachments": parts, "product": only}


def _line(item: Json) -> Attachment:
    product, amount = as_text(item.get("product_retailer_id")), as_text(item.get("quantity"))
    price = " ".join(filter(None, (as_text(item.get("item_price")), as_text(item.get("currency")))))
    told = " × ".join(filter(None, (amount, product)))
    return Attachment(
        kind=AttachmentKind.TEMPLATE,
        title=", ".join(filter(None, (told, price))) or None,
        provider_id=product,
    )


#: type → how what stands under its name is read
READERS: dict[str, Callable[[Json], Facts]] = {
    "text": _text,
    **{named: _media(kind) for named, kind in codes.MEDIA.items()},
    "location": _location,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}
