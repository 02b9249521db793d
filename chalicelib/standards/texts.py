"""Example commitments, for an organisation to make its own. Data only; for `commitments`.

Nobody is promised any of them until somebody has published a text: until then staff see the
example and customers see nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..platform.fact import frozen
from .tiers import ENGLISH, VIETNAMESE, Words

#: A policy and one of its clocks.
Measure = tuple[str, str]


@frozen
class Text:
    """What a commitment says, by language, and what it is measured by."""

    title: Words
    body: Words
    conditions: Words
    measured_by: tuple[Measure, ...] = ()


def _words(vi: str, en: str) -> Words:
    return {VIETNAMESE: vi, ENGLISH: en}


_REQUESTS: tuple[Measure, ...] = (("requests", "acknowledge"), ("requests", "resolve"))

EXAMPLES: Mapping[str, Text] = {
    "exchange": Text(
        title=_words("Đổi trả trong 7 ngày", "Exchange and return within 7 days"),
        body=_words(
            "Trong 7 ngày kể từ ngày nhận hàng, bạn được đổi sản phẩm khác hoặc trả lại. Nếu sản"
            " phẩm lỗi, giao sai hoặc giao thiếu, chúng tôi chịu toàn bộ phí vận chuyển hai chiều."
            " Bạn chỉ cần nhắn cho chúng tôi mã đơn hàng và ảnh sản phẩm; yêu cầu được tiếp nhận"
            " trong 30 phút làm việc và giải quyết xong trong 2 ngày làm việc.",
            "Within 7 days of delivery you may exchange a product or return it. Where it is faulty,"
            " wrong or incomplete, we pay for shipping both ways. Send us the order number and a"
            " picture: we answer within 30 working minutes and settle it within 2 working days.",
        ),
        conditions=_words(
            "Sản phẩm chưa qua sử dụng, còn nguyên tem, nhãn và bao bì, có hóa đơn hoặc mã đơn"
            " hàng. Không áp dụng với đồ lót, thực phẩm đã mở và hàng đặt làm riêng. Khi đổi theo"
            " nhu cầu, bạn trả phí vận chuyển và phần chênh lệch giá nếu có.",
            "The product is unused, with its labels and packaging, and comes with the invoice or"
            " order number. Underwear, opened food and goods made to order are excluded. When you"
            " change your mind, shipping and any difference in price are yours.",
        ),
        measured_by=_REQUESTS,
    ),
    "warranty": Text(
        title=_words("Bảo hành chính hãng", "Warranty"),
        body=_words(
            "Sản phẩm được bảo hành theo thời hạn ghi trên phiếu bảo hành hoặc trên đơn hàng. Trong"
            " thời hạn này, lỗi do nhà sản xuất được sửa hoặc thay linh kiện miễn phí. Chúng tôi"
            " phản hồi yêu cầu bảo hành trong 30 phút làm việc và báo cách xử lý trong 2 ngày"
            " làm việc.",
            "Products are under warranty for the time on the warranty card or the order. Faults of"
            " the maker are repaired, or parts replaced, free of charge. We answer a request within"
            " 30 working minutes and tell you how it is settled within 2 working days.",
        ),
        conditions=_words(
            "Còn thời hạn và đúng sản phẩm, số sê-ri đã mua. Không áp dụng với hư hỏng do rơi vỡ,"
            " vào nước, dùng sai hướng dẫn hoặc đã tự sửa chữa.",
            "Within the time, for the very product and serial number bought. Damage by falls or"
            " water, use against the instructions and own repairs are excluded.",
        ),
        measured_by=_REQUESTS,
    ),
    "refund": Text(
        title=_words("Hoàn tiền", "Refunds"),
        body=_words(
            "Khi đơn bị hủy trước lúc giao, hoặc hàng trả lại đã được chấp nhận, chúng tôi hoàn"
            " đúng số tiền bạn đã trả, về đúng phương thức bạn đã thanh toán. Yêu cầu được tiếp"
            " nhận trong 30 phút làm việc và lệnh hoàn tiền được lập trong 2 ngày làm việc; tiền"
            " về tài khoản tùy ngân hàng, thường từ 3 đến 7 ngày làm việc.",
            "When an order is cancelled before delivery, or a return was accepted, we refund what"
            " you paid, the way you paid it. We answer within 30 working minutes and order the"
            " refund within 2 working days; banks usually take 3 to 7 working days more.",
        ),
        conditions=_words(
            "Thông tin nhận tiền trùng với người đặt hàng. Phí vận chuyển được hoàn khi lỗi thuộc"
            " về chúng tôi.",
            "The account is that of whoever ordered. Shipping is refunded where we are at fault.",
        ),
        measured_by=_REQUESTS,
    ),
    "after_sale_support": Text(
        title=_words("Hỗ trợ sau bán hàng", "Support after the sale"),
        body=_words(
            "Sau khi nhận hàng, bạn được hướng dẫn sử dụng và giải đáp thắc mắc miễn phí trên mọi"
            " kênh của chúng tôi. Khiếu nại được phản hồi trong 5 phút, kể cả ngoài giờ, và được"
            " cập nhật ít nhất 2 giờ một lần cho đến khi xong; sau đó chúng tôi liên hệ lại trong"
            " 24 giờ để chắc chắn bạn đã hài lòng.",
            "After delivery you get guidance and answers free of charge on all our channels. A"
            " complaint is answered within 5 minutes, also out of hours, and you hear from us at"
            " least every 2 hours until it is settled; within 24 hours after that we ask whether"
            " you are satisfied.",
        ),
        conditions=_words(
            "Áp dụng cho khách đã mua hàng, theo số điện thoại hoặc mã đơn hàng.",
            "For whoever has bought from us, by telephone or order number.",
        ),
        measured_by=(
            ("complaint_1", "acknowledge"),
            ("complaint_1", "update"),
            ("complaint_1", "follow_up"),
            ("complaint_2", "acknowledge"),
            ("complaint_3", "acknowledge"),
        ),
    ),
}
