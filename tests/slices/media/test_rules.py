"""What a file is, by its bytes alone, and how it may be shown."""

from __future__ import annotations

import io
import zipfile

import pytest

from chalicelib.media import rules
from chalicelib.media.rules import MB, Refused, disposition, safe_name, type_of
from chalicelib.platform import fetching
from tests.files import HTML, JPEG, PDF, PNG


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<x/>" * 2000)
    return held.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument."
KNOWN: list[tuple[bytes, str, bool]] = [
    (JPEG, "image/jpeg", True),
    (PNG, "image/png", True),
    (b"GIF89a" + b"x" * 20, "image/gif", True),
    (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp", True),
    (b"\x00\x00\x00\x18ftypheic\x00\x00", "image/heic", True),
    (b"\x00\x00\x00\x18ftypisom\x00\x00", "video/mp4", True),
    (b"\x00\x00\x00\x18ftypqt  \x00\x00", "video/quicktime", True),
    (b"\x00\x00\x00\x18ftypM4A \x00\x00", "audio/mp4", True),
    (b"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/wav", True),
    (b"ID3\x04" + b"\x00" * 20, "audio/mpeg", True),
    (b"OggS\x00\x02" + b"\x00" * 20, "audio/ogg", True),
    (b"#!AMR\n" + b"\x00" * 20, "audio/amr", True),
    (PDF, "application/pdf", True),
    (
        zipped("[Content_Types].xml", "word/document.xml"),
        OFFICE + "wordprocessingml.document",
        False,
    ),
    (zipped("[Content_Types].xml", "xl/workbook.xml"), OFFICE + "spreadsheetml.sheet", False),
    (zipped("ảnh.txt"), "application/zip", False),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 20, "application/octet-stream", False),
    ("Tên,Số\nHạnh,1".encode(), "text/plain; charset=utf-8", False),
]


@pytest.mark.parametrize(("content", "name", "inline"), KNOWN, ids=lambda one: str(one)[:20])
def test_what_is_kept_is_told_by_its_bytes(content: bytes, name: str, inline: bool) -> None:
    found = type_of(content)
    assert (found.name, found.inline) == (name, bool(inline))


@pytest.mark.parametrize(
    "active",
    [
        HTML,
        b"\xef\xbb\xbf  <HTML><body>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b'<?xml version="1.0"?><svg/>',
        b"<!-- x --><script>1</script>",
        b"  \n<ScRiPt>alert(1)</sCrIpT>",
        b"xin ch\xc3\xa0o <img src=x onerror=alert(1)>",
        b"<?php system($_GET['c']);",
        b"function go() { document.location = 'x' }",
        b"%!PS-Adobe-3.0",
        "<html>".encode("utf-16"),
    ],
)
def test_what_could_run_is_bytes_to_be_downloaded(active: bytes) -> None:
    found = type_of(active)
    assert (found.name, found.inline) == ("application/octet-stream", False)
    assert disposition(found, "a.html").startswith("attachment; ")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + b"\x00" * 40, "type_refused"),
        (b"\x7fELF\x02" + b"\x00" * 40, "type_refused"),
        (b"#!/bin/sh\nrm -rf /", "type_refused"),
        (b"\x00\x01\x02\x03" * 10, "type_refused"),
        (b"\x80\x81\x82" * 10, "type_refused"),
        (b"WEBP at the wrong place \xff", "type_refused"),
        (JPEG + b"\x00" * (25 * MB), "too_large"),
        (b"ID3" + b"\x00" * (25 * MB), "too_large"),
    ],
    ids=lambda one: str(one)[:24],
)
def test_what_is_not_kept_says_why(content: bytes, why: str) -> None:
    with pytest.raises(Refused) as refused:
        type_of(content)
    assert refused.value.why == why
    assert refused.value.detail == rules.REASONS[why]


def test_every_row_is_a_type_of_its_own_and_no_larger_than_what_is_read() -> None:
    for _, magic, found in rules.TYPES:
        assert magic
        assert 0 < found.most <= rules.MOST_BYTES
        assert found.inline == (found.kind != "file" or found.name == "application/pdf")
    assert {"text/html", "image/svg+xml"} & {found.name for _, _, found in rules.TYPES} == set()


def test_every_end_of_a_fetch_has_a_reason_for_people() -> None:
    codes = (fetching.REFUSED, fetching.GONE, fetching.TOO_LARGE, fetching.NO_ANSWER)
    assert set(codes) <= set(rules.REASONS)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        (None, None),
        ("", None),
        ("hoá đơn.pdf", "hoá đơn.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\a.exe", "a.exe"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie_ x.jpg"),
        ("ảnh\u202egpj.exe", "ảnhgpj.exe"),
        ('"; filename="x.html', "_; filename=_x.html"),
        ("\ud800.jpg", "?.jpg".replace("?", "_")),
        (" . ", None),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_file_names_are_harmless(given: str | None, safe: str | None) -> None:
    assert safe_name(given) == safe


def test_a_disposition_is_ascii_whatever_the_name() -> None:
    told = disposition(type_of(PDF), 'Hoá đơn; "1".pdf')
    assert told == "inline; filename*=UTF-8''Ho%C3%A1%20%C4%91%C6%A1n%3B%20%221%22.pdf"
