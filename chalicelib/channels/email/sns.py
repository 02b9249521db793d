"""Amazon SNS as it posts to an address: what its signature covers, and whose certificate counts.

Source: the SNS developer guide, "Verifying the signatures of Amazon SNS messages", and
aws-js-sns-message-validator. `ses` verifies with it. Any AWS account can sign a valid message, so
the topic must be one of ours besides.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as BadBase64

from ..event import Json
from ..wire import as_text

#: An SNS message has 256 KB, in an envelope that escapes it.
LARGEST = 1_000_000  # bytes
NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
#: Type → the fields that are signed, in their order; one that is absent is left out.
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
SIGNED["UnsubscribeConfirmation"] = SIGNED[SUBSCRIPTION]
OPTIONAL = frozenset({"Subject"})
#: SignatureVersion → the hash of its RSA signature.
HASHES = {"1": "sha1", "2": "sha256"}
HOST = r"https://sns\.[a-zA-Z0-9-]{3,40}\.amazonaws\.com(?:\.cn)?"
CERTIFICATE = re.compile(rf"{HOST}/[A-Za-z0-9_.-]{{1,200}}\.pem")
SUBSCRIBE = re.compile(rf"{HOST}/\?[!-~]{{1,2000}}")
SHORTEST_SIGNATURE = 128  # bytes: RSA of 1024 bits


def signed_text(envelope: Json) -> bytes | None:
    """The bytes that are signed: `name\\nvalue\\n` for each field; None when one is missing."""
    names = SIGNED.get(envelope.get("Type") or "") if _is_text(envelope.get("Type")) else None
    if names is None:
        return None
    present = [name for name in names if name not in OPTIONAL or envelope.get(name) is not None]
    values = [envelope.get(name) for name in present]
    if not all(isinstance(value, str) for value in values):
        return None
    lines = "".join(f"{name}\n{value}\n" for name, value in zip(present, values, strict=True))
    return lines.encode("utf-8", "replace")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def signature(envelope: Json) -> tuple[bytes, str] | None:
    """The signature and its hash; None when it is not well formed."""
    kind = HASHES.get(as_text(envelope.get("SignatureVersion")) or "")
    given = envelope.get("Signature")
    if kind is None or not isinstance(given, str):
        return None
    try:
        found = b64decode(given, validate=True)
    except (BadBase64, ValueError):
        return None
    return (found, kind) if len(found) >= SHORTEST_SIGNATURE else None


def certificate_url(envelope: Json) -> str | None:
    """Where the certificate is, if that is a place of Amazon's; None otherwise."""
    given = envelope.get("SigningCertURL") or envelope.get("SigningCertUrl")
    usable = isinstance(given, str) and CERTIFICATE.fullmatch(given) is not None
    return given if usable and isinstance(given, str) else None


def subscribe_url(envelope: Json) -> str | None:
    """The address that confirms a subscription, if it is Amazon's; None otherwise."""
    given = envelope.get("SubscribeURL")
    usable = isinstance(given, str) and SUBSCRIBE.fullmatch(given) is not None
    return given if usable and isinstance(given, str) else None
