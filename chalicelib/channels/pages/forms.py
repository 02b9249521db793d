"""Forms on web pages: how one is verified and read, and what it says.

`web_form` and `store` are made of it: forms of other sites, and our own page behind a QR code.
A form is answered by e-mail or telephone, so nothing is sent here. A visitor is who they say
only when the site signed them; what they typed proves nothing, and never joins two profiles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar
from urllib.parse import parse_qsl

from ...platform.errors import AppError, Invalid, Malformed, TooLarge, UnsupportedMedia
from ..base import (
    Account,
    Adapter,
    Delivery,
    Provider,
    Unreadable,
    Verified,
    WebhookAnswer,
    WebhookRequest,
)
from ..event import InboundEvent, Json, Kind
from ..keys import digest, event_key, is_one_of
from ..sending import Capabilities
from ..vouching import SECRET, is_vouched_for
from ..wire import as_object, as_text, composed, read_object
from . import form_fields, origins
from .origins import allows, origin_of, preflight
from .typed import contact_of

PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, X-Widget-Key",
    "Access-Control-Max-Age": "600",
}
#: control characters and everything that breaks a line
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class FormProvider(Provider):
    """The webhook of one channel of forms."""

    rate_limited: ClassVar[bool] = True
    unverified: ClassVar[str] = form_fields.NO_FORM

    def greet(self, request: WebhookRequest, accounts: Sequence[Account]) -> WebhookAnswer | None:
        """A browser's preflight: the exact origin when an account allows it, else 403."""
        return preflight(request, origins.addressed(request, accounts), asks=PREFLIGHT)

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        """The account of the path; a body names its account by key, which is no account id."""
        return frozenset({request.account_id} if request.account_id else ())

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """Whose form it is. Key and origin are public: they route, they prove no sender."""
        origin, given = origin_of(request.headers), _widget_key(request)
        addressed = origins.addressed(request, accounts)
        certain = request.account_id is not None or len(addressed) == 1
        for account in addressed:
            keys = [key for key in account.secrets(form_fields.WIDGET_KEY) if key]
            # A body that hides its key goes on, for `split` to say what is wrong with it.
            opens = given is None or (is_one_of(given, keys) if keys else certain)
            if opens and allows(account, origin):
                return Verified(accounts=(account,), variant="widget_key" if keys else "path")
        return None

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """One form, or nothing when a program filled in the honeypot.

        Raises `Malformed`, `TooLarge`, `UnsupportedMedia` for the body, `Invalid` with the
        field at fault.
        """
        return self.cut(_fields(request), verified.accounts[0], sent_from=request.source_ip)

    def cut(self, fields: Json, account: Account, *, sent_from: str) -> list[Delivery]:
        """The same of fields that have been read; what staff type in comes here at once.

        Raises `Invalid` with the field at fault.
        """
        if fields.get(form_fields.HONEYPOT) not in (None, "", False):
            return []
        form = {name: text for name in form_fields.FIELDS if (text := _typed(fields, name))}
        signed = _is_signed(fields, account)
        if "message" not in form and not signed:
            raise Invalid(form_fields.MESSAGE_MISSING, field="message")
        extra = {name: value for name, value in fields.items() if name not in form_fields.FIELDS}
        payload: Json = {
            "form": _without_secrets(form),
            "consent": _box(fields.get(form_fields.CONSENT)),
            "identity_verified": signed,
            "extra": _without_secrets(extra),
        }
        key = _event_key(payload, sent_from)
        user_id = f"visitor:{fields['identifier']}" if signed else f"form:{key}"
        return [
            Delivery(
                channel=self.channels[0],
                account_id=account.account_id,
                sender=user_id,
                event_key=key,
                payload=payload,
            )
        ]

    def answer_headers(
        self, request: WebhookRequest, accounts: Sequence[Account]
    ) -> Mapping[str, str]:
        """CORS for an origin that some account allows; never `*`, and none for any other."""
        return origins.answer_headers(
            origin_of(request.headers), origins.addressed(request, accounts)
        )


# ------------------------------------------------------------- whose form it is


def _widget_key(request: WebhookRequest) -> str | None:
    """The key of the header or the body; None when the body cannot be read."""
    sent = request.headers.get("x-widget-key", "").strip()
    if sent:
        return sent
    try:
        return as_text(_fields(request).get(form_fields.WIDGET_KEY)) or ""
    except AppError:
        return None


# -------------------------------------------------------------- reading a body


def _fields(request: WebhookRequest) -> Json:
    """The fields by name, of either kind of body. Raises as `split` does."""
    if len(request.body) > form_fields.MAX_BODY:
        raise TooLarge(form_fields.BODY_TOO_LARGE, field="body")
    read = BODIES.get(request.content_type)
    if read is None:
        raise UnsupportedMedia(form_fields.TYPE_UNKNOWN, field="content-type")
    try:
        return read(request.body)
    except (ValueError, Unreadable) as error:
        raise Malformed(form_fields.BODY_UNREADABLE, field="body") from error


def _json(body: bytes) -> Json:
    """An object; an empty one is a form without any field, not an unreadable body."""
    return {} if b"".join(body.split()) == b"{}" else read_object(body)


def _urlencoded(body: bytes) -> Json:
    """The last of fields of one name; refuses what is not UTF-8, also inside %XX."""
    pairs = parse_qsl(
        body.decode("utf-8"),
        keep_blank_values=True,
        errors="strict",
        max_num_fields=form_fields.MAX_FIELDS,
    )
    return dict(pairs)


BODIES: dict[str, Callable[[bytes], Json]] = {
    "application/json": _json,
    "application/x-www-form-urlencoded": _urlencoded,
}


def _typed(fields: Json, name: str) -> str | None:
    """A field as typed: NFC, no control characters but line ends and tabs, no outer space.

    A field of one line has no line ends and tabs either: they become a space. Tags stay: it
    is plain text, and whoever shows it escapes it.
    """
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid(form_fields.NOT_TEXT, field=name)
    typed = composed(str(value)).replace("\r\n", "\n")
    if name in form_fields.SINGLE_LINE:
        typed = BREAKS.sub(" ", typed)
    text = "".join(c for c in typed if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    limit = form_fields.FIELDS[name]
    if len(text) > limit:
        raise Invalid(form_fields.TOO_LONG.format(limit=limit), field=name)
    return text


def _box(value: object) -> bool | None:
    """A tick box, as JSON or as a form writes it; None when it was not sent."""
    if value is None or isinstance(value, bool):
        return value
    ticked = form_fields.BOXES.get(str(value).strip().lower())
    if ticked is None and value != "":
        raise Invalid(form_fields.NOT_A_BOX, field=form_fields.CONSENT)
    return ticked


def _without_secrets(values: Json) -> Json:
    kept = {name: value for name, value in values.items() if name not in form_fields.DROPPED}
    kept.pop(form_fields.CONSENT, None)
    return kept


# ------------------------------------------------------- who sent it, and once


def _is_signed(fields: Json, account: Account) -> bool:
    """Whether the site vouches for the visitor. Raises `Invalid`."""
    return is_vouched_for(fields.get("identifier"), fields.get("identifier_hash"), account)


def _event_key(payload: Json, source_ip: str) -> str:
    """One sending of a form: the id its page made up, else everything it says and from where.

    The message belongs to the key, because a page may keep its id for a second message.
    """
    form = payload["form"]
    if "client_id" in form:
        return event_key("client", form["client_id"], digest(form.get("message")))
    return event_key("content", digest([payload, source_ip]))


# ---------------------------------------------------------- what the form says


class FormAdapter(Adapter):
    """What the forms of one channel say."""

    capabilities: ClassVar[Capabilities] = Capabilities(can_send=False)
    sending_credentials: ClassVar[tuple[str, ...]] = ()
    further_credentials: ClassVar[tuple[str, ...]] = (form_fields.WIDGET_KEY, SECRET)

    def parse(self, delivery: Delivery) -> InboundEvent:
        """A form is a message; a signed visitor without one hands over who they are."""
        payload = delivery.payload
        form = as_object(payload.get("form"))
        signed = payload.get("identity_verified") is True
        consent = payload.get("consent")
        text = as_text(form.get("message"))
        said = Kind.MESSAGE if text else Kind.CONTACT if signed else Kind.UNKNOWN
        return InboundEvent(
            kind=said,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=delivery.sender or None,
            text=text,
            subject=as_text(form.get("subject")),
            contact=contact_of(form),
            order=as_text(form.get("order")),
            product=as_text(form.get("product")),
            consent=consent if isinstance(consent, bool) else None,
            referrer=as_text(form.get("page_url")),
            identity_verified=signed,
            provider_event="form" if text else "identify",
            raw=payload,
        )
