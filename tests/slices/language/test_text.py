"""Storable form, search form, words and teencode."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.language.teencode import TEENCODE
from chalicelib.language.text import fold, normalise, tokens, words

ANY_TEXT = st.text(st.characters(codec=None))
VIETNAMESE = st.text(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạầấẩẫậồốổỗộửữựỳỹỵ ẦĐỄ,.!?0123456789", max_size=80
)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("  Giao  hàng\ttrễ \r\n\r\n\r\n\r\nquá ", "Giao hàng trễ\n\nquá"),
        ("Giao\x00 hàng\x07", "Giao hàng"),
        ("\u202a0912345678\u202c", "0912345678"),
        ("a\u00a0b\u200bc\ufeff", "a bc"),
        ("dòng một\u2028dòng hai\x0bdòng ba", "dòng một\ndòng hai\ndòng ba"),
        (unicodedata.normalize("NFD", "Đặt hàng"), "Đặt hàng"),
        ("👨‍👩‍👧 👍🏻 🇻🇳 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣", "👨‍👩‍👧 👍🏻 🇻🇳 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣"),
        ("\ud83d\ude0a", "😊"),
        ("lẻ \ud83d", "lẻ \ufffd"),
        ("e\u200b\u0301", "é"),
        ("", ""),
    ],
)
def test_normalise(raw: str, stored: str) -> None:
    assert normalise(raw) == stored


@given(ANY_TEXT)
def test_normalised_text_can_be_stored_and_stays(text: str) -> None:
    stored = normalise(text)
    stored.encode()
    assert unicodedata.is_normalized("NFC", stored)
    assert normalise(stored) == stored
    assert "\x00" not in stored


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Giao hàng  TRỄ", "giao hang tre"),
        ("ĐẶT ĐƠN", "dat don"),
        ("Ðơn", "don"),  # the Icelandic letter of old fonts
        ("𝐆𝐢𝐚𝐨 hàng", "giao hang"),
        ("ＳＨＯＰ", "shop"),
        ("\n a \t b ", "a b"),
        ("Đ̣", "d"),
    ],
)
def test_fold(text: str, key: str) -> None:
    assert fold(text) == key


@given(ANY_TEXT)
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(VIETNAMESE)
def test_fold_does_not_see_how_accents_were_composed(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert fold(composed) == fold(unicodedata.normalize("NFD", text))
    assert fold(composed).isascii()


def test_words_are_folded_and_keep_their_order() -> None:
    assert words("Đơn #VN-2611: giao trễ, trễ!") == ("don", "vn", "2611", "giao", "tre", "tre")
    assert words("👍 …") == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ko dc", "khong duoc"),
        ("K ĐC", "khong duoc"),
        ("giá 50 k", "gia 0 k"),
        ("giá 50k 3tr 1m65", "gia 0 0 0"),
        ("1.000.000 đồng", "0 dong"),
        ("lâuuuuu quááá", "lau qua"),
        ("dcccc", "duoc"),
        ("sp của shop ntn", "san pham cua shop nhu the nao"),
        ("xem https://shop.example.vn/giao-hang-tre nhé", "xem nhe"),
        ("áp mã", "ap ma"),
    ],
)
def test_tokens(text: str, read: str) -> None:
    assert " ".join(token.folded for token in tokens(text)) == read


def test_tokens_count_sentences_and_segments() -> None:
    found = {token.folded: token for token in tokens("Hàng đẹp, nhưng trễ. Buồn!")}
    assert found["dep"].sentence == found["tre"].sentence != found["buon"].sentence
    assert found["dep"].segment < found["nhung"].segment == found["tre"].segment


def test_teencode_table_is_sound() -> None:
    for short, meant in TEENCODE.items():
        assert short == short.lower()
        assert " " not in short
        assert not any(part in TEENCODE for part in meant.split()), short


def test_the_package_imports_no_heavy_library() -> None:
    code = (
        "import sys, chalicelib.language.topics as t; t.understand('đơn 0912345678');"
        "print([m for m in ('phonenumbers', 'boto3', 'pydantic', 'chalice') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
