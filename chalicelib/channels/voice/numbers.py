"""Telephone numbers as the exchanges write them, and callers who do not show theirs. Pure.

Called by the readers of every provider. One number has one written form here, because it is
the customer's identity on this channel: 0912…, 84912… and +84912… are the same caller.
"""

from __future__ import annotations

import re

from ...language.extraction import phone
from ...language.text import fold
from ..event import Json
from ..wire import as_list, as_text

#: What stands in the place of a number that is not shown; folded, without the words around it.
WITHHELD = frozenset(
    {
        "",
        "andanh",
        "anso",
        "anonymous",
        "asterisk",
        "blocked",
        "khong",
        "khongro",
        "khongxacdinh",
        "n/a",
        "nil",
        "no",
        "none",
        "null",
        "private",
        "restricted",
        "soan",
        "unavailable",
        "undefined",
        "unknown",
        "withheld",
        # Twilio spells the words on the telephone's keys (anonymous, restricted, blocked, …)
        "266696687",
        "7378742833",
        "2562533",
        "8656696",
        "86282452253",
    }
)
#: What may stand around these: "Private number", "No Caller ID".
AROUND = re.compile(r"\b(?:number|caller|call|id)\b")
NOUGHTS = re.compile(r"0*")
#: Extensions, short codes, 1800 and 1900 hotlines: dialled, but no number of the public network.
SHORT = re.compile(r"\+?[0-9*#]{2,15}")
LONGEST = 100  # characters
#: Shorter ones are telephones inside an exchange.
LONGEST_EXTENSION = 6


def _bare(written: str) -> str:
    """The number or name in an address: `"Lan" <sip:101@pbx.vn:5060>`, `client:lan`, `tel:…`."""
    _, bracket, inner = written.rpartition("<")
    written = inner.rstrip("> ") if bracket else written
    for scheme in ("sip:", "sips:", "client:", "tel:"):
        written = written.removeprefix(scheme)
    return written.partition("@")[0].strip()[:LONGEST]


def is_withheld(written: object) -> bool:
    """Whether the other side is there but does not show its number."""
    text = as_text(written)
    if text is None:
        return True
    said = re.sub(r"[^a-z0-9/]", "", AROUND.sub("", fold(_bare(text))))
    return said in WITHHELD or NOUGHTS.fullmatch(said) is not None


def number(written: object) -> str | None:
    """The number in its one written form: E.164 where it is one, else its digits or its name.

    None where it is withheld or not said.
    """
    text = as_text(written)
    if text is None or is_withheld(text):
        return None
    bare = _bare(text)
    digits = re.sub(r"[ .()\-]", "", bare)
    return phone(bare) or (digits if SHORT.fullmatch(digits) else bare) or None


def is_public(written: str | None) -> bool:
    """Whether a number (of `number`) belongs to somebody outside, who can be called back."""
    return written is not None and written.startswith("+")


def is_extension(written: str | None) -> bool:
    """Whether a number (of `number`) is a telephone inside the exchange."""
    return written is not None and not is_public(written) and len(written) <= LONGEST_EXTENSION


def own(settings: Json, account_id: str) -> list[str]:
    """The numbers of an account: its id where that is one, and those of its setting `numbers`."""
    listed = settings.get("numbers")
    given = [account_id, *(as_list(listed) if isinstance(listed, list) else [listed])]
    return [found for one in given if (found := number(one)) and not is_withheld(one)]
