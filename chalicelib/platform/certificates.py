"""Whether the key of an X.509 certificate made a signature.

Loaded only where a provider signs so (Amazon SNS): `cryptography` is an optional part of the
package, the extra `oidc` of pyproject.toml.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

#: SHA-1 is what SNS's signature version 1 has; nobody can choose it for a version 2.
HASHES: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}
SMALLEST_KEY = 2048  # bits


def made(pem: bytes, signature: bytes, text: bytes, hash_name: str) -> bool:
    """Whether it did, by RSA with PKCS #1 v1.5; False for a certificate that is none."""
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        return False
    try:
        key.verify(signature, text, PKCS1v15(), HASHES[hash_name])
    except InvalidSignature:
        return False
    return True
