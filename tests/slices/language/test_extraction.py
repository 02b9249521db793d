"""Phones, e-mail addresses and order numbers as people write them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.language.extraction import email, emails, orders, phone, phones

MOBILE = "+84912345678"


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "0912.345.678",
        "0912 345 678",
        "0912-345-678",
        "091 2345678",
        "091-234-5678",
        "09 12 34 56 78",
        "+84912345678",
        "+84 912 345 678",
        "+84.912.345.678",
        "+84 (0)91-234-5678",
        "(+84) 912 345 678",
        "84912345678",
        "84 912 345 678",
        "0084 912 345 678",
        "\u202a0912345678\u202c",
        "０９１２３４５６７８",
        "0912–345–678",
    ],
)
def test_a_mobile_number_in_every_writing(written: str) -> None:
    assert phone(written) == MOBILE
    assert phones(f"Gọi em {written} nhé.") == (MOBILE,)
    assert phones(f"sđt:{written}, cảm ơn") == (MOBILE,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(028) 3822 1234", ("+842838221234",)),
        ("024.3822.1234", ("+842438221234",)),
        ("0912345678, 0987654321", (MOBILE, "+84987654321")),
        ("0912345678-0987654321", (MOBILE, "+84987654321")),
        ("0912345678 0987654321", (MOBILE, "+84987654321")),
        ("0912345678/0987654321", (MOBILE, "+84987654321")),
        ("0912345678 và 0912.345.678", (MOBILE,)),
        ("sdt 912345678", (MOBILE,)),
        ("Zalo0912345678", (MOBILE,)),
        ("gọi 0912345678 trước 5h chiều", (MOBILE,)),
        ("0912345678.Cảm ơn", (MOBILE,)),
        # not phones
        ("đơn 912345678", ()),
        ("mã đơn 0912345678", ()),
        ("#0912345678", ()),
        ("DH0912345678", ()),
        ("DH-0912345678", ()),
        ("stk 0912345678 MB bank", ()),
        ("số tài khoản: 0912345678", ()),
        ("giá 84.912.345.678 đồng", ()),
        ("tổng 840.000.000", ()),
        ("09/12/2023 lúc 09:45:12", ()),
        ("09-12-2023", ()),
        ("0123456789", ()),
        ("01234567890", ()),
        ("091234567", ()),
        ("0912345678901", ()),
        ("0912.345.678.901", ()),
        ("1900 1234", ()),
        ("https://shop.example.vn/p/0912345678", ()),
        ("", ()),
    ],
)
def test_phones_in_a_message(text: str, found: tuple[str, ...]) -> None:
    assert phones(text) == found


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("912345678", MOBILE),
        ("  0912 345 678 ", MOBILE),
        ("tel:+84912345678", MOBILE),
        ("+1 415 867 5309", "+14158675309"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0065 6123 4567", "+6561234567"),
        ("+84 123", None),
        ("0912345678 hoặc 0987654321", None),
        ("abc", None),
        ("0123456789", None),
        ("+999 123456789", None),
        ("12345678901234567890", None),
        ("+", None),
        ("()", None),
        ("", None),
        ("٠٩١٢٣٤٥٦٧٨", None),
    ],
)
def test_phone_field(field: str, number: str | None) -> None:
    assert phone(field) == number


@given(
    st.sampled_from(["3", "5", "7", "8", "9", "2"]),
    st.text("0123456789", min_size=8, max_size=9),
    st.sampled_from(["0", "+84", "84", "+84 ", "+84(0)", "0084"]),
    st.sampled_from(["", " ", ".", "-"]),
)
def test_only_valid_numbers_are_taken(first: str, rest: str, prefix: str, gap: str) -> None:
    """Against the library's own idea of the Vietnamese numbering plan."""
    national = first + rest
    written = prefix + gap.join((national[:3], national[3:6], national[6:]))
    number = phonenumbers.parse(f"+84{national}")
    kinds = phonenumbers.PhoneNumberType
    valid = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in (
        kinds.MOBILE,
        kinds.FIXED_LINE,
    )
    if valid:
        assert phone(written) == f"+84{national}"
        assert phones(f"gọi {written} nhé") == (f"+84{national}",)
    else:
        assert phone(written) is None
        assert phones(f"gọi {written} nhé") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mail Lan.Nguyen@Gmail.COM, nhé", ("lan.nguyen@gmail.com",)),
        ("hoàng.anh@khach.example.vn.", ("hoàng.anh@khach.example.vn",)),
        ("<x@y.vn>; a+b@c.co.uk!", ("x@y.vn", "a+b@c.co.uk")),
        ("A@b.vn a@B.vn", ("a@b.vn",)),
        ("a@b", ()),
        ("a..b@c.vn", ()),
        ("@lan nhắn em", ()),
        ("a@-b.vn", ()),
        ("không có", ()),
    ],
)
def test_emails(text: str, found: tuple[str, ...]) -> None:
    assert emails(text) == found


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("Lan <Lan@Example.vn>", "lan@example.vn"),
        (" mailto:a@b.vn ", "a@b.vn"),
        ("a@b.vn,", "a@b.vn"),
        ("a@b.vn c@d.vn", None),
        ("không có", None),
        ("", None),
        ("x" * 70 + "@b.vn", None),
    ],
)
def test_email_field(field: str, address: str | None) -> None:
    assert email(field) == address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("đơn hàng #VN2611 của mình", ("VN2611",)),
        ("#vn2611", ("VN2611",)),
        ("#12345", ("12345",)),
        ("đơn hàng DH12345", ("DH12345",)),
        ("don hang dh12345", ("DH12345",)),
        ("mã đơn 230511ABCDEF", ("230511ABCDEF",)),
        ("mã đơn: 576684019603311365", ("576684019603311365",)),
        ("ma don hang la DH-2023-001", ("DH-2023-001",)),
        ("mã đơn 0912345678", ("0912345678",)),
        ("mã vận đơn là SPXVN0123456789.", ("SPXVN0123456789",)),
        ("VN2611 tới chưa", ("VN2611",)),
        ("261121QSK8S7XX sao rồi", ("261121QSK8S7XX",)),
        ("bưu kiện EX123456789VN", ("EX123456789VN",)),
        ("đơn hàng số 83314300176001 và #VN1", ("83314300176001",)),
        ("#VN2611 … #VN2611", ("VN2611",)),
        # not orders
        ("đơn 2 áo, đơn 3 ngày rồi", ()),
        ("đơn hàng 500k", ()),
        ("đơn hàng 250000", ()),
        ("đơn ngày 12/11/2026", ()),
        ("iphone14 pro, rtx4090, 4000mah", ()),
        ("#sale2023 #tet", ()),
        ("CX-26-004217", ()),
        ("#CX-26-004217", ()),
        ("0912345678", ()),
        ("đơn hàng 0912345678", ()),
        ("https://shop.example.vn/p/DH12345", ()),
        ("hai ba", ()),
    ],
)
def test_orders(text: str, found: tuple[str, ...]) -> None:
    assert orders(text) == found


@given(st.text(st.characters(codec=None)))
def test_nothing_raises(text: str) -> None:
    assert all(number.startswith("+84") for number in phones(text))
    assert all(code == code.upper() for code in orders(text))
    assert all("@" in address for address in emails(text))
    phone(text)
    email(text)
