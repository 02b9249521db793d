"""Our own columns, which `infra/export` writes too. CSV headers may be Vietnamese.

Customers: profile_id (ours, as exported: goes before all others), external_id, name, phones,
emails, vouched, address, birthday, gender, referrer, attributes.<field>, consent.<purpose>
(có/không) with consent_at.
Tickets: external_id, number, type, sub_type, subject, opened_at, done_at, outcome,
priority, source, order, branch, tags, messages (JSON), customer.*. Orders: source, seller,
external_id, number, status, placed_at, promised_at, delivered_at, total, discount, shipping_fee,
channel, store, branch, note, lines (JSON) or sku, product, quantity, unit_price, customer.*.
Several phones or addresses in a cell are parted by `;`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.profiles.consent_rules import PURPOSES

from ..cells import (
    Read,
    day,
    emails,
    flag,
    identifier,
    line,
    moment,
    money,
    number,
    one_of,
    phones,
    tags,
)
from .table import AtColumn, Format, columns

GENDERS = {
    "female": "female",
    "male": "male",
    "other": "other",
    "nữ": "female",
    "nu": "female",
    "f": "female",
    "nam": "male",
    "m": "male",
    "khác": "other",
    "khac": "other",
}
CONSENT = "consent."


def structured(value: Any, _zone: ZoneInfo) -> Any:
    """A list: JSON's own, or JSON text in a cell."""
    if not isinstance(value, str) or not value.strip():
        return value or None
    try:
        found = json.loads(value)
    except ValueError:
        raise ValueError("a JSON list") from None
    if not isinstance(found, list):
        raise ValueError("a JSON list")
    return found


def _consents(item: dict[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Columns `consent.<purpose>`: có, không, or empty where nothing was said."""
    at = _of_column(moment, "consent_at", row.get("consent_at"), zone)
    for name, value in row.items():
        purpose = name.lower().removeprefix(CONSENT)
        if not name.lower().startswith(CONSENT):
            continue
        if (said := _of_column(flag, name, value, zone)) is None:
            continue
        if purpose not in PURPOSES:
            raise AtColumn(name, f"no such purpose; one of {', '.join(PURPOSES)}")
        told = {"purpose": purpose, "state": "granted" if said else "withdrawn"}
        item.setdefault("consents", []).append(told | ({"at": at} if at else {}))


def _of_column(read: Read, name: str, value: Any, zone: ZoneInfo) -> Any:
    """A cell read for `_consents`, which names its column when it cannot be."""
    try:
        return read(value, zone)
    except ValueError as error:
        raise AtColumn(name, str(error)) from None


PROFILES = Format(
    name="own",
    kind="profiles",
    attributes=("attributes.",),
    finish=_consents,
    ours_alone=frozenset({"external_ids", "tier", "first_channel", "created_at", "revision"}),
    columns=columns(
        ("profile_id", "profile_id", identifier),
        ("external_id", "external_id", identifier),
        ("mã khách hàng", "external_id", identifier),
        ("name", "name", line),
        ("họ tên", "name", line),
        ("họ và tên", "name", line),
        ("tên khách hàng", "name", line),
        ("phones", "phones", phones),
        ("phone", "phones", phones),
        ("điện thoại", "phones", phones),
        ("số điện thoại", "phones", phones),
        ("sđt", "phones", phones),
        ("emails", "emails", emails),
        ("email", "emails", emails),
        ("vouched", "vouched", flag),
        ("address", "address"),
        ("địa chỉ", "address"),
        ("birthday", "birthday", day),
        ("ngày sinh", "birthday", day),
        ("gender", "gender", one_of(GENDERS)),
        ("giới tính", "gender", one_of(GENDERS)),
        ("referrer", "referrer", line),
        ("consents", "consents", structured),
    ),
)

_CUSTOMER = (
    ("customer.external_id", "customer.external_id", identifier),
    ("customer.name", "customer.name", line),
    ("customer.phone", "customer.phones", phones),
    ("customer.phones", "customer.phones", phones),
    ("customer.email", "customer.emails", emails),
    ("customer.emails", "customer.emails", emails),
)

TICKETS = Format(
    name="own",
    kind="tickets",
    constants={"type": "inquiry"},
    columns=columns(
        ("external_id", "external_id", identifier),
        ("number", "number", identifier),
        ("type", "type"),
        ("sub_type", "sub_type"),
        ("subject", "subject", line),
        ("opened_at", "opened_at", moment),
        ("done_at", "done_at", moment),
        ("outcome", "outcome"),
        ("priority", "priority"),
        ("source", "source"),
        ("order", "order", identifier),
        ("branch", "branch"),
        ("tags", "tags", tags),
        ("messages", "messages", structured),
        *_CUSTOMER,
    ),
)


def _one_line(item: dict[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Columns sku, product, quantity and unit_price make an order of one line."""
    told = {
        "sku": identifier(row.get("sku"), zone),
        "name": line(row.get("product"), zone),
        "quantity": number(row.get("quantity"), zone),
        "unit_price": money(row.get("unit_price"), zone),
    }
    if told["sku"] or told["name"]:
        item.setdefault("lines", []).append({k: v for k, v in told.items() if v is not None})


ORDERS = Format(
    name="own",
    kind="orders",
    finish=_one_line,
    columns=columns(
        ("source", "source", identifier),
        ("seller", "seller", identifier),
        ("external_id", "external_id", identifier),
        ("number", "number", identifier),
        ("status", "status"),
        ("status_at", "status_at", moment),
        ("placed_at", "placed_at", moment),
        ("promised_at", "promised_at", moment),
        ("delivered_at", "delivered_at", moment),
        ("currency", "currency"),
        ("total", "total", money),
        ("discount", "discount", money),
        ("shipping_fee", "shipping_fee", money),
        ("refunded", "refunded", money),
        ("channel", "channel"),
        ("store", "store", line),
        ("branch", "branch"),
        ("note", "note"),
        ("lines", "lines", structured),
        ("customer.profile_id", "customer.profile_id"),
        ("profile_id", "customer.profile_id"),
        ("customer.external_id", "customer.external_customer_id", identifier),
        ("customer.name", "customer.name", line),
        ("customer.phone", "customer.phone", line),
        ("customer.email", "customer.email", line),
        ("customer.address", "customer.address"),
        ("customer.phone_verified", "customer.phone_verified", flag),
    ),
)

FORMATS = (PROFILES, TICKETS, ORDERS)
