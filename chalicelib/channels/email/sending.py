"""How each provider is asked to send a mail, and what its answer means. For `adapter`.

APIs: SES v2 SendEmail, Mailgun v3 messages, SendGrid v3 mail/send, Postmark email.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from email.utils import formataddr
from urllib.parse import quote, urlencode

from .. import multipart
from ..base import Account
from ..event import Json
from ..sending import CannotSend, HttpRequest, HttpResponse, Outcome, SendResult
from ..wire import as_integer, as_text, peek_object
from . import codes
from .composing import Mail, as_mime, file_name, media_type

API_KEY, SERVER_TOKEN = "api_key", "server_token"
#: Regions in which SES sends (docs: general reference, ses).
REGIONS = (
    "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 ap-northeast-1 ap-northeast-2"
    " ap-northeast-3 ap-south-1 ap-south-2 us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1"
    " eu-central-1 eu-central-2 eu-west-1 eu-west-2 eu-west-3 eu-north-1 eu-south-1 sa-east-1"
    " me-south-1 me-central-1 il-central-1 af-south-1"
).split()
DEFAULT_REGION = "ap-southeast-1"  # the nearest to Viet Nam
SES_HOSTS = frozenset(f"{name}.{one}.amazonaws.com" for one in REGIONS for name in ("email", "sns"))
MAILGUN_HOSTS = frozenset({"api.mailgun.net", "api.eu.mailgun.net", "storage.mailgun.net"})
SENDGRID_HOSTS = frozenset({"api.sendgrid.com", "api.eu.sendgrid.com"})
POSTMARK_HOSTS = frozenset({"api.postmarkapp.com"})
NO_KEY = "Tài khoản chưa có khóa gửi thư ({name})"
JSON_TYPE = {"Content-Type": "application/json", "Accept": "application/json"}


def _base(account: Account, default: str) -> str:
    given = account.settings.get("api_base")
    return given.rstrip("/") if isinstance(given, str) and given else default


def _key(account: Account, name: str) -> str:
    value = account.secret(name)
    if not value:
        raise CannotSend(NO_KEY.format(name=name))
    return value


def by_ses(mail: Mail, account: Account) -> HttpRequest:
    """SendEmail with the whole mail. SES puts its own `Message-ID` in place of ours."""
    region = account.settings.get("region")
    place = region if isinstance(region, str) and region in REGIONS else DEFAULT_REGION
    body: Json = {
        "FromEmailAddress": mail.sender,
        "Destination": {"ToAddresses": [mail.recipient]},
        "Content": {"Raw": {"Data": b64encode(as_mime(mail)).decode()}},
    }
    reported = account.settings.get("configuration_set")
    if isinstance(reported, str) and reported:
        body["ConfigurationSetName"] = reported
    return HttpRequest(
        method="POST",
        url=f"{_base(account, f'https://email.{place}.amazonaws.com')}/v2/email/outbound-emails",
        headers=JSON_TYPE,
        body=json.dumps(body).encode(),
        aws="ses",
    )


def mailgun_login(account: Account) -> dict[str, str]:
    """The `Authorization` of Mailgun's API."""
    pair = f"api:{_key(account, API_KEY)}".encode()
    return {"Authorization": f"Basic {b64encode(pair).decode()}"}


def by_mailgun(mail: Mail, account: Account) -> HttpRequest:
    given = account.settings.get("domain")
    domain = given if isinstance(given, str) and given else mail.sender.partition("@")[2]
    fields = [
        ("from", formataddr((mail.name, mail.sender))),
        ("to", mail.recipient),
        ("subject", mail.subject),
        ("text", mail.text),
        ("h:Reply-To", mail.reply_to),
        ("h:Message-Id", f"<{mail.id}>"),
        *((f"h:{name}", value) for name, value in mail.headers),
    ]
    kind, body = _form(fields, mail)
    return HttpRequest(
        method="POST",
        url=f"{_base(account, 'https://api.mailgun.net')}/v3/{quote(domain, safe='')}/messages",
        headers={"Content-Type": kind, **mailgun_login(account)},
        body=body,
    )


def _form(fields: Sequence[tuple[str, str]], mail: Mail) -> tuple[str, bytes]:
    """Content type and body of Mailgun's form; only a form of parts takes files."""
    if not mail.files:
        return "application/x-www-form-urlencoded", urlencode(fields).encode()
    named = [(file_name(file, number), file) for number, file in enumerate(mail.files, start=1)]
    return multipart.form(fields, [("attachment", name, file) for name, file in named])


def by_sendgrid(mail: Mail, account: Account) -> HttpRequest:
    """Its answer has no body; its own id of the mail is in a header."""
    body: Json = {
        "personalizations": [{"to": [{"email": mail.recipient}]}],
        "from": {"email": mail.sender, "name": mail.name},
        "reply_to": {"email": mail.reply_to},
        "subject": mail.subject,
        "content": [{"type": "text/plain", "value": mail.text}],
        "headers": {"Message-ID": f"<{mail.id}>", **dict(mail.headers)},
    }
    if mail.files:
        body["attachments"] = [
            {
                "content": b64encode(file.body).decode(),
                "type": media_type(file),
                "filename": file_name(file, number),
            }
            for number, file in enumerate(mail.files, start=1)
        ]
    login = {"Authorization": f"Bearer {_key(account, API_KEY)}"}
    return HttpRequest(
        method="POST",
        url=f"{_base(account, 'https://api.sendgrid.com')}/v3/mail/send",
        headers={**JSON_TYPE, **login},
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def by_postmark(mail: Mail, account: Account) -> HttpRequest:
    stream = account.settings.get("message_stream")
    body: Json = {
        "From": formataddr((mail.name, mail.sender)),
        "To": mail.recipient,
        "Subject": mail.subject,
        "TextBody": mail.text,
        "ReplyTo": mail.reply_to,
        "MessageStream": stream if isinstance(stream, str) and stream else "outbound",
        "Headers": [{"Name": name, "Value": value} for name, value in mail.headers],
    }
    if mail.files:
        body["Attachments"] = [
            {
                "Name": file_name(file, number),
                "Content": b64encode(file.body).decode(),
                "ContentType": media_type(file),
            }
            for number, file in enumerate(mail.files, start=1)
        ]
    return HttpRequest(
        method="POST",
        url=f"{_base(account, 'https://api.postmarkapp.com')}/email",
        headers={**JSON_TYPE, "X-Postmark-Server-Token": _key(account, SERVER_TOKEN)},
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


# ------------------------------------------------------------------------ answers


def result_of(response: HttpResponse) -> SendResult:
    """What a provider's answer means; all four are told apart by their shape."""
    answer, status = peek_object(response.body), response.status
    if status in codes.PASSING or status >= 500:
        return _failed(Outcome.RETRY, response, answer)
    if 200 <= status < 300:
        return _taken(response, answer)
    code = as_integer(answer.get("ErrorCode"))
    if code is not None:
        outcome = codes.POSTMARK_ERRORS.get(code, Outcome.PERMANENT)
        outcome = Outcome.UNREACHABLE if code in codes.POSTMARK_GONE else outcome
        return _failed(outcome, response, answer, code=str(code))
    said = response.body[:2000].decode("utf-8", "replace").lower()
    named = next((outcome for words, outcome in codes.SES_ERRORS if words in said), None)
    usual = Outcome.REAUTH if status in (401, 403) else Outcome.PERMANENT
    return _failed(named or usual, response, answer)


def _taken(response: HttpResponse, answer: Json) -> SendResult:
    """A success names the mail; SendGrid's (202, no body) names it in a header."""
    code = as_integer(answer.get("ErrorCode"))
    named = as_text(answer.get("MessageId")) or as_text(answer.get("MessageID"))
    named = named or (as_text(answer.get("id")) or "").strip("<> ") or None
    if code:
        return _failed(codes.POSTMARK_ERRORS.get(code, Outcome.PERMANENT), response, answer)
    headers = {name.lower(): value for name, value in response.headers.items()}
    if response.status == 202 and not response.body:
        return SendResult(outcome=Outcome.SENT, provider_message_id=headers.get("x-message-id"))
    if named is None:
        return _failed(Outcome.RETRY, response, answer)
    return SendResult(outcome=Outcome.SENT, provider_message_id=named)


def _failed(
    outcome: Outcome, response: HttpResponse, answer: Json, *, code: str | None = None
) -> SendResult:
    said = as_text(answer.get("message")) or as_text(answer.get("Message")) or ""
    named = code or str(response.status)
    words = f": {said}" if said else ""
    return SendResult(
        outcome=outcome,
        code=named,
        reason=f"{codes.SENDING[outcome]} (mã {named}){words}"[:300],
    )
