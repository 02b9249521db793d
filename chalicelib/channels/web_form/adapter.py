"""Contact forms of web sites: `/webhooks/website[/{account_id}]` and what a form says.

`intake` calls both parts. A form is answered by e-mail or telephone, so nothing is sent
here. A visitor is who they say only when the site signed them; what they typed proves
nothing, and never joins two profiles.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import ClassVar
from urllib.parse import parse_qsl

from ...platform.errors import AppError, Invalid, Malformed, TooLarge, UnsupportedMedia
from ..base import (
    Account,
    Adapter,
    Capabilities,
    Delivery,
    Provider,
    Unreadable,
    Verified,
    WebhookAnswer,
    WebhookRequest,
)
from ..event import ContactHints, InboundEvent, Json, Kind
from ..keys import digest, event_key
from ..wire import as_object, as_text, as_texts, read_object
from . import codes

PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, X-Widget-Key",
    "Access-Control-Max-Age": "600",
}
VARY = {"Vary": "Origin"}
#: control characters and everything that breaks a line
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Website(Provider):
    name: ClassVar[str] = "website"
    channels: ClassVar[tuple[str, ...]] = ("web_form",)
    rate_limited: ClassVar[bool] = True
    unverified: ClassVar[str] = codes.NO_FORM

    def greet(self, request: WebhookRequest, accounts: Sequence[Account]) -> WebhookAnswer | None:
        """A browser's preflight: the exact origin when an account allows it, else 403."""
        if request.method != "OPTIONS":
            return None
        allowed = self.answer_headers(request, accounts)
        if allowed == VARY:
            return WebhookAnswer(status=403, headers=VARY)
        return WebhookAnswer(status=204, headers={**allowed, **PREFLIGHT})

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        """The account of the path; a body names its account by key, which is no account id."""
        return frozenset({request.account_id} if request.account_id else ())

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """Whose form it is. Key and origin are public: they route, they prove no sender."""
        origin, given = _origin(request), _widget_key(request)
        addressed = _addressed(request, accounts)
        certain = request.account_id is not None or len(addressed) == 1
        for account in addressed:
            keys = [key for key in account.secrets(codes.WIDGET_KEY) if key]
            # A body that hides its key goes on, for `split` to say what is wrong with it.
            opens = given is None or (_matches(given, keys) if keys else certain)
            if opens and _allows(account, origin):
                return Verified(accounts=(account,), variant="widget_key" if keys else "path")
        return None

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """One form, or nothing when a program filled in the honeypot.

        Raises `Malformed`, `TooLarge`, `UnsupportedMedia` for the body, `Invalid` with the
        field at fault.
        """
        fields = _fields(request)
        if fields.get(codes.HONEYPOT) not in (None, "", False):
            return []
        account = verified.accounts[0]
        form = {name: text for name in codes.FIELDS if (text := _typed(fields, name))}
        signed = _is_signed(fields, account)
        if "message" not in form and not signed:
            raise Invalid(codes.MESSAGE_MISSING, field="message")
        extra = {name: value for name, value in fields.items() if name not in codes.FIELDS}
        payload: Json = {
            "form": _without_secrets(form),
            "consent": _box(fields.get(codes.CONSENT)),
            "identity_verified": signed,
            "extra": _without_secrets(extra),
        }
        key = _event_key(payload, request.source_ip)
        user_id = f"visitor:{fields['identifier']}" if signed else f"form:{key}"
        return [
            Delivery(
                channel="web_form",
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
        origin = _origin(request)
        known = any(_allows(account, origin) for account in _addressed(request, accounts))
        return {"Access-Control-Allow-Origin": origin, **VARY} if origin and known else VARY


# ------------------------------------------------------------- whose form it is


def _addressed(request: WebhookRequest, accounts: Sequence[Account]) -> list[Account]:
    return [a for a in accounts if request.account_id in (None, a.account_id)]


def _origin(request: WebhookRequest) -> str:
    return request.headers.get("origin", "").strip().rstrip("/")


def _allows(account: Account, origin: str) -> bool:
    """Whether the account's list names the origin; without a list every one may write."""
    listed = account.settings.get("origins")
    named = as_texts([listed] if isinstance(listed, str) else listed)
    return not named or origin.lower() in {name.rstrip("/").lower() for name in named}


def _widget_key(request: WebhookRequest) -> str | None:
    """The key of the header or the body; None when the body cannot be read."""
    sent = request.headers.get("x-widget-key", "").strip()
    if sent:
        return sent
    try:
        return as_text(_fields(request).get(codes.WIDGET_KEY)) or ""
    except AppError:
        return None


def _matches(given: str, values: Sequence[str]) -> bool:
    return sum(hmac.compare_digest(value.encode(), given.encode()) for value in values) > 0


# -------------------------------------------------------------- reading a body


def _fields(request: WebhookRequest) -> Json:
    """The fields by name, of either kind of body. Raises as `split` does."""
    if len(request.body) > codes.MAX_BODY:
        raise TooLarge(codes.BODY_TOO_LARGE, field="body")
    read = BODIES.get(request.content_type)
    if read is None:
        raise UnsupportedMedia(codes.TYPE_UNKNOWN, field="content-type")
    try:
        return read(request.body)
    except (ValueError, Unreadable) as error:
        raise Malformed(codes.BODY_UNREADABLE, field="body") from error


def _json(body: bytes) -> Json:
    """An object; an empty one is a form without any field, not an unreadable body."""
    return {} if b"".join(body.split()) == b"{}" else read_object(body)


def _urlencoded(body: bytes) -> Json:
    """The last of fields of one name; refuses what is not UTF-8, also inside %XX."""
    pairs = parse_qsl(
        body.decode("utf-8"),
        keep_blank_values=True,
        errors="strict",
        max_num_fields=codes.MAX_FIELDS,
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
        raise Invalid(codes.NOT_TEXT, field=name)
    composed = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n")
    if name in codes.SINGLE_LINE:
        composed = BREAKS.sub(" ", composed)
    text = "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    limit = codes.FIELDS[name]
    if len(text) > limit:
        raise Invalid(codes.TOO_LONG.format(limit=limit), field=name)
    return text


def _box(value: object) -> bool | None:
    """A tick box, as JSON or as a form writes it; None when it was not sent."""
    if value is None or isinstance(value, bool):
        return value
    ticked = codes.BOXES.get(str(value).strip().lower())
    if ticked is None and value != "":
        raise Invalid(codes.NOT_A_BOX, field=codes.CONSENT)
    return ticked


def _without_secrets(values: Json) -> Json:
    kept = {name: value for name, value in values.items() if name not in codes.DROPPED}
    kept.pop(codes.CONSENT, None)
    return kept


# ------------------------------------------------------- who sent it, and once


def _is_signed(fields: Json, account: Account) -> bool:
    """Whether the site vouches for the visitor (channels.md §7).

    `identifier_hash` = hex HMAC-SHA256(key = secret, message = identifier as UTF-8). An
    account with a secret takes no identifier without its hash; one without a secret cannot
    check any and treats the visitor as a stranger. Raises `Invalid`.
    """
    secrets = [secret for secret in account.secrets("secret") if secret]
    identifier = fields.get("identifier")
    if not secrets or identifier in (None, ""):
        return False
    named = str(identifier).encode()
    hashes = [hmac.new(secret.encode(), named, sha256).hexdigest() for secret in secrets]
    if not _matches(str(fields.get("identifier_hash") or "").strip().lower(), hashes):
        raise Invalid(codes.HASH_WRONG, field="identifier_hash")
    return True


def _event_key(payload: Json, source_ip: str) -> str:
    """One sending of a form: the id its page made up, else everything it says and from where.

    The message belongs to the key, because a page may keep its id for a second message.
    """
    form = payload["form"]
    if "client_id" in form:
        return event_key("client", form["client_id"], digest(form.get("message")))
    return event_key("content", digest([payload, source_ip]))


# ---------------------------------------------------------- what the form says


class WebForm(Adapter):
    channel: ClassVar[str] = "web_form"
    source: ClassVar[str] = "website"
    provider: ClassVar[str] = "website"
    capabilities: ClassVar[Capabilities] = Capabilities(can_send=False)
    sending_credentials: ClassVar[tuple[str, ...]] = ()
    further_credentials: ClassVar[tuple[str, ...]] = (codes.WIDGET_KEY, "secret")

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
            contact=_contact(form),
            order=as_text(form.get("order")),
            product=as_text(form.get("product")),
            consent=consent if isinstance(consent, bool) else None,
            referrer=as_text(form.get("page_url")),
            identity_verified=signed,
            provider_event="form" if text else "identify",
            raw=payload,
        )


def _contact(form: Json) -> ContactHints | None:
    """What the visitor typed of themselves, as typed: nobody vouches for it."""
    name, phone, email = (as_text(form.get(field)) for field in ("name", "phone", "email"))
    if not (name or phone or email):
        return None
    return ContactHints(name=name, phones=as_texts([phone]), emails=as_texts([email]))


PROVIDER = Website()
ADAPTER = WebForm()
