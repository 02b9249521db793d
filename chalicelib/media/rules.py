"""What a file is, by its first bytes, and what may become of it. Pure; called by `flows`.

Neither the sender's nor the provider's word counts for what a file is: only what stands in
`TYPES` is kept, under the content type said there. Whatever a browser could run (HTML, SVG,
XML, scripts) is kept as bytes to be downloaded.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from ..platform.errors import Invalid
from ..platform.fact import frozen

MB = 1024 * 1024
MOST_BYTES = 40 * MB  # more than this is not even read
HEAD = 4096  # bytes that tell what a file is
LONGEST_NAME = 120  # characters

#: Why there is no copy, for people; the codes stand in events and on the attachment.
REASONS = {
    "address_refused": "Địa chỉ tệp không được phép truy cập",
    "gone": "Nhà cung cấp không còn tệp này hoặc đường dẫn đã hết hạn",
    "no_answer": "Không tải được tệp từ nhà cung cấp sau nhiều lần thử",
    "not_told": "Nhà cung cấp không cho biết địa chỉ của tệp",
    "account_disconnected": "Tài khoản kênh đã ngắt kết nối nên không tải được tệp",
    "too_large": "Tệp lớn hơn mức cho phép",
    "empty": "Tệp không có nội dung",
    "type_refused": "Loại tệp không được phép lưu",
    "expired": "Tệp đã hết thời hạn lưu trữ",
}


class Refused(Invalid):
    """A file that is not kept; its `detail` is for people, `why` a code of `REASONS`."""

    code, title = "media_refused", "The file cannot be kept"

    def __init__(self, why: str) -> None:
        super().__init__(REASONS[why])
        self.why = why


@frozen
class Type:
    """A kind of file: the content type it is kept under, how large, whether it may be shown
    inside a page. `kind` is the attachment's (image, audio, video, file)."""

    name: str
    kind: str
    most: int
    inline: bool = False


def _image(name: str) -> Type:
    return Type(name=f"image/{name}", kind="image", most=25 * MB, inline=True)


def _video(name: str) -> Type:
    return Type(name=f"video/{name}", kind="video", most=40 * MB, inline=True)


def _audio(name: str) -> Type:
    return Type(name=f"audio/{name}", kind="audio", most=25 * MB, inline=True)


def _file(name: str) -> Type:
    return Type(name=name, kind="file", most=40 * MB)


PDF = Type(name="application/pdf", kind="file", most=40 * MB, inline=True)
TEXT = _file("text/plain; charset=utf-8")
#: What a browser could run, and what only says that it is some container.
BYTES = _file("application/octet-stream")
ZIP = _file("application/zip")
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: A name inside a zip → what it then is.
INSIDE_ZIP = {
    b"word/document": _file(f"{_OFFICE}wordprocessingml.document"),
    b"xl/workbook": _file(f"{_OFFICE}spreadsheetml.sheet"),
    b"ppt/presentation": _file(f"{_OFFICE}presentationml.presentation"),
}

#: Beginnings of files: where they stand, what stands there, what it is. The first row counts.
TYPES: tuple[tuple[int, bytes, Type], ...] = (
    (0, b"\xff\xd8\xff", _image("jpeg")),
    (0, b"\x89PNG\r\n\x1a\n", _image("png")),
    (0, b"GIF87a", _image("gif")),
    (0, b"GIF89a", _image("gif")),
    (8, b"WEBP", _image("webp")),
    (4, b"ftypheic", _image("heic")),
    (4, b"ftypheix", _image("heic")),
    (4, b"ftypmif1", _image("heif")),
    (4, b"ftypavif", _image("avif")),
    (4, b"ftypM4A", _audio("mp4")),
    (4, b"ftypqt", _video("quicktime")),
    (4, b"ftyp3g", _video("3gpp")),
    (4, b"ftyp", _video("mp4")),
    (0, b"\x1aE\xdf\xa3", _video("webm")),
    (8, b"AVI ", _video("x-msvideo")),
    (8, b"WAVE", _audio("wav")),
    (0, b"ID3", _audio("mpeg")),
    (0, b"\xff\xfb", _audio("mpeg")),
    (0, b"\xff\xf3", _audio("mpeg")),
    (0, b"\xff\xf2", _audio("mpeg")),
    (0, b"\xff\xf1", _audio("aac")),
    (0, b"\xff\xf9", _audio("aac")),
    (0, b"OggS", _audio("ogg")),
    (0, b"#!AMR", _audio("amr")),
    (0, b"fLaC", _audio("flac")),
    (0, b"%PDF-", PDF),
    (0, b"PK\x03\x04", ZIP),
    (0, b"Rar!\x1a\x07", _file("application/vnd.rar")),
    (0, b"7z\xbc\xaf\x27\x1c", _file("application/x-7z-compressed")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", BYTES),  # Word, Excel, PowerPoint before 2007
    (0, b"{\\rtf", _file("application/rtf")),
)
#: Programs, which nobody is to be handed: Windows, Linux, Apple, scripts of a shell.
PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!/")
#: RIFF stands before three of the names at the eighth byte.
RIFF = frozenset({b"WEBP", b"WAVE", b"AVI "})
#: Beginnings of what a browser runs, after blanks, in small letters.
MARKUP = re.compile(rb"<(!doctype|!--|\?xml|\?php|[a-z][a-z0-9:-]*[\s/>])|<\?|%!ps")
#: Controls, signs of direction, halves of characters, ends of lines.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
SCRIPT = re.compile(rb"\b(function|var|let|const|import|document\.|window\.|eval\s*\()")


def type_of(body: bytes) -> Type:
    """What a whole file is. Raises `Refused` for what is not kept: empty, a program, unknown,
    or larger than its kind may be."""
    found = _told(body)
    if len(body) > found.most:
        raise Refused("too_large")
    return found


def _told(body: bytes) -> Type:
    if not body:
        raise Refused("empty")
    if body.startswith(PROGRAMS):
        raise Refused("type_refused")
    for start, magic, found in TYPES:
        if body.startswith(magic, start) and (magic not in RIFF or body.startswith(b"RIFF")):
            return _opened(body) if found is ZIP else found
    return _text(body)


def _opened(body: bytes) -> Type:
    return next((found for name, found in INSIDE_ZIP.items() if name in body), ZIP)


def _text(body: bytes) -> Type:
    """A text of words, one that could be run, or neither. Raises `Refused`."""
    head = body[:HEAD]
    marks: tuple[tuple[bytes, str], ...] = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"))
    encoding = next((name for mark, name in marks if head.startswith(mark)), "utf-8")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        raise Refused("type_refused") from None
    if "\0" in text:
        raise Refused("type_refused")
    small = text[:HEAD].lstrip("\ufeff \t\r\n").lower().encode()
    runs = MARKUP.search(small) or SCRIPT.search(small)
    return BYTES if runs or encoding != "utf-8" else TEXT


def safe_name(name: str | None) -> str | None:
    """A file name as it may be shown and saved under: no folders, no controls, no tricks of
    direction, its ending kept; None where nothing is left of it."""
    if not name:
        return None
    clean = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    last = re.split(r"[/\\]", clean)[-1]
    shown = "".join(one for one in last if unicodedata.category(one) not in UNSEEN)
    shown = re.sub(r'[<>:"|?*]', "_", shown).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    if dot and stem and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return shown[:LONGEST_NAME] or None


def disposition(found: Type, name: str | None) -> str:
    """The Content-Disposition (RFC 6266) of a kept file: inline only what cannot run anything."""
    way = "inline" if found.inline else "attachment"
    return f"{way}; filename*=UTF-8''{quote(name, safe='')}" if name else way
