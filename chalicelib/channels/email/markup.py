"""HTML of mails as plain text, whole and without the part that is quoted. Called by `letter`.

Text only: nothing of it is ever shown as HTML. What marks a quotation differs between mail
programs; `CONTAINERS` end with their element, all that follows one of `FROM_HERE` is quoted.
"""

from __future__ import annotations

import re
from html import unescape

#: A newsletter has 100 KB; more is nobody's letter.
LONGEST_HTML = 300_000  # characters
LONGEST_TAG = 2_000
DEEPEST = 2_000

TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})((?:[^'"<>]++|"[^"]*+"|'[^']*+')*+)>""")
ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
#: Pictures inside their own address, of any length.
DATA = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,80};base64,[A-Za-z0-9+/=%\s]*+", re.IGNORECASE)

BLOCKS = frozenset(
    "address article aside blockquote br caption center dd div dl dt fieldset footer form h1 h2 h3"
    " h4 h5 h6 header hr li main nav ol p pre section table tr ul".split()
)
CELLS = frozenset({"td", "th"})
RAW = frozenset({"script", "style"})  # nothing inside is markup
RAW_END = re.compile(r"</(?:script|style)\b[^<>]*>?", re.IGNORECASE)
SILENT = frozenset("head iframe noframes noscript object template title".split())
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)

#: Classes of elements that hold a quotation (Gmail, Yahoo, Proton, Zoho, Thunderbird).
CONTAINERS = frozenset(
    "gmail_quote gmail_quote_container gmail_attr yahoo_quoted protonmail_quote zmail_extra"
    " moz-cite-prefix moz-signature-quote".split()
)
#: Ids of elements after which everything is the message that is answered (Outlook, Yahoo).
FROM_HERE = frozenset({"appendonsend", "divrplyfwdmsg", "olk_src_body_section", "mail-editor-ref"})
BEGINNINGS = ("yahoo_quoted", "ymail_quoted")
#: Outlook of the desktop draws a line above the message that is answered.
RULE = re.compile(r"border:none;border-top:solid#(?:e1e1e1|b5c4df)")


class Reader:
    """Gathers `whole`, all the text there is, and `own`, that outside quotations."""

    def __init__(self) -> None:
        self.whole: list[str] = []
        self.own: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []  # (element, silent, quoted)
        self._silent = self._quoted = 0
        self._rest_is_quoted = False

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._rest_is_quoted = self._rest_is_quoted or _begins_quote(attributes)
        if tag in BLOCKS:
            self.say("\n")
        if tag == "li":
            self.say("- ")
        if tag in VOID or len(self._open) >= DEEPEST:
            return
        silent = tag in SILENT or HIDDEN.search(attributes.get("style", "")) is not None
        quoted = _is_quote(tag, attributes)
        self._open.append((tag, silent, quoted))
        self._silent += silent
        self._quoted += quoted

    def end(self, tag: str) -> None:
        """An element ends, and with it those inside it that nobody closed."""
        if tag in BLOCKS:
            self.say("\n")
        elif tag in CELLS:
            self.say("\t")
        if not any(name == tag for name, _, _ in self._open[-50:]):
            return
        closed = ""
        while closed != tag:
            closed, silent, quoted = self._open.pop()
            self._silent -= silent
            self._quoted -= quoted

    def say(self, text: str) -> None:
        """Text where we are now."""
        if self._silent:
            return
        self.whole.append(text)
        if not self._quoted and not self._rest_is_quoted:
            self.own.append(text)


def _read(html: str, reader: Reader) -> None:
    """Go through a document; each character is looked at a bounded number of times, however
    broken it is (the parser of Python takes hours over `<a <a <a …`)."""
    at = 0
    while at < len(html):
        begins = html.find("<", at)
        if begins != at:
            text = html[at : begins if begins >= 0 else len(html)]
            reader.say(SPACE.sub(" ", unescape(text)))
            if begins < 0:
                return
        at = _markup(html, begins, reader)


def _markup(html: str, begins: int, reader: Reader) -> int:
    """Read what stands at a `<`; returns where to go on."""
    if html.startswith("<!--", begins):
        return _after(html, "-->", begins)
    found = TAG.match(html, begins, begins + LONGEST_TAG)
    if found is None:
        if html[begins + 1 : begins + 2] in ("!", "?"):
            return _after(html, ">", begins)
        reader.say("<")
        return begins + 1
    closing, tag = found[1], found[2].lower()
    if closing:
        reader.end(tag)
    elif tag in RAW:
        ends = RAW_END.search(html, begins)
        return len(html) if ends is None else ends.end()
    else:
        reader.begin(tag, _attributes(found[3]))
    return found.end()


def _after(html: str, mark: str, begins: int) -> int:
    """Where to go on behind a mark; at the very end when it never comes."""
    place = html.find(mark, begins)
    return len(html) if place < 0 else place + len(mark)


def _attributes(written: str) -> dict[str, str]:
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
        for found in ATTRIBUTE.finditer(written)
    }


def _begins_quote(attributes: dict[str, str]) -> bool:
    identifier = attributes.get("id", "").lower().removeprefix("x_")
    style = re.sub(r"\s", "", attributes.get("style", "").lower())
    return identifier in FROM_HERE or RULE.match(style) is not None


def _is_quote(tag: str, attributes: dict[str, str]) -> bool:
    classes = {one.removeprefix("x_") for one in attributes.get("class", "").lower().split()}
    identifier = attributes.get("id", "").lower()
    cited = tag == "blockquote" and attributes.get("type", "").lower() == "cite"
    return cited or bool(classes & CONTAINERS) or identifier.startswith(BEGINNINGS)


def texts(html: str) -> tuple[str, str]:
    """The whole text of an HTML document, and its text without what is quoted."""
    reader = Reader()
    _read(DATA.sub("", html)[:LONGEST_HTML], reader)
    return _tidy(reader.whole), _tidy(reader.own)


def _tidy(pieces: list[str]) -> str:
    lines = (" ".join(line.split(" ")).strip() for line in "".join(pieces).split("\n"))
    joined = "\n".join(re.sub(r" {2,}", " ", line) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", joined).strip()
