"""Certificates that providers publish and sign their requests with, fetched once by a process.

Called by `webhook`, with addresses the provider's class has checked (`Provider.certificate_url`).
"""

from __future__ import annotations

from ..platform import outward
from ..platform.errors import Transient
from ..platform.remembered import Remembered

#: They change once a year, and under a new address.
_known: Remembered[bytes] = Remembered(24 * 3600)


class CertificateUnavailable(Transient):
    code, title = "certificate_unavailable", "The provider's certificate could not be fetched"


def fetched(address: str) -> bytes:
    """The certificate in PEM. Raises `CertificateUnavailable`: the provider shall try again."""
    found = _known.get(address, lambda: _fetch(address))
    if found is None:
        raise CertificateUnavailable(address)
    return found


def _fetch(address: str) -> bytes | None:
    status, body, *_ = outward.call("GET", address, headers={}, body=b"")
    return body if status == 200 else None
