"""Phones, e-mail addresses and order numbers in what customers write.

Called by ``topics.understand`` for whole messages and by the channel adapters for single form
fields. Pure; the phone library is imported only for a field with a foreign number.
"""

import re
import unicodedata
from functools import cache

from .text import normalise

# National significant numbers of the Vietnamese plan (circular 22/2014/TT-BTTTT and its changes):
# mobile nine digits, geographic ten with the area. Ranges as in libphonenumber 9.0; a test
# compares the two.
_MOBILE = (
    r"(?:(?:3[0-9]|7[06-9])[0-9]|5(?:[1689][0-9]|2[238]|59)|8(?:[1-8][0-9]|9[6-9])"
    r"|9(?:[0-8][0-9]|9[013-9]))[0-9]{6}"
)
_AREA = r"0[3-9]|1[0-689]|2[0-25-9]|[38][2-9]|4[2-8]|5[124-9]|6[0-39]|7[0-7]|9[0-4679]"
_LANDLINE = rf"2(?:{_AREA})[0-9]{{7}}"
_NATIONAL = re.compile(rf"{_MOBILE}|{_LANDLINE}")

# Gates that spare most messages the rest; a search, so linear in the text.
_MANY_DIGITS = re.compile(r"\d(?:\D{0,6}\d){8}")
_SOME_DIGITS = re.compile(r"\d[^\W\d_]{0,2}\d[^\W\d_]{0,2}\d")
_NO_DIGIT = re.compile(r"\D")
_PAGE = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DASH = re.compile("[\u2010-\u2015\u2212]")
_GAP = r"[ .()\-]{0,3}"
_WRITTEN = re.compile(
    rf"(?:(?<![\w#])(?<![^\W\d_]-)|(?<=sđt)|(?<=sdt)|(?<=tel)|(?<=zalo))"
    rf"(?:\(?(?:\+{_GAP}|00{_GAP})84{_GAP}(?:\(?0\)?{_GAP})?|\(?84{_GAP}(?:\(0\){_GAP})?|\(?0{_GAP})"
    rf"\d(?:{_GAP}\d){{8,9}}(?!\w)",
    re.IGNORECASE,
)
_WITHOUT_ZERO = re.compile(
    rf"(?:sđt|sdt|đt|điện thoại|dien thoai|số|zalo|phone|tel)[ :=.]{{0,3}}([35789](?:{_GAP}\d){{8}})"
    r"(?![\w]|[.\-]\d)",
    re.IGNORECASE,
)
# What stands before or after digits that only look like a phone.
_OTHER_NUMBER = re.compile(
    r"(?:(?:mã|ma)(?: số| so)?(?: đơn| don| vận đơn| van don)?(?: hàng| hang)?|vận đơn|van don|mvđ|mvd"
    r"|stk|số tài khoản|so tai khoan|tài khoản|tai khoan|\btk|\bid)[ :=#.]{0,3}(?:là |la |số |so )?$",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(r" ?(?:đồng|dong|vnd|vnđ|đ|₫|k|tr|triệu|trieu)(?!\w)", re.IGNORECASE)

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
_EMAIL_FIELD = re.compile(r"(?:.*<)?\s*(?:mailto:)?\s*([^<>\s]+?)\s*>?[.,;]?", re.IGNORECASE)

_TICKET_NUMBER = re.compile(r"CX-\d\d-\d{4,}")
_AMOUNT = re.compile(r"\d+(?:K|TR|Đ|D|VND|VNĐ|M|CM|KG|G|ML|H|X)")
_ORDER_FORMS: tuple[str, ...] = (
    # "#VN2611", "#12345": a mark, at most five letters, at least three digits.
    (r"(?<![\w&#/])#\s?(?!sale|deal|tet|tết|flash)([A-Za-z]{0,5}[-_]?\d{3,}[A-Za-z0-9_-]{0,24})"),
    # "mã đơn 230511ABCDEF", "mã vận đơn SPXVN0123": said to be one, so anything with 3 digits.
    (
        r"(?i)(?<!\w)(?:m[ãa] (?:s[ốo] )?(?:v[ậa]n )?[đd][ơo]n(?: h[àa]ng)?|m[ãa] h[óo]a [đd][ơo]n"
        r"|v[ậa]n [đd][ơo]n|m[ãa] v[ậa]n|mv[đd]|order (?:id|number|no\.?|code)|order sn)"
        r"(?: (?:là|la|số|so|của (?:em|mình|tôi)))?[ :=#.-]{0,4}"
        r"((?=[A-Za-z_-]{0,9}\d)[A-Za-z0-9][A-Za-z0-9_-]{2,30})"
    ),
    # "đơn hàng DH12345", "đơn 1234567": a weaker word, so letters and three digits, or five.
    (
        r"(?i)(?<!\w)(?:[đd][ơo]n(?: h[àa]ng)?|[đd]h|order|bill|h[óo]a [đd][ơo]n)"
        r"(?: (?:số|so|mã|ma|là|la))?[ :=#]{1,3}"
        r"((?:[A-Za-z]{1,6}[-_]?\d{3,}|\d{5,}|\d{6}[A-Za-z])[A-Za-z0-9_-]{0,24})"
    ),
    # Bare, by their make: own prefixes, carriers', Shopee's date + 8 signs, postal S10 codes.
    (
        r"(?i)(?<![\w#/@.-])((?:VN|DH|HD|ĐH|SO|ORD|ORDER|SPX|SPXVN|GHN|GHTK|VTP|LEX|LZD|TTS)"
        r"[-_]?\d{4,}[A-Z0-9_-]{0,20})(?!\w)"
    ),
    r"(?<![\w#/@.-])([A-Z]{2,4}-?\d{5,14})(?!\w)",
    r"(?<![\w#/@.-])(2\d(?:0[1-9]|1[0-2])[0-3]\d(?=\d{0,7}[A-Z])[A-Z0-9]{6,10})(?!\w)",
    r"(?<![\w#/@.-])([A-Z]{2}\d{9}[A-Z]{2})(?!\w)",
)


@cache
def _order_forms() -> tuple[re.Pattern[str], ...]:
    """Compiled when the first message with digits comes, to spare the import."""
    return tuple(map(re.compile, _ORDER_FORMS))


def _plain(text: str) -> str:
    """Digits and dashes of every script as ASCII, invisible marks gone, blanks single."""
    prepared = unicodedata.normalize("NFKC", normalise(_PAGE.sub(" ", text)))
    return _DASH.sub("-", prepared)


def _vietnamese(digits: str) -> str | None:
    """E.164 of digits written with 0, 84 or 0084 (and perhaps a 0 after it), else None."""
    rest = digits.removeprefix("00") if digits.startswith("0084") else digits
    rest = rest.removeprefix("84") if rest.startswith("84") and len(rest) > 10 else rest
    national = rest.removeprefix("0")
    return f"+84{national}" if _NATIONAL.fullmatch(national) else None


def _is_other(text: str, start: int, end: int) -> bool:
    """Whether the digits at [start, end) are an account, an order, an amount or part of more."""
    if _OTHER_NUMBER.search(text[max(0, start - 40) : start]) or _MONEY_AFTER.match(text, end):
        return True
    goes_on = re.compile(r"[.\-]\d").match(text, end)
    return goes_on is not None and _WRITTEN.match(text, end + 1) is None


def phones(text: str) -> tuple[str, ...]:
    """E.164 numbers of Vietnamese phones in a text, in order, each once.

    Read are ``0912345678``, ``0912.345.678``, ``091-234 5678``, ``+84 (0)91 234 5678``,
    ``84912345678``, ``0084…``, ``(028) 3822 1234`` and, after a word such as "sđt", nine digits
    without the zero. Not read: order and account numbers, amounts, dates, 1800/1900 hotlines.
    """
    return _phones(_plain(text)) if _MANY_DIGITS.search(text) else ()


def _phones(text: str) -> tuple[str, ...]:
    found: dict[int, str] = {}
    for match in _WRITTEN.finditer(text):
        number = _vietnamese(_NO_DIGIT.sub("", match.group()))
        if number and not _is_other(text, match.start(), match.end()):
            found[match.start()] = number
    for match in _WITHOUT_ZERO.finditer(text):
        number = _vietnamese(_NO_DIGIT.sub("", match.group(1)))
        if number and not _OTHER_NUMBER.search(match.group()[: match.start(1) - match.start()]):
            found.setdefault(match.start(1), number)
    return tuple(dict.fromkeys(found[at] for at in sorted(found)))


def phone(text: str) -> str | None:
    """The E.164 number of a single field, whatever its writing; None when it is no valid number.

    Vietnamese unless written with another country's ``+`` or ``00``; nine digits without the
    leading zero (what a spreadsheet leaves) are taken as Vietnamese.
    """
    field = _plain(text)
    if len(field) > 40 or not re.fullmatch(
        r"(?:tel:)?[+\d][\d .()/\-]*|\([\d+][\d .()/\-]*", field
    ):
        return None
    digits = _NO_DIGIT.sub("", field)
    international = field.removeprefix("tel:").lstrip("( ").startswith("+")
    if not international or digits.startswith("84"):
        vietnamese = _vietnamese(digits)
        if vietnamese or not (international or digits.startswith("00")):
            return vietnamese
    return _foreign(digits.removeprefix("00"))


def _foreign(digits: str) -> str | None:
    import phonenumbers  # 40 ms: only for the rare foreign number

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def emails(text: str) -> tuple[str, ...]:
    """E-mail addresses in a text, lower case, NFC, in order, each once."""
    return _emails(_plain(text)) if "@" in text or "＠" in text else ()


def _emails(text: str) -> tuple[str, ...]:
    """Looks only around each ``@``: a search over a long text without one would be quadratic."""
    found: dict[str, None] = {}
    at = text.find("@")
    while at != -1:
        start = at
        while (
            start > 0
            and at - start < 64
            and (text[start - 1].isalnum() or text[start - 1] in "._+%'-")
        ):
            start -= 1
        match = _EMAIL.match(text, start, min(len(text), at + 255))
        if match is not None:
            address = _address(match.group())
            if address:
                found[address] = None
        at = text.find("@", at + 1)
    return tuple(found)


def _address(written: str) -> str | None:
    local, _, domain = written.lower().lstrip(".'").rpartition("@")
    domain = domain.rstrip(".-_")
    bad = not local or ".." in local or local.endswith(".") or len(local) + len(domain) > 253
    if bad or any(part.startswith("-") or part.endswith("-") for part in domain.split(".")):
        return None
    return unicodedata.normalize("NFC", f"{local}@{domain}")


def email(text: str) -> str | None:
    """The address of a single field (``Lan <Lan@Example.vn>``, ``mailto:…``), else None."""
    field = _EMAIL_FIELD.fullmatch(_plain(text)[:320])
    match = _EMAIL.fullmatch(field.group(1).rstrip(".,;:!?")) if field else None
    return _address(match.group()) if match else None


def orders(text: str) -> tuple[str, ...]:
    """Order and shipment numbers in a text, upper case without ``#``, in order, each once.

    Accepted: after ``#`` (at least three digits); after "mã đơn", "mã vận đơn", "order id" … any
    code with digits; after "đơn", "đơn hàng", "hóa đơn" … letters with three digits or five digits
    alone; bare codes of known make (``DH12345``, ``SPXVN0123456789``, Shopee's
    ``230511ABCDEF``, capitals with five digits). Not: this system's own ticket numbers, amounts,
    phones.
    """
    return _orders(_plain(text)) if _SOME_DIGITS.search(text) else ()


def _orders(text: str) -> tuple[str, ...]:
    found: dict[int, str] = {}
    for strength, form in enumerate(_order_forms()):
        for match in form.finditer(text):
            code = match.group(1).upper().rstrip("-_")
            if _is_order(code, said=strength == 1):
                found.setdefault(match.start(1), code)
    return tuple(dict.fromkeys(found[at] for at in sorted(found)))


def _is_order(code: str, *, said: bool) -> bool:
    """``said``: called an order's code outright, so that a phone-like number is one."""
    if _TICKET_NUMBER.match(code) or _AMOUNT.fullmatch(code):
        return False
    round_sum = code.isdigit() and code.endswith("000")
    return said or not (round_sum or (code.isdigit() and _vietnamese(code) is not None))
