"""What only e-mail does: mails taken apart, quotations left out, SNS's signature, mails of ours."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.channels import outside
from chalicelib.channels.email import (
    charsets,
    codes,
    composing,
    letter,
    markup,
    names,
    quoting,
    ses,
    sns,
)
from chalicelib.channels.email.adapter import ADAPTERS
from chalicelib.channels.event import Author, Kind
from chalicelib.channels.sending import HttpResponse, NotTold, OutboundMessage
from chalicelib.platform import awssigning, outward
from tests.contracts.case import load, webhook
from tests.contracts.cases.email import CUSTOMER, MAILBOX, MAILGUN, SES, TOPIC, mime

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
CERTIFICATE = "https://sns.ap-southeast-1.amazonaws.com/SimpleNotificationService-0f.pem"

# -------------------------------------------------------------------- own words

QUOTATIONS = {
    "gmail vi": "Vào Th 6, 20 thg 11, 2026 vào lúc 10:00 Shop <hotro@shop.vn> đã viết:\n\n> cũ",
    "gmail vi broken": "Vào Th 6, 20 thg 11, 2026 lúc 10:00 Shop\n<hotro@shop.vn> đã viết:\n> cũ",
    "apple vi": "Vào 10:05, 21 thg 11, 2026, Shop <hotro@shop.vn> đã viết:\n\ncũ",
    "thunderbird vi": "Vào 21/11/2026 10:00, Shop viết:\n> cũ",
    "gmail en": "On Fri, Nov 20, 2026 at 10:00 AM Shop <hotro@shop.vn> wrote:\n> cũ",
    "outlook en": "-----Original Message-----\nFrom: Shop\nSent: Friday\nTo: Lan\nSubject: x\n\ncũ",
    "outlook vi": "Từ: Shop <hotro@shop.vn>\nĐã gửi: Thứ Sáu\nĐến: Lan\nChủ đề: x\n\ncũ",
    "outlook line": "________________________________\nFrom: Shop\nDate: x\nTo: Lan\n\ncũ",
    "only marks": "> cũ\n> cũ",
    "above this line": "##- Vui lòng trả lời phía trên dòng này -##\ncũ",
}


@pytest.mark.parametrize("quoted", QUOTATIONS.values(), ids=QUOTATIONS)
def test_what_is_quoted_is_left_out(quoted: str) -> None:
    assert quoting.own_words(f"Dạ vẫn chưa được ạ\nLan\n\n{quoted}") == "Dạ vẫn chưa được ạ\nLan"
    assert quoting.own_words(quoted).strip(), "never empty where there was a text"


@pytest.mark.parametrize(
    "text",
    [
        "Vào lúc 10 giờ tôi có gọi nhưng không ai nghe máy",
        "Từ: Hà Nội\nmình muốn đặt hàng",
        "Nhân viên viết: đã giao\nnhưng mình chưa nhận",
        "On time? No.",
        "a > b\n5 -- 6",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    assert quoting.own_words(text) == text


def test_an_answer_below_or_between_what_is_quoted_is_found() -> None:
    text = "> Size nào ạ?\nSize L\n> Màu gì ạ?\nMàu đen"
    assert quoting.own_words(text) == "Size L\nMàu đen"


def test_what_was_forwarded_is_what_is_said() -> None:
    text = "Shop xem giúp\n\n---------- Forwarded message ---------\nTừ: Kho\n\nHóa đơn"
    assert quoting.own_words(text) == text


HTML = {
    "gmail": '<div class="gmail_quote"><blockquote>cũ</blockquote></div>',
    "outlook web": '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Từ: Shop</div>cũ',
    "yahoo": '<div id="ydp1yahoo_quoted_1"></div><div class="yahoo_quoted">cũ</div>',
    "proton": '<div class="protonmail_quote">cũ</div>',
    "apple": '<blockquote type="cite">cũ</blockquote>',
    "outlook desktop": "<div style='border:none;border-top:solid #E1E1E1 1.0pt'>Từ: Shop</div>cũ",
}


@pytest.mark.parametrize("quoted", HTML.values(), ids=HTML)
def test_what_is_quoted_in_html_is_left_out(quoted: str) -> None:
    whole, own = markup.texts(f"<p>Hàng <b>lỗi</b>&nbsp;ạ</p>{quoted}")
    assert own == "Hàng lỗi ạ"
    assert "cũ" in whole


def test_html_that_shows_nothing_says_nothing() -> None:
    hidden = "<style>p{}</style><script>x<y</script><p style='display:none'>ẩn</p><!-- c -->"
    assert markup.texts(f"<head><title>t</title></head>{hidden}<p>a<br>b</p>") == ("a\nb", "a\nb")


@pytest.mark.parametrize("piece", ["<", "<a ", '<a "', "</", "<!--", "<![", "<div>", "&#"])
def test_html_without_sense_takes_no_time(piece: str) -> None:
    started = datetime.now(UTC)
    markup.texts(piece * (markup.LONGEST_HTML // len(piece)))
    assert datetime.now(UTC) - started < timedelta(seconds=10)


# ------------------------------------------------------------------ taken apart


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        (b"\xd0\xf4\xd2i h\xe0ng", "windows-1258", "Đổi hàng"),
        ("Đổi hàng".encode(), "us-ascii", "Đổi hàng"),
        ("Đổi hàng".encode(), "x-khong-co", "Đổi hàng"),
        ("Đổi hàng".encode(), "punycode", "Đổi hàng"),
        ("退货".encode("gb18030"), "gb2312", "退货"),
        ("Đổi hàng".encode("utf-16"), "utf-16", "Đổi hàng"),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),
        (b"a\x00b\x07\r\nc", None, "ab\nc"),
    ],
)
def test_any_charset_is_read(body: bytes, charset: str | None, text: str) -> None:
    assert charsets.decoded(body, charset) == text


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\hóa đơn.pdf", "hóa đơn.pdf"),
        ("ảnh\u202egnp.exe", "ảnhgnp.exe"),
        ("a\r\nb\x00.txt", "ab.txt"),
        (".htaccess", "htaccess"),
        ("..", "dinh-kem-3.pdf"),
        ("path\\.", "dinh-kem-3.pdf"),
        (None, "dinh-kem-3.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_of_files_are_made_safe(given: str | None, name: str) -> None:
    assert names.safe_name(given, "application/pdf", 3) == name


def test_a_large_mail_is_read() -> None:
    lines = b64encode(bytes(15_000_000)).decode()
    folded = "\r\n".join(lines[at : at + 76] for at in range(0, len(lines), 76))
    raw = (
        f"From: {CUSTOMER}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: text/plain\r\n\r\nxem file\r\n--x\r\nContent-Type: video/mp4\r\n"
        'Content-Disposition: attachment; filename="a.mp4"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{folded}\r\n--x--\r\n"
    )
    found = letter.from_mime(raw.encode())
    assert (found.own, [file.size for file in found.files]) == ("xem file", [15_000_000])


def test_parts_inside_each_other_without_end_are_survived() -> None:
    raw = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    assert letter.from_mime(f"From: {CUSTOMER}\n{raw}Content-Type: text/plain\n\nchữ".encode())


MIME_BYTES = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [
                b"\n\n",
                b"--x\n",
                b"Content-Type: multipart/mixed; boundary=x\n",
                b"Content-Type: message/rfc822\n\n",
                b"Content-Type: text/plain; charset=",
                b"Content-Disposition: attachment; filename*0*=utf-8''a%; filename*1=",
                b"Content-Transfer-Encoding: base64\n",
                b"Content-Transfer-Encoding: uuencode\n",
                b"Subject: =?utf-8?b?4?= =?x?q?=\n",
                b"From: <@>,,;:\n",
                b"Date: Sat, 99 Nov 99999 10:00:00 +9999\n",
                b"References: <a> <b>\n",
            ]
        ),
    ),
    max_size=14,
)


@settings(max_examples=400, deadline=None)
@given(pieces=MIME_BYTES)
def test_whatever_comes_is_survived(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    found = letter.from_mime(raw)
    letter.sender(found, MAILBOX)
    letter.sent_at(found)
    letter.references(found)
    letter.ticket_number(found, [MAILBOX])
    request = webhook(raw, headers={"content-type": "message/rfc822"})
    for delivery in (
        SES.deliveries(replace(request, path_secret=SES.path_secret)) if raw.strip() else []
    ):
        json.dumps(delivery.payload)
        assert SES.adapter.parse(delivery).kind in Kind


def test_bytes_of_attachments_come_from_what_is_kept() -> None:
    body = (
        b'--frontier\r\nContent-Disposition: form-data; name="attachment-1"; filename="a.bin"\r\n'
    )
    body += b"\r\n\x00\xff\r\n\r\n" + MAILGUN.message("xem file", "m1")
    [delivery] = MAILGUN.deliveries(MAILGUN.request(body))
    carried = json.loads(json.dumps(delivery.payload))
    assert MAILGUN.adapter.media_body(0, carried) == b"\x00\xff\r\n"
    assert MAILGUN.adapter.media_body(1, carried) is None


def test_automatic_mails_say_so() -> None:
    request = webhook(
        mime("Tôi vắng", "m1", **{"Auto-Submitted": "auto-replied"}),
        headers={"content-type": "message/rfc822"},
    )
    [event] = SES.events(replace(request, path_secret=SES.path_secret))
    assert (event.kind, event.automatic) == (Kind.MESSAGE, True)


# ------------------------------------------------------------------------- SNS


@pytest.fixture(scope="module")
def amazon() -> tuple[rsa.RSAPrivateKey, bytes]:
    return amazons_key()


def amazons_key() -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key, and its certificate in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return key, made.public_bytes(serialization.Encoding.PEM)


def signed(key: rsa.RSAPrivateKey, version: str = "2", **changes: Any) -> dict[str, Any]:
    """A notification as SNS signs it; `changes` are made before."""
    body = json.loads(SES.message("Đơn giao trễ", "m1")) | changes
    text = sns.signed_text(body)
    assert text is not None
    kind = hashes.SHA256() if version == "2" else hashes.SHA1()
    made = key.sign(text, padding.PKCS1v15(), kind)
    return {
        **body,
        "SignatureVersion": version,
        "Signature": b64encode(made).decode(),
        "SigningCertURL": CERTIFICATE,
    }


def verified(body: dict[str, Any], pem: bytes | None) -> str | None:
    request = replace(webhook(json.dumps(body).encode()), certificate=pem)
    found = SES.provider.verify(request, [SES.account])
    return None if found is None else found.variant


@pytest.mark.parametrize(("version", "variant"), [("1", "sns_sha1"), ("2", "sns_sha256")])
def test_what_sns_signed_is_taken(amazon: Any, version: str, variant: str) -> None:
    key, pem = amazon
    body = signed(key, version)
    request = webhook(json.dumps(body).encode())
    assert SES.provider.certificate_url(request, [SES.account]) == CERTIFICATE
    assert verified(body, pem) == variant


def test_what_sns_did_not_sign_is_refused(amazon: Any) -> None:
    key, pem = amazon
    good = signed(key)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refused = [
        {**good, "Message": good["Message"] + " "},
        {**good, "SignatureVersion": "1"},
        {**good, "SignatureVersion": "3"},
        {**good, "Signature": ""},
        {**good, "Signature": "zz"},
        {**good, "Signature": good["Signature"][:-8]},
        {**good, "Type": ["Notification"]},
        {**good, "SigningCertURL": "https://sns.ap-southeast-1.amazonaws.com.evil.vn/x.pem"},
        {**good, "SigningCertURL": "http://sns.ap-southeast-1.amazonaws.com/x.pem"},
        {**good, "SigningCertURL": "https://sns.ap-southeast-1.amazonaws.com/x.txt"},
        {**good, "SigningCertURL": "https://a@sns.ap-southeast-1.amazonaws.com/x.pem"},
        {name: value for name, value in good.items() if name != "Signature"},
        signed(other),
        signed(key, TopicArn=TOPIC + "2"),
    ]
    assert [verified(body, pem) for body in refused] == [None] * len(refused)
    assert verified(good, None) is None
    assert verified(good, b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----") is None


def test_no_certificate_is_fetched_for_strangers(amazon: Any) -> None:
    key, _ = amazon
    strange = [signed(key, TopicArn="arn:aws:sns:us-east-1:2:x"), {**signed(key), "Signature": "x"}]
    for body in strange:
        request = webhook(json.dumps(body).encode())
        assert SES.provider.certificate_url(request, [SES.account]) is None


def test_the_signed_text_is_as_amazon_says() -> None:
    """Key order of the developer guide; a subject only where there is one."""
    body = {
        "Type": "Notification",
        "MessageId": "22b8",
        "TopicArn": TOPIC,
        "Subject": "S",
        "Message": "Đơn hàng ạ",
        "Timestamp": "2026-11-21T03:00:00.000Z",
    }
    rest = f"Timestamp\n2026-11-21T03:00:00.000Z\nTopicArn\n{TOPIC}\nType\nNotification\n"
    begins = "Message\nĐơn hàng ạ\nMessageId\n22b8\n"
    assert sns.signed_text(body) == f"{begins}Subject\nS\n{rest}".encode()
    assert sns.signed_text({**body, "Subject": None}) == f"{begins}{rest}".encode()
    asked = {**body, "Type": "SubscriptionConfirmation", "SubscribeURL": "u", "Token": "t"}
    text = f"{begins}SubscribeURL\nu\nTimestamp\n2026-11-21T03:00:00.000Z\nToken\nt\n"
    text += f"TopicArn\n{TOPIC}\nType\nSubscriptionConfirmation\n"
    assert sns.signed_text(asked) == text.encode()


def test_a_subscription_is_confirmed_where_amazon_says() -> None:
    body = load(SES.folder / "fixtures" / "ses_subscription.json")["body"].encode()
    [event] = SES.events(SES.request(body))
    asked = SES.adapter.missing(event, SES.account, now=NOW)
    assert asked is not None
    assert asked.url.startswith("https://sns.ap-southeast-1.amazonaws.com/?Action=")
    with pytest.raises(NotTold):
        SES.adapter.filled(event, HttpResponse(status=0))
    done = SES.adapter.filled(event, HttpResponse(status=200, body=b"<ok/>"))
    assert SES.adapter.missing(done, SES.account, now=NOW) is None
    elsewhere = body.replace(b"https://sns.ap", b"https://sns.x@evil.vn/ap")
    [event] = SES.events(SES.request(elsewhere))
    assert SES.adapter.missing(event, SES.account, now=NOW) is None


# ----------------------------------------------------------------------- sending


def ours(**changes: Any) -> OutboundMessage:
    plain = OutboundMessage(
        message_id="0192f0aa-0000-7000-8000-000000000001",
        user_id=CUSTOMER,
        text="Dạ em kiểm tra ạ",
        author=Author.HUMAN,
        last_inbound_at=NOW,
        answers="m2@khach.vn",
        thread="<m1@khach.vn> <m2@khach.vn>",
        subject="RE: Re: Đổi áo\r\nBcc: all@x.vn [CX-26-000001]",
    )
    return replace(plain, **changes)


def test_a_mail_of_ours_threads_and_injects_nothing() -> None:
    raw = composing.as_mime(composing.compose(ours(), SES.account, now=NOW))
    mail = message_from_bytes(raw, policy=policy.SMTP)
    assert mail["Subject"] == "Re: Đổi áo Bcc: all@x.vn [CX-26-000001]"
    assert mail["Bcc"] is None
    assert mail["Message-ID"] == "<0192f0aa-0000-7000-8000-000000000001@shop.example.vn>"
    assert mail["In-Reply-To"] == "<m2@khach.vn>"
    assert mail["References"] == "<m1@khach.vn> <m2@khach.vn>"
    assert mail["Reply-To"] == "hotro+CX-26-000001@shop.example.vn"
    assert mail["Auto-Submitted"] is None
    assert mail["List-Unsubscribe"] is None


def test_a_machines_mail_says_so_and_is_ours_when_it_comes_back() -> None:
    raw = composing.as_mime(composing.compose(ours(author=Author.APP), SES.account, now=NOW))
    mail = letter.from_mime(raw)
    assert mail.header("auto-submitted") == "auto-replied"
    assert mail.header("x-auto-response-suppress") == "All"
    assert letter.is_automatic(mail)
    assert letter.is_own(mail, MAILBOX, CUSTOMER)


def test_every_provider_is_asked_with_the_same_mail() -> None:
    keys = {"api_key": ["k"], "server_token": ["t"], "webhook_secret": ["s"]}
    account = replace(SES.account, credentials=keys)
    for adapter in ADAPTERS:
        [request] = adapter.prepare(ours(), account, now=NOW)
        said = request.body.decode()
        if request.aws is None:
            assert "m2@khach.vn" in said or "m2%40khach.vn" in said, adapter.provider
            assert "CX-26-000001" in said


def test_what_goes_to_aws_is_signed_by_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, str]] = []

    def call(method: str, url: str, *, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        sent.append(headers)
        return 200, b'{"MessageId":"1"}'

    monkeypatch.setattr(outward, "call", call)
    [request] = SES.adapter.prepare(ours(), SES.account, now=NOW)
    assert outside.call(SES.adapter, request).status == 200
    assert "/ap-southeast-1/ses/aws4_request" in sent[0]["Authorization"]
    assert awssigning.signed("POST", request.url, headers={}, body=b"", service="ses")["X-Amz-Date"]


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.1.100", False),
        ("5.4.4", True),
        ("4.4.7", True),
        ("5.7.1", False),
        ("5.3.4", False),
        ("messagetoolarge", False),
        ("NoEmail", True),
        ("HardBounce", True),
        ("SpamNotification", False),
        ("", False),
    ],
)
def test_a_bounce_says_whether_the_mailbox_is_reached_at_all(code: str, gone: bool) -> None:
    assert codes.is_unreachable(code) is gone


SES_SAYS = "amazonses.com; spf=pass client-ip=192.0.2.1; envelope-from=a@x.vn; "


@pytest.mark.parametrize(
    ("verdicts", "source", "results", "proved"),
    [
        ({"dmarc": "PASS"}, "a@else.vn", "", True),
        ({"dmarc": "FAIL", "spf": "PASS", "dkim": "PASS"}, CUSTOMER, "", False),
        ({"dmarc": "GRAY", "spf": "PASS"}, CUSTOMER, "", True),
        ({"dmarc": "GRAY", "spf": "PASS"}, "bounce@mail.khach.example.vn", "", True),
        ({"dmarc": "GRAY", "spf": "PASS", "dkim": "PASS"}, "me@else.vn", "", False),
        ({"dmarc": "GRAY", "spf": "PASS"}, "me@notkhach.example.vn", "", False),
        ({"dmarc": "GRAY", "spf": "FAIL"}, CUSTOMER, "", False),
        ({"dmarc": "GRAY", "spf": "GRAY", "dkim": "GRAY"}, CUSTOMER, "", False),
        ({"dmarc": "PROCESSING_FAILED", "spf": "PASS"}, CUSTOMER, "", True),
        ({"spf": "PASS", "dkim": "PASS"}, "me@else.vn", "", False),
        (
            {"dmarc": "GRAY", "dkim": "PASS"},
            "me@else.vn",
            SES_SAYS + "dkim=pass header.i=@khach.example.vn; dmarc=none;",
            True,
        ),
        (
            {"dmarc": "GRAY", "dkim": "PASS"},
            "me@else.vn",
            SES_SAYS + "dkim=pass header.d=else.vn; dmarc=none;",
            False,
        ),
        (
            {"dmarc": "GRAY", "dkim": "FAIL"},
            "me@else.vn",
            SES_SAYS + "dkim=pass header.i=@khach.example.vn;",
            False,
        ),
        (
            {"dmarc": "GRAY", "dkim": "PASS"},
            "me@else.vn",
            "else.vn; dkim=pass header.i=@khach.example.vn;",
            False,
        ),
        ({}, "me@else.vn", "", True),
    ],
)
def test_ses_proves_a_sender_only_by_their_own_host(
    verdicts: dict[str, str], source: str, results: str, proved: bool
) -> None:
    headers = [{"name": "From", "value": CUSTOMER}]
    if results:
        headers.insert(0, {"name": "Authentication-Results", "value": results})
    receipt = {f"{name}Verdict": {"status": status} for name, status in verdicts.items()}
    told = {
        "notificationType": "Received",
        "mail": {"messageId": "s", "source": source, "headers": headers},
        "receipt": receipt,
    }
    found = ses.read({"notification": told}, False)
    assert found.unproved is not proved
