"""SMS by AWS SNS, out only: to Vietnam AWS sends by name, and names receive nothing.

`Sns` stands in `adapter.ADAPTERS`. The requests are signed with the stage's own credentials
(`HttpRequest.aws`), so an account has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

from ..base import Account
from ..sending import CannotSend, Capabilities, HttpRequest, HttpResponse, Outcome, SendResult
from .carrier import Part, Sms, refused, setting
from .codes import NO_NUMBER, SNS_CODES, SNS_REASONS

#: Where SNS sends SMS from that Vietnam is near to, and the two largest.
REGIONS = ("ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "us-east-1", "us-west-2")
NO_REGION = f"Cài đặt `region` phải là một trong: {', '.join(REGIONS)}"
VERSION = "2010-03-31"
ACCEPTED = re.compile(r"<MessageId>\s*([!-;=?-~]{1,100})\s*</MessageId>")
CODE = re.compile(r"<Code>\s*([A-Za-z0-9.]{1,80})\s*</Code>")
SAID = re.compile(r"<Message>([^<]{1,300})</Message>")
WHOLE = "</PublishResponse>"


def host(region: str) -> str:
    return f"sns.{region}.amazonaws.com"


class Sns(Sms):
    provider: ClassVar[str] = "sns"
    hosts: ClassVar[frozenset[str]] = frozenset(host(region) for region in REGIONS)
    sending_credentials: ClassVar[tuple[str, ...]] = ()
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    capabilities = Capabilities(can_send=True, max_text=1600, per_minute=600)

    def request(self, part: Part, account: Account) -> HttpRequest:
        """`Publish` to a number; transactional, in the name of the setting `sender` if any."""
        region = setting(account, "region") or REGIONS[0]
        if region not in REGIONS:
            raise CannotSend(NO_REGION)
        if not part.to.startswith("+"):
            raise CannotSend(NO_NUMBER)
        attributes = {"AWS.SNS.SMS.SMSType": "Transactional"}
        sender = setting(account, "sender")
        if sender:
            attributes["AWS.SNS.SMS.SenderID"] = sender
        fields = {
            "Action": "Publish",
            "Version": VERSION,
            "PhoneNumber": part.to,
            "Message": part.text,
            **_attributes(attributes),
        }
        return HttpRequest(
            method="POST",
            url=f"https://{host(region)}/",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(fields).encode(),
            aws="sns",
        )

    def classify(self, response: HttpResponse) -> SendResult:
        """A whole `PublishResponse` with its id was taken; else `Code` decides."""
        text = response.body.decode("utf-8", "replace").rstrip()
        sent = ACCEPTED.search(text) if text.endswith(WHOLE) else None
        if sent is not None and 200 <= response.status < 300:
            return SendResult(outcome=Outcome.SENT, provider_message_id=sent.group(1))
        code, said = CODE.search(text), SAID.search(text)
        return refused(
            response,
            code.group(1) if code else None,
            table=SNS_CODES,
            reasons=SNS_REASONS,
            said=said.group(1) if said else None,
        )


def _attributes(values: Mapping[str, str]) -> dict[str, str]:
    """Message attributes as AWS's query protocol numbers them."""
    told: dict[str, str] = {}
    for number, (name, value) in enumerate(values.items(), start=1):
        entry = f"MessageAttributes.entry.{number}"
        told |= {
            f"{entry}.Name": name,
            f"{entry}.Value.DataType": "String",
            f"{entry}.Value.StringValue": value,
        }
    return told
