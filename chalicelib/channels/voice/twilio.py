"""Twilio's calls: status callbacks, `<Gather>` answers, `<Dial>` results and recordings.

twilio.com/docs/voice (channels.md §5). A form, signed (`channels.twilio`). A parent call counts
as answered when it completes, unless telephones we dialled for it (`ParentCallSid`,
`DialCallStatus`) are known not to have been picked up; the setting `answered_by: dial` takes
their word alone, for numbers where a machine answers first.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar

from .. import twilio
from ..base import Account, Verified, WebhookAnswer, WebhookRequest
from ..callout import Called, CallOut, Dialling, Script
from ..event import Call, CallStage, Json
from ..keys import digest
from ..sending import HttpRequest, HttpResponse
from ..wire import as_text
from . import codes, numbers, twilio_dialling
from .hearing import (
    Heard,
    VoiceAdapter,
    VoiceProvider,
    first,
    link,
    ours_of,
    pairs,
    seconds,
    sides,
)

#: What Twilio takes for "do nothing more" where it asks for instructions.
NOTHING = twilio_dialling.document("")
XML = {"Content-Type": "text/xml"}
BY_DIAL = "dial"
DIALLED = "dial"  # the telephones of a <Dial> that does not name them
OUTBOUND = "outbound"


class TwilioVoice(VoiceProvider):
    name: ClassVar[str] = "twilio_voice"
    webhook_credentials: ClassVar[tuple[str, ...]] = ("auth_token",)
    unverified: ClassVar[str] = ""
    signs: ClassVar[bool] = True

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        return twilio.verify(request, accounts)

    def fields(self, request: WebhookRequest) -> Json:
        return pairs(request.query.items()) | pairs(twilio.fields(request).items())

    def asks_script(self, request: WebhookRequest) -> str | None:
        """What the customer pressed or said in a call we placed: what follows is asked for."""
        told = self.fields(request)
        return ours_of(told) if {"Digits", "SpeechResult"} & told.keys() else None

    def scripted(
        self, request: WebhookRequest, verified: Verified, script: Script | None
    ) -> WebhookAnswer:
        """Thanks, and the call is over."""
        told = twilio_dialling.thanks(script, verified.accounts[0])
        return WebhookAnswer(body=told, headers=XML)

    def answer(self, request: WebhookRequest, verified: Verified) -> WebhookAnswer:
        """Nothing more is to be done with the call: a callback takes that too."""
        return WebhookAnswer(body=NOTHING, headers=XML)

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        status = (as_text(told.get("CallStatus")) or "").lower()
        sid, parent = as_text(told.get("CallSid")), as_text(told.get("ParentCallSid"))
        name = _name(told, status)
        if sid is None:
            return Heard(None, key=(), name=name, told=told)
        if told.get("leg") == twilio_dialling.CUSTOMER and ours_of(told):
            return _customers_leg(told, parent or sid, sid, status)
        if told.get("leg") == twilio_dialling.AGENT and ours_of(told):
            return _agents_leg(told, sid, status)
        if parent is not None:
            return _leg(told, parent, sid, status)
        return _parent(told, sid, status, name, line)


PROVIDER = TwilioVoice()


class TwilioCalls(VoiceAdapter):
    provider: ClassVar[str] = TwilioVoice.name
    reader: ClassVar[VoiceProvider] = PROVIDER
    hosts: ClassVar[frozenset[str]] = twilio_dialling.HOSTS
    dials: ClassVar[Dialling] = Dialling(people=True, scripts=True)
    further_credentials: ClassVar[tuple[str, ...]] = ("registered_url",)
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = twilio_dialling.SANDBOX

    def call_request(self, call: CallOut, account: Account, *, now: datetime) -> HttpRequest:
        return twilio_dialling.request(call, account)

    def called(self, response: HttpResponse) -> Called:
        return twilio_dialling.called(response)

    def media_headers(self, account: Account) -> Mapping[str, str]:
        """A recording is given to who knows the account's SID and token. Raises `CannotSend`."""
        token = account.secret("auth_token")
        if token is None:
            return {}
        known = b64encode(f"{twilio_dialling.sid_of(account)}:{token}".encode()).decode()
        return {"Authorization": f"Basic {known}"}


def _name(told: Json, status: str) -> str:
    """What a request is about: several things may be told of a call in one state."""
    if "RecordingSid" in told:
        return "recording"
    if "Digits" in told or "SpeechResult" in told:
        return "gather"
    return "dial" if "DialCallStatus" in told else status


def _parent(told: Json, sid: str, status: str, name: str, line: Json) -> Heard:
    """The customer's own leg, and all that is told of it."""
    if name == "recording" and not _recorded(told):
        return Heard(None, key=(), name=name, told=told)
    outbound = _outbound(told)
    caller, called = numbers.number(told.get("From")), numbers.number(told.get("To"))
    stage = _stage(told, status, name, line, outbound=bool(outbound))
    over_in_vain = stage is CallStage.MISSED
    in_vain = over_in_vain and name == "dial"
    call = Call(
        id=sid,
        stage=stage,
        presumed=stage is CallStage.ENDED and not outbound,
        one_leg=in_vain,
        outbound=outbound,
        from_number=caller,
        to_number=called,
        hotline=caller if outbound else called,
        extension=DIALLED if in_vain else None,
        queue_seconds=seconds(told.get("QueueTime")),
        talk_seconds=_talked(told, stage, name),
        recording_url=link(told.get("RecordingUrl")),
        cause=as_text(first(told, "DialCallStatus", "CallStatus")) if over_in_vain else None,
        step=as_text(first(told, "step", "ticket", "survey")),
    )
    said = digest(told) if name == "gather" else None
    key = (sid, status, name, said, *_parts(told, "SequenceNumber", "RecordingSid"))
    customer = told.get("To" if outbound else "From")
    return Heard(
        call,
        key=key,
        name=name,
        told=told,
        at=_sent_at(told),
        withheld="From" in told and numbers.is_withheld(customer),
        digits=as_text(told.get("Digits")),
        speech=as_text(told.get("SpeechResult")),
    )


def _leg(told: Json, parent: str, sid: str, status: str) -> Heard:
    """A telephone that was dialled for a call: the customer is on the parent's leg."""
    stage = codes.TWILIO_LEG.get(status, CallStage.NOTED)
    call = Call(
        id=parent,
        stage=stage,
        one_leg=True,
        extension=numbers.number(told.get("To")) or DIALLED,
        talk_seconds=seconds(told.get("CallDuration")) if stage is CallStage.ENDED else None,
        recording_url=link(told.get("RecordingUrl")),
        **sides(None, None, outbound=None),
    )
    key = (parent, sid, status, *_parts(told, "SequenceNumber"))
    return Heard(call, key=key, name=f"leg {status}", told=told, at=_sent_at(told))


def _customers_leg(told: Json, parent: str, sid: str, status: str) -> Heard:
    """The customer's telephone, of a call we placed: their answer is the call's."""
    stage = codes.TWILIO_LEG.get(status, CallStage.NOTED)
    call = Call(
        id=parent,
        stage=stage,
        outbound=True,
        talk_seconds=seconds(told.get("CallDuration")) if stage is CallStage.ENDED else None,
        recording_url=link(told.get("RecordingUrl")),
        cause=status if stage is CallStage.MISSED else None,
    )
    key = (parent, "customer", sid, status, *_parts(told, "SequenceNumber"))
    return Heard(call, key=key, name=f"customer {status}", told=told, at=_sent_at(told))


def _agents_leg(told: Json, sid: str, status: str) -> Heard:
    """Our own telephone, which is rung first: when it is put down the call is over, and whether
    the customer was there, theirs tells."""
    stage = codes.TWILIO.get(status, CallStage.NOTED)
    over = stage in (CallStage.ENDED, CallStage.MISSED)
    name = "recording" if "RecordingSid" in told else f"agent {status}"
    call = Call(
        id=sid,
        stage=CallStage.MISSED if over and name != "recording" else CallStage.NOTED,
        outbound=True,
        between_us=True,
        recording_url=link(told.get("RecordingUrl")) if _recorded(told) else None,
        cause=status if stage is CallStage.MISSED else None,
    )
    key = (sid, name, *_parts(told, "SequenceNumber", "RecordingSid"))
    return Heard(call, key=key, name=name, told=told, at=_sent_at(told))


def _recorded(told: Json) -> bool:
    return as_text(told.get("RecordingStatus")) in (None, "completed")


def _outbound(told: Json) -> bool | None:
    said = as_text(told.get("Direction"))
    return None if said is None else said.lower().startswith(OUTBOUND)


def _stage(told: Json, status: str, name: str, line: Json, *, outbound: bool) -> CallStage:
    if name in ("recording", "gather"):
        return CallStage.NOTED
    if name == "dial":
        dialled = codes.TWILIO_LEG.get((as_text(told.get("DialCallStatus")) or "").lower())
        return CallStage.ANSWERED if dialled is CallStage.ENDED else dialled or CallStage.NOTED
    stage = (codes.TWILIO_LEG if outbound else codes.TWILIO).get(status, CallStage.NOTED)
    if stage is CallStage.ENDED and not outbound and line.get("answered_by") == BY_DIAL:
        return CallStage.MISSED  # over; who answered, the dialled telephones tell
    return stage


def _talked(told: Json, stage: CallStage, name: str) -> int | None:
    """Seconds of talk: `Duration` is in minutes, as they are billed."""
    if name == "dial":
        return seconds(told.get("DialCallDuration"))
    return seconds(told.get("CallDuration")) if stage is CallStage.ENDED else None


def _parts(told: Json, *names: str) -> list[str]:
    return [text for name in names if (text := as_text(told.get(name)))]


def _sent_at(told: Json) -> datetime | None:
    """`Sat, 21 Nov 2026 03:00:00 +0000`."""
    try:
        found = parsedate_to_datetime(as_text(told.get("Timestamp")) or "")
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None
