"""The scripts that web sites embed and the pages we host, as they are served.

They lie beside the channel they are of, ship with the package and need no build: texts and
style are put in here, once a process. Called by `channels.pages.api`.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from ...platform.fact import frozen

FOLDER = Path(__file__).parents[1]  # the channels
#: name below /widget/ → files of its script, texts and style
SCRIPTS = {
    "live-chat.js": ("live_chat/widget.js", "live_chat/widget.texts.json", "live_chat/widget.css"),
    "form.js": ("web_form/form.js", "web_form/form.texts.json", "web_form/form.css"),
}
STYLES = {"page.css": "web_form/page.css"}
PAGE = "web_form/page.html"


@frozen
class Served:
    """A file as it is served, and the tag that changes with it."""

    text: str
    kind: str
    etag: str


@cache
def file(name: str) -> Served | None:
    """What is served under that name below /widget/; None when there is no such thing."""
    if name in SCRIPTS:
        return _served(_script(*(_read(one) for one in SCRIPTS[name])), "text/javascript")
    if name in STYLES:
        return _served(_read(STYLES[name]), "text/css")
    return None


def _served(text: str, kind: str) -> Served:
    etag = f'"{sha256(text.encode()).hexdigest()[:20]}"'
    return Served(text=text, kind=f"{kind}; charset=utf-8", etag=etag)


def _script(code: str, texts: str, style: str) -> str:
    """A script with its texts and its style in it, as the JSON that is JavaScript too."""
    told = code.replace('"@texts"', json.dumps(json.loads(texts), ensure_ascii=False))
    return told.replace('"@style"', json.dumps(" ".join(style.split())))


def tag(base: str, name: str, attributes: dict[str, str]) -> str:
    """The line of HTML that embeds a script; `attributes` become its `data-…`."""
    data = "".join(f' data-{key}="{escape(value)}"' for key, value in attributes.items())
    return f'<script src="{escape(base)}/widget/{name}"{data} async></script>'


def page(title: str, embedded: str) -> str:
    """A whole page around one embedded script."""
    return _read(PAGE).replace("@title", escape(title)).replace("@script", embedded)


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
