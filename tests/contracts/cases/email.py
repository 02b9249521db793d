"""The declared cases of e-mail, one for each provider that carries it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from email import message_from_bytes, policy
from email.header import Header
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from chalicelib.channels.base import Account
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome
from infra import signing

from ..case import ChannelCase, Sending

MAILBOX, CUSTOMER, SECRET = "hotro@shop.example.vn", "lan@khach.example.vn", "fixture-secret"
TOPIC = "arn:aws:sns:ap-southeast-1:111111111111:SES_Inbound"
SIGNING_KEY = "fixture-signing-key"


def account(provider: str, **credentials: str) -> Account:
    return Account(
        id=f"acc-{provider}",
        provider=provider,
        channel="email",
        account_id=MAILBOX,
        credentials={name: [value] for name, value in credentials.items()},
    )


def mime(text: str, message_id: str, **headers: str) -> bytes:
    """A mail as a mail program writes it."""
    known = {
        "From": f"{Header('Chị Lan', 'utf-8').encode()} <{CUSTOMER}>",
        "To": MAILBOX,
        "Subject": Header("Hỏi giá", "utf-8").encode(),
        "Date": "Sat, 21 Nov 2026 10:00:00 +0700",
        "Message-ID": f"<{message_id}@khach.example.vn>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "base64",
    }
    lines = [f"{name}: {value}" for name, value in (known | headers).items()]
    return "\r\n".join([*lines, "", b64encode(text.encode()).decode(), ""]).encode()


def answer(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=text.encode())


def service(named: str) -> Any:
    """Which fixtures and samples of the folder are one provider's."""

    def owns(path: Path) -> bool:
        return named in path.stem

    return owns


# ------------------------------------------------------------------------- SES


def notification(told: dict[str, Any]) -> bytes:
    body = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": json.dumps(told, ensure_ascii=False),
        "Timestamp": "2026-11-21T03:00:00.000Z",
    }
    return json.dumps(body, ensure_ascii=False).encode()


def ses_message(text: str, message_id: str) -> bytes:
    return notification(
        {
            "notificationType": "Received",
            "mail": {"messageId": f"ses-{message_id}", "destination": [MAILBOX]},
            "receipt": {
                "recipients": [MAILBOX],
                "action": {"type": "SNS", "encoding": "BASE64"},
                "spamVerdict": {"status": "PASS"},
            },
            "content": b64encode(mime(text, message_id)).decode(),
        }
    )


def ses_report(kind: str, message_id: str) -> bytes:
    return notification(
        {
            "eventType": kind.capitalize(),
            "mail": {"messageId": message_id, "source": MAILBOX, "destination": [CUSTOMER]},
            kind: {"bounceType": "Permanent", "complainedRecipients": [{"emailAddress": CUSTOMER}]},
        }
    )


def ses_text(request: HttpRequest) -> str:
    raw = b64decode(json.loads(request.body)["Content"]["Raw"]["Data"])
    text: str = message_from_bytes(raw, policy=policy.SMTP).get_content()
    return text.replace("\r\n", "\n").removesuffix("\n")


SES = ChannelCase(
    channel="email",
    account=account("ses", topic_arn=TOPIC, webhook_secret=SECRET),
    message=ses_message,
    unknown=notification({"notificationType": "AMAZON_SES_SETUP"}),
    path_secret=SECRET,
    plain_headers={"content-type": "text/plain; charset=UTF-8"},
    about=lambda one: [ses_report(kind, one) for kind in ("bounce", "delivery", "complaint")],
    owns=lambda path: not any(named in path.stem for named in ("mailgun", "sendgrid", "postmark")),
    sending=Sending(
        text_of=ses_text,
        recipient=CUSTOMER,
        sent=answer('{"MessageId":"0100018f-000000"}'),
        sent_id="0100018f-000000",
        failures=[
            (
                "too fast",
                answer('{"message":"Maximum sending rate exceeded."}', 400),
                Outcome.RETRY,
            ),
            ("quota", answer('{"message":"Daily message quota exceeded."}', 400), Outcome.TOMORROW),
            (
                "not verified",
                answer('{"message":"Email address is not verified."}', 400),
                Outcome.REAUTH,
            ),
            ("no right", answer('{"message":"User is not authorized"}', 403), Outcome.REAUTH),
            ("rejected", answer('{"message":"Bad content"}', 400), Outcome.PERMANENT),
        ],
    ),
    sample_folders=["email"],
    sample_outcomes={
        **dict.fromkeys(
            (
                "01_ses_sns_utf8",
                "02_ses_sns_base64_spam_fail",
                "03_ses_s3_action_gray",
                "04_ses_s3_setup_notification",
                "05_ses_wrong_topic_delivery_on_inbound",
                "06_ses_bounce_permanent",
                "07_ses_bounce_multiple",
                "08_ses_complaint",
                "09_ses_delivery",
                "10_sns_subscription_confirmation",
                "11_sns_unsubscribe_confirmation",
                "12_sns_first_success_notification",
                "55_ses_lambda_action_event",
            ),
            "events",
        ),
        **dict.fromkeys(
            ("52_sns_bad_cert_url_1", "53_sns_bad_cert_url_2", "54_sns_bad_cert_url_3"), "rejected"
        ),
    },
)

# --------------------------------------------------------------------- Mailgun

NOW, TOKEN = "1795255200", "a" * 50


def signature() -> str:
    return signing.mailgun(NOW, TOKEN, SIGNING_KEY)


def mailgun_form(**fields: str) -> bytes:
    """A route's form; the signature stands in it."""
    signed = {"timestamp": NOW, "token": TOKEN, "signature": signature()}
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in ({"recipient": MAILBOX, "sender": CUSTOMER} | fields | signed).items()
    ]
    return "".join([*parts, "--frontier--\r\n"]).encode()


def mailgun_message(text: str, message_id: str) -> bytes:
    return mailgun_form(
        **{
            "from": f"Chị Lan <{CUSTOMER}>",
            "subject": "Hỏi giá",
            "body-plain": text,
            "message-headers": json.dumps([["Message-Id", f"<{message_id}@khach.example.vn>"]]),
        }
    )


def mailgun_text(request: HttpRequest) -> str:
    return parse_qs(request.body.decode(), keep_blank_values=True)["text"][0]


MAILGUN = ChannelCase(
    channel="email",
    account=account("mailgun", signing_key=SIGNING_KEY, api_key="fixture-api-key"),
    message=mailgun_message,
    unknown=mailgun_form(**{"body-plain": ""}),
    plain_headers={"content-type": "multipart/form-data; boundary=frontier"},
    owns=service("mailgun"),
    sending=Sending(
        text_of=mailgun_text,
        recipient=CUSTOMER,
        sent=answer('{"id":"<our-1@shop.example.vn>","message":"Queued. Thank you."}'),
        sent_id="our-1@shop.example.vn",
        failures=[
            ("wrong key", answer("Forbidden", 401), Outcome.REAUTH),
            (
                "bad field",
                answer('{"message":"to parameter is not valid"}', 400),
                Outcome.PERMANENT,
            ),
            ("too fast", answer('{"message":"Too many requests"}', 429), Outcome.RETRY),
        ],
    ),
    sample_folders=["email"],
    sample_vector={"signing_key": "TEST_WEBHOOK_SIGNING_KEY"},
    sample_outcomes={
        "13_mailgun_inbound_basics": "events",
        "14_mailgun_inbound_attachments": "events",
        "15_mailgun_attachment_path_traversal_names": "events",
        "16_mailgun_inbound_mime": "events",
        "17_mailgun_store_action": "events",
        "18_mailgun_unusual_content_id_map": "events",
        "19_mailgun_event_failed_permanent": "events",
        "20_mailgun_event_failed_temporary": "events",
        "21_mailgun_event_delivery_status_null": "events",
        "22_mailgun_missing_signature": "rejected",
        "23_mailgun_bad_signature": "rejected",
        "48_mailgun_signature_vector": "events",
    },
)

# -------------------------------------------------------------------- SendGrid


def sendgrid_message(text: str, message_id: str) -> bytes:
    fields = {
        "headers": f"Message-ID: <{message_id}@khach.example.vn>",
        "from": f"Chị Lan <{CUSTOMER}>",
        "to": MAILBOX,
        "subject": "Hỏi giá",
        "text": text,
        "charsets": '{"text":"UTF-8"}',
        "envelope": json.dumps({"to": [MAILBOX], "from": CUSTOMER}),
    }
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, "--frontier--\r\n"]).encode()


def sendgrid_text(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["content"][0]["value"]
    return text


SENDGRID = ChannelCase(
    channel="email",
    account=account("sendgrid", webhook_secret=SECRET, api_key="fixture-api-key"),
    message=sendgrid_message,
    unknown=(
        b'--frontier\r\nContent-Disposition: form-data; name="envelope"\r\n\r\n{}\r\n--frontier--'
    ),
    path_secret=SECRET,
    plain_headers={"content-type": "multipart/form-data; boundary=frontier"},
    owns=service("sendgrid"),
    sending=Sending(
        text_of=sendgrid_text,
        recipient=CUSTOMER,
        sent=HttpResponse(status=202, headers={"X-Message-Id": "sg-1"}),
        sent_id="sg-1",
        failures=[
            ("wrong key", answer('{"errors":[{"message":"unauthorized"}]}', 401), Outcome.REAUTH),
            ("bad mail", answer('{"errors":[{"message":"invalid"}]}', 400), Outcome.PERMANENT),
        ],
    ),
    sample_folders=["email"],
    sample_outcomes=dict.fromkeys(
        (
            "24_sendgrid_inbound_basics",
            "25_sendgrid_inbound_attachments",
            "26_sendgrid_attachment_path_traversal_names",
            "27_sendgrid_mixed_charsets",
            "28_sendgrid_raw_mime",
        ),
        "events",
    ),
)

# -------------------------------------------------------------------- Postmark


def postmark_message(text: str, message_id: str) -> bytes:
    body = {
        "FromFull": {"Email": CUSTOMER, "Name": "Chị Lan"},
        "ToFull": [{"Email": MAILBOX, "Name": ""}],
        "OriginalRecipient": MAILBOX,
        "Subject": "Hỏi giá",
        "MessageID": f"pm-{message_id}",
        "Date": "Sat, 21 Nov 2026 10:00:00 +0700",
        "TextBody": text,
        "Headers": [{"Name": "Message-ID", "Value": f"<{message_id}@khach.example.vn>"}],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def postmark_report(record: str, message_id: str) -> bytes:
    told = {"RecordType": record, "MessageID": message_id, "From": MAILBOX, "Email": CUSTOMER}
    return json.dumps({**told, "Type": "HardBounce", "Recipient": CUSTOMER}).encode()


def postmark_text(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["TextBody"]
    return text


def postmark_refusal(code: int, status: int = 422) -> HttpResponse:
    return answer(json.dumps({"ErrorCode": code, "Message": "as they say"}), status)


POSTMARK = ChannelCase(
    channel="email",
    account=account("postmark", webhook_secret=SECRET, server_token="fixture-token"),
    message=postmark_message,
    unknown=json.dumps({"RecordType": "Click", "MessageID": "pm-1"}).encode(),
    path_secret=SECRET,
    about=lambda one: [
        postmark_report(record, one) for record in ("Bounce", "Delivery", "Open", "SpamComplaint")
    ],
    owns=service("postmark"),
    sending=Sending(
        text_of=postmark_text,
        recipient=CUSTOMER,
        sent=answer('{"MessageID":"b7bc2f4a","ErrorCode":0,"Message":"OK"}'),
        sent_id="b7bc2f4a",
        failures=[
            ("wrong token", postmark_refusal(10, 401), Outcome.REAUTH),
            ("bounced before", postmark_refusal(406), Outcome.UNREACHABLE),
            ("no sender", postmark_refusal(400), Outcome.REAUTH),
            ("bad mail", postmark_refusal(300), Outcome.PERMANENT),
            ("code in a 200", postmark_refusal(300, 200), Outcome.PERMANENT),
        ],
    ),
    sample_folders=["email"],
    sample_outcomes=dict.fromkeys(
        (
            "29_postmark_inbound_basics",
            "30_postmark_inbound_attachments",
            "31_postmark_check_payload",
            "32_postmark_check_payload_raw",
            "33_postmark_from_weird_address",
            "34_postmark_bounce_event",
        ),
        "events",
    ),
)

CASES = (SES, MAILGUN, SENDGRID, POSTMARK)
