"""What every telephone provider has in common: proof, fields, and a call told in our words.

The modules of the providers say how one of them tells of a call (`read`); here that becomes a
delivery for the queue and later an event. One request tells of one call.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_address, ip_network
from itertools import chain
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from ...language.text import fold
from .. import addressed
from ..base import Account, Adapter, Delivery, Provider, Unreadable, Verified, WebhookRequest
from ..callout import OURS
from ..event import Author, Call, ContactHints, InboundEvent, Json, Kind
from ..keys import digest, event_key
from ..sending import Capabilities
from ..wire import (
    EARLIEST,
    LATEST,
    as_instant,
    as_integer,
    as_list,
    as_object,
    as_text,
    encodable,
    mended,
    read_object,
)
from . import codes, numbers

#: Exchanges in Vietnam write local time without a zone.
VIETNAM = timezone(timedelta(hours=7))
NESTED = re.compile(r"(\w{1,40})\[(\w{1,40})\]")
MOST_FIELDS = 500
SECONDS_OF_A_DAY = 86_400
UNNAMED = "event"
#: The setting that says of a provider that signs nothing: its callers' numbers are believed.
TRUSTED = "trusted_trunk"
OUR_ID = re.compile(r"[0-9a-f-]{36}")
LONGEST_URL = 2_000
A_MILLISECOND_COUNT = 10**11  # in seconds that would be the year 5138


class VoiceProvider(Provider):
    """The webhook of a provider of telephony."""

    channels: ClassVar[tuple[str, ...]] = ("voice",)
    webhook_credentials: ClassVar[tuple[str, ...]] = (addressed.CREDENTIAL,)
    unverified: ClassVar[str] = codes.NOT_PROVEN
    #: Whether requests are proved by a signature. Where an address is all the proof, whoever
    #: learns it may name any caller: a number then only says who that may be.
    signs: ClassVar[bool] = False

    @staticmethod
    @abstractmethod
    def read(told: Json, line: Json) -> Heard:
        """What a request's fields tell of a call. `line` is what `line_of` says of the account."""

    def hear(self, told: Json, line: Json) -> Heard:
        """The same, of a customer. A call passed on may show our own number: that is nobody's."""
        heard = self.read(told, line)
        heard.ours = ours_of(told)
        heard.proved = self.signs or line.get(TRUSTED) is True
        return heard.hidden() if heard.customer in as_list(line.get("own")) else heard

    def fields(self, request: WebhookRequest) -> Json:
        """The fields of a request. Raises `Unreadable`."""
        return fields(request)

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        """The account of the path: no body names one."""
        return frozenset({request.account_id} if request.account_id else ())

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """The accounts whose secret stands in the path, called from their provider's machines."""
        allowed = [one for one in accounts if _may_come_from(request.source_ip, one)]
        return addressed.vouched(request, allowed)

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """One delivery, in order with the others of its caller."""
        account = verified.accounts[0]
        payload: Json = {"told": self.fields(request), "line": line_of(account)}
        heard = self.hear(payload["told"], payload["line"])
        return [
            Delivery(
                channel="voice",
                account_id=account.account_id,
                sender=heard.user_id or _named(heard, payload) or f"call:{heard.event_key}",
                event_key=heard.event_key,
                payload=payload,
            )
        ]


class VoiceAdapter(Adapter):
    """Calls of one provider. Nobody can write to a telephone: nothing is sent."""

    channel: ClassVar[str] = "voice"
    source: ClassVar[str] = "hotline"
    capabilities: ClassVar[Capabilities] = Capabilities(can_send=False)
    sending_credentials: ClassVar[tuple[str, ...]] = ()
    reader: ClassVar[VoiceProvider]

    def parse(self, delivery: Delivery) -> InboundEvent:
        """The call a delivery tells of; an event without one is unknown."""
        told = as_object(delivery.payload.get("told"))
        heard = self.reader.hear(told, as_object(delivery.payload.get("line")))
        return heard.event(delivery, told)


class Heard:
    """What one request tells: a call, or nothing of one."""

    def __init__(
        self,
        call: Call | None,
        *,
        key: Sequence[str | None],
        name: str,
        told: Json,
        at: datetime | None = None,
        withheld: bool = False,
        digits: str | None = None,
        speech: str | None = None,
    ) -> None:
        self.call = call
        self.name = name
        self.at = at
        self.withheld = withheld
        self.digits = digits
        self.speech = speech
        self.ours: str | None = None  # our own id of a call we placed
        self.proved = False  # whether the number is really the caller's
        parts = [part for part in key if part]
        # Without an id of its own an event is the same when all it says is the same.
        self.event_key = (
            event_key(*parts) if call and call.id else event_key(name or UNNAMED, digest(told))
        )

    @property
    def customer(self) -> str | None:
        """The customer's number."""
        if self.call is None:
            return None
        return self.call.to_number if self.call.outbound else self.call.from_number

    def hidden(self) -> Heard:
        """The same without the customer's number, as of somebody who does not show it."""
        call, self.withheld = self.call, True
        if call is not None and call.outbound:
            self.call = replace(call, to_number=None)
        elif call is not None:
            self.call = replace(call, from_number=None)
        return self

    @property
    def user_id(self) -> str | None:
        """Who the customer is on this line; who shows no number is somebody else at every call."""
        if self.call is None or self.customer is not None:
            return self.customer
        return f"withheld:{self.call.id}" if self.withheld and self.call.id else None

    def event(self, delivery: Delivery, raw: Json) -> InboundEvent:
        """The same as an event. An exchange that is proved vouches for a caller's number."""
        customer, call = self.customer, self.call
        public = customer if numbers.is_public(customer) else None
        return InboundEvent(
            kind=Kind.UNKNOWN if call is None else Kind.CALL,
            channel=delivery.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=self.user_id,
            author=Author.HUMAN if call and call.outbound else Author.CUSTOMER,
            occurred_at=self.at,
            provider_message_id=None if call is None else call.id,
            text=self.speech,
            postback=self.digits,
            contact=ContactHints(phones=(public,), verified=self.proved) if public else None,
            identity_verified=self.proved,
            call=call,
            app_message_id=self.ours,
            provider_event=self.name,
            raw=raw,
        )


def ours_of(told: Json) -> str | None:
    """Our own id of the call, where the address that was told of it carries it."""
    given = as_text(told.get(OURS)) or ""
    return given if OUR_ID.fullmatch(given) else None


def _named(heard: Heard, payload: Json) -> str | None:
    """Somebody outside named by a request that tells of no call we know: it is kept as theirs."""
    if heard.call is not None:
        return None
    ours = as_list(payload["line"]["own"])
    told = as_object(payload["told"])
    inner = (as_object(value).values() for value in told.values())
    found = (numbers.number(value) for value in chain(told.values(), *inner))
    return next((one for one in found if numbers.is_public(one) and one not in ours), None)


# ------------------------------------------------------------------ proof


def _may_come_from(address: str, account: Account) -> bool:
    """Whether a request is from the provider's machines, where the account names them."""
    listed = account.settings.get(codes.SOURCES)
    if not listed:
        return True
    given = [listed] if isinstance(listed, str) else as_list(listed)
    return any(_is_in(address, str(block)) for block in given)


def _is_in(address: str, block: str) -> bool:
    try:
        return ip_address(address) in ip_network(block.strip(), strict=False)
    except ValueError:
        return False


def line_of(account: Account) -> Json:
    """What reading an account's events needs to know of it."""
    return {
        "own": numbers.own(dict(account.settings), account.account_id),
        "answered_by": as_text(account.settings.get("answered_by")) or "",
        TRUSTED: account.settings.get(TRUSTED) is True,
    }


# ------------------------------------------------------------------ fields


def fields(request: WebhookRequest) -> Json:
    """The fields of a request: of its query, and of its body as JSON or as a form.

    Raises `Unreadable`.
    """
    found: Json = pairs(request.query.items())
    body = request.body.strip()
    if not body:
        return found
    if request.content_type == "application/json" or body.startswith((b"{", b"[")):
        return found | read_object(request.body)
    try:
        form = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unreadable("the body is neither JSON nor a form") from error
    if b"=" not in body:
        raise Unreadable("the body is neither JSON nor a form")
    return found | pairs(form)


def pairs(given: Any) -> Json:
    """Names and values as text; `cdr[duration]` is the field `duration` of the object `cdr`."""
    found: Json = {}
    for name, value in given:
        nested = NESTED.fullmatch(name)
        if nested:
            inner = as_object(found.get(nested[1]))
            found[_whole(nested[1])] = inner | {_whole(nested[2]): as_text(value) or ""}
        else:
            found[_whole(name)] = as_text(value) or ""
    return found


def _whole(text: str) -> str:
    return text if encodable(text) else mended(text)


def first(told: Json, *names: str) -> Any:
    """The first of these fields that holds something."""
    return next((told[name] for name in names if told.get(name) not in (None, "")), None)


def word(value: Any) -> str:
    """A code of the provider as the tables spell it: letters only, lower case."""
    return re.sub(r"[^a-z]", "", fold(as_text(value) or ""))


def seconds(value: Any) -> int | None:
    """Whole seconds of at most a day, from a number, its text, or `hh:mm:ss`; else None."""
    text = as_text(value) or ""
    clock = re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2})", text)
    if clock:
        found: int | None = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3])
    else:
        found = as_integer(re.sub(r"\.\d*$", "", text))
    return found if found is not None and 0 <= found <= SECONDS_OF_A_DAY else None


def less(whole: int | None, part: int | None) -> int | None:
    """What remains of a duration; None where one of the two is not told, or they disagree."""
    return None if whole is None or part is None or part > whole else whole - part


def link(value: Any) -> str | None:
    """A web address; None for anything else."""
    text = as_text(value)
    if text is None or len(text) > LONGEST_URL or re.search(r"[\s\x00-\x1f<>\"]", text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname else None


def instant(value: Any) -> datetime | None:
    """The UTC instant of seconds or milliseconds since 1970, or of a date and time.

    One without a zone is local (`2026-11-21 13:15:40`, `2026-11-21-13:15:40`).
    """
    count = as_integer(value)
    if count is not None:
        return as_instant(count if abs(count) >= A_MILLISECOND_COUNT else count * 1000)
    text = re.sub(r"^(\d{4}-\d\d-\d\d)[ \-](?=\d\d:)", r"\1T", as_text(value) or "")
    try:
        found = datetime.fromisoformat(text)
        moment = (found if found.tzinfo else found.replace(tzinfo=VIETNAM)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment < LATEST else None


def direction(value: Any) -> bool | None:
    """True for a call we made, False for one that came in; None where that is not said."""
    return {codes.OUTBOUND: True, codes.INBOUND: False}.get(codes.DIRECTIONS.get(word(value), ""))


def is_internal(value: Any) -> bool:
    """Whether a direction says that two telephones of ours talked to each other."""
    return codes.DIRECTIONS.get(word(value)) == codes.INTERNAL


def sides(customer: str | None, ours: str | None, *, outbound: bool | None) -> dict[str, Any]:
    """Both numbers of a call, by who called; where nobody says, the customer did."""
    if outbound:
        return {"outbound": True, "from_number": ours, "to_number": customer}
    return {"outbound": outbound, "from_number": customer, "to_number": ours}
