"""Stringee: GET of the answer_url, which is answered with what to do, and POST of call events.

developer.stringee.com/docs/server/event-url-and-answer-url and /call-events (channels.md §5).
Nothing is signed: the secret stands in the path of both addresses.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from ..base import Account, Verified, WebhookAnswer, WebhookRequest
from ..event import Call, CallStage, Json
from ..wire import as_list, as_object, as_text
from . import codes, numbers
from .hearing import (
    Heard,
    VoiceAdapter,
    VoiceProvider,
    first,
    instant,
    less,
    line_of,
    seconds,
    sides,
)

INTERNAL, EXTERNAL = "internal", "external"
CAME_IN = "EXTERNAL_CALL_IN"
RING_FOR = 45  # seconds
JSON_TYPE = {"Content-Type": "application/json"}


class Stringee(VoiceProvider):
    name: ClassVar[str] = "stringee"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        return _event(told, line) if "call_status" in told else _asked(told, line)

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


def _asked(told: Json, line: Json) -> Heard:
    """A call begins: Stringee asks what to do with it; a `dtmf` is what an input collected."""
    call_id = as_text(first(told, "callId", "call_id", "uuid"))
    pressed, said = as_text(told.get("dtmf")), "dtmf" in told
    name = "dtmf" if said else "answer_url"
    if call_id is None or not (said or {"from", "to"} & told.keys()):
        return Heard(None, key=(), name=name, told=told)
    outbound = None if said else _bool(told.get("fromInternal"))
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


def _event(told: Json, line: Json) -> Heard:
    status, call_id = as_text(told.get("call_status")) or "", as_text(told.get("call_id"))
    stage = codes.STRINGEE.get(status.lower())
    caller, called = as_object(told.get("from")), as_object(told.get("to"))
    within = caller.get("type") == INTERNAL and called.get("type") == INTERNAL
    if stage is None or call_id is None or within:
        return Heard(None, key=(), name=status, told=told)
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
    recorded = [{"action": "record", "eventUrl": "", "format": "mp3"}]
    before = recorded if settings.get("record") is True else []
    if _bool(told.get("fromInternal")):
        shown = next(iter(line_of(account)["own"]), caller).lstrip("+")
        return [*before, _connect(_side(EXTERNAL, shown), _side(EXTERNAL, called))]
    if own and all(isinstance(step, dict) for step in own):
        return own
    users = settings.get("answer_by")
    named = [users] if isinstance(users, str) else as_list(users)
    user = next((name for one in named if (name := as_text(one))), None)
    if user is None:
        return [{"action": "talk", "text": codes.NOBODY}]
    return [*before, _connect(_side(EXTERNAL, caller), _side(INTERNAL, user))]


def _side(kind: str, number: str) -> Json:
    return {"type": kind, "number": number, "alias": number}


def _connect(caller: Json, called: Json) -> Json:
    return {
        "action": "connect",
        "from": caller,
        "to": called,
        "timeout": RING_FOR,
        "maxConnectTime": 0,
        "peerToPeerCall": False,
    }
