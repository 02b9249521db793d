"""What a customer has agreed to, out of all they ever said about it. Pure: used by `consent`.

Source of the need for purposes: Law on Personal Data Protection 91/2025/QH15 and Decree
356/2025: consent is given for a purpose, can be withdrawn, and silence is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from ..platform.fact import frozen

EVERY_CHANNEL = "*"
#: The source of statements made by an opt-out or opt-in word.
WORD = "word"


class State(StrEnum):
    """What a statement says. `lifted`: an opt-out word no longer holds (an opt-in word)."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    LIFTED = "lifted"


@frozen
class Purpose:
    """A use of personal data: whether silence allows it, and whether channels differ."""

    needs_grant: bool
    by_channel: bool


#: The table of purposes.
PURPOSES: dict[str, Purpose] = {
    "care": Purpose(needs_grant=False, by_channel=True),  # about the customer's own matters
    "survey": Purpose(needs_grant=False, by_channel=True),
    "marketing": Purpose(needs_grant=True, by_channel=True),
    "tracking": Purpose(needs_grant=True, by_channel=False),  # behaviour on sites and in apps
    "sharing": Purpose(needs_grant=True, by_channel=False),  # with third parties
}
#: What an opt-out word withdraws on its channel. Care stays allowed elsewhere: whoever writes
#: STOP still has a matter open. In that conversation we begin nothing any more, care neither
#: (`conversations.reaching`); only what they ask is answered.
WITHDRAWN_BY_WORD = ("marketing", "survey")


@frozen
class Said:
    """One statement; `at` is when it was made (ISO 8601), `channel` may be `*`."""

    purpose: str
    channel: str
    state: str
    source: str
    at: str


def standing(statements: Iterable[Said]) -> Said | None:
    """The statement that holds among those of one purpose and channel: the latest by `at`.

    An opt-in word takes back the opt-out words before it and says nothing itself:
    what held before them holds again. Of two said at once a withdrawal holds.
    """
    holding: list[Said] = []
    for one in sorted(statements, key=lambda said: (said.at, said.state == State.WITHDRAWN)):
        if one.state == State.LIFTED:
            holding = [said for said in holding if not _by_word(said)]
        else:
            holding.append(one)
    return holding[-1] if holding else None


def _by_word(said: Said) -> bool:
    return said.source == WORD and said.state == State.WITHDRAWN


def withdrawn(statements: Sequence[Said], purpose: str, channel: str) -> bool:
    """Whether one profile's statements forbid a purpose on a channel.

    A withdrawal for all channels gives way to a later grant for this one; a
    withdrawal for this channel only to a statement about this channel.
    """
    here, everywhere = _two(statements, purpose, channel)
    if here is not None and here.state == State.WITHDRAWN:
        return True
    if everywhere is None or everywhere.state != State.WITHDRAWN:
        return False
    return here is None or here.at <= everywhere.at


def agreed(statements: Sequence[Said], purpose: str, channel: str) -> bool:
    """Whether one profile's own statements allow a purpose on a channel."""
    if withdrawn(statements, purpose, channel):
        return False
    grants = [one for one in _two(statements, purpose, channel) if one is not None]
    return bool(grants) or not PURPOSES[purpose].needs_grant


def _two(statements: Sequence[Said], purpose: str, channel: str) -> tuple[Said | None, Said | None]:
    """What holds for the channel itself, and for all channels."""
    about = [one for one in statements if one.purpose == purpose]
    here = standing(one for one in about if one.channel == channel)
    everywhere = standing(one for one in about if one.channel == EVERY_CHANNEL)
    return (None if channel == EVERY_CHANNEL else here), everywhere
