"""One mail in our words, whichever provider brought it, and what its headers say.

`readers` make a `Letter` of what a provider posted, `adapter` an event of it. Pure; never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ...platform.fact import frozen
from ..wire import EARLIEST, LATEST
from . import codes
from .charsets import decoded
from .markup import texts
from .mime import LARGEST_TEXT, Part, Taken, take_apart, told_apart
from .names import safe_name
from .quoting import is_forwarded, own_words

MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,400})\s*>")
MOST_REFERENCES = 30
ADDRESS = re.compile(r"[^@\s<>\"'(),;:\\\[\]]{1,64}@[A-Za-z0-9À-ỹ.-]{1,250}")
#: A ticket's number, as our own mails name it: after the plus of an address, or in brackets.
NUMBER = r"([A-Za-z]{2,4}-(?:[0-9]{2}-)?[0-9]{1,12})"
IN_ADDRESS = re.compile(rf"[^@]*\+{NUMBER}@")
IN_SUBJECT = re.compile(rf"\[#?{NUMBER}\]")


@frozen
class File:
    """One attachment as it came."""

    name: str
    type: str
    body: bytes
    size: int
    url: str | None = None


@frozen
class Letter:
    """A mail. Header names are lower case; `text` is all there is, `own` without quotations."""

    headers: tuple[tuple[str, str], ...]
    text: str
    own: str
    files: tuple[File, ...] = ()
    parts: tuple[Part, ...] = ()
    report: bool = False

    def every(self, name: str) -> list[str]:
        """All values of a header that say something."""
        return [value for known, value in self.headers if known == name and value]

    def header(self, name: str) -> str:
        """The first value of a header; '' when it is not there."""
        return next(iter(self.every(name)), "")


def from_mime(raw: bytes) -> Letter:
    """The letter of a whole mail."""
    taken = take_apart(raw)
    written = [part for part in taken.parts if _is_text(part)]
    plain = [_text(part) for part in written if part.type != "text/html"]
    html = [_text(part) for part in written if part.type == "text/html"]
    return letter(
        taken.headers,
        plain="\n".join(text for text in plain if text.strip()),
        html="\n".join(html),
        files=_files(taken),
        parts=taken.parts,
        report=taken.report,
    )


def letter(
    headers: Iterable[tuple[str, str]],
    *,
    plain: str,
    html: str,
    files: Sequence[File] = (),
    parts: Sequence[Part] = (),
    report: bool = False,
) -> Letter:
    """A letter of its texts: the plain one is believed, the HTML read where there is none."""
    known = tuple(headers)
    subject = next((value for name, value in known if name == "subject"), "")
    whole, own = plain.strip(), ""
    if whole:
        own = own_words(whole, subject)
    elif html:
        whole, own = texts(html)
        # Programs mark a forwarded mail like a quoted one, and some quote by words alone.
        own = whole if is_forwarded(whole, subject) or not own else own
        own = own_words(own, subject)
    return Letter(
        headers=known,
        text=whole,
        own=own or whole,
        files=tuple(files),
        parts=tuple(parts),
        report=report,
    )


def _is_text(part: Part) -> bool:
    return not part.attached and part.type in ("text/plain", "text/html", "text/enriched")


def _text(part: Part) -> str:
    return decoded(part.body[:LARGEST_TEXT], part.charset)


def _files(taken: Taken) -> tuple[File, ...]:
    others = [part for part in taken.parts if not _is_text(part) and not _of_report(part, taken)]
    return tuple(
        File(
            name=safe_name(part.name, part.type, number),
            type=part.type,
            body=part.body,
            size=len(part.body),
        )
        for number, part in enumerate(others, 1)
    )


def _of_report(part: Part, taken: Taken) -> bool:
    return taken.report and part.type.startswith(("message/", "text/rfc822"))


# --------------------------------------------------------------------- who wrote


def addresses(values: Iterable[str]) -> list[tuple[str, str]]:
    """(name, address) of every usable address in header values; addresses in lower case."""
    try:
        pairs = told_apart(value[:5000] for value in values)
    except (ValueError, IndexError, TypeError, RecursionError):
        pairs = [("", value) for value in values]
    found: list[tuple[str, str]] = []
    for name, given in pairs:
        usable = ADDRESS.findall(given)[:1] or ADDRESS.findall(name)[-1:]
        found += [(name.strip() if "@" not in name else "", one.lower()) for one in usable]
    return found


def bare(address: str) -> str:
    """An address in lower case without what follows its plus."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def sender(mail: Letter, mailbox: str, fallback: str = "") -> tuple[str, str] | None:
    """(name, address) of who wrote: `From`, else `Sender`, else the envelope's; None: nobody.

    Of several addresses in `From` the last counts: what stands before may be the name its
    writer chose, `victim@khach.vn <me@example.vn>`.

    A form of a site often sends from the mailbox itself and names its visitor in `Reply-To`.
    """
    first = next(reversed(writers(mail, fallback)), None)
    if first is not None and bare(first[1]) == bare(mailbox):
        others = addresses(mail.every("reply-to"))
        return next((one for one in others if bare(one[1]) != bare(mailbox)), first)
    return first


def writers(mail: Letter, fallback: str = "") -> list[tuple[str, str]]:
    """(name, address) of everybody who may have written: what stands in `Reply-To` is no proof."""
    return addresses(_where_writers_stand(mail, fallback))


def is_sure(mail: Letter, address: str, fallback: str = "") -> bool:
    """Whether nobody else can be meant: a name that is an address may have become one."""
    text = " ".join(_where_writers_stand(mail, fallback)).lower()
    return set(ADDRESS.findall(text)) == {address}


def _where_writers_stand(mail: Letter, fallback: str) -> list[str]:
    listed = (mail.every("from"), mail.every("sender"), [fallback])
    return next((values for values in listed if addresses(values)), [])


# -------------------------------------------------------------- what it belongs to


def message_id(mail: Letter) -> str | None:
    """The mail's own id, without its angle brackets."""
    value = mail.header("message-id")
    found = MESSAGE_ID.search(value)
    return found[1] if found else (value.strip("<> ")[:400] or None)


def references(mail: Letter) -> tuple[str, ...]:
    """Ids of the mails it answers, the nearest first: `In-Reply-To`, then `References` back."""
    nearest = MESSAGE_ID.findall(mail.header("in-reply-to"))
    line = MESSAGE_ID.findall(mail.header("references"))
    return tuple(dict.fromkeys([*nearest, *reversed(line)]))[:MOST_REFERENCES]


def ticket_number(mail: Letter, recipients: Iterable[str]) -> str | None:
    """A ticket's number that one of our addresses or the subject carries."""
    for address in recipients:
        found = IN_ADDRESS.match(address)
        if found is not None:
            return found[1].upper()
    named = IN_SUBJECT.search(mail.header("subject"))
    return named[1].upper() if named else None


def sent_at(mail: Letter) -> datetime | None:
    """When its writer's clock says it was written; None when that is no time."""
    try:
        moment = parsedate_to_datetime(mail.header("date"))
        known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return known if EARLIEST <= known < LATEST else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


# ------------------------------------------------------------------- nobody wrote it


def is_automatic(mail: Letter) -> bool:
    """Whether a machine wrote it (RFC 3834): an absence note, a receipt, a notification."""
    return _marked(mail, codes.AUTOMATIC) or mail.header("return-path").strip() == "<>"


def is_to_many(mail: Letter, mailbox: str) -> bool:
    """Whether it went to many: a newsletter or a list, unless the list is our own mailbox.

    A mailbox that is a group (Google Groups) marks every customer's mail as its list's.
    """
    local, _, domain = bare(mailbox).partition("@")
    ours = (f"{local}.{domain}", f"{local}@{domain}")
    lists = " ".join([*mail.every("list-id"), *mail.every("list-post")]).lower()
    if any(name in lists for name in ours):
        return False
    return _marked(mail, codes.TO_MANY)


def _marked(mail: Letter, marks: dict[str, re.Pattern[str]]) -> bool:
    return any(
        mark.search(value) is not None
        for name, mark in marks.items()
        for known, value in mail.headers
        if known == name
    )


def is_own(mail: Letter, mailbox: str, who: str) -> bool:
    """Whether it is a mail of ours come back."""
    loops = {bare(address) for _, address in addresses(mail.every("x-loop"))}
    return bare(who) == bare(mailbox) or bare(mailbox) in loops
