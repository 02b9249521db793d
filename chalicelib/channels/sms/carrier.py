"""What all providers of SMS have in common: who the customer is, and how a text goes out.

The adapters of the folder are made of it.
"""

from __future__ import annotations

import json
import unicodedata
from abc import abstractmethod
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from ...language.extraction import phone
from ...platform.fact import frozen
from ..base import Account, Adapter, Delivery
from ..cutting import parts_of
from ..event import ContactHints, InboundEvent, Json, Kind
from ..sending import CannotSend, HttpRequest, HttpResponse, OutboundMessage, Outcome, SendResult
from .codes import BY_CLASS, NO_NUMBER, NO_TEXT, UNREADABLE

#: Twilio's way to write that a message is one of WhatsApp.
WHATSAPP = "whatsapp:"
LONGEST_SENDER = 100  # characters


@frozen
class Part:
    """One part of a message, ready to go. `id` is the same for every attempt, `whole`: the
    only part, so that what becomes of it becomes of the message."""

    id: str
    text: str
    whole: bool
    to: str
    sender: str | None  # the number of ours that the customer wrote to


class Sms(Adapter):
    """One provider of SMS: it gives the request of one part and reads the answer's code."""

    channel: ClassVar[str] = "sms"
    source: ClassVar[str] = "hotline"

    def parse(self, delivery: Delivery) -> InboundEvent:
        """A provider without a webhook says nothing we know of."""
        return event_of(delivery, kind=Kind.UNKNOWN)

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """One request per part. The network cuts a part into segments and joins them again (160
        characters of GSM-7, 70 of any other), so words are never cut here for its sake.
        """
        lacking = [name for name in self.sending_credentials if not account.secret(name)]
        if lacking:
            raise CannotSend(f"Tài khoản SMS thiếu thông tin xác thực: {', '.join(lacking)}")
        if number_of(message.user_id) is None and not message.user_id.startswith(WHATSAPP):
            raise CannotSend(NO_NUMBER)
        texts = parts_of(sayable(message.text), self.capabilities)
        if not texts:
            raise CannotSend(NO_TEXT)
        alone = len(texts) == 1
        return [
            self.request(
                Part(
                    id=message.message_id if alone else f"{message.message_id}-{number}",
                    text=text,
                    whole=alone,
                    to=message.user_id,
                    sender=message.thread,
                ),
                account,
            )
            for number, text in enumerate(texts)
        ]

    @abstractmethod
    def request(self, part: Part, account: Account) -> HttpRequest:
        """The request that sends one part. Raises `CannotSend`."""


# ------------------------------------------------------------------ numbers


def number_of(raw: str) -> str | None:
    """The E.164 number a sender or receiver is; None for a name, a short code, an id."""
    return phone(raw.removeprefix(WHATSAPP)) if len(raw) <= 40 else None


def customer_of(raw: str) -> str:
    """The customer's id: the number in E.164 however it came, else what stands there.

    One who writes by WhatsApp is another customer of the channel than one who writes by SMS:
    an answer must go the same way, and need not have a number at all.
    """
    number = None if raw.startswith(WHATSAPP) else number_of(raw)
    return number or raw[:LONGEST_SENDER]


def contact_of(raw: str, name: str | None = None) -> ContactHints | None:
    """What the network vouches for: the number a message came from."""
    number = number_of(raw)
    if number is None and name is None:
        return None
    return ContactHints(name=name, phones=(number,) if number else (), verified=number is not None)


def national(number: str) -> str:
    """A Vietnamese number as people write it (0912345678); another as it is."""
    return f"0{number[3:]}" if number.startswith("+84") else number.removeprefix("+")


# ------------------------------------------------------------------- events


def event_of(delivery: Delivery, *, kind: Kind, **fields: Any) -> InboundEvent:
    """An event with what every one of them has."""
    told = {"user_id": delivery.sender or None, "raw": delivery.payload} | fields
    return InboundEvent(
        kind=kind,
        channel=delivery.channel,
        account_id=delivery.account_id,
        event_key=delivery.event_key,
        **told,
    )


def addressed_account(named: Sequence[str | None], accounts: Sequence[Account]) -> str:
    """The account of ours that a request is for: the first that it names, or the only one that
    vouches for it. Another number of the provider's account gets its answers from that number.
    """
    known = [account.account_id for account in accounts]
    given = [name for name in named if name]
    found = next((name for name in given if name in known), None)
    if found is None and len(known) == 1:
        return known[0]
    return found or next(iter(given), "")


# ------------------------------------------------------------------ sending


def sayable(text: str) -> str:
    """A text as it can be sent: composed, in UTF-8; diacritics stay."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()


def basic(user: str, password: str) -> str:
    """The value of `Authorization` for a name and a password."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def setting(account: Account, name: str) -> str | None:
    """A setting that is a text, None when it is not given."""
    given = account.settings.get(name)
    return given.strip() or None if isinstance(given, str) else None


def base_url(account: Account, default: str) -> str:
    """The provider's address, or the one the account's settings put in its place."""
    return (setting(account, "api_base") or default).rstrip("/")


def as_json(url: str, body: Json, headers: Mapping[str, str]) -> HttpRequest:
    """A POST of a JSON object."""
    return HttpRequest(
        method="POST",
        url=url,
        headers={"content-type": "application/json", **headers},
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def refused(
    response: HttpResponse,
    code: str | None,
    *,
    table: Mapping[str, Outcome],
    reasons: Mapping[str, str],
    said: str | None,
) -> SendResult:
    """The result of a send that was not taken: by its code, else by the HTTP status."""
    outcome = _outcome(response.status, table.get(code or ""), has_code=code is not None)
    unclear = code is None and 200 <= response.status < 300
    words = (
        BY_CLASS[outcome] + (f" (mã {code})" if code else "") + (f": {said[:200]}" if said else "")
    )
    return SendResult(
        outcome=outcome,
        code=code or (str(response.status) if response.status else None),
        reason=UNREADABLE if unclear else reasons.get(code or "", words),
    )


def _outcome(status: int, listed: Outcome | None, *, has_code: bool) -> Outcome:
    """A fault on their side passes, whatever code stands beside it; a 2xx nobody can read too."""
    if status in (0, 408, 425, 429) or status >= 500:
        return Outcome.RETRY
    if listed is not None:
        return listed
    if status == 401:
        return Outcome.REAUTH
    return Outcome.PERMANENT if has_code or status >= 300 else Outcome.RETRY
