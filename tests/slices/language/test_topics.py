"""What a message is about: the table of ``messages``, traps, and properties."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.language.text import fold
from chalicelib.language.topics import TYPE_OF, Understanding, understand

from .held_out import HELD_OUT
from .messages import MESSAGES, PLAIN

ROWS = [(text, sub_type) for sub_type, texts in MESSAGES.items() for text in texts]


def test_every_sub_type_has_messages() -> None:
    assert set(MESSAGES) == set(TYPE_OF)
    assert len(TYPE_OF) == 17
    assert set(TYPE_OF.values()) == {
        "complaint",
        "technical_support",
        "service_request",
        "inquiry",
        "suggestion",
    }
    assert all(len(texts) >= 9 for texts in MESSAGES.values())


@pytest.mark.parametrize(("text", "sub_type"), ROWS)
def test_sub_type(text: str, sub_type: str) -> None:
    meant = understand(text)
    assert (meant.type, meant.sub_type) == (TYPE_OF[sub_type], sub_type)
    assert meant.scores[0][0] == sub_type


@pytest.mark.parametrize(("text", "sub_type"), ROWS)
def test_sub_type_without_accents(text: str, sub_type: str) -> None:
    assert understand(fold(text)).sub_type == sub_type


@pytest.mark.parametrize("typed", [str, fold])
def test_held_out_messages(typed: Callable[[str], str]) -> None:
    rows = [(text, sub_type) for sub_type, texts in HELD_OUT.items() for text in texts]
    wrong = [text for text, sub_type in rows if understand(typed(text)).sub_type != sub_type]
    assert len(wrong) <= 0.03 * len(rows), wrong


@pytest.mark.parametrize("text", PLAIN)
def test_nothing_to_tell_by(text: str) -> None:
    for typed in (text, fold(text)):
        meant = understand(typed)
        assert (meant.type, meant.sub_type, meant.scores) == ("inquiry", None, ())


@pytest.mark.parametrize(
    ("text", "sub_type"),
    [
        # refused: nothing is wrong
        ("Hàng không bị trễ", None),
        ("không giao trễ", None),
        ("không bị lỗi gì", None),
        ("máy chưa bị hỏng lần nào", None),
        ("shop không giao nhầm, rất ok", "praise"),
        ("Giao nhanh không bị móp", "praise"),
        # refused praise is none
        ("Vải không đẹp", "product_defect"),
        ("không hài lòng", "product_defect"),
        # asked or supposed, not complained of
        ("có bị phai màu không shop", "product_price"),
        ("hàng có bị lỗi không vậy shop", "product_price"),
        ("nếu bị lỗi thì bảo hành sao", "warranty"),
        # what hurts comes first
        ("giao hàng nhanh nhưng giao thiếu 1 hộp", "wrong_or_missing_item"),
        ("Giao hàng nhanh nhưng máy bị lỗi", "product_defect"),
        ("chưa nhận được hàng, khi nào giao vậy shop", "delivery_late"),
        ("áo đẹp lắm nhưng hơi chật", "product_defect"),
        ("đẹp nhưng thế nào ấy", "product_defect"),
        ("giao sai hàng, cho mình đổi lại", "wrong_or_missing_item"),
        ("bị trừ tiền 2 lần, hoàn tiền cho tôi", "billing_error"),
        # accents decide: đổi, đợi, đói; kém, kem
        ("đợi mãi", "delivery_late"),
        ("đói quá", None),
        ("kem thơm", "praise"),
        # tone marks placed the old and the new way, hỏi for ngã
        ("huỷ đơn giúp em", "order_change"),
        ("giao hàng trể quá", "delivery_late"),
        ("máy bị lổi", "product_defect"),
        # đ typed, nothing else
        ("đoi size giup em", "exchange_return"),
        # stretched
        ("giao hàng chậmmm quááá", "delivery_late"),
        ("GIAO HÀNG TRỄ", "delivery_late"),
        # English
        ("where is my order", "order_status"),
        ("I want to return this item", "exchange_return"),
    ],
)
def test_traps(text: str, sub_type: str | None) -> None:
    assert understand(text).sub_type == sub_type


def test_all_that_was_read() -> None:
    meant = understand("Chị Lan 0912.345.678, lan@Example.vn: đơn #VN2611 giao trễ!")
    assert meant == Understanding(
        type="complaint",
        sub_type="delivery_late",
        scores=meant.scores,
        courtesy=False,
        opt_out=False,
        opt_in=False,
        urgent_words=False,
        severe=(),
        phones=("+84912345678",),
        emails=("lan@example.vn",),
        orders=("VN2611",),
        folded="chi lan 0912.345.678, lan@example.vn: don #vn2611 giao tre!",
    )


@given(st.text(st.characters(codec=None)))
def test_never_raises(text: str) -> None:
    meant = understand(text)
    assert meant.type == (TYPE_OF[meant.sub_type] if meant.sub_type else "inquiry")
    assert meant == understand(text)


@given(st.lists(st.sampled_from([text for text, _ in ROWS]), max_size=4))
def test_scores_are_sorted_out_of_any_mixture(texts: list[str]) -> None:
    scores = understand(". ".join(texts)).scores
    assert len({sub_type for sub_type, _ in scores}) == len(scores)
    assert all(0 < score <= 6 for _, score in scores)


@pytest.mark.parametrize(
    "text",
    [
        unit * 20_000
        for unit in ("a", "không ", "\x00", "\ud800", "a@", "0", "👍", "giao ", "((", "1 ")
    ],
    ids=lambda text: ascii(text[:6]),
)
def test_oversize_text(text: str) -> None:
    assert understand(text).type


def _calls(work: Callable[[], object]) -> int:
    """Python and C calls made: a measure of effort that does not depend on the machine."""
    made = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made


def test_effort_is_small_and_grows_with_the_text_only() -> None:
    text = "Shop ơi, đơn hàng #VN2611 của mình giao trễ 3 ngày rồi mà chưa thấy đâu. "
    understand(text)
    once = _calls(lambda: understand(text))
    assert once < 3_000
    assert _calls(lambda: understand(text * 20)) < 30 * once


# ----------------------------------------------- research data beside the repository

_GOLD = Path(__file__).parents[4] / "shared" / "nlp" / "request_type_gold" / "gold.csv"
_GOLD_TYPES = {
    "delivery_late": "delivery_late",
    "promotion_not_honoured": "promised_offer_not_received",
    "staff_attitude": "staff_attitude",
    "exchange_return": "exchange_return_warranty",
    "refund": "exchange_return_warranty",
    "warranty": "exchange_return_warranty",
    "order_change": "exchange_return_warranty",
    "billing_error": "payment",
    "payment_difficulty": "payment",
    "wrong_or_missing_item": "wrong_or_missing_item",
    "usage_help": "technical_support",
    "account_access": "technical_support",
    "improvement": "suggestion",
    "praise": "praise",
    "product_price": "question",
    "order_status": "question",
    "product_defect": "product_quality",
    None: "other",
}

if _GOLD.exists():

    @pytest.mark.parametrize(
        ("typed", "right", "acceptable"), [(str, 0.79, 0.85), (fold, 0.72, 0.79)]
    )
    def test_labelled_reviews(typed: Callable[[str], str], right: float, acceptable: float) -> None:
        """Measured 2026-11: 0.815 and 0.877; without accents 0.746 and 0.812."""
        rows = list(csv.DictReader(_GOLD.open(encoding="utf-8")))
        read = [_GOLD_TYPES[understand(typed(row["text"])).sub_type] for row in rows]
        first = [found == row["primary"] for found, row in zip(read, rows, strict=True)]
        also = [
            found in (row["also"] or "").split(";") for found, row in zip(read, rows, strict=True)
        ]
        assert sum(first) / len(rows) >= right
        assert sum(a or b for a, b in zip(first, also, strict=True)) / len(rows) >= acceptable
