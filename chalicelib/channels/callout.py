"""A telephone call that we place: what a provider is asked for, and what it said to that. Pure.

Made and read by the adapters (`base.Adapter`), carried out by `conversations.dialling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from ..platform.fact import frozen

#: The parameter by which a provider gives back our own id of a call, in the addresses we give it.
OURS = "ours"
CANNOT_CALL = "Tổng đài này không cho đặt cuộc gọi ra từ hệ thống"
ONLY_PEOPLE = "Tổng đài này không đặt được cuộc gọi tự động có câu hỏi"


@frozen
class Dialling:
    """Which calls an adapter places: between a telephone of ours and a customer (`people`),
    or by a machine that asks the customer something (`scripts`)."""

    people: bool = False
    scripts: bool = False


@frozen
class Script:
    """What a machine says to the customer. `answers`: the key they press → the code it stands for.

    `speech`: the answer may be spoken instead. `step` names the question with the answer.
    """

    question: str
    answers: Mapping[str, str]
    thanks: str
    step: str = "answer"
    speech: bool = False

    def kept(self) -> dict[str, Any]:
        """The same as a call keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Any) -> Script | None:
        """The script a call keeps; None where there is none."""
        if not isinstance(kept, dict) or not kept:
            return None
        names = ("question", "answers", "thanks", "step", "speech")
        return cls(**{name: kept[name] for name in names if name in kept})


@frozen
class CallOut:
    """One call to a customer (`to`, E.164). `id` is our own id of it.

    `extension` is the telephone of ours that is rung first; with a `script` there is none.
    """

    id: str
    to: str
    extension: str | None = None
    script: Script | None = None


class Placed(StrEnum):
    """What a provider's answer says of the call it was asked for."""

    TAKEN = "taken"
    REFUSED = "refused"
    REFRESH = "refresh"  # refused for the token: renew it once and ask again
    REAUTH = "reauth"  # refused until a person connects the account again
    UNKNOWN = "unknown"  # nobody can say whether it began: never asked for again


@frozen
class Called:
    """The answer in our words. `call_id` is the provider's, where it tells one; `reason` is
    for people."""

    outcome: Placed
    call_id: str | None = None
    code: str | None = None
    reason: str = ""
