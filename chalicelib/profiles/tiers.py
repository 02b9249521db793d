"""The tiers, and the one on a customer's profile: the writes that change it, by rule or by hand.

`segments` decides tiers; the tier is kept here, because tickets need it at no cost.
A customer of several originals has the tier of the one that stands for them: one set by
hand is kept there, whichever of their ids it is set by, and stays there when they are parted.
"""

from __future__ import annotations

from ..events.customers import ProfileUpdated, TierChanged
from ..platform import eventlog, store
from ..platform.context import Context
from .family import Family
from .model import NEW_TIER, PROFILE, Profile

HAND = "hand"
PROSPECT, ONE_TIME, REPEAT, VIP = NEW_TIER, "one_time", "repeat", "vip"
#: Every tier, lowest first (domain.md §5), and what people see.
TIERS: dict[str, str] = {
    PROSPECT: "Khách tiềm năng",
    ONE_TIME: "Khách mua một lần",
    REPEAT: "Khách quen",
    VIP: "Khách VIP",
}


def by_hand(family: Family) -> str | None:
    """The tier a person set for this customer or for an original of theirs, or None."""
    return next((one.tier for one in family.members if one.tier_by == HAND), None)


def follow(family: Family, tier: str, why: str, context: Context) -> list[store.Write]:
    """The writes of a tier that a rule found; refused when a person was quicker.

    Raises no revision: only people's commands do. None if the customer is in it already.
    """
    root = family.root
    if root.tier == tier:
        return []
    alone = Profile.merged_into.does_not_exist() & Profile.erased_at.does_not_exist()
    free = Profile.tier_by.does_not_exist() | (Profile.tier_by != HAND)
    return [
        store.update(
            "profile",
            store.ref(Profile, root.pk, PROFILE),
            Profile.tier.set(tier),
            condition=alone & free & (Profile.tier == root.tier),
        ),
        _changed(root, tier, why, context),
    ]


def set_by_hand(family: Family, tier: str, context: Context) -> list[store.Write]:
    """The writes of a person's choice, which no rule overwrites; none if it stands already."""
    root = family.root
    if (root.tier, root.tier_by) == (tier, HAND):
        return []
    told = _told(root, tier, HAND, context)
    return [_revised(root, {"tier": tier, "tier_by": HAND}), told]


def free(family: Family, tier: str, why: str, context: Context) -> list[store.Write]:
    """The writes that leave the tier to the rules again, which found `tier`."""
    held = [one for one in family.members if one.tier_by == HAND]
    if not held:
        return []
    root, others = family.root, [one for one in held if one.pk != family.id]
    fields = {"tier": tier, "tier_by": None}
    return [
        _revised(root, fields),
        *[_revised(one, {"tier_by": None}) for one in others],
        _told(root, tier, why, context),
    ]


def _revised(profile: Profile, fields: dict[str, str | None]) -> store.Write:
    return store.update(
        f"profile {profile.pk}",
        store.ref(Profile, profile.pk, PROFILE),
        *store.assign(Profile, fields),
        Profile.revision.add(1),
        condition=(Profile.revision == profile.revision) & Profile.erased_at.does_not_exist(),
    )


def _told(root: Profile, tier: str, why: str, context: Context) -> store.Write:
    if tier != root.tier:
        return _changed(root, tier, why, context)
    return eventlog.record(ProfileUpdated(profile_id=root.pk, changed=("tier_by",)), context)


def _changed(root: Profile, tier: str, why: str, context: Context) -> store.Write:
    event = TierChanged(profile_id=root.pk, before=root.tier, tier=tier, why=why)
    return eventlog.record(event, context)
