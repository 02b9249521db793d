"""What people call everything an export may hold: kinds of records, fields, codes. Data only.

Read by `readable`. A field or kind without a row fails `tests/slices/customer/test_readable.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..commerce.rules import DEAL_STATES, LOST_REASONS
from ..commerce.rules import STATUSES as ORDER_STATUSES
from ..profiles.tiers import TIERS
from ..tickets import taxonomy

#: What each kind of record is called, in the order in which they stand.
KINDS: Mapping[str, str] = {
    "profile": "Hồ sơ",
    "identities": "Định danh đã biết",
    "mentions": "Thông tin liên hệ chưa xác minh",
    "consents": "Đồng ý và từ chối",
    "notes": "Ghi chú về khách hàng",
    "segments": "Phân khúc",
    "conversations": "Hội thoại",
    "messages": "Tin nhắn",
    "tickets": "Phiếu yêu cầu",
    "ticket_notes": "Ghi chú nội bộ của phiếu",
    "orders": "Đơn hàng",
    "owned_items": "Sản phẩm đã mua",
    "deals": "Cơ hội bán hàng",
    "care": "Liên hệ chăm sóc",
    "behaviours": "Hoạt động trên website và ứng dụng",
    "rights_requests": "Yêu cầu về dữ liệu cá nhân",
    "kept_events": "Tin chưa xử lý được",
    "sandbox_sends": "Tin gửi thử",
}

#: What each field is called; `OF_KIND` says where a kind calls it otherwise.
FIELDS: Mapping[str, str] = {
    "abandoned": "Khách gác máy khi chờ",
    "account": "Tài khoản kênh",
    "account_id": "Tài khoản kênh",
    "acquisition": "Nguồn biết đến",
    "address": "Địa chỉ",
    "advertisement": "Quảng cáo",
    "amount": "Giá trị",
    "at": "Lúc",
    "attachments": "Tệp đính kèm",
    "choices": "Các lựa chọn",
    "attributes": "Thông tin bổ sung",
    "author": "Người viết",
    "birthday": "Ngày sinh",
    "body": "Nội dung",
    "branch": "Chi nhánh",
    "call": "Cuộc gọi",
    "call_stage": "Kết quả",
    "channel": "Kênh",
    "closed_at": "Kết thúc lúc",
    "conversation_id": "Hội thoại",
    "contacted_at": "Liên hệ gần nhất",
    "created_at": "Ngày tạo",
    "currency": "Tiền tệ",
    "deleted_at": "Thu hồi lúc",
    "delivered_at": "Ngày giao",
    "direction": "Chiều",
    "discount": "Giảm giá",
    "done_at": "Hoàn tất lúc",
    "due_at": "Lần liên hệ tới",
    "edited_at": "Sửa lúc",
    "email": "E-mail",
    "emails": "E-mail",
    "ended_at": "Hết sở hữu từ",
    "entered_at": "Thuộc từ",
    "external_id": "Mã bên nguồn",
    "seller": "Gian hàng",
    "file": "Tệp đã lưu",
    "first_channel": "Kênh đầu tiên",
    "first_reply_at": "Trả lời lần đầu lúc",
    "followed_at": "Đổi quan tâm lúc",
    "from": "Từ số",
    "gender": "Giới tính",
    "history": "Quá trình",
    "hold_seconds": "Giữ máy (giây)",
    "how": "Cách biết",
    "id": "Mã",
    "kind": "Loại",
    "last_inbound_at": "Tin cuối của khách",
    "latitude": "Vĩ độ",
    "lines": "Sản phẩm",
    "longitude": "Kinh độ",
    "media_type": "Định dạng tệp",
    "name": "Tên",
    "next_purchase": "Dự kiến mua lại",
    "note": "Ghi chú",
    "number": "Số",
    "occurred_at": "Lúc",
    "opened_at": "Mở lúc",
    "opted_at": "Đổi ý nhận tin lúc",
    "opted_out": "Từ chối nhận tin",
    "order": "Đơn hàng",
    "outcome": "Kết quả",
    "page": "Trang",
    "phone": "Điện thoại",
    "phones": "Điện thoại",
    "placed_at": "Ngày đặt",
    "postback": "Nút đã bấm",
    "priority": "Mức ưu tiên",
    "severity": "Mức độ nghiêm trọng",
    "product": "Sản phẩm",
    "promised_at": "Hẹn giao",
    "provider_id": "Mã của kênh",
    "purpose": "Mục đích",
    "quantity": "Số lượng",
    "queue_seconds": "Chờ tổng đài (giây)",
    "reaction": "Cảm xúc",
    "reason": "Lý do",
    "received_at": "Nhận lúc",
    "recipient": "Người nhận",
    "recorded_at": "Ghi lúc",
    "referrer": "Đến từ",
    "refunded": "Đã hoàn tiền",
    "reply_to": "Trả lời tin",
    "requested_at": "Yêu cầu lúc",
    "ring_seconds": "Đổ chuông (giây)",
    "segment": "Phân khúc",
    "sent_at": "Gửi lúc",
    "sha256": "Mã kiểm tra SHA-256",
    "shipping_fee": "Phí giao hàng",
    "size": "Dung lượng (byte)",
    "sku": "Mã sản phẩm",
    "skus": "Mã sản phẩm",
    "source": "Nguồn",
    "stage": "Giai đoạn",
    "state": "Trạng thái",
    "status": "Trạng thái",
    "store": "Cửa hàng",
    "sub_type": "Nhóm con",
    "subject": "Tiêu đề",
    "tags": "Nhãn",
    "talk_seconds": "Đàm thoại (giây)",
    "text": "Nội dung",
    "ticket": "Phiếu",
    "tier": "Hạng",
    "title": "Tiêu đề",
    "to": "Đến số",
    "total": "Tổng tiền",
    "touchpoint": "Điểm chạm",
    "type": "Nhóm",
    "unfollowed": "Bỏ quan tâm",
    "unit_price": "Đơn giá",
    "url": "Địa chỉ tệp",
    "user_id": "Mã người dùng",
    "value": "Giá trị",
    "verified": "Đã xác minh",
    "warranty_ends": "Hết bảo hành",
    "why": "Lý do",
    "wording": "Văn bản đồng ý",
    "words": "Từ đã tìm",
}
OF_KIND: Mapping[tuple[str, str], str] = {
    ("profile", "name"): "Họ tên",
    ("tickets", "number"): "Số phiếu",
    ("orders", "number"): "Số đơn",
    ("behaviours", "name"): "Tên hoạt động",
}

CHANNELS: Mapping[str, str] = {
    **taxonomy.SOURCES,
    "facebook_message": "Tin nhắn Facebook",
    "facebook_comment": "Bình luận Facebook",
    "web_form": "Biểu mẫu trên website",
    "live_chat": "Trò chuyện trên website",
    "voice": "Cuộc gọi",
    "sms": "Tin nhắn SMS",
    "shopee": "Shopee",
    "lazada": "Lazada",
    "tiktok_shop": "TikTok Shop",
    "*": "Mọi kênh",
}
TOUCHPOINTS: Mapping[str, str] = {
    "advertisement": "Quảng cáo",
    "website": "Website",
    "app": "Ứng dụng",
    "message": "Tin nhắn",
    "hotline": "Tổng đài",
    "consultation": "Tư vấn",
    "payment": "Thanh toán",
    "order_confirmation": "Xác nhận đơn",
    "delivery": "Giao hàng",
    "usage_guidance": "Hướng dẫn sử dụng",
    "staff": "Nhân viên",
    "store": "Cửa hàng",
    "product": "Sản phẩm",
    "after_sales": "Sau bán hàng",
    "complaint_handling": "Xử lý khiếu nại",
}
MESSAGE_STATES: Mapping[str, str] = {
    "received": "đã nhận",
    "queued": "chờ gửi",
    "sending": "đang gửi",
    "delayed": "chờ gửi lại",
    "sent": "đã gửi",
    "delivered": "đã đến",
    "read": "đã xem",
    "failed": "không gửi được",
}
CALL_STAGES: Mapping[str, str] = {
    "ringing": "đang đổ chuông",
    "answered": "đang nói chuyện",
    "ended": "đã nói chuyện",
    "missed": "không gặp nhau",
    "noted": "đang diễn ra",
}
AUTHORS: Mapping[str, str] = {
    "customer": "Khách hàng",
    "human": "Nhân viên",
    "app": "Tự động",
}
IDENTITIES: Mapping[str, str] = {
    **CHANNELS,
    "phone": "Điện thoại",
    "email": "E-mail",
    "order": "Số đơn hàng",
    "external": "Mã khách hàng ở hệ thống khác",
}
ATTACHMENTS: Mapping[str, str] = {
    "image": "Hình ảnh",
    "sticker": "Nhãn dán",
    "file": "Tệp",
    "audio": "Âm thanh",
    "video": "Video",
    "link": "Liên kết",
    "location": "Vị trí",
    "contact": "Danh thiếp",
    "template": "Mẫu tin",
    "other": "Khác",
}
PURPOSES: Mapping[str, str] = {
    "care": "Chăm sóc về đơn hàng và yêu cầu của khách",
    "survey": "Khảo sát",
    "marketing": "Tiếp thị",
    "tracking": "Theo dõi hoạt động trên website và ứng dụng",
    "sharing": "Chia sẻ cho bên thứ ba",
}
CONSENT_STATES: Mapping[str, str] = {
    "granted": "Đồng ý",
    "withdrawn": "Từ chối",
    "lifted": "Rút lại lời từ chối",
}
CONSENT_SOURCES: Mapping[str, str] = {
    "form": "Biểu mẫu",
    "message": "Tin nhắn",
    "phone": "Điện thoại",
    "paper": "Giấy tờ",
    "app": "Ứng dụng",
    "import": "Nhập dữ liệu",
    "word": "Từ khóa trong tin nhắn",
}
WORDINGS: Mapping[str, str] = {
    "form_box": "Ô đồng ý trên biểu mẫu",
    "revoked_at_provider": "Khách thu hồi đồng ý trên nền tảng của kênh",
    "opt_out_word": "Từ khóa từ chối nhận tin",
    "opt_in_word": "Từ khóa nhận tin trở lại",
}
BEHAVIOURS: Mapping[str, str] = {
    "page_view": "Xem trang",
    "product_view": "Xem sản phẩm",
    "search": "Tìm kiếm",
    "wishlist_added": "Thêm vào yêu thích",
    "cart_added": "Thêm vào giỏ hàng",
    "cart_abandoned": "Bỏ lại giỏ hàng",
    "checkout_started": "Bắt đầu thanh toán",
    "app_opened": "Mở ứng dụng",
    "app_event": "Thao tác trong ứng dụng",
    "email_opened": "Mở e-mail",
    "ad_clicked": "Nhấn quảng cáo",
}

#: What the codes of a field are called, wherever it stands, and in one kind of record.
CODES: Mapping[str, Mapping[str, str]] = {
    "channel": CHANNELS,
    "first_channel": CHANNELS,
    "tier": TIERS,
    "gender": {"female": "Nữ", "male": "Nam", "other": "Khác"},
}
CODES_OF_KIND: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("identities", "kind"): IDENTITIES,
    ("mentions", "kind"): IDENTITIES,
    ("mentions", "how"): CONSENT_SOURCES,
    ("consents", "purpose"): PURPOSES,
    ("messages", "purpose"): PURPOSES,
    ("consents", "state"): CONSENT_STATES,
    ("consents", "source"): CONSENT_SOURCES,
    ("consents", "wording"): WORDINGS,
    ("messages", "author"): AUTHORS,
    ("messages", "status"): MESSAGE_STATES,
    ("messages", "kind"): ATTACHMENTS,
    ("messages", "call_stage"): CALL_STAGES,
    ("tickets", "status"): taxonomy.STATUSES,
    ("tickets", "outcome"): taxonomy.OUTCOMES,
    ("tickets", "type"): taxonomy.TYPES,
    ("tickets", "sub_type"): {code: row.vi for code, row in taxonomy.SUB_TYPES.items()},
    ("tickets", "source"): taxonomy.SOURCES,
    ("tickets", "priority"): taxonomy.PRIORITIES,
    ("tickets", "stage"): taxonomy.STAGES,
    ("tickets", "touchpoint"): TOUCHPOINTS,
    ("orders", "status"): {code: row.vi for code, row in ORDER_STATUSES.items()},
    ("deals", "state"): DEAL_STATES,
    ("deals", "reason"): LOST_REASONS,
    ("behaviours", "kind"): BEHAVIOURS,
    ("rights_requests", "kind"): {"export": "Xin bản sao dữ liệu", "erase": "Xóa dữ liệu"},
    ("kept_events", "why"): {
        "unknown_event": "Loại tin chưa biết",
        "unreadable": "Không đọc được",
        "dead_letter": "Xử lý nhiều lần không được",
    },
}

#: Fields that hold a day, and amounts in minor units of their record's `currency`.
DAYS = frozenset({"birthday", "warranty_ends", "next_purchase"})
MONEY = frozenset({"amount", "discount", "refunded", "shipping_fee", "total", "unit_price"})


def field(kind: str, name: str) -> str:
    """What a field of a kind of record is called; its own name where nobody said."""
    return OF_KIND.get((kind, name)) or FIELDS.get(name, name)


def code(kind: str, name: str, value: str) -> str:
    """What a value of a field is called: the value itself where it is no code."""
    return CODES_OF_KIND.get((kind, name), CODES.get(name, {})).get(value, value)
