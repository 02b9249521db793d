"""Calls that Twilio places for us: `Calls.json`, and the TwiML that says what becomes of them.

twilio.com/docs/voice/api/call and /docs/voice/twiml. The addresses we give it carry our own id of
the call and which of its legs they are told of; the signature covers them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape, quoteattr

from .. import twilio
from ..base import Account
from ..callout import Called, CallOut, Placed, Script
from ..sending import CannotSend, HttpRequest, HttpResponse
from ..wire import as_text, leading_object
from . import codes, numbers, placing

API_BASE = "https://api.twilio.com"
HOSTS = frozenset({"api.twilio.com"})
SANDBOX: Mapping[str, tuple[str, ...]] = {
    "auth_token": ("sandbox",),
    "registered_url": ("https://sandbox.invalid/webhooks/twilio_voice",),
}
AGENT, CUSTOMER = "agent", "customer"
NO_LEG: Mapping[str, str] = {}  # a machine calls: there is but one
RING_FOR = 45  # seconds
ANSWER_WITHIN = 10  # seconds after the question
REPORTED = ("initiated", "ringing", "answered", "completed")
LANGUAGE = "vi-VN"
#: The setting `voice`; Twilio's basic voices speak no Vietnamese.
VOICE = "Google.vi-VN-Standard-A"
ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
ADDRESS = re.compile(r"(?:sip|client):[A-Za-z0-9_.+@:-]{1,120}")
GOODBYE = "Cảm ơn quý khách."
NO_ACCOUNT = "Chưa khai Account SID của Twilio (mã tài khoản hoặc `account_sid`)"
NO_SUCH_TELEPHONE = "Máy của nhân viên phải là số điện thoại, địa chỉ sip: hoặc client: của Twilio"


def request(call: CallOut, account: Account) -> HttpRequest:
    """The request to call the customer with a question, or our telephone and then the customer.

    Raises `CannotSend`.
    """
    (token,) = placing.needed(account, "auth_token")
    sid = sid_of(account)
    ours = placing.shown(account)
    if call.script is not None:
        to, leg, steps = call.to, NO_LEG, _asking(call, call.script, account)
    else:
        to, leg, steps = _telephone(call), {"leg": AGENT}, _joining(call, account, ours)
    fields = [
        ("To", to),
        ("From", ours),
        ("Twiml", steps),
        ("Timeout", str(RING_FOR)),
        ("StatusCallback", placing.reported_to(account, call, leg)),
        *(("StatusCallbackEvent", one) for one in REPORTED),
    ]
    base = placing.base_url(account, API_BASE)
    known = b64encode(f"{sid}:{token}".encode()).decode()
    return HttpRequest(
        method="POST",
        url=f"{base}/2010-04-01/Accounts/{quote(sid, safe='')}/Calls.json",
        headers={"authorization": f"Basic {known}", "content-type": twilio.FORM},
        body=urlencode(fields).encode(),
    )


def called(response: HttpResponse) -> Called:
    """2xx with a `sid` was taken; a fault on their side says nothing, whatever code it has."""
    answer = leading_object(response.body) or {}
    sid, code = as_text(answer.get("sid")), as_text(answer.get("code"))
    if sid and placing.is_success(response):
        return placing.taken(sid)
    if code is None or response.status in (0, 401, 408, 429) or response.status >= 500:
        return placing.by_status(response)
    if code in codes.TWILIO_REAUTH:
        return Called(outcome=Placed.REAUTH, code=code, reason=codes.TWILIO_REFUSALS[code])
    if placing.is_success(response):
        return placing.by_status(response)
    return placing.refused(code, codes.TWILIO_REFUSALS, placing.error_of(answer, "message"))


def sid_of(account: Account) -> str:
    """The Account SID: the credential, else the account's own id. Raises `CannotSend`."""
    found = account.secret("account_sid") or account.account_id
    if ACCOUNT.fullmatch(found) is None and account.secret("account_sid") is None:
        raise CannotSend(NO_ACCOUNT)
    return found


def _telephone(call: CallOut) -> str:
    given = placing.telephone(call)
    if ADDRESS.fullmatch(given):
        return given
    found = numbers.number(given)
    if not numbers.is_public(found):
        raise CannotSend(NO_SUCH_TELEPHONE)
    return str(found)


# ------------------------------------------------------------------ what to do with a call


def document(steps: str) -> str:
    """A whole TwiML document; without steps "do nothing more"."""
    body = f"<Response>{steps}</Response>" if steps else "<Response/>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'


def _joining(call: CallOut, account: Account, ours: str) -> str:
    """Our telephone has been picked up: now the customer's."""
    told = quoteattr(placing.reported_to(account, call, {"leg": CUSTOMER}))
    recorded = ' record="record-from-answer-dual"' if account.settings.get("record") is True else ""
    listening = (
        f" recordingStatusCallback={quoteattr(placing.reported_to(account, call, {'leg': AGENT}))}"
        if recorded
        else ""
    )
    number = (
        f'<Number statusCallbackEvent="{" ".join(REPORTED)}" statusCallback={told}>'
        f"{escape(call.to)}</Number>"
    )
    shown = f'callerId={quoteattr(ours)} timeout="{RING_FOR}"{recorded}{listening}'
    return document(f"<Dial {shown}>{number}</Dial>")


def _asking(call: CallOut, script: Script, account: Account) -> str:
    """The customer has picked up: the question, and thanks where nothing is pressed or said."""
    action = quoteattr(placing.reported_to(account, call, {"step": script.step}))
    means = "dtmf speech" if script.speech else "dtmf"
    gather = (
        f'<Gather input="{means}" language="{LANGUAGE}" numDigits="1" timeout="{ANSWER_WITHIN}"'
        f' action={action} method="POST">{_say(script.question, account)}</Gather>'
    )
    return document(gather + _say(script.thanks or GOODBYE, account))


def thanks(script: Script | None, account: Account) -> str:
    """What follows an answer: thanks, and nothing more."""
    said = GOODBYE if script is None else script.thanks or GOODBYE
    return document(_say(said, account) + "<Hangup/>")


def _say(text: str, account: Account) -> str:
    voice = as_text(account.settings.get("voice")) or VOICE
    return f'<Say language="{LANGUAGE}" voice={quoteattr(voice)}>{escape(text)}</Say>'
