"""A mail of ours before a provider is chosen: its headers and its words. For `adapter`.

RFC 5322 for ids and threads, RFC 3834 for automatic mails: what a machine of ours writes says so,
and nobody's machine answers it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from ...platform.fact import frozen
from .. import degrading
from ..base import Account
from ..event import MEDIA, Author
from ..sending import CannotSend, Capabilities, OutboundMessage, OutFile
from ..wire import encodable, mended
from .charsets import CONTROL
from .letter import ADDRESS, IN_SUBJECT, MESSAGE_ID, bare

LONGEST_TEXT = 100_000  # characters; SES takes 40 MB, no reader does
LONGEST_SUBJECT = 250
MOST_REFERENCES = 20
ANSWER = re.compile(r"\s*(?:(?:re|tl|trả lời|aw|sv)\s*:\s*)+", re.IGNORECASE)
NO_SUBJECT = "Phản hồi từ {name}"
NO_TEXT = "Tin nhắn không có chữ"
NO_ADDRESS = "Khách không có địa chỉ e-mail dùng được"


#: Bytes of all files of one mail: Postmark, the strictest, takes 10 MB with the third that
#: base64 adds.
LARGEST_FILES = 7_000_000
#: What a mail carries.
CARRIES = Capabilities(
    can_send=True,
    max_text=LONGEST_TEXT,
    threaded=True,
    files=dict.fromkeys(MEDIA, LARGEST_FILES),
    files_total=LARGEST_FILES,
    files_inside=True,
)
ENDED_AT = "Ngừng nhận thư này: {address}"


@frozen
class Mail:
    """A mail ready to go; `headers` are those beside sender, recipient and subject."""

    id: str  # ours
    sender: str
    name: str
    recipient: str
    subject: str
    text: str
    reply_to: str
    headers: tuple[tuple[str, str], ...]
    date: datetime
    files: tuple[OutFile, ...] = ()  # with their bytes


def compose(message: OutboundMessage, account: Account, *, now: datetime) -> Mail:
    """The mail of a message. Raises `CannotSend` without text or a usable address."""
    # A file whose bytes are not to be had any more goes as the link it has.
    files = tuple(replace(one, plain=not one.body) for one in message.files)
    message = degrading.fitted(replace(message, files=files), CARRIES)
    text = _clean(message.text)
    if not text:
        raise CannotSend(NO_TEXT)
    if message.unsubscribe:
        text = f"{text}\n\n{ENDED_AT.format(address=message.unsubscribe)}"
    mailbox = bare(account.account_id)
    mailbox, recipient = _deliverable(mailbox), _deliverable(message.user_id)
    name = _line(account.settings.get("from_name")) or mailbox.partition("@")[0]
    number = IN_SUBJECT.search(message.subject or "")
    ours = f"{message.message_id}@{mailbox.partition('@')[2]}"
    return Mail(
        id=ours,
        sender=mailbox,
        name=name,
        recipient=recipient,
        subject=_subject(message) or NO_SUBJECT.format(name=name),
        text=text,
        reply_to=_with_token(mailbox, number[1] if number else None, account),
        headers=(*_threading(message), *_loops(message, mailbox), *_unsubscribe(message)),
        date=now,
        files=message.files,
    )


def _deliverable(address: str) -> str:
    """An address as servers take it: its host in ASCII. Raises `CannotSend`."""
    local, _, host = address.rpartition("@")
    try:
        found = f"{local}@{host.encode('idna').decode()}"
    except UnicodeError:
        raise CannotSend(NO_ADDRESS) from None
    if not local.isascii() or ADDRESS.fullmatch(found) is None:
        raise CannotSend(NO_ADDRESS)
    return found


def _subject(message: OutboundMessage) -> str:
    if message.begins:
        return _line(message.subject)[:LONGEST_SUBJECT]
    return subject_of(message.subject)


def subject_of(given: str | None) -> str:
    """The subject of an answer: one `Re:`, one line."""
    line = ANSWER.sub("", _line(given), count=1)
    return f"Re: {line}"[:LONGEST_SUBJECT] if line else ""


def _with_token(mailbox: str, number: str | None, account: Account) -> str:
    """Where answers go: the mailbox, with the ticket's number after a plus where that works."""
    if number is None or account.settings.get("plus_address") is False:
        return mailbox
    local, _, domain = mailbox.partition("@")
    return f"{local}+{number}@{domain}"


def _threading(message: OutboundMessage) -> list[tuple[str, str]]:
    """`In-Reply-To` and `References`: the customer's latest mail and those before it."""
    line = [one for one in MESSAGE_ID.findall(message.thread or "") if one.isascii()]
    answered = message.answers if message.answers and _is_id(message.answers) else None
    if answered is None and not line:
        return []
    nearest = answered or line[-1]
    if nearest not in line:
        line.append(nearest)
    kept = line if len(line) <= MOST_REFERENCES else [line[0], *line[1 - MOST_REFERENCES :]]
    return [
        ("In-Reply-To", f"<{nearest}>"),
        ("References", " ".join(f"<{one}>" for one in kept)),
    ]


def _is_id(text: str) -> bool:
    return text.isascii() and MESSAGE_ID.fullmatch(f"<{text}>") is not None


def _loops(message: OutboundMessage, mailbox: str) -> list[tuple[str, str]]:
    """By `X-Loop` we know a mail of ours again; a machine's mail asks for no machine's answer."""
    ours = [("X-Loop", mailbox)]
    if message.author is not Author.APP:
        return ours
    return [
        *ours,
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "auto_reply"),
    ]


def _unsubscribe(message: OutboundMessage) -> list[tuple[str, str]]:
    """One click in the mail program ends mails of this kind (RFC 2369, RFC 8058)."""
    if message.unsubscribe is None:
        return []
    return [
        ("List-Unsubscribe", f"<{message.unsubscribe}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def _clean(text: str) -> str:
    whole = text if encodable(text) else mended(text)
    return unicodedata.normalize("NFC", whole).strip()


def _line(value: object) -> str:
    """A text on one line, without what would begin another header."""
    return " ".join(CONTROL.sub(" ", _clean(value)).split()) if isinstance(value, str) else ""


def media_type(file: OutFile) -> str:
    """The content type without parameters."""
    return file.media_type.split(";")[0].strip()


def file_name(file: OutFile, number: int) -> str:
    """The name a file has in the mail, its `number`-th, counted from 1."""
    return _line(file.name) or f"tep-{number}"


def as_mime(mail: Mail) -> bytes:
    """The mail as RFC 5322 bytes, for providers that take it whole."""
    made = EmailMessage(policy=SMTP)
    made["From"] = formataddr((mail.name, mail.sender))
    made["To"] = mail.recipient
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(mail.date)
    made["Message-ID"] = f"<{mail.id}>"
    made["Reply-To"] = mail.reply_to
    ids = [(name, value) for name, value in mail.headers if value.startswith("<")]
    for name, value in mail.headers:
        if not value.startswith("<"):
            made[name] = value
    made.set_content(mail.text, subtype="plain", charset="utf-8")
    for number, file in enumerate(mail.files, start=1):
        kind, _, subtype = media_type(file).partition("/")
        made.add_attachment(
            file.body, maintype=kind, subtype=subtype, filename=file_name(file, number)
        )
    # Python writes an id that is longer than a line as encoded words, which no program reads.
    folded = [f"{name}: " + "\r\n ".join(value.split()) + "\r\n" for name, value in ids]
    return "".join(folded).encode() + made.as_bytes()
