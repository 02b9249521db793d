"""The page behind the link that ends messages of a kind (`unsubscribing`).

Mail programs and virus scanners fetch every link of a mail: a GET only shows a page and its
button. The button, and a mail program's own ("List-Unsubscribe=One-Click", RFC 8058), post.
"""

from __future__ import annotations

from html import escape

from chalice.app import Response

from ..platform import store
from ..platform.context import CUSTOMER, begin
from ..platform.errors import AppError
from ..platform.http import Api, Headers, problem
from ..platform.log import logger
from . import unsubscribing
from .unsubscribing import Ending, NoSuchLink

bp = Api(__name__)

#: What mail programs and browsers post; JSON is what a request without any content counts as.
CONTENT_TYPES = [
    *("application/x-www-form-urlencoded", "multipart/form-data"),
    *("text/plain", "application/json"),
]
HEADERS: Headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.6 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;
color:#1b1f23}}button{{font:inherit;font-weight:600;padding:.6rem 1.4rem;border:0;
border-radius:8px;background:#0b6e4f;color:#fff;cursor:pointer}}</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{more}</main></body></html>"""
BUTTON = '<form method="post"><button type="submit">Ngừng nhận</button></form>'

#: purpose → what such messages are, for people
KINDS = {"marketing": "tin khuyến mãi", "survey": "tin khảo sát", "care": "tin chăm sóc"}
MEDIA = {"email": "qua e-mail"}
ASKED = "Ngừng nhận {kind}?"
ASKS = "Bấm nút dưới đây, chúng tôi sẽ không gửi {kind} {medium} cho bạn nữa."
DONE = "Bạn đã ngừng nhận {kind}"
TOLD = (
    "Chúng tôi sẽ không gửi {kind} {medium} cho bạn nữa. "
    "Những yêu cầu bạn đang nhờ chúng tôi xử lý vẫn được trả lời như thường."
)
UNKNOWN = "Liên kết không dùng được"
UNKNOWN_TEXT = "Liên kết này không đầy đủ hoặc không còn hiệu lực. Bạn hãy mở lại từ thư đã nhận."


@bp.route("/unsubscribe/{token}", methods=["GET", "POST"], content_types=CONTENT_TYPES)
def end_messages(token: str) -> Response:
    posted = bp.current_request.method == "POST"
    context = begin(actor=CUSTOMER)
    try:
        ending = _ended(token) if posted else unsubscribing.opened(token)
        response = _page(ending, over=posted or unsubscribing.is_over(ending))
    except NoSuchLink as error:
        response = Response(
            body=PAGE.format(title=UNKNOWN, text=UNKNOWN_TEXT, more=""),
            status_code=error.status,
            headers=dict(HEADERS),
        )
    except AppError as error:
        response = problem(error, context.correlation_id)
    logger.info("unsubscribe", extra={"status": response.status_code, "posted": posted})
    return response


def _ended(token: str) -> Ending:
    context = begin(actor=CUSTOMER)

    def flow() -> Ending:
        ending = unsubscribing.opened(token)
        writes = unsubscribing.withdraw(ending, context)
        if writes:
            store.commit(writes)
        return ending

    return store.run_again(flow)


def _page(ending: Ending, *, over: bool) -> Response:
    words = {
        "kind": KINDS.get(ending.purpose, "tin loại này"),
        "medium": MEDIA.get(ending.conversation.channel, "trên kênh này"),
    }
    title, text = (DONE, TOLD) if over else (ASKED, ASKS)
    body = PAGE.format(
        title=escape(title.format(**words)),
        text=escape(text.format(**words)),
        more="" if over else BUTTON,
    )
    return Response(body=body, headers=dict(HEADERS))
