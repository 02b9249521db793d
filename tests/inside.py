"""The app in this process as an `infra.client.Transport`: what speaks HTTP, tested on moto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalice.test import Client

from app import app
from infra.client import Answer


@dataclass(frozen=True, slots=True)
class Inside:
    """Every request runs at once, in this thread."""

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        with Client(app) as client:
            response = client.http.request(method, path, headers=dict(headers), body=body)
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, body=bytes(response.body), headers=names)
