"""Stringee: GET of the answer_url, which is answered with what to do, and POST of call events.

developer.stringee.com/docs/server/event-url-and-answer-url and /call-events (channels.md §5).
Nothing is signed: the secret stands in the path of both addresses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from ..base import Account, Verified, WebhookAnswer, WebhookRequest
from ..callout import Called, CallOut, Dialling, Script
from ..event import Call, CallStage, Json
from ..sending import HttpRequest, HttpResponse
from ..wire import as_list, as_object, as_text
from . import codes, numbers, stringee_dialling
from .hearing import (
    Heard,
    VoiceAdapter,
    VoiceProvider,
    first,
    instant,
    less,
    line_of,
    ours_of,
    seconds,
    sides,
)
from .stringee_dialling import EXTERNAL, INTERNAL, connect, recorded, side

CAME_IN = "EXTERNAL_CALL_IN"
JSON_TYPE = {"Content-Type": "application/json"}


class Stringee(VoiceProvider):
    name: ClassVar[str] = "stringee"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        return _event(told, line) if "call_status" in told else _asked(told, line)

    def asks_script(self, request: WebhookRequest) -> str | None:
        """An answer_url or the answer to a question, of a call we placed."""
        ours = ours_of(dict(request.query))
        asked = request.method == "GET" or "question" in request.query
        return ours if asked else None

    def scripted(
        self, request: WebhookRequest, verified: Verified, script: Script | None
    ) -> WebhookAnswer:
        """The question, as the customer picks up; what follows it, once they have answered."""
        account = verified.accounts[0]
        asking = "question" not in request.query
        steps = stringee_dialling.steps(script, account, dict(request.query), asking=asking)
        return WebhookAnswer(body=json.dumps(steps, ensure_ascii=False), headers=JSON_TYPE)

    def answer(self, request: WebhookRequest, verified: Verified) -> WebhookAnswer:
        """To the answer_url a call script (SCCO); to an event nothing."""
        if request.method != "GET":
            return WebhookAnswer()
        script = scco(dict(request.query), verified.accounts[0])
        return WebhookAnswer(body=json.dumps(script, ensure_ascii=False), headers=JSON_TYPE)


PROVIDER = Stringee()


class StringeeCalls(VoiceAdapter):
    provider: ClassVar[str] = Stringee.name
    reader: ClassVar[VoiceProvider] = PROVIDER
    hosts: ClassVar[frozenset[str]] = stringee_dialling.HOSTS
    dials: ClassVar[Dialling] = Dialling(people=True, scripts=True)
    further_credentials: ClassVar[tuple[str, ...]] = stringee_dialling.CREDENTIALS
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = stringee_dialling.SANDBOX

    def call_request(self, call: CallOut, account: Account, *, now: datetime) -> HttpRequest:
        return stringee_dialling.request(call, account, now=now)

    def called(self, response: HttpResponse) -> Called:
        return stringee_dialling.called(response)


def _asked(told: Json, line: Json) -> Heard:
    """A call begins: Stringee asks what to do with it; a `dtmf` is what an input collected."""
    call_id = as_text(first(told, "callId", "call_id", "uuid"))
    pressed, said = as_text(told.get("dtmf")), "dtmf" in told
    name = "dtmf" if said else "answer_url"
    if call_id is None or not (said or {"from", "to"} & told.keys()):
        return Heard(None, key=(), name=name, told=told)
    outbound = None if said else _bool(told.get("fromInternal"))
    if ours_of(told):
        return _of_ours(told, call_id, name, pressed)
    call = Call(
        id=call_id,
        stage=CallStage.NOTED if said else CallStage.RINGING,
        outbound=outbound,
        from_number=numbers.number(told.get("from")),
        to_number=numbers.number(told.get("to")),
        hotline=numbers.number(told.get("from" if outbound else "to")),
        step=as_text(told.get("customField")),
    )
    withheld = "from" in told and numbers.is_withheld(told["from"])
    key = (call_id, name, pressed, call.step)
    return Heard(call, key=key, name=name, told=told, digits=pressed, withheld=withheld)


def _of_ours(told: Json, call_id: str, name: str, pressed: str | None) -> Heard:
    """The same of a call we placed: whom it is with, we know."""
    step = as_text(first(told, "customField", "question"))
    call = Call(id=call_id, stage=CallStage.NOTED, step=step if name == "dtmf" else None)
    return Heard(
        call, key=(call_id, name, pressed, call.step), name=name, told=told, digits=pressed
    )


def _event(told: Json, line: Json) -> Heard:
    status, call_id = as_text(told.get("call_status")) or "", as_text(told.get("call_id"))
    stage = codes.STRINGEE.get(status.lower())
    caller, called = as_object(told.get("from")), as_object(told.get("to"))
    within = caller.get("type") == INTERNAL and called.get("type") == INTERNAL
    if stage is None or call_id is None or within:
        return Heard(None, key=(), name=status, told=told)
    if _rings_us(told, caller, called, line):
        return _our_leg(told, call_id, stage, called)
    talked, whole = seconds(told.get("answerDuration")), seconds(told.get("duration"))
    if stage is CallStage.ENDED and not talked:
        stage = CallStage.MISSED
    outbound = _outbound(told, caller, called, line)
    ours, theirs = (caller, called) if outbound else (called, caller)
    agent = _agent(ours)
    hotline = None if agent else _public(ours)
    call = Call(
        id=call_id,
        stage=stage,
        hotline=hotline,
        extension=agent,
        ring_seconds=less(whole, talked),
        talk_seconds=talked or None,
        abandoned=stage is CallStage.MISSED and not outbound and told.get("endedBy") == "caller",
        cause=as_text(told.get("endCallCause")),
        **sides(numbers.number(theirs.get("number")), hotline, outbound=outbound),
    )
    answered = told.get("answeredTime") if stage is CallStage.ANSWERED else None
    return Heard(
        call,
        key=(call_id, status, call.extension, as_text(talked)),
        name=status,
        told=told,
        at=instant(first({"at": answered, **told}, "at", "timestamp_ms")),
        withheld="number" in theirs and numbers.is_withheld(theirs["number"]),
    )


def _rings_us(told: Json, caller: Json, called: Json, line: Json) -> bool:
    """Whether a number of ours rings a telephone of ours: a call begins that we place."""
    if as_text(told.get("callCreatedReason")) == CAME_IN or called.get("type") != INTERNAL:
        return False
    return numbers.number(caller.get("number")) in as_list(line.get("own"))


def _our_leg(told: Json, call_id: str, stage: CallStage, called: Json) -> Heard:
    """Our telephone's part of such a call; whether the customer answers, theirs will tell."""
    telephone, status = numbers.number(called.get("number")), as_text(told.get("call_status"))
    call = Call(
        id=call_id,
        stage=CallStage.MISSED if stage is CallStage.ENDED else CallStage.NOTED,
        between_us=True,
        extension=telephone,
        cause=as_text(told.get("endCallCause")),
    )
    return Heard(call, key=(call_id, "our leg", status), name=status or "", told=told)


def _outbound(told: Json, caller: Json, called: Json, line: Json) -> bool:
    """Whether we called: from a telephone of ours, or by a number of ours to somebody outside."""
    if as_text(told.get("callCreatedReason")) == CAME_IN:
        return False
    ours = numbers.number(caller.get("number")) in as_list(line.get("own"))
    return called.get("type") == EXTERNAL and (ours or caller.get("type") == INTERNAL)


def _public(side: Json) -> str | None:
    found = numbers.number(side.get("number"))
    return None if numbers.is_extension(found) else found


def _agent(side: Json) -> str | None:
    """The user of ours on a side that is none of the public numbers."""
    found = numbers.number(side.get("number"))
    inside = side.get("type") == INTERNAL and not numbers.is_public(found)
    return found if inside else None


def _bool(value: Any) -> bool | None:
    return {"true": True, "false": False}.get((as_text(value) or "").lower())


# ------------------------------------------------------------------ what to do with a call


def scco(told: Json, account: Account) -> list[Json]:
    """The call script (Stringee Call Control Object) for a call that begins.

    Settings: `answer_by` (users of ours, the first rings), `record`, and `scco`, a whole script
    of one's own for calls that come in.
    """
    caller, called = as_text(told.get("from")) or "", as_text(told.get("to")) or ""
    settings = account.settings
    own = as_list(settings.get("scco"))
    before = recorded(account)
    if _bool(told.get("fromInternal")):
        shown = next(iter(line_of(account)["own"]), caller).lstrip("+")
        return [*before, connect(side(EXTERNAL, shown), side(EXTERNAL, called))]
    if own and all(isinstance(step, dict) for step in own):
        return own
    users = settings.get("answer_by")
    named = [users] if isinstance(users, str) else as_list(users)
    user = next((name for one in named if (name := as_text(one))), None)
    if user is None:
        return [{"action": "talk", "text": codes.NOBODY}]
    return [*before, connect(side(EXTERNAL, caller), side(INTERNAL, user))]
