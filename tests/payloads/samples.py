"""Samples of webhooks: one JSON file each, and what its fields tell of provider and account.

The fields of a file are those of `FIELDS_TOLD`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from chalicelib.channels import registry
from chalicelib.channels.base import WebhookRequest
from chalicelib.channels.rules import checked_credentials
from chalicelib.platform.errors import AppError

#: Shown by `--help`.
FIELDS_TOLD = """\
A sample is a JSON object with at least one of headers, body, method, query:

  headers        {name: value} as sent; signatures are not made anew
  body           text as sent, or a JSON value; with "body_encoding": "base64" its bytes
  method         POST unless given
  query          {name: value} or "a=b&c=d"; else that of url
  url            where the provider posts to; /webhooks/{provider} in it names the provider
  direction      "inbound" (posted, the default), "outbound-response" (a provider's answer to a
                 send: classified), "outbound-request" (shown only)
  vector         {name: text}: credentials its account is connected with (app_id, oa_secret_key,
                 app_secret, verify_token, widget_key …), the account (account_id, oa_id,
                 page_id …), and what must come of it: expected_status, expected_body,
                 expected_result ("accept", "reject"), expected_outcome (of a classification),
                 expected (the signature: an authentic request must then not be refused)
  source, note   for people

A sample without credentials gets those of the others of its provider in the folder; a
channel's own fixtures those of its contract case. *.expected.json belong to fixtures and are
left out. A file that is no sample counts as wrong.
"""

#: The account of samples that name none.
NO_ACCOUNT = "sample-account"

#: Fields of a vector that are not credentials.
NOT_CREDENTIALS = frozenset(
    {"scheme", "algorithm", "timestamp", "token", "nonce", "string_to_sign", "identifier"}
)
#: Fields of a vector that name the account.
ACCOUNT_FIELDS = ("account_id", "oa_id", "page_id", "shop_id", "seller_id", "phone_number_id")

#: What the API takes as a provider's id of an account.
USABLE = re.compile(r"[!-~]{1,200}")

INBOUND = "inbound"
REQUEST, RESPONSE = "outbound-request", "outbound-response"


#: Providers that sign nothing, and what ends the path of the address they are given.
ADDRESSED = frozenset(
    {"esms", "esms_voice", "stringee", "voicecloud", "voip24h", "omicall"}
    | {"ses", "sendgrid", "postmark"}
)
SECRET_OF_ADDRESS = "secret-of-the-address"
#: What the recorded requests of Mailgun were signed with (django-anymail's test suite).
MAILGUN_KEY = "TEST_WEBHOOK_SIGNING_KEY"
#: Who the shop of Shopee's samples is in its chat: no push tells, the account does.
SHOPEE_SELLER = "277000001"


class NotASample(ValueError):
    """The file holds no sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One file. `vector` is empty when it has none; `body` is as on the wire."""

    path: Path
    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    direction: str
    url: str
    vector: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.name

    def header(self, name: str) -> str:
        """A header's value, whatever its spelling; '' when it is not there."""
        return {known.lower(): value for known, value in self.headers.items()}.get(name, "")

    def request(self, account_id: str | None = None) -> WebhookRequest:
        """The request as a provider class sees it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        return WebhookRequest(
            method=self.method,
            headers=headers,
            query=self.query,
            body=self.body,
            account_id=account_id,
        )

    def parsed(self) -> Mapping[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def read(path: Path) -> Sample:
    """A sample from its file. Raises `NotASample`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotASample(f"no JSON: {error}") from error
    if not isinstance(raw, dict) or not {"body", "headers", "method", "query"} & raw.keys():
        raise NotASample("an object with headers and body is needed")
    url = str(raw.get("url") or "")
    vector = raw.get("vector")
    return Sample(
        path=path,
        method=str(raw.get("method") or "POST").upper(),
        headers=_headers(raw.get("headers")),
        query=_query(raw.get("query"), url),
        body=_body(raw.get("body"), raw.get("body_encoding")),
        direction=str(raw.get("direction") or INBOUND),
        url=url,
        vector=_known(raw) | (vector if isinstance(vector, dict) else {}),
    )


def _known(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Expectations that stand beside the vector instead of in it."""
    return {name: value for name, value in raw.items() if name.startswith("expected_")}


def _headers(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else []
    return {str(name): str(text) for name, text in pairs}


def _query(value: Any, url: str) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(name): str(text) for name, text in value.items()}
    text = value if isinstance(value, str) else urlsplit(url).query
    return dict(parse_qsl(text.lstrip("?"), keep_blank_values=True))


def _body(value: Any, encoding: Any) -> bytes:
    if value is None:
        return b""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if encoding != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise NotASample(f"body is not base64: {error}") from error


# ------------------------------------------------------------ whose sample is it


#: provider → signs of it: headers, then fields of a JSON body, then words of folder and file.
HEADERS = {
    "x-zevent-signature": "zalo",
    "x-hub-signature-256": "meta",
    "x-hub-signature": "meta",
    "x-amz-sns-message-type": "ses",
    "x-twilio-signature": "twilio",
    "x-twilio-email-event-webhook-signature": "sendgrid",
    "x-stringee-signature": "stringee",
    "x-tts-signature": "tiktok",
    "x-lazada-signature": "lazada",
}
FIELDS = (
    ({"object", "entry"}, "meta"),
    ({"event_name", "app_id"}, "zalo"),
    ({"Type", "TopicArn"}, "ses"),
    ({"identifier", "identifier_hash"}, "website"),
    ({"widget_key"}, "website"),
)
#: A service named in the file's name: surer than a header, because some borrow Meta's.
SERVICES = {
    "esms": "esms",
    "caresoft": "caresoft",
    "twilio": "twilio",
    "stringee": "stringee",
    "voicecloud": "voicecloud",
    "voip24h": "voip24h",
    "omicall": "omicall",
    "zorio": "zorio",
    "mailgun": "mailgun",
    "sendgrid": "sendgrid",
    "postmark": "postmark",
}
WORDS = {
    **SERVICES,
    "miniapp": "mini_app",
    "mini_app": "mini_app",
    "zalo": "zalo",
    "zns": "zalo",
    "facebook": "meta",
    "messenger": "meta",
    "instagram": "meta",
    "whatsapp": "meta",
    "meta": "meta",
    "shopee": "shopee",
    "lazada": "lazada",
    "tiktok": "tiktok",
    "ses": "ses",
    "sns": "ses",
    "email": "ses",
    "website": "website",
    "web": "website",
    "form": "website",
    "sms": "twilio_sms",
    "voice": "stringee",
}
#: folder → which of the two addresses of a service with two its samples go to
TWILIO = {"voice": "twilio_voice", "sms": "twilio_sms"}
ESMS = {"voice": "esms_voice", "sms": "esms"}
#: what a Meta body is about → the channels of its events
OBJECTS = {
    "page": ("facebook_message", "facebook_comment"),
    "instagram": ("instagram",),
    "whatsapp_business_account": ("whatsapp",),
}
#: provider → the channel its samples belong to, where there is one only
CHANNELS = {"zalo": "zalo_oa", "website": "web_form", "mini_app": "zalo_mini_app"}


def provider_of(sample: Sample) -> str | None:
    """The webhook provider of `/webhooks/{provider}`; None when nothing tells."""
    parts = urlsplit(sample.url).path.strip("/").split("/")
    if "webhooks" in parts[:-1]:
        return parts[parts.index("webhooks") + 1]
    stem = sample.path.stem.lower()
    service = _spoken(stem, SERVICES)
    named = next((p for header, p in HEADERS.items() if sample.header(header)), None)
    body = sample.parsed()
    shaped = next((p for fields, p in FIELDS if fields <= body.keys()), None)
    challenged = "meta" if "hub.mode" in sample.query else None
    folder = sample.path.resolve().parent.name.lower()
    spoken = _spoken(folder, WORDS) or _spoken(stem, WORDS)
    found = service or named or shaped or challenged or spoken
    two = {"twilio": TWILIO, "esms": ESMS}.get(found or "")
    return found if two is None else two.get(folder, two["sms"])


def _spoken(name: str, known: Mapping[str, str]) -> str | None:
    words = name.replace("-", "_").split("_")
    joined = [f"{a}_{b}" for a, b in pairwise(words)]
    return next((known[word] for word in [*joined, *words] if word in known), None)


def channels_of(sample: Sample, provider: str) -> tuple[str, ...]:
    """The built channels an account is needed for; none when the channel is not built yet."""
    known = registry.provider(provider)
    if known is None:
        return ()
    named = OBJECTS.get(str(sample.parsed().get("object"))) if provider == "meta" else None
    folder = sample.path.resolve().parent.name.lower()
    if provider == "meta" and named is None and folder in ("instagram", "whatsapp"):
        named = (folder,)
    wanted = named or known.channels
    return tuple(channel for channel in wanted if channel in registry.CHANNELS)


# ------------------------------------------------------------ its accounts


def credentials_of(sample: Sample, others: Iterable[Sample] = ()) -> dict[str, str]:
    """Credentials of its vector; else its contract case's, else those of its folder's others."""
    own = _credentials(sample.vector) or _of_case(sample) or _recorded(sample)
    if own:
        return own
    found: dict[str, str] = {}
    for other in others:
        found = _credentials(other.vector) | found
    return found


def _recorded(sample: Sample) -> dict[str, str]:
    return {"signing_key": MAILGUN_KEY} if provider_of(sample) == "mailgun" else {}


def _of_case(sample: Sample) -> dict[str, str]:
    """What the fixtures of a channel's folder are signed with."""
    from tests.contracts.cases import CASES

    here = sample.path.resolve().parent
    alike = (case for case in CASES if case.folder / "fixtures" == here)
    case = next((case for case in alike if case.owns(sample.path)), None)
    names = case.account.credentials if case is not None else {}
    return {name: case.account.secret(name) or "" for name in names} if case is not None else {}


def _credentials(vector: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in vector.items():
        told = name in NOT_CREDENTIALS or name in ACCOUNT_FIELDS or name.startswith("expected")
        if told or not isinstance(value, str):
            continue
        try:
            checked_credentials({name: value})
        except AppError:
            continue
        found[name] = value
    return found


def addressed(sample: Sample, provider: str) -> dict[str, str]:
    """Credentials that only say where the sample was sent to."""
    url = {"registered_url": sample.url} if sample.url else {}
    if provider == "shopee":
        return {"shop_user_id": SHOPEE_SELLER, **url}
    if provider in TWILIO.values():
        return url
    return {"webhook_secret": SECRET_OF_ADDRESS} if provider in ADDRESSED else {}


def account_ids(sample: Sample, provider: str) -> list[str]:
    """The provider's ids of the accounts the sample is for, as the body and vector name them."""
    known = registry.provider(provider)
    hinted = sorted(known.account_hints(sample.request())) if known is not None else []
    told = [str(sample.vector[name]) for name in ACCOUNT_FIELDS if sample.vector.get(name)]
    return [one for one in hinted or told if USABLE.fullmatch(one)] or [NO_ACCOUNT]


def webhook_path(
    sample: Sample, provider: str, accounts: Sequence[str], credentials: Mapping[str, str]
) -> str:
    """Where to post it; the account stands in the path when nothing else names it, and with it
    the secret of a provider that signs nothing.
    """
    path = f"/webhooks/{provider}"
    if list(accounts) == [NO_ACCOUNT]:
        path += f"/{NO_ACCOUNT}"
    elif provider in ADDRESSED:
        path += f"/{accounts[0]}"
    if provider in ADDRESSED:
        path += f"/{credentials.get('webhook_secret', '')}"
    return f"{path}?{urlencode(sample.query)}" if sample.query else path
