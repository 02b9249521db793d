"""What visitors type of themselves into forms and chats. Called by `forms` and `visitors`."""

from __future__ import annotations

from ..event import ContactHints, Json
from ..wire import as_text, as_texts


def contact_of(payload: Json) -> ContactHints | None:
    """Name, phone and address as typed: nobody vouches for them."""
    name, phone, email = (as_text(payload.get(field)) for field in ("name", "phone", "email"))
    if not (name or phone or email):
        return None
    return ContactHints(name=name, phones=as_texts([phone]), emails=as_texts([email]))
