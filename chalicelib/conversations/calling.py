"""What is kept of a call, and how its events complete it in whatever order they come. Pure.

Called by `intake.calls`. A provider tells of one call in many requests, some of them twice and
some too late. What each tells is joined to what is known: of two values the larger stays, of
two stages what both have reached, so the order makes no difference and a repetition none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from ..channels.event import Attachment, AttachmentKind, Call, CallStage, InboundEvent
from ..platform.clock import iso

Kept = Mapping[str, Any]

#: stage → (a person of ours and the customer have talked, it is over)
REACHED: Mapping[CallStage, tuple[bool, bool]] = {
    CallStage.NOTED: (False, False),
    CallStage.RINGING: (False, False),
    CallStage.ANSWERED: (True, False),
    CallStage.MISSED: (False, True),
    CallStage.ENDED: (True, True),
}
STAGES = {parts: stage for stage, parts in REACHED.items()}
#: What stands in the events and as it is in what is kept.
PLAIN = ("hotline queue queue_seconds ring_seconds talk_seconds hold_seconds cause").split()
#: How all this is reckoned, of no use to anybody who reads it.
WORKINGS = frozenset({"told", "presumed", "placed"})
#: Why nobody picked up, by the providers' words for it, folded to lower-case letters.
IN_VAIN: Mapping[str, str] = {
    "busy": "busy",
    "userbusy": "busy",
    "busyhere": "busy",
    "cancel": "cancelled",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "congestion": "failed",
    "chanunavail": "failed",
    "decline": "rejected",
    "declined": "rejected",
    "failed": "failed",
    "rejected": "rejected",
    "userrejected": "rejected",
}
NO_ANSWER = "no_answer"
#: What its customer is given of a call → under which name.
GIVEN = {
    "stage": "call_stage",
    **{name: name for name in ("from", "to", "abandoned")},
    **{f"{name}_seconds": f"{name}_seconds" for name in ("queue", "ring", "talk", "hold")},
}
RECORDING = "Ghi âm cuộc gọi"
#: An item holds 400 KB, whatever an exchange says: characters of a word of its own or of what was
#: said at one step, answers and telephones of a call.
LONGEST_WORD = 200
LONGEST_SPEECH = 1_000
MOST = 50
DIRECTIONS = {True: "out", False: "in"}


def facts(event: InboundEvent, *, at: datetime) -> dict[str, Any]:
    """What one event tells, to be joined to what is kept: alone it has no stage."""
    call = event.call
    if call is None:
        return {}
    stage = CallStage.MISSED if _only_presumed(call) else call.stage
    found: dict[str, Any] = {
        **{name: _cut(getattr(call, name)) for name in PLAIN},
        "recording_url": call.recording_url,
        "from": call.from_number,
        "to": call.to_number,
        "direction": None if call.outbound is None else DIRECTIONS[call.outbound],
        "abandoned": call.abandoned or None,
        "presumed": _only_presumed(call) or None,
        "told": None if call.one_leg else further(stage),
        "legs": _leg(call, stage),
        "inputs": _inputs(event, call, at),
    }
    return {name: value for name, value in found.items() if value is not None}


def _leg(call: Call, stage: CallStage) -> dict[str, str] | None:
    """How far a telephone of ours came; of one that is rung for a call we place, that is known."""
    if not call.extension or call.between_us:
        return None
    return {call.extension[:LONGEST_WORD]: further(stage)}


def _cut(value: Any, longest: int = LONGEST_WORD) -> Any:
    return value[:longest] if isinstance(value, str) else value


def _only_presumed(call: Call) -> bool:
    return call.presumed and call.stage is CallStage.ENDED


def _inputs(event: InboundEvent, call: Call, at: datetime) -> list[dict[str, Any]] | None:
    speech = _cut(event.text, LONGEST_SPEECH)
    said = {"step": _cut(call.step), "digits": _cut(event.postback), "speech": speech}
    if event.postback is None and event.text is None:
        return None
    return [{"at": iso(at)} | {name: value for name, value in said.items() if value}]


def further(*stages: str | None) -> str:
    """The stage of what has reached all these."""
    parts = [REACHED[CallStage(stage)] for stage in stages if stage]
    return STAGES[any(talked for talked, _ in parts), any(over for _, over in parts)].value


def joined(one: Kept, other: Kept) -> dict[str, Any]:
    """All that two tell of one call."""
    either = {**one, **other}
    both = {
        name: JOINS.get(name, max)(one[name], other[name])
        if name in one and name in other
        else either[name]
        for name in sorted(either)
    }
    both["stage"] = further(one.get("stage"), other.get("stage"), _stage(both))
    extension = _extension(both.get("legs") or {})
    return both if extension is None else both | {"extension": extension}


def _legs(one: Kept, other: Kept) -> dict[str, str]:
    named = sorted({*one, *other})[:MOST]
    return {name: further(one.get(name), other.get(name)) for name in named}


def _all_inputs(one: list[Kept], other: list[Kept]) -> list[Kept]:
    """Each answer once, with the time it was first told of, in the order of these times."""
    first: dict[tuple[str, ...], Kept] = {}
    for said in sorted([*one, *other], key=lambda said: (str(said["at"]), _said(said))):
        first.setdefault(_said(said), said)
    return list(first.values())[:MOST]


def _said(said: Kept) -> tuple[str, ...]:
    return tuple(str(said.get(name) or "") for name in ("step", "digits", "speech"))


JOINS: Mapping[str, Callable[[Any, Any], Any]] = {
    "legs": _legs,
    "inputs": _all_inputs,
    "told": further,
    "stage": further,
}


def _stage(kept: Kept) -> str:
    """How far the call is: by what was told of it whole, and by the telephones that answered.

    A telephone that was put down ends no call: it may have rung on another one.
    """
    legs = (kept.get("legs") or {}).values()
    talked = [CallStage.ANSWERED for leg in legs if REACHED[CallStage(leg)][0]]
    presumed = [CallStage.ENDED] if kept.get("presumed") and not legs else []
    return further(kept.get("told"), *talked, *presumed)


def _extension(legs: Kept) -> str | None:
    """The telephone that answered, else one that rang."""
    ranked = sorted(legs, key=lambda name: (not REACHED[CallStage(legs[name])][0], name))
    return ranked[0] if ranked else None


# ------------------------------------------------------------------ asked of what is kept


def has_talked(kept: Kept) -> bool:
    """Whether a person of ours and the customer have talked."""
    return bool(kept) and REACHED[CallStage(kept["stage"])][0]


def is_over(kept: Kept) -> bool:
    """Whether the call has ended, either way."""
    return bool(kept) and REACHED[CallStage(kept["stage"])][1]


def is_outbound(kept: Kept) -> bool:
    """Whether we called; where nobody says, the customer did."""
    return kept.get("direction") == DIRECTIONS[True]


def placed(to: str, *, extension: str | None, script: Kept | None) -> dict[str, Any]:
    """What is kept of a call that we place, before anybody tells of it."""
    begun: dict[str, Any] = {
        "placed": True,
        "direction": DIRECTIONS[True],
        "to": to,
        "legs": {extension: further()} if extension else None,
        "script": script,
    }
    return everything({name: value for name, value in begun.items() if value is not None})


def is_placed(kept: Kept | None) -> bool:
    """Whether we asked a provider for this call."""
    return bool(kept) and (kept or {}).get("placed") is True


def is_automatic(kept: Kept) -> bool:
    """Whether a machine of ours spoke, and no person."""
    return "script" in kept


def outcome(kept: Kept) -> str:
    """Why a call of ours that is over was in vain."""
    said = re.sub(r"[^a-z]", "", str(kept.get("cause") or "").lower())
    return IN_VAIN.get(said, NO_ANSWER)


def given_since(before: Kept, after: Kept) -> list[Kept]:
    """What the customer pressed or said that was not known before."""
    known = {_said(said) for said in before.get("inputs", ())}
    return [said for said in after.get("inputs", ()) if _said(said) not in known]


def waits_for_us(kept: Kept, *, reachable: bool) -> bool:
    """Whether a customer called in vain whom somebody can do something for.

    Of somebody who withheld their number that is only what they left on the recording.
    """
    missed = is_over(kept) and not has_talked(kept) and not is_outbound(kept)
    return missed and (reachable or "recording_url" in kept)


def words(kept: Kept) -> str | None:
    """What the customer said to the machine."""
    return "\n".join(said["speech"] for said in kept.get("inputs", ()) if "speech" in said) or None


def keys(kept: Kept) -> str | None:
    """What the customer pressed last."""
    pressed = [said["digits"] for said in kept.get("inputs", ()) if "digits" in said]
    return pressed[-1] if pressed else None


def recording(kept: Kept) -> tuple[Attachment, ...]:
    """The recording as an attachment of the message."""
    url = kept.get("recording_url")
    return (Attachment(kind=AttachmentKind.AUDIO, url=url, title=RECORDING),) if url else ()


def shown(kept: Kept | None) -> dict[str, Any] | None:
    """What people are shown of a call."""
    if not kept:
        return None
    return {name: value for name, value in kept.items() if name not in WORKINGS}


def given(kept: Kept) -> dict[str, Any]:
    """What its customer is given of a call: nothing of our telephones and the exchange's words."""
    return {GIVEN[name]: kept[name] for name in GIVEN if name in kept}


def everything(*told: Kept) -> dict[str, Any]:
    """All that several tell of one call."""
    return reduce(joined, told, {})
