"""An export as a page that the customer can read: Vietnamese, one file, nothing fetched. Pure.

Called by `exporting`; `labels` says what everything is called. Every value is escaped:
what a customer wrote is shown, never run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, tzinfo
from html import escape
from typing import Any

from ..commerce.currencies import DEFAULT, MINOR_DIGITS
from ..platform.clock import parse
from ..platform.fact import frozen
from . import labels

Record = Mapping[str, Any]

#: More fields than this are read from top to bottom, one record after another.
MOST_COLUMNS = 7
BOTH = {True: "có", False: "không"}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d2433}h2{border-bottom:1px solid #ccd3e0;padding-top:1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border:1px solid #ccd3e0;padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{background:#f2f5fa;overflow-wrap:normal}"
    ".one th{width:13rem}ul{margin:0;padding-left:1.1rem}"
    ".m{border-radius:.6rem;padding:.5rem .8rem;"
    "margin:.4rem 0;max-width:42rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".in{background:#f2f5fa}.out{background:#e4f3e8;margin-left:auto}"
    "small{color:#5a6477;display:block}"
    "@media print{body{margin:0;max-width:none}table,.m{break-inside:avoid}}"
)


@frozen
class Reading:
    """How values are shown: in which zone, and what custom fields (by name) are called."""

    zone: tzinfo
    custom: Mapping[str, str]


@frozen
class Place:
    """Where a value stands: in a record of a kind, under a field, beside a currency."""

    kind: str
    field: str = ""
    currency: str = DEFAULT


def page(document: Mapping[str, Any], reading: Reading) -> str:
    """The page of an export document (`exporting`): a table a kind, messages as threads."""
    sections: Mapping[str, Mapping[str, Sequence[Record]]] = document["sections"]
    kinds = {kind: found for section in sections.values() for kind, found in section.items()}
    first = [kind for kind in labels.KINDS if kind in kinds]
    others = [kind for kind in kinds if kind not in labels.KINDS]
    name = document["shown_as"].get("name") or "khách hàng"
    parts = [_section(kind, kinds[kind], reading) for kind in [*first, *others]]
    title = f"Dữ liệu cá nhân của {name}"
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><p>Lập lúc {_instant(document['made_at'], reading)}, theo Luật "
        f"Bảo vệ dữ liệu cá nhân số 91/2025/QH15. Ngày giờ theo múi giờ "
        f"{escape(str(reading.zone))}. Mã yêu cầu: {escape(document['request_id'])}.</p>"
        f"{''.join(parts) or '<p>Không có dữ liệu nào.</p>'}</body></html>"
    )


def _section(kind: str, records: Sequence[Record], reading: Reading) -> str:
    shown = _threads(records, reading) if kind == "messages" else _tables(kind, records, reading)
    return f"<h2>{escape(labels.KINDS.get(kind, kind))} ({len(records)})</h2>{shown}"


def _tables(kind: str, records: Sequence[Record], reading: Reading) -> str:
    """Records of few fields as rows; single ones and those of many fields upright."""
    names = list(dict.fromkeys(name for record in records for name in record))
    if len(records) == 1 or len(names) > MOST_COLUMNS:
        return "".join(_upright(kind, record, reading) for record in records)
    head = "".join(f"<th>{escape(labels.field(kind, name))}</th>" for name in names)
    body = "".join(_row(kind, names, record, reading) for record in records)
    return f"<table><tr>{head}</tr>{body}</table>"


def _upright(kind: str, record: Record, reading: Reading) -> str:
    rows = (
        f"<tr><th>{escape(labels.field(kind, name))}</th>"
        f"<td>{_field(kind, name, record, reading)}</td></tr>"
        for name in record
    )
    return f'<table class="one">{"".join(rows)}</table>'


def _row(kind: str, names: Iterable[str], record: Record, reading: Reading) -> str:
    cells = (f"<td>{_field(kind, name, record, reading)}</td>" for name in names)
    return f"<tr>{''.join(cells)}</tr>"


def _threads(records: Sequence[Record], reading: Reading) -> str:
    """Messages one under the other, the customer's left and ours right, a thread a channel."""
    threads: dict[Any, list[Record]] = {}
    for record in records:
        threads.setdefault(record.get("conversation_id"), []).append(record)
    return "".join(
        f"<h3>{_field('messages', 'channel', said[0], reading)}</h3>"
        f"{''.join(_message(one, reading) for one in said)}"
        for said in threads.values()
    )


def _message(record: Record, reading: Reading) -> str:
    way = "out" if record.get("direction") == "out" else "in"
    shown = ("call", "subject", "text", "choices", "postback", "reaction", "attachments")
    said = (_field("messages", name, record, reading) for name in shown if record.get(name))
    return (
        f'<div class="m {way}"><small>{_heading(record, reading)}</small>{"<br>".join(said)}</div>'
    )


def _heading(record: Record, reading: Reading) -> str:
    """Who wrote when, what became of a message of ours, and whether it was changed since."""
    names = ("author", "occurred_at", *(("status",) if record.get("direction") == "out" else ()))
    said = [_field("messages", name, record, reading) for name in names if record.get(name)]
    later = [
        f"{escape(labels.FIELDS[name].lower())} {_field('messages', name, record, reading)}"
        for name in ("edited_at", "deleted_at")
        if record.get(name)
    ]
    return " · ".join([*said, *later])


def _field(kind: str, name: str, record: Record, reading: Reading) -> str:
    currency = str(record.get("currency") or DEFAULT)
    return _value(record.get(name), Place(kind=kind, field=name, currency=currency), reading)


def _value(value: Any, place: Place, reading: Reading) -> str:
    """A value as people read it, escaped: codes by name, times in the zone, lists as lists."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return BOTH[value]
    if isinstance(value, Mapping):
        return _pairs(value, place, reading)
    if place.field == "history":
        return _list(_step(one, place, reading) for one in value)
    if isinstance(value, list | tuple):
        shown = [_value(one, place, reading) for one in value]
        return _list(shown) if any(isinstance(one, Mapping) for one in value) else ", ".join(shown)
    return _plain(value, place, reading)


def _pairs(value: Mapping[str, Any], place: Place, reading: Reading) -> str:
    own = reading.custom if place.field == "attributes" else {}
    pairs = (
        (
            own.get(name) or labels.field("", name),
            _value(one, Place(kind=place.kind, field=name, currency=place.currency), reading),
        )
        for name, one in value.items()
    )
    return "; ".join(f"{escape(label)}: {shown}" for label, shown in pairs if shown)


def _step(step: Any, place: Place, reading: Reading) -> str:
    status, at = step
    return f"{escape(labels.code(place.kind, 'status', status))}: {_instant(at, reading)}"


def _list(shown: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{one}</li>' for one in shown)}</ul>"


def _plain(value: Any, place: Place, reading: Reading) -> str:
    name, text = place.field, str(value)
    if name == "at" or name.endswith("_at"):
        return _instant(text, reading)
    if name in labels.DAYS:
        return escape(_day(text))
    if name in labels.MONEY:
        return escape(_money(value, place.currency))
    return escape(labels.code(place.kind, name, text))


def _instant(text: str, reading: Reading) -> str:
    """An instant (ISO 8601) as it is written in Việt Nam; another text as it is."""
    try:
        return f"{parse(text).astimezone(reading.zone):%H:%M %d/%m/%Y}"
    except ValueError:
        return escape(text)


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


def _money(amount: Any, currency: str) -> str:
    """`450.000 VND`, `12,50 USD`: minor units as they are written in Việt Nam."""
    digits = MINOR_DIGITS.get(currency, 0)
    whole, part = divmod(abs(int(amount)), 10**digits)
    decimals = f",{part:0{digits}d}" if digits else ""
    sign = "-" if int(amount) < 0 else ""
    return f"{sign}{whole:,}".replace(",", ".") + f"{decimals} {currency}"
