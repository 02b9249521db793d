"""Visitors whom the account's own site vouches for (channels.md §7).

Called by the channels that live on web pages. `identifier_hash` = hex HMAC-SHA256(key =
secret, message = identifier as UTF-8), made on the site's server, where the secret stays.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from ..platform.errors import Invalid
from .base import Account
from .keys import is_one_of

HASH_WRONG = "Chữ ký của khách không khớp với identifier"
SECRET = "secret"


def is_vouched_for(identifier: object, given: object, account: Account) -> bool:
    """Whether the site says that its visitor is `identifier`, which may be absent.

    An account with a secret takes no identifier without its hash; one without a secret cannot
    check any and treats the visitor as a stranger. Raises `Invalid`.
    """
    secrets = [secret for secret in account.secrets(SECRET) if secret]
    if not secrets or identifier in (None, ""):
        return False
    named = str(identifier).encode()
    hashes = [hmac.new(secret.encode(), named, sha256).hexdigest() for secret in secrets]
    if not is_one_of(str(given or "").strip().lower(), hashes):
        raise Invalid(HASH_WRONG, field="identifier_hash")
    return True
