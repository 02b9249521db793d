"""Credentials of channel accounts, encrypted with the stage's KMS key.

The encryption context names the account, so a stored credential cannot be
moved to another one. Used by `channels` and, for our own keys, by `signing`.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .aws import client
from .errors import Transient
from .settings import SETTINGS

Credentials = dict[str, list[str]]


class SecretsUnavailable(Transient):
    code, title = "secrets_unavailable", "The key service did not answer"


def _ask(operation: str, **fields: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(client("kms"), operation)(**fields)
    except (ClientError, BotoCoreError) as error:
        raise SecretsUnavailable(type(error).__name__) from error
    return answer


def seal(credentials: Mapping[str, Sequence[str]], *, owner: str) -> str:
    """Encrypt credential values (at most 4 KB together, KMS's limit) as base64 text."""
    answer = _ask(
        "encrypt",
        KeyId=f"alias/{SETTINGS.resource_prefix}",
        Plaintext=json.dumps({k: list(v) for k, v in credentials.items()}).encode(),
        EncryptionContext={"owner": owner},
    )
    return b64encode(answer["CiphertextBlob"]).decode()


@lru_cache(maxsize=512)
def unseal(sealed: str, *, owner: str) -> Mapping[str, tuple[str, ...]]:
    """Decrypt what `seal` made; cached by the sealed text, so a rotated value is read anew."""
    answer = _ask(
        "decrypt",
        CiphertextBlob=b64decode(sealed),
        EncryptionContext={"owner": owner},
    )
    stored: Credentials = json.loads(answer["Plaintext"])
    return {name: tuple(values) for name, values in stored.items()}
