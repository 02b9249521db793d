"""The default taxonomy (domain.md §2–4): types, sub-types, where each goes and where it happened.

Data only; `rules` reads it, `GET /v1/taxonomy` shows it, a later configuration replaces it.
"""

from __future__ import annotations

from ..platform.fact import frozen

CUSTOMER_CARE = "customer_care"
COMPLAINT = "complaint"

#: Stage where the order's state would decide and no order is known.
DEFAULT_STAGE = "use"


@frozen
class SubType:
    """One of the 17: whose type it is, which department works on it, where it happened."""

    code: str
    type: str
    vi: str
    department: str
    stage: str
    touchpoint: str


TYPES: dict[str, str] = {
    "complaint": "Khiếu nại",
    "technical_support": "Hỗ trợ kỹ thuật",
    "service_request": "Yêu cầu dịch vụ",
    "inquiry": "Tư vấn",
    "suggestion": "Đề xuất, góp ý",
}


def _row(
    code: str, type_: str, vi: str, department: str, stage: str, touchpoint: str
) -> tuple[str, SubType]:
    return code, SubType(
        code=code, type=type_, vi=vi, department=department, stage=stage, touchpoint=touchpoint
    )


# fmt: off
SUB_TYPES: dict[str, SubType] = dict([
    _row("delivery_late", "complaint", "Giao hàng trễ", "logistics", "delivery", "delivery"),
    _row("wrong_or_missing_item", "complaint", "Giao sai/thiếu", "logistics", "delivery", "delivery"),
    _row("product_defect", "complaint", "Lỗi sản phẩm", "technical", "use", "product"),
    _row("promotion_not_honoured", "complaint", "Không nhận được ưu đãi như cam kết", "customer_care", "purchase", "consultation"),
    _row("staff_attitude", "complaint", "Không hài lòng về nhân viên", "customer_care", DEFAULT_STAGE, "staff"),
    _row("billing_error", "complaint", "Thu sai tiền", "accounting", "purchase", "payment"),
    _row("usage_help", "technical_support", "Hướng dẫn sử dụng", "technical", "use", "usage_guidance"),
    _row("payment_difficulty", "technical_support", "Khó khăn trong thanh toán", "accounting", "purchase", "payment"),
    _row("account_access", "technical_support", "Tài khoản", "technical", "use", "website"),
    _row("exchange_return", "service_request", "Đổi trả", "customer_care", "delivery", "after_sales"),
    _row("refund", "service_request", "Hoàn tiền", "accounting", "delivery", "after_sales"),
    _row("warranty", "service_request", "Bảo hành", "technical", "warranty", "after_sales"),
    _row("order_change", "service_request", "Đổi/hủy đơn", "sales", "purchase", "order_confirmation"),
    _row("product_price", "inquiry", "Sản phẩm, giá, đặt mua", "sales", "price_inquiry", "consultation"),
    _row("order_status", "inquiry", "Tình trạng đơn", "customer_care", "purchase", "order_confirmation"),
    _row("improvement", "suggestion", "Góp ý", "customer_care", DEFAULT_STAGE, "after_sales"),
    _row("praise", "suggestion", "Khen", "customer_care", DEFAULT_STAGE, "after_sales"),
])

SOURCES: dict[str, str] = {
    "zalo_oa": "Zalo OA",
    "zalo_mini_app": "Zalo Mini App",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "whatsapp": "WhatsApp",
    "email": "Email",
    "hotline": "Tổng đài",
    "website": "Website",
    "marketplace": "Sàn thương mại điện tử",
    "store": "Cửa hàng",
}

STATUSES: dict[str, str] = {"new": "Mới", "in_progress": "Đang xử lý", "done": "Hoàn tất"}
PRIORITIES: dict[str, str] = {"low": "Thấp", "normal": "Bình thường", "high": "Cao", "urgent": "Khẩn cấp"}
OUTCOMES: dict[str, str] = {
    "resolved": "Đã giải quyết", "unresolved": "Chưa giải quyết được", "rejected": "Từ chối",
    "duplicate": "Trùng", "spam": "Rác",
}
WAITING_ON: dict[str, str] = {"agent": "Nhân viên", "customer": "Khách hàng", "third_party": "Bên thứ ba"}

STAGES: dict[str, str] = {
    "awareness": "Nhận biết", "research": "Tìm hiểu", "price_inquiry": "Hỏi giá",
    "purchase": "Mua hàng", "delivery": "Nhận hàng", "use": "Sử dụng",
    "warranty": "Bảo hành", "repurchase": "Tái mua", "referral": "Giới thiệu",
}
TOUCHPOINTS: tuple[str, ...] = (
    "advertisement", "website", "app", "message", "hotline", "consultation", "payment",
    "order_confirmation", "delivery", "usage_guidance", "staff", "store", "product",
    "after_sales", "complaint_handling",
)
# fmt: on
