"""An export as a page that the customer can read: Vietnamese, one file, nothing fetched. Pure.

Called by `exporting`. Every value is escaped: what a customer wrote is shown, never run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Record = Mapping[str, Any]

#: What each kind of record is called.
KINDS = {
    "profile": "Hồ sơ",
    "identities": "Định danh đã biết",
    "mentions": "Thông tin liên hệ chưa xác minh",
    "consents": "Đồng ý và từ chối",
    "notes": "Ghi chú về khách hàng",
    "rights_requests": "Yêu cầu về dữ liệu cá nhân",
    "conversations": "Hội thoại",
    "messages": "Tin nhắn",
    "tickets": "Yêu cầu hỗ trợ",
    "ticket_notes": "Ghi chú nội bộ",
    "orders": "Đơn hàng",
    "owned_items": "Sản phẩm đã mua",
    "deals": "Cơ hội bán hàng",
    "behaviours": "Hành vi",
    "segments": "Phân khúc",
    "kept_events": "Tin chưa xử lý được",
    "sandbox_sends": "Tin gửi thử",
}
#: What each field is called; one without a row stands under its own name.
FIELDS = {
    "account": "Tài khoản",
    "account_id": "Tài khoản kênh",
    "acquisition": "Nguồn biết đến",
    "address": "Địa chỉ",
    "amount": "Số tiền",
    "at": "Lúc",
    "attachments": "Tệp đính kèm",
    "attributes": "Thông tin bổ sung",
    "birthday": "Ngày sinh",
    "body": "Nội dung",
    "branch": "Chi nhánh",
    "channel": "Kênh",
    "conversation_id": "Hội thoại",
    "created_at": "Ngày tạo",
    "currency": "Tiền tệ",
    "delivered_at": "Ngày giao",
    "done_at": "Hoàn tất lúc",
    "emails": "E-mail",
    "external_id": "Mã ngoài",
    "first_channel": "Kênh đầu tiên",
    "first_reply_at": "Trả lời lần đầu lúc",
    "gender": "Giới tính",
    "how": "Cách biết",
    "id": "Mã",
    "kind": "Loại",
    "last_inbound_at": "Tin cuối của khách",
    "lines": "Sản phẩm",
    "name": "Họ tên",
    "note": "Ghi chú",
    "number": "Số",
    "occurred_at": "Lúc",
    "opened_at": "Mở lúc",
    "opted_out": "Từ chối nhận tin",
    "order": "Đơn hàng",
    "outcome": "Kết quả",
    "phones": "Điện thoại",
    "placed_at": "Ngày đặt",
    "priority": "Mức ưu tiên",
    "product": "Sản phẩm",
    "promised_at": "Hẹn giao",
    "purpose": "Mục đích",
    "quantity": "Số lượng",
    "reason": "Lý do",
    "recipient": "Người nhận",
    "recorded_at": "Ghi lúc",
    "referrer": "Đến từ",
    "requested_at": "Yêu cầu lúc",
    "source": "Nguồn",
    "stage": "Giai đoạn",
    "state": "Trạng thái",
    "status": "Trạng thái",
    "sub_type": "Nhóm con",
    "subject": "Tiêu đề",
    "tags": "Nhãn",
    "text": "Nội dung",
    "ticket": "Yêu cầu hỗ trợ",
    "tier": "Hạng",
    "total": "Tổng tiền",
    "touchpoint": "Điểm chạm",
    "type": "Nhóm",
    "unfollowed": "Bỏ quan tâm",
    "user_id": "Mã người dùng",
    "value": "Giá trị",
    "verified": "Đã xác minh",
    "why": "Lý do",
    "wording": "Văn bản đồng ý",
}
WHO = {"in": "Khách hàng", "out": "Chúng tôi"}
BOTH = {True: "có", False: "không"}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d2433}h2{border-bottom:1px solid #ccd3e0;padding-top:1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border:1px solid #ccd3e0;padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{background:#f2f5fa}.m{border-radius:.6rem;padding:.5rem .8rem;"
    "margin:.4rem 0;max-width:42rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".in{background:#f2f5fa}.out{background:#e4f3e8;margin-left:auto}"
    "small{color:#5a6477;display:block}"
)


def page(document: Mapping[str, Any]) -> str:
    """The page of an export document (`exporting`): a table a kind, messages as threads."""
    sections: Mapping[str, Mapping[str, Sequence[Record]]] = document["sections"]
    kinds = {kind: found for section in sections.values() for kind, found in section.items()}
    first = [kind for kind in KINDS if kind in kinds]
    others = [kind for kind in kinds if kind not in KINDS]
    name = document["shown_as"].get("name") or "khách hàng"
    parts = [_section(kind, kinds[kind]) for kind in [*first, *others]]
    title = f"Dữ liệu cá nhân của {name}"
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><p>Lập lúc {_time(document['made_at'])} (giờ UTC), theo Luật "
        f"Bảo vệ dữ liệu cá nhân số 91/2025/QH15. Mã yêu cầu: {escape(document['request_id'])}.</p>"
        f"{''.join(parts) or '<p>Không có dữ liệu nào.</p>'}</body></html>"
    )


def _section(kind: str, records: Sequence[Record]) -> str:
    shown = _threads(records) if kind == "messages" else _table(records)
    return f"<h2>{escape(KINDS.get(kind, kind))} ({len(records)})</h2>{shown}"


def _table(records: Sequence[Record]) -> str:
    """One record stands upright, several as rows."""
    if len(records) == 1:
        rows = (f"<tr><th>{_label(k)}</th><td>{_value(v)}</td></tr>" for k, v in records[0].items())
        return f"<table>{''.join(rows)}</table>"
    names = list(dict.fromkeys(name for record in records for name in record))
    head = "".join(f"<th>{_label(name)}</th>" for name in names)
    body = "".join(_row(names, record) for record in records)
    return f"<table><tr>{head}</tr>{body}</table>"


def _row(names: Iterable[str], record: Record) -> str:
    return f"<tr>{''.join(f'<td>{_value(record.get(name))}</td>' for name in names)}</tr>"


def _threads(records: Sequence[Record]) -> str:
    """Messages one under the other, the customer's left and ours right, a thread a channel."""
    threads: dict[Any, list[Record]] = {}
    for record in records:
        threads.setdefault(record.get("conversation_id"), []).append(record)
    return "".join(
        f"<h3>{_value(said[0].get('channel'))}</h3>{''.join(map(_message, said))}"
        for said in threads.values()
    )


def _message(record: Record) -> str:
    way = "out" if record.get("direction") == "out" else "in"
    when = _time(str(record.get("occurred_at", "")))
    said = [record.get(name) for name in ("subject", "text", "postback", "reaction")]
    lines = "\n".join(_value(part) for part in said if part)
    media = record.get("attachments")
    more = f"\n{_value(media)}" if media else ""
    return f'<div class="m {way}"><small>{WHO[way]} · {when}</small>{lines}{more}</div>'


def _label(name: str) -> str:
    return escape(FIELDS.get(name, name))


def _time(text: str) -> str:
    return escape(text[:16].replace("T", " "))


def _value(value: Any) -> str:
    """A value as people read it: lists by commas, pairs by colons."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return BOTH[value]
    if isinstance(value, Mapping):
        return "; ".join(f"{_label(str(name))}: {_value(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(one) for one in value)
    return escape(str(value))
