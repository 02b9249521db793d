"""The end of everything kept of one person: told, held, walked, looked through, proved.

Called by `customer.jobs` for requests taken down by `profiles.rights`, any number
of times; a run that is killed anywhere is gone on with. The order is what makes it
safe: first it is written down who is erased (so that no restore brings them back),
then nothing more gets into their conversations (what they write meanwhile waits, and
begins a new life as a new customer), then the profiles are marked, and only then
things are removed, what everything is found by last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ..conversations.belongings import hold, let_go
from ..events.customers import ProfileErased, RightsAnswered
from ..platform import blobs, control, eventlog, idempotency, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Transient
from ..platform.signing import keyed_id
from ..profiles import rights, search
from ..profiles.belongings import identities
from ..profiles.family import Family, ProfileIsErased, family_of, find
from ..profiles.model import PROFILE, Profile
from ..profiles.rights import RightsRequest
from . import parting, walking
from .walking import Clock, counted, done_of, gone_on

LEDGER = "erased#"
MARKED, ANSWERS = "marked", "answers"
#: What is looked for besides the slices' own: objects of exports, keys of the search.
COPIES, WORDS = "exports", "search_keys"
#: How often the whole is walked before a person has to look at what is left.
MOST_ROUNDS = 5
#: The `request_id` of erasures repeated after a restore.
RESTORE = "restore"


class SomethingIsLeft(Transient):
    code, title = "erasure_incomplete", "Something of the person is still there"


def erase_step(request_id: str, context: Context, seconds: float) -> bool:
    """Go on with an erasure for about so many seconds; True when it is done and proved.

    Raises `RightsRequestNotFound`, `SomethingIsLeft`.
    """
    request, clock = rights.load(request_id), Clock(seconds)
    if request.status == rights.DONE:
        return True
    if request.originals is None:  # they have changed since it was asked for
        try:
            request = walking.begun(request, family_of(request.profile_id).ids, context)
        except ProfileIsErased:  # by an earlier request: nothing is left to do
            _answer(request, context, proof={"erased_before": True})
            return True
    elif request.status == rights.OPEN:
        request = walking.begun(request, request.originals, context)
    if MARKED not in done_of(request) and not _marked(request, context, clock):
        return False
    if not _walked(rights.load(request_id), clock):
        return False
    return _proved(rights.load(request_id), context)


def _marked(request: RightsRequest, context: Context, clock: Clock) -> bool:
    """Write down, hold and mark the originals; False when time ran out or they changed."""
    originals: Sequence[str] = request.originals
    if not all(walking.is_erased(one) for one in originals):
        if _customer(request) is None:
            return _begin_again(request)
        for _ in walking.settled(originals):
            if clock.over:
                return False
        _write_down(originals, context)
        for one in originals:
            for _ in hold(one, request.id):
                pass
        if not _mark(request, context):
            return _begin_again(request)
    gone_on(request, unit=MARKED, counts={})
    return True


def _customer(request: RightsRequest) -> Family | None:
    """Whom a request is about; None when that is not those it was begun for any more."""
    try:
        family = family_of(request.profile_id)
    except ProfileIsErased:
        return None
    return family if set(family.ids) == set(request.originals) else None


def _begin_again(request: RightsRequest) -> bool:
    """Spare whom it is not about, and begin anew for those it is about; always False.

    Unless another run was quicker: then this one goes on where that one is. Raises
    `SomethingIsLeft` when it never comes to an end.
    """
    spared = [one for one in request.originals if not walking.is_erased(one)]
    if not spared:
        return False
    for one in request.originals:
        for _ in let_go(one, request.id, spared.__contains__):
            pass
    _strike_out(spared, request.originals[0])
    try:
        about = family_of(request.profile_id).ids
    except ProfileIsErased:
        about = ()
    rights.spared([one for one in spared if one not in about], request.id)
    walking.started_over(request)
    if int(request.rounds) + 1 >= MOST_ROUNDS:
        raise SomethingIsLeft(f"whom it is about has changed, round {int(request.rounds) + 1}")
    return False


def _strike_out(spared: Sequence[str], first: str) -> None:
    """Nobody who lives on may stand in the ledger: the next restore would erase them."""
    if first in spared:
        blobs.drop([_ledger(first)])
    store.remove(control.Control, [(LEDGER + one, control.ONLY) for one in spared])


def _ledger(first: str) -> str:
    return f"erasures/{first}.json"


def _write_down(originals: Sequence[str], context: Context) -> None:
    """The ledger that outlives every restore: ids and keyed digests, nothing of the person."""
    proofs = sorted(str(one.pk) for original in originals for one in identities(original))
    body = {"profile_ids": list(originals), "identities": proofs, "erased_at": iso(context.now)}
    blobs.put(_ledger(originals[0]), json.dumps(body).encode(), content_type="application/json")
    for one in originals:
        item = control.control(LEDGER + one, data={"erased_at": iso(context.now)})
        try:
            store.commit([store.put("erased", item)])
        except store.ConditionFailed:
            continue  # written down by an earlier run


def _mark(request: RightsRequest, context: Context) -> bool:
    """Mark all originals in one transaction; False when one is no longer what it was."""
    family = _customer(request)
    if family is None:
        return False
    writes: list[store.Write] = []
    for member in family.members:
        writes += _erased(member, request.id, context)
    try:
        store.commit(writes)
    except store.ConditionFailed:
        return False
    return True


def _erased(profile: Profile, request_id: str, context: Context) -> list[store.Write]:
    told = ProfileErased(profile_id=profile.pk, request_id=request_id)
    unchanged = Profile.revision == profile.revision
    return [
        store.update(
            f"profile {profile.pk}",
            store.ref(Profile, profile.pk, PROFILE),
            Profile.erased_at.set(iso(context.now)),
            Profile.listing.remove(),
            Profile.revision.add(1),
            condition=Profile.erased_at.does_not_exist() & unchanged,
        ),
        eventlog.record(told, context),
    ]


def _walked(request: RightsRequest, clock: Clock) -> bool:
    """Remove what every slice keeps; False when time ran out."""
    originals: Sequence[str] = request.originals
    for slice_name, one in walking.slices():
        if slice_name in done_of(request):
            continue
        removed = 0
        for count in (count for original in originals for count in one.erase(original)):
            removed += count
            if clock.over:
                gone_on(request, counts=counted(request, slice_name, removed))
                return False
        counts = counted(request, slice_name, removed)
        request = gone_on(request, unit=slice_name, counts=counts)
    if ANSWERS not in done_of(request):
        removed = sum(idempotency.forget(original) for original in originals)
        gone_on(request, unit=ANSWERS, counts=counted(request, ANSWERS, removed))
    return True


def left(originals: Iterable[str]) -> dict[str, int]:
    """How many records every slice would still give out of these originals, and what else is
    found by them: kept answers, objects of exports, keys of the search."""
    named = list(originals)
    counts = {
        slice_name: sum(1 for original in named for _ in one.export(original))
        for slice_name, one in walking.slices()
    }
    return counts | {
        ANSWERS: sum(len(idempotency.kept_of(original)) for original in named),
        COPIES: sum(len(rights.copies(original)) for original in named),
        WORDS: search.kept_of(named),
    }


def _proved(request: RightsRequest, context: Context) -> bool:
    """Look for what is left; answer the request when nothing is, else begin another round."""
    found = left(request.originals)
    rounds = int(request.rounds) + 1
    if any(found.values()):
        _again(request, rounds)
        if rounds >= MOST_ROUNDS:
            names = ", ".join(name for name, count in found.items() if count)
            raise SomethingIsLeft(f"in {names}, after {rounds} rounds")
        return False
    _answer(request, context, proof=_proof(request, context, found, rounds))
    return True


def _again(request: RightsRequest, rounds: int) -> None:
    walked = {slice_name for slice_name, _ in walking.slices()} | {ANSWERS}
    change = store.update(
        "rights request",
        store.ref(RightsRequest, request.pk, request.sk),
        RightsRequest.rounds.set(rounds),
        RightsRequest.units.delete(walked),
        condition=RightsRequest.status == rights.WORKING,
    )
    store.commit([change])


def _proof(
    request: RightsRequest, context: Context, found: dict[str, int], rounds: int
) -> dict[str, Any]:
    """What was done, without a word of whom: `digest` is keyed, so nobody makes it up later."""
    ledger = json.loads(blobs.find(_ledger(request.originals[0])) or b"{}")
    proof = {
        "profile_ids": list(request.originals),
        "identities": ledger.get("identities", []),
        "removed": counted(request, ANSWERS, 0),
        "left": found,
        "rounds": rounds,
        "started_at": request.started_at,
        "finished_at": iso(context.now),
    }
    return proof | {"digest": keyed_id("erasure", json.dumps(proof, sort_keys=True))}


def _answer(request: RightsRequest, context: Context, *, proof: dict[str, Any]) -> None:
    told = RightsAnswered(profile_id=request.profile_id, request_id=request.id, kind=request.kind)
    writes = [rights.answered(request, context, proof=proof), eventlog.record(told, context)]
    try:
        store.commit(writes)
    except store.ConditionFailed:
        return  # answered by another run of the same


def reapply(profile_ids: Sequence[str], context: Context) -> dict[str, int]:
    """Erase again whatever a restore has brought back of erased originals; nothing may be left.

    `profile_ids` are those of the ledger (`erased#…`, `erasures/…`). May run any number
    of times. Returns how many records were removed by slice. Raises `SomethingIsLeft`.
    """
    there = [one for one in profile_ids if find(one) is not None]
    erased = frozenset(profile_ids)
    apart = [other for one in there for other in parting.cut_off(one, erased, context)]
    for one in there:
        _mark_again(one, context)
    for one in there:  # each by itself: a list of erased people is no family
        sum(walking.settled([one]))
    removed = {
        slice_name: sum(count for original in profile_ids for count in one.erase(original))
        for slice_name, one in walking.slices()
    }
    removed[ANSWERS] = sum(idempotency.forget(one) for one in profile_ids)
    for other in dict.fromkeys(apart):
        search.write([other])
    found = left(profile_ids)
    if any(found.values()):
        names = ", ".join(name for name, count in found.items() if count)
        raise SomethingIsLeft(f"in {names}, after a restore")
    return removed


def _mark_again(profile_id: str, context: Context) -> None:
    """Mark a profile that came back."""
    profile = find(profile_id)
    if profile is not None and profile.erased_at is None:
        store.commit(_erased(profile, RESTORE, context))
