"""The declared case of contact forms."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.channels.base import Account

from ..case import ChannelCase

KEY, SITE = "pk_fixture", "https://cuahang.example.vn"


def form(**fields: Any) -> bytes:
    """A form as a site's script posts it."""
    return json.dumps({"widget_key": KEY, "website": ""} | fields, ensure_ascii=False).encode()


def message(text: str, message_id: str) -> bytes:
    return form(name="Trần Thị Bưởi", phone="0987 000 111", message=text, client_id=message_id)


CASE = ChannelCase(
    channel="web_form",
    account=Account(
        id="acc-3",
        provider="website",
        channel="web_form",
        account_id="cua-hang",
        credentials={"widget_key": [KEY], "secret": ["fixture-identity-secret"]},
        settings={"origins": [SITE, "https://shop.example.vn"]},
    ),
    message=message,
    unknown=None,
    plain_headers={"content-type": "application/json", "origin": SITE},
    sample_folders=("website",),
    sample_outcomes={
        "02_identity_hash": "rejected",
        "03_identity_hash": "rejected",
        "05_contact_form_json": "rejected",
        "07_cors_preflight": "answer",
        "08_contact_form_urlencoded_xss": "rejected",
    },
)
