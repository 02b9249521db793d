"""What customers should be, by all that is known of them now: read, judged, nothing changed.

`standing` makes it so; `flows` uses the same for previews and for a tier that
is left to the rules again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from ..platform import store
from ..platform.clock import local_day
from ..platform.context import Context
from ..platform.fact import frozen
from ..profiles import rounds, tiers
from ..profiles.family import Family, families
from ..profiles.model import Profile
from . import conditions, definitions, gathering, histograms, rfm, rules
from .definitions import Definition
from .model import BOUNDS_KEY, STANDING, VERSION_KEY, State


@frozen
class Look:
    """What one round read: standings first, then profiles, by id; None: there is none."""

    states: Mapping[tuple[str, str], State]
    profiles: Mapping[str, Profile | None]
    definitions: Sequence[Definition]

    @property
    def bounds(self) -> Mapping[str, Any]:
        return histograms.bounds_of(self.states.get(BOUNDS_KEY))

    def state(self, profile_id: str) -> State | None:
        return self.states.get((profile_id, STANDING))

    def roots(self) -> list[Profile]:
        """Those that stand for a customer."""
        return [one for one in self.profiles.values() if one is not None and _stands(one)]


@frozen
class Judged:
    """What a customer should be: segments to enter and leave, buckets, tier.

    `family` is None for a profile that stands for nobody any more.
    """

    profile_id: str
    state: State | None
    family: Family | None = None
    moves: rules.Moves
    buckets: rfm.Buckets = field(default_factory=dict)
    tier: rules.Tier | None = None


def look_at(profile_ids: Iterable[str]) -> Look:
    """The standings and profiles of these originals and of whom they were merged into."""
    states: dict[tuple[str, str], State] = {}
    profiles: dict[str, Profile | None] = {}
    wanted = list(profile_ids)
    while wanted:
        keys = [*((one, STANDING) for one in wanted), VERSION_KEY, BOUNDS_KEY]
        states |= store.get_many(State, keys, consistent=True)
        found = rounds.originals(wanted)
        profiles |= {one: found.get(one) for one in wanted}
        above = dict.fromkeys(one.merged_into for one in found.values() if one.merged_into)
        wanted = [one for one in above if one not in profiles]
    known = definitions.everything(states.get(VERSION_KEY))
    return Look(states=states, profiles=profiles, definitions=known)


def judge(look: Look, context: Context, *, only: str | None = None) -> list[Judged]:
    """What everybody who was looked at should be; reads facts, changes nothing."""
    looked_at = [one for one in look.definitions if only in (None, one.id)]
    customers = families(look.roots())
    facts = facts_of(customers, looked_at, look, context)
    whole = only is None
    standing = [
        _judged(family, known, looked_at, look, context, whole=whole)
        for family, known in zip(customers, facts, strict=True)
    ]
    return [*standing, *_gone(look)]


def facts_of(
    customers: Sequence[Family], wanted: Sequence[Definition], look: Look, context: Context
) -> list[dict[str, Any]]:
    """The facts of customers that these definitions ask for, and those that tiers need."""
    sources = frozenset({gathering.ORDERS}).union(*(one.sources for one in wanted))
    found = gathering.gather(customers, sorted(sources - {STANDING}), context.now)
    return [
        {**known, **_standing_facts(family, known, look)}
        for family, known in zip(customers, found, strict=True)
    ]


def _standing_facts(family: Family, known: gathering.Facts, look: Look) -> dict[str, Any]:
    found = _scores(known, look)
    tier = _tier(family, known, found)
    if found is None:
        return {"tier": tier.name, "why": tier.why}
    return {
        "tier": tier.name,
        "why": tier.why,
        "recency_score": found.recency,
        "frequency_score": found.frequency,
        "monetary_score": found.monetary,
    }


def _buckets(known: gathering.Facts) -> dict[str, int]:
    last = known["last_delivered_at"]
    if last is None or known["delivered_orders"] < 1:
        return {}
    return rfm.buckets(
        last_day=local_day(last),
        orders=known["delivered_orders"],
        amount=known["delivered_amount"],
    )


def _scores(known: gathering.Facts, look: Look) -> rfm.Scores | None:
    buckets = _buckets(known)
    return rfm.scores(buckets, look.bounds) if buckets else None


def _tier(family: Family, known: gathering.Facts, scores: rfm.Scores | None) -> rules.Tier:
    by_hand = tiers.by_hand(family)
    return rules.tier(by_hand=by_hand, delivered=known["delivered_orders"], scores=scores)


def _judged(
    family: Family,
    facts: Mapping[str, Any],
    looked_at: Sequence[Definition],
    look: Look,
    context: Context,
    *,
    whole: bool,
) -> Judged:
    state = look.state(family.id)
    met = [one.id for one in looked_at if conditions.meets(one.condition, facts, now=context.now)]
    return Judged(
        profile_id=family.id,
        state=state,
        family=family,
        moves=rules.moves(was=segments_of(state), meets=met, known=[one.id for one in looked_at]),
        buckets=_buckets(facts) if whole else counted_in(state),
        tier=rules.Tier(name=facts["tier"], why=facts["why"]) if whole else None,
    )


def _gone(look: Look) -> list[Judged]:
    """Those who stand for nobody but are still counted somewhere."""
    return [
        nobody(one, state, look)
        for one, profile in look.profiles.items()
        if not _stands(profile) and (state := look.state(one)) is not None
    ]


def nobody(profile_id: str, state: State, look: Look) -> Judged:
    """A profile that is to be in nothing any more."""
    known = [one.id for one in look.definitions]
    moves = rules.moves(was=segments_of(state), meets=(), known=known)
    return Judged(profile_id=profile_id, state=state, moves=moves)


def _stands(profile: Profile | None) -> bool:
    return profile is not None and profile.merged_into is None and profile.erased_at is None


def segments_of(state: State | None) -> frozenset[str]:
    """The segments a customer is in."""
    return frozenset((state and state.segments) or ())


def counted_in(state: State | None) -> rfm.Buckets:
    """The buckets a customer is counted in."""
    return {} if state is None else state.data or {}


def ruled(family: Family, context: Context) -> rules.Tier:
    """The tier the rules give a customer, whatever a person set."""
    look = look_at([family.id])
    (known,) = gathering.gather([family], [gathering.ORDERS], context.now)
    delivered = known["delivered_orders"]
    return rules.tier(by_hand=None, delivered=delivered, scores=_scores(known, look))
