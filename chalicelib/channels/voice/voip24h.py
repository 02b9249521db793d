"""VoIP24H: states of every telephone that rings, under the one id of the call, and its record.

Field names as an open connector reads them (channels.md §5). Requests are repeated when we are
slow; nothing is signed: the secret stands in the path. `GetRouting` asks which telephone shall
ring and is answered with a plain extension.
"""

from __future__ import annotations

from typing import ClassVar

from ..base import Delivery, Verified, WebhookAnswer, WebhookRequest
from ..event import Call, CallStage, Json
from ..wire import as_object, as_text
from . import codes, numbers
from .hearing import (
    Heard,
    VoiceAdapter,
    VoiceProvider,
    direction,
    first,
    link,
    seconds,
    sides,
    word,
)

ROUTING = "getrouting"
MISSED = "missedcallevent"
ANY = "*"
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


class Voip24h(VoiceProvider):
    name: ClassVar[str] = "voip24h"

    @staticmethod
    def read(told: Json, line: Json) -> Heard:
        kind, state = word(told.get("type")), word(told.get("state"))
        if kind == MISSED:
            return _missed(told)
        call_id, extension = as_text(told.get("callid")), as_text(told.get("extend"))
        stage = codes.VOIP24H.get(state)
        if call_id is None or (stage is None and state != "cdr"):
            return Heard(None, key=(), name=state or kind, told=told)
        record = as_object(told.get("cdr"))
        talked = seconds(first({**told, **record}, "billsec", "duration"))
        did = numbers.number(told.get("did"))
        call = Call(
            id=call_id,
            stage=stage or (CallStage.ENDED if talked else CallStage.MISSED),
            one_leg=stage is not None,
            extension=extension,
            hotline=did,
            talk_seconds=(talked or None) if stage is None else None,
            recording_url=link(first({**told, **record}, "recording", "recordingfile")),
            **sides(numbers.number(told.get("phone")), did, outbound=direction(kind)),
        )
        withheld = "phone" in told and numbers.is_withheld(told["phone"])
        return Heard(
            call, key=(call_id, extension, state), name=state, told=told, withheld=withheld
        )

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """A question which telephone shall ring is no event."""
        return [] if _is_question(request) else super().split(request, verified)

    def answer(self, request: WebhookRequest, verified: Verified) -> WebhookAnswer:
        """The extension for a number that is called, by the setting `routing`; else empty, and
        the exchange goes by its own rules."""
        if not _is_question(request):
            return WebhookAnswer()
        routes = as_object(verified.accounts[0].settings.get("routing"))
        did = request.query.get("did", "")
        known = {numbers.number(name): route for name, route in routes.items()}
        extension = as_text(known.get(numbers.number(did))) or as_text(routes.get(ANY)) or ""
        return WebhookAnswer(body=extension, headers=PLAIN)


PROVIDER = Voip24h()


class Voip24hCalls(VoiceAdapter):
    provider: ClassVar[str] = Voip24h.name
    reader: ClassVar[VoiceProvider] = PROVIDER


def _is_question(request: WebhookRequest) -> bool:
    return word(request.query.get("action")) == ROUTING


def _missed(told: Json) -> Heard:
    """Somebody called in vain; which call it was is not said."""
    phone = first(told, "src", "phone")
    caller = numbers.number(phone)
    if caller is None:
        return Heard(None, key=(), name=MISSED, told=told)
    did = numbers.number(told.get("did"))
    call = Call(
        id=as_text(told.get("callid")),
        stage=CallStage.MISSED,
        hotline=did,
        **sides(caller, did, outbound=False),
    )
    return Heard(call, key=(call.id, MISSED), name=MISSED, told=told)
