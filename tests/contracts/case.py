"""What a channel declares about itself so that the contract suite can drive it.

`tests/contracts/cases/<channel>.py` holds one `CASE`; the suite reads nothing else of a
channel but this, its adapter, its provider and the files of its folder.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.channels import registry
from chalicelib.channels.base import (
    Account,
    Adapter,
    Delivery,
    Provider,
    Unreadable,
    Verified,
    WebhookRequest,
)
from chalicelib.channels.callout import Placed
from chalicelib.channels.event import InboundEvent, Kind
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome
from chalicelib.platform.errors import AppError
from infra.no_skips import NO_SAMPLES

Json = dict[str, Any]
Headers = dict[str, str]
Signer = Callable[[bytes, str], Headers]  # (raw body, secret) → request headers, lower case

REPOSITORY = Path(__file__).resolve().parents[2]
CHANNEL_FOLDERS = REPOSITORY / "chalicelib" / "channels"
SHARED_PAYLOADS = REPOSITORY.parent / "shared" / "payloads"
#: A test that would pass without having seen a sample is skipped, and says so.
with_samples = pytest.mark.skipif(not SHARED_PAYLOADS.is_dir(), reason=NO_SAMPLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a channel that sends is driven: its success, and failures only it has."""

    text_of: Callable[[HttpRequest], str]  # the text a prepared request carries
    recipient: str  # a customer id
    latest: Mapping[str, str] = field(default_factory=dict)  # what an answer must name besides
    sent: HttpResponse
    sent_id: str  # the provider's message id in `sent`
    failures: Sequence[tuple[str, HttpResponse, Outcome]] = ()  # (what, answer, outcome)
    refreshed: HttpResponse | None = None  # good answer to refresh_request; None: no refresh
    refused: HttpResponse | None = None  # answer to refresh_request that only a human can mend


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """How a channel that places calls is driven, and the answers only its provider gives."""

    number_of: Callable[[HttpRequest], str]  # the customer's number in a request, digits only
    extension: str  # a telephone of ours as the provider knows it
    customer: str = "+84912345678"
    taken: HttpResponse
    taken_id: str | None  # the provider's id of the call in `taken`; None: it gives none
    answers: Sequence[tuple[str, HttpResponse, Placed]] = ()  # (what, answer, outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulling:
    """How one pull of a channel is driven: by answers of its provider, at `tests.contracts.NOW`."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)  # of an account that has it
    credentials: Mapping[str, Sequence[str]] = field(default_factory=dict)  # besides the case's
    full: HttpResponse  # something, and nothing after it
    kinds: Sequence[Kind]  # what it is
    more: HttpResponse  # something, with a page after it
    empty: HttpResponse
    refused: HttpResponse  # a refusal that only a person can mend
    pushed: bytes | None = None  # a push that tells of the first in `full`; None: none does


def json_again(body: bytes) -> Sequence[bytes]:
    """The same JSON written otherwise: spaced, with and without escapes."""
    value = json.loads(body)
    return [json.dumps(value, ensure_ascii=a, indent=1).encode() for a in (True, False)]


def not_heard(text: str, message_id: str) -> bytes:
    """The message of a provider that has no webhook: no test asks for it."""
    raise AssertionError("this provider sends nothing in")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCase:
    """One channel by one provider, declared. Bodies are raw bytes, as on the wire.

    `account` carries the credentials every `fixtures/*.json` is signed with, unless a
    fixture's own `vector` says otherwise. `secret_name` and the signers are None for a
    channel whose requests are not signed; the signature tests then leave it out.
    """

    channel: str
    account: Account  # its provider says which adapter of the channel is driven
    message: Callable[[str, str], bytes] = not_heard  # (text, provider message id) → one message
    kind: Kind = Kind.MESSAGE  # what such a message is: a call says nothing
    unknown: bytes | None = None  # an authentic event nobody knows; None: no such thing
    secret_name: str | None = None  # the credential that signs
    sign: Signer | None = None
    other_algorithm: Signer | None = None  # a signature well formed, by another algorithm
    plain_headers: Mapping[str, str] = field(
        default_factory=lambda: {"content-type": "application/json"}
    )  # headers of an unsigned request
    by_get: bool = False  # a GET: what is called a body here is its query
    path_secret: str | None = None  # what the path ends in, where nothing is signed
    url: str = ""  # the whole address, where the signature covers it
    reserialised: Callable[[bytes], Sequence[bytes]] = json_again  # other bytes, same meaning
    batch: Callable[[Sequence[str]], bytes] | None = None  # message ids → one body; None: never
    echoes: Sequence[tuple[bytes, str]] = ()  # (body, expected Author value)
    about: Callable[[str], Sequence[bytes]] | None = None  # id → its edits, receipts, reactions
    retry_headers: Mapping[str, str] = field(default_factory=dict)  # a redelivery adds these
    unreadable: Sequence[bytes] = (
        b"not json",
        b'{"a":',
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
    )
    sending: Sending | None = None
    pulls: Sequence[Pulling] = ()
    calling: Calling | None = None
    owns: Callable[[Path], bool] = lambda path: True  # which fixtures and samples are its own
    sample_folders: Sequence[str] = ()  # under ../shared/payloads
    sample_outcomes: Mapping[str, str] = field(default_factory=dict)
    """File stem → the key `received` must give (answer, rejected, unreadable, events …).

    A sample not named here must give events when its `vector` has an expected signature,
    and may give anything but an unforeseen exception when it has none.
    """

    sample_vector: Mapping[str, str] = field(default_factory=dict)
    """Credentials of the shared samples that carry no `vector` of their own."""

    @property
    def label(self) -> str:
        """The channel, with the provider where there are several."""
        alone = len(registry.adapters(self.channel)) == 1
        return self.channel if alone else f"{self.channel}-{self.account.provider}"

    @property
    def hears(self) -> bool:
        """Whether the provider has a webhook."""
        return self.account.provider in registry.PROVIDERS

    @property
    def adapter(self) -> Adapter:
        found = registry.adapter(self.channel, self.account.provider)
        assert found is not None, f"{self.channel} is not in the registry"
        return found

    @property
    def provider(self) -> Provider:
        found = registry.provider(self.adapter.provider)
        assert found is not None, f"{self.adapter.provider} is not in the registry"
        return found

    @property
    def folder(self) -> Path:
        return CHANNEL_FOLDERS / self.channel

    @property
    def secret(self) -> str:
        """The newest value of the credential that signs."""
        value = self.account.secret(self.secret_name or "")
        assert value is not None
        return value

    def request(
        self,
        body: bytes,
        *,
        secret: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> WebhookRequest:
        """A POST of `body`, signed with `secret` (the newest one unless given)."""
        signed = self.sign(body, secret or self.secret) if self.sign else dict(self.plain_headers)
        asked = webhook(body, headers={**signed, **(extra or {})}, url=self.url)
        if self.by_get:
            query = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            asked = replace(asked, method="GET", body=b"", query=query)
        return replace(asked, path_secret=self.path_secret)

    def verify(self, request: WebhookRequest, account: Account | None = None) -> Verified | None:
        return self.provider.verify(request, [account or self.account])

    def deliveries(self, request: WebhookRequest) -> list[Delivery]:
        """What an authentic request is cut into; fails the test when it is refused."""
        verified = self.verify(request)
        assert verified is not None, "the request was refused"
        return self.provider.split(request, verified)

    def events(self, request: WebhookRequest) -> list[InboundEvent]:
        return [self.parse(delivery) for delivery in self.deliveries(request)]

    def parse(self, delivery: Delivery) -> InboundEvent:
        """Parse with the adapter the delivery names: a provider may serve several channels."""
        adapter = registry.adapter(delivery.channel, self.account.provider)
        assert adapter is not None
        return adapter.parse(delivery)

    def wanted(self, stem: str, sample: Mapping[str, Any]) -> str | None:
        """The key `received` must give for a shared sample; None: anything is right."""
        signed = {"expected", "expected_hex"} & sample.get("vector", {}).keys()
        return self.sample_outcomes.get(stem, "events" if signed else None)

    def account_for(self, sample: Mapping[str, Any]) -> Account:
        """The case's account; for a sample with a `vector` with its credentials and id."""
        named = {
            name: [value]
            for name, value in sample.get("vector", {}).items()
            if isinstance(value, str) and name not in {"scheme", "expected", "timestamp"}
        }
        if not named:
            return self.account
        kept = {k: v for k, v in self.account.credentials.items() if k not in SIGNING_NAMES}
        hints = sorted(self.provider.account_hints(sample_request(sample)))
        known = not hints or self.account.account_id in hints
        return replace(
            self.account,
            account_id=self.account.account_id if known else hints[0],
            credentials={**kept, **named},
        )


#: credential names a sample's vector replaces as a whole: what it leaves out is not set
SIGNING_NAMES = frozenset({"app_id", "oa_id", "oa_secret_key", "app_secret", "secret"})


def webhook(
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    method: str = "POST",
    account_id: str | None = None,
    url: str = "",
) -> WebhookRequest:
    """A request as `intake` hands it to a provider: header names in lower case."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return WebhookRequest(
        method=method,
        headers=lower,
        query=query or {},
        body=body,
        account_id=account_id,
        url=url,
    )


def sample_request(sample: Mapping[str, Any]) -> WebhookRequest:
    """The request a sample or fixture file describes (format of `payloads/*/*.json`)."""
    body = sample["body"].encode()
    return webhook(
        b64decode(body) if sample.get("body_encoding") == "base64" else body,
        headers=sample.get("headers", {}),
        query=dict(parse_qsl(sample.get("query", ""), keep_blank_values=True)),
        method=sample.get("method", "POST"),
        url=sample.get("url", ""),
    )


def received(case: ChannelCase, sample: Mapping[str, Any]) -> Json:
    """What becomes of a sample, in the form of a fixture's `*.expected.json`.

    One of `{"answer": {...}}` (greeted), `{"rejected": true}`, `{"unreadable": true}`,
    `{"refused": code}` (another `AppError`), `{"variant": …, "events": […]}`.
    """
    request, account = sample_request(sample), case.account_for(sample)
    request = replace(request, path_secret=sample.get("path_secret", case.path_secret))
    answer = case.provider.greet(request, [account])
    if answer is not None:
        return {"answer": plain(answer)}
    verified = case.verify(request, account)
    if verified is None:
        return {"rejected": True}
    try:
        deliveries = case.provider.split(request, verified)
    except Unreadable:
        return {"unreadable": True}
    except AppError as refusal:
        return {"refused": refusal.code}
    events = [jsonable(case.parse(delivery)) for delivery in deliveries]
    return {"variant": verified.variant, "events": events}


def load(path: Path) -> Json:
    """A JSON file of a fixture, an expectation or a sample."""
    loaded: Json = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def jsonable(event: InboundEvent) -> Json:
    """An event as an expectation file holds it: set fields only, `raw` left out."""
    kept = [(one, getattr(event, one.name)) for one in fields(event) if one.name != "raw"]
    said = [(one, value) for one, value in kept if not (value is False and one.default is False)]
    return {one.name: plain(value) for one, value in said if is_set(value)}


def is_set(value: object) -> bool:
    return value not in (None, "", ()) and value is not True


def plain(value: Any) -> Any:
    """A value of an event in JSON terms: instants as ISO text, dataclasses as objects."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        shown = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: plain(item) for name, item in shown.items() if item not in (None, (), "", {})}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value
