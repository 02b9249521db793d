"""Whose something is that comes from outside: a customer found and taught, or made.

Called by `intake` for messages, by `commerce` for orders and deals, and by imports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..channels.event import ContactHints
from ..platform.context import Context
from .blocking import unblocked
from .identities import ANY_ACCOUNT, EXTERNAL, TYPED, contacts, name_form
from .knowing import IdentityKey, Standing, against, create, guard, teach, whose
from .model import NEW_TIER
from .rules import Known, learn


def told_of(
    external_id: str | None,
    hints: ContactHints,
    source: str,
    context: Context,
    *,
    channel: str | None = None,
    referrer: str | None = None,
) -> Standing | None:
    """Whose it is that `source` tells of somebody (`taught_or_made`); None: it says not of whom.

    Found by the source's own id, else by a phone or address it vouches for, else by one
    that was typed, which identifies within that source only. Whoever comes with the phone
    of somebody of another name is somebody else, known by it together with their own name:
    anybody may type a number, and whether they are one a person decides (`resolving`).
    """
    key = _strongest(external_id, hints, source)
    if key is None:
        return None
    found = whose(key, hints, context, verified=key.kind != TYPED)
    if found is not None and key.kind != EXTERNAL:
        told = learn(Known(), hints).known
        differing = against(told, found.origin)
        if differing:
            key = _besides(key, told, differing, source)
            found = whose(key, hints, context, verified=False)
    return taught_or_made(
        found,
        key,
        hints,
        context,
        verified=key.kind != TYPED,
        channel=channel,
        referrer=referrer,
    )


def known_as(
    key: IdentityKey, hints: ContactHints, context: Context, *, channel: str | None
) -> Standing:
    """Whose an id on a channel account is that the provider itself names: found, or made."""
    found = whose(key, hints, context)
    return taught_or_made(found, key, hints, context, verified=True, channel=channel)


def _strongest(external_id: str | None, hints: ContactHints, source: str) -> IdentityKey | None:
    """The strongest identity of what is told; what is made up or blocked is nobody's."""
    if external_id:
        return IdentityKey(kind=EXTERNAL, account=source, value=external_id)
    for value in unblocked(contacts(hints)):
        if hints.verified:
            return IdentityKey(kind=value.kind, account=ANY_ACCOUNT, value=value.value)
        return _typed(value.kind, value.value, source)
    return None


def _typed(kind: str, value: str, source: str) -> IdentityKey:
    return IdentityKey(kind=TYPED, account=source, value=f"{kind}:{value}")


def _besides(key: IdentityKey, told: Known, differing: Sequence[str], source: str) -> IdentityKey:
    """What finds somebody again who shares a phone with another: it, and what sets them apart."""
    typed = key if key.kind == TYPED else _typed(key.kind, key.value, source)
    own = {
        "names_differ": name_form(told.name or ""),
        "birthdays_differ": told.birthday,
        "genders_differ": told.gender,
    }
    parts = [typed.value, *(str(own[code]) for code in differing)]
    return IdentityKey(kind=TYPED, account=source, value=" ".join(parts))


def taught_or_made(
    found: Standing | None,
    key: IdentityKey,
    hints: ContactHints | None,
    context: Context,
    *,
    verified: bool,
    channel: str | None = None,
    referrer: str | None = None,
    advertisement: str | None = None,
) -> Standing:
    """Whoever was `found` by an identity, taught what is new; None: a customer is made.

    `writes` are all it takes but the guard: `guarded` adds it to the whole transaction.
    """
    if found is not None:
        learnt = [] if hints is None else teach(found.origin, hints, context)
        return replace(found, writes=(*found.writes, *learnt))
    made = create(
        key,
        hints,
        context,
        channel=channel,
        verified=verified,
        referrer=referrer,
        advertisement=advertisement,
    )
    return Standing(
        origin=made.profile_id,
        owner=made.profile_id,
        tier=NEW_TIER,
        writes=tuple(made.writes),
        is_new=True,
    )


def guarded(standing: Standing) -> Standing:
    """The same, its writes refused when the customer is merged away or erased meanwhile."""
    guards = guard(standing.owner, standing.writes)
    return replace(standing, writes=(*standing.writes, *guards))
