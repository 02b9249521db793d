"""The public page of commitments: one file without scripts, in Vietnamese or English. Pure.

Called by `commitments_api`. Every text is escaped. It is read on telephones first, by screen
readers too: landmarks, headings in order, a list to jump by, colours that can be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape

from .model import CommitmentText
from .tiers import ENGLISH, LANGUAGES, VIETNAMESE

STYLE = (
    "*{box-sizing:border-box}body{font:1.0625rem/1.65 system-ui,sans-serif;margin:0;color:#1b1f23;"
    "background:#fff;overflow-wrap:anywhere}header,main,footer{max-width:44rem;margin:0 auto;"
    "padding:0 1rem}h1{font-size:1.6rem;line-height:1.25;margin:1rem 0 .5rem}h2{font-size:1.25rem;"
    "line-height:1.3;margin:0 0 .5rem}h3{font-size:1rem;margin:1rem 0 .25rem}a{color:#0b5e43}"
    "a:focus-visible{outline:3px solid #0b5e43;outline-offset:2px}nav ul{list-style:none;padding:0;"
    "margin:0 0 1.5rem}nav a{display:block;padding:.7rem 0;border-bottom:1px solid #d5dbe1}"
    ".language{display:inline-block;padding:.7rem 0}section{border:1px solid #d5dbe1;"
    "border-radius:12px;padding:1rem;margin:0 0 1rem}p{margin:.4rem 0}small,footer{color:#4a5560}"
    ".skip{position:absolute;left:-99rem}.skip:focus{position:static}"
    "@media(prefers-color-scheme:dark){body{background:#14181c;color:#eef1f4}a{color:#7fd6b4}"
    "section,nav a{border-color:#3a434c}small,footer{color:#b5bfc9}}"
    "@media print{nav,.language,.skip{display:none}section{break-inside:avoid}}"
)
#: language → what the page itself says
SAYS: Mapping[str, Mapping[str, str]] = {
    VIETNAMESE: {
        "title": "Cam kết với khách hàng",
        "intro": "Những điều chúng tôi cam kết, và điều kiện áp dụng.",
        "conditions": "Điều kiện áp dụng",
        "contents": "Các cam kết",
        "since": "Áp dụng từ {first}",
        "until": "Áp dụng từ {first} đến hết {last}",
        "none": "Nội dung cam kết đang được cập nhật. Bạn vui lòng quay lại sau.",
        "skip": "Đến nội dung chính",
        "as_of": "Nội dung có hiệu lực ngày {today}.",
        "other": "English",
    },
    ENGLISH: {
        "title": "Our commitments to customers",
        "intro": "What we promise, and under which conditions.",
        "conditions": "Conditions",
        "contents": "Commitments",
        "since": "Valid from {first}",
        "until": "Valid from {first} until {last}",
        "none": "Our commitments are being brought up to date. Please come back later.",
        "skip": "Skip to content",
        "as_of": "As valid on {today}.",
        "other": "Tiếng Việt",
    },
}
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{intro}"><style>{style}</style></head>
<body><header><a class="skip" href="#main">{skip}</a>
<a class="language" hreflang="{other_language}" lang="{other_language}" rel="alternate" \
href="?language={other_language}">{other}</a>
<h1>{title}</h1><p>{intro}</p></header>
<main id="main">{content}</main><footer><p>{as_of}</p></footer></body></html>"""


def chosen(asked: str | None, accepted: str | None) -> str:
    """The language of a page: the one asked for, else the browser's first that we have."""
    if asked in LANGUAGES:
        return str(asked)
    for one in (accepted or "").split(","):
        language = one.partition(";")[0].strip().partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return VIETNAMESE


def page(texts: Sequence[CommitmentText], language: str, today: date) -> str:
    """The whole page of what is promised today."""
    says = SAYS[language]
    (other,) = (one for one in LANGUAGES if one != language)
    content = f"<p>{escape(says['none'])}</p>"
    if texts:
        content = _contents(texts, language) + "".join(_section(one, language) for one in texts)
    return PAGE.format(
        style=STYLE,
        language=language,
        other_language=other,
        content=content,
        as_of=escape(says["as_of"].format(today=_day(str(today), language))),
        **{name: escape(says[name]) for name in ("title", "intro", "skip", "other")},
    )


def _contents(texts: Iterable[CommitmentText], language: str) -> str:
    lines = "".join(
        f'<li><a href="#{escape(one.commitment_id)}">{escape(one.title[language])}</a></li>'
        for one in texts
    )
    return f'<nav aria-label="{escape(SAYS[language]["contents"])}"><ul>{lines}</ul></nav>'


def _section(one: CommitmentText, language: str) -> str:
    says, name = SAYS[language], escape(one.commitment_id)
    return (
        f'<section id="{name}" aria-labelledby="{name}-title">'
        f'<h2 id="{name}-title">{escape(one.title[language])}</h2>'
        f"{_paragraphs(one.body[language])}"
        f"<h3>{escape(says['conditions'])}</h3>{_paragraphs(one.conditions[language])}"
        f"<p><small>{escape(_valid(one, language))}</small></p></section>"
    )


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in text.split("\n\n"))
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def _valid(one: CommitmentText, language: str) -> str:
    says, first = SAYS[language], _day(one.valid_from, language)
    if one.valid_until is None:
        return says["since"].format(first=first)
    return says["until"].format(first=first, last=_day(one.valid_until, language))


def _day(text: str, language: str) -> str:
    day = date.fromisoformat(text)
    return f"{day:%d/%m/%Y}" if language == VIETNAMESE else f"{day.day} {day:%B %Y}"
