"""Consent of customers, by purpose and channel: every statement kept, the latest decides.

A statement stands under the original profile it was made by, so a merge widens
nothing: `may_contact` asks for the original's own consent and that nobody of
its family has withdrawn. A withdrawal that a customer makes while several are one is
kept with each of them (source `family`), so that parting them takes none of it back;
until then only the statement itself counts. Called by whatever sends or tracks, by `consent_api`
and by `intake` (opt-out words, the box of a form).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from ..events.customers import ConsentChanged
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.fact import frozen
from ..platform.ids import digest
from .consent_rules import (
    EVERY_CHANNEL,
    PURPOSES,
    WITHDRAWN_BY_WORD,
    WORD,
    Said,
    State,
    agreed,
    standing,
    withdrawn,
)
from .family import ProfileIsErased, ProfileNotFound, family_of

CONSENT = "consent#"
FORM = "form"  # the source: a box of a form
#: The source of a withdrawal kept with those who were one customer with who made it.
FAMILY = "family"


class UnknownPurpose(Invalid):
    code, title = "unknown_purpose", "No such purpose"


class NotByChannel(Invalid):
    code, title = "purpose_has_no_channels", "This purpose is agreed to as a whole"


class Statement(store.Item):
    """One statement of consent. `pk` is the original profile, `sk` is
    `consent#<purpose>#<channel or *>#<when it was made>#<digest>`.

    `wording` is the code of the text that was agreed to, `by` who wrote it down.
    """

    Meta = store.table("profiles")

    purpose = UnicodeAttribute()
    channel = UnicodeAttribute()
    state = UnicodeAttribute()
    at = UnicodeAttribute()
    source = UnicodeAttribute()
    wording = UnicodeAttribute(null=True)
    by = UnicodeAttribute()
    recorded_at = UnicodeAttribute()

    @property
    def said(self) -> Said:
        """The statement as the rules see it."""
        return Said(
            purpose=self.purpose,
            channel=self.channel,
            state=self.state,
            source=self.source,
            at=self.at,
        )


@frozen
class Stated:
    """A statement to be kept: `channel` None means all, `wording` is a text's code."""

    purpose: str
    channel: str | None
    state: State
    at: datetime
    source: str
    wording: str | None = None


def may_contact(profile_id: str, purpose: str, channel: str) -> bool:
    """Whether an original profile may be written to for a purpose (`PURPOSES`) on a channel.

    Its own statements must allow it and no original of its family may have
    withdrawn it. False for a profile that is unknown or erased. Raises `UnknownPurpose`.
    """
    known(purpose)
    try:
        members = {*family_of(profile_id).ids, profile_id}
    except (ProfileNotFound, ProfileIsErased):
        return False
    said = {member: statements(member) for member in members}
    return allows(said, profile_id, purpose, channel)


def allows(
    said: Mapping[str, Sequence[Statement]], profile_id: str, purpose: str, channel: str
) -> bool:
    """The same from the statements of a whole family, by original."""
    rules = _counting(said)
    if any(withdrawn(each, purpose, channel) for each in rules.values()):
        return False
    return agreed(rules[profile_id], purpose, channel)


def refused(profile_id: str, purpose: str, channel: str) -> bool:
    """Whether anybody of an original's family has withdrawn a purpose on a channel.

    Silence is no refusal: for what a customer comes to see by themselves. True for a profile
    that is unknown or erased. Raises `UnknownPurpose`.
    """
    known(purpose)
    try:
        members = {*family_of(profile_id).ids, profile_id}
    except (ProfileNotFound, ProfileIsErased):
        return True
    rules = _counting({member: statements(member) for member in members})
    return any(withdrawn(each, purpose, channel) for each in rules.values())


def _counting(said: Mapping[str, Sequence[Statement]]) -> dict[str, list[Said]]:
    """The statements of a family that count: a copy does not beside what it was made of."""
    made = {_about(one) for each in said.values() for one in each if one.source != FAMILY}
    return {
        member: [one.said for one in each if one.source != FAMILY or _about(one) not in made]
        for member, each in said.items()
    }


def _about(statement: Statement) -> tuple[str, str, str, str]:
    """What a statement and those kept of it with others have in common."""
    return (statement.purpose, statement.channel, statement.state, statement.at)


def asked_about(said: Mapping[str, Sequence[Statement]]) -> list[tuple[str, str]]:
    """What there is to tell of a family: every purpose as a whole, and each channel of which
    anything was said of it; (purpose, channel or `*`), sorted."""
    named = {(one.purpose, one.channel) for each in said.values() for one in each}
    return sorted(named | {(purpose, EVERY_CHANNEL) for purpose in PURPOSES})


def granted(profile_id: str, purpose: str) -> bool:
    """Whether an original profile allows a purpose as a whole (tracking, sharing).

    Raises `UnknownPurpose`.
    """
    return may_contact(profile_id, purpose, EVERY_CHANNEL)


def known(purpose: str) -> None:
    """Raises `UnknownPurpose` for a purpose that is not in the table."""
    if purpose not in PURPOSES:
        raise UnknownPurpose(f"one of {', '.join(PURPOSES)}", field="purpose")


def statements(profile_id: str) -> list[Statement]:
    """Everything one original ever said of consent, by purpose and channel, oldest first."""
    return list(store.query(Statement, profile_id, prefix=CONSENT))


def record(profile_id: str, stated: Sequence[Stated], context: Context) -> list[store.Write]:
    """The writes that keep statements of an original, with an event where what holds changes.

    A statement that is there already, or contradicts nothing that holds, changes nothing
    else. Raises `UnknownPurpose`, `NotByChannel`.
    """
    before = statements(profile_id)
    there = {one.sk for one in before}
    writes: list[store.Write] = []
    for one in stated:
        item = _item(profile_id, one, context)
        if item.sk in there:
            continue
        writes += [store.put(f"consent {item.sk}", item), *_told(item, before, context)]
    return writes


def record_one(
    profile_id: str, stated: Stated, context: Context
) -> tuple[Statement, list[store.Write]]:
    """One statement a customer makes, as it will stand, and its writes.

    A withdrawal is kept with everybody who is one customer with this original.
    """
    writes = record(profile_id, [stated], context)
    if stated.state is State.WITHDRAWN:
        writes += _with_others(profile_id, stated, context)
    return _item(profile_id, stated, context), writes


def _with_others(profile_id: str, stated: Stated, context: Context) -> list[store.Write]:
    """A withdrawal with the other originals of its customer. No event: nothing changes as yet."""
    try:
        others = [one for one in family_of(profile_id).ids if one != profile_id]
    except (ProfileNotFound, ProfileIsErased):
        return []  # made known by this very transaction, or gone
    items = [_item(one, replace(stated, source=FAMILY), context) for one in others]
    there = store.get_many(Statement, [(one.pk, one.sk) for one in items], consistent=True)
    return [store.put(f"consent {one.sk}", one) for one in items if (one.pk, one.sk) not in there]


def _item(profile_id: str, stated: Stated, context: Context) -> Statement:
    known(stated.purpose)
    if stated.channel is not None and not PURPOSES[stated.purpose].by_channel:
        raise NotByChannel(stated.purpose, field="channel")
    channel, moment = stated.channel or EVERY_CHANNEL, iso(stated.at)
    same = digest(stated.state, stated.source, stated.wording or "")[:8]
    return Statement(
        profile_id,
        f"{CONSENT}{stated.purpose}#{channel}#{moment}#{same}",
        purpose=stated.purpose,
        channel=channel,
        state=stated.state,
        at=moment,
        source=stated.source,
        wording=stated.wording,
        by=context.actor,
        recorded_at=iso(context.now),
    )


def _told(item: Statement, before: Sequence[Statement], context: Context) -> list[store.Write]:
    same = [
        one.said for one in before if (one.purpose, one.channel) == (item.purpose, item.channel)
    ]
    was, now = standing(same), standing([*same, item.said])
    if (was and was.state) == (now and now.state):
        return []
    everything = [*(one.said for one in before), item.said]
    changed = ConsentChanged(
        profile_id=item.pk,
        purpose=item.purpose,
        channel=None if item.channel == EVERY_CHANNEL else item.channel,
        granted=agreed(everything, item.purpose, item.channel),
        source=item.source,
    )
    return [eventlog.record(changed, context)]


def by_word(
    profile_id: str, channel: str, context: Context, *, opted_out: bool, at: datetime
) -> list[store.Write]:
    """The writes of an opt-out or opt-in word a customer wrote on a channel."""
    state = State.WITHDRAWN if opted_out else State.LIFTED
    stated = Stated(
        purpose="",
        channel=channel,
        state=state,
        at=at,
        source=WORD,
        wording="opt_out_word" if opted_out else "opt_in_word",
    )
    every = [replace(stated, purpose=purpose) for purpose in WITHDRAWN_BY_WORD]
    return record(profile_id, every, context)


def by_form(profile_id: str, context: Context, *, ticked: bool, at: datetime) -> list[store.Write]:
    """The writes of a form's box "I agree to be contacted", sent ticked or sent empty.

    A box that was left out of the form says nothing: the caller does not call.
    """
    stated = Stated(
        purpose="marketing",
        channel=None,
        state=State.GRANTED if ticked else State.WITHDRAWN,
        at=at,
        source=FORM,
        wording="form_box",
    )
    return record_one(profile_id, stated, context)[1]
