"""A person's correction of what is known of a customer. Called by `api`.

What a customer made of several profiles is shown with is chosen from all of
them (`survivorship`), so a correction must come out as it was meant: a new
value goes to the survivor, one that is taken away leaves every original that
has it. `changes` is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..events.customers import ProfileUpdated
from ..platform import eventlog, store
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.fact import frozen
from .family import Family
from .identities import CONTACTS
from .model import PROFILE, Profile
from .rules import MOST_CONTACT_POINTS

#: An original's id, and the value a field of it gets.
Change = tuple[str, Any]


@frozen
class Corrected:
    """The customer as corrected and the writes that make it so."""

    family: Family
    writes: list[store.Write]


def _one(field: str, family: Family, value: Any) -> Iterator[Change]:
    if value == family.fields[field]:
        return
    if value is not None:
        yield family.id, value
        return
    for member in family.members:
        if getattr(member, field) is not None:
            yield str(member.pk), None


def _several(field: str, family: Family, values: Any) -> Iterator[Change]:
    wanted, elsewhere = list(dict.fromkeys(values or ())), set()
    for member in family.others:
        held = list(getattr(member, field) or ())
        kept = [one for one in held if one in wanted]
        elsewhere.update(kept)
        if kept != held:
            yield str(member.pk), kept
    own = list(getattr(family.root, field) or ())
    after = [one for one in wanted if one in own or one not in elsewhere]
    if len(after) > max(MOST_CONTACT_POINTS, len(own)):
        raise Invalid(f"more than {MOST_CONTACT_POINTS}", field=field)
    if after != own:
        yield family.id, after


def _named(field: str, family: Family, values: Any) -> Iterator[Change]:
    shown = family.fields[field] or {}
    new = {k: v for k, v in values.items() if v is not None and (k not in shown or shown[k] != v)}
    cleared = {name for name, value in values.items() if value is None}
    for member in family.members:
        held = getattr(member, field) or {}
        after = {name: value for name, value in held.items() if name not in cleared}
        if member is family.root:
            after |= new
        if after != held:
            yield str(member.pk), after or None


#: How a field is corrected; the others hold one value.
_RULES: Mapping[str, Callable[[str, Family, Any], Iterator[Change]]] = {
    "phones": _several,
    "emails": _several,
    "attributes": _named,
}


def changes(family: Family, sent: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a correction does to each original: its id → field → value.

    `sent` are the fields as they are to be shown, normalised; None clears. Of
    `attributes`, a mapping, only those that change are sent. Raises `Invalid` for too
    many contact points.
    """
    found: dict[str, dict[str, Any]] = {}
    for field, value in sent.items():
        for profile_id, new in _RULES.get(field, _one)(field, family, value):
            found.setdefault(profile_id, {})[field] = new
    return found


def correct(family: Family, sent: Mapping[str, Any], context: Context) -> Corrected:
    """The customer with the correction, and one transaction of writes; none for no change.

    Refused when any of the originals it changes, or the survivor, is another than in
    hand. The survivor's revision counts every correction: it is the ETag.
    """
    found = changes(family, sent)
    if not found:
        return Corrected(family=family, writes=[])
    before = dict(family.fields)
    writes = [
        _write(member, found.get(str(member.pk), {}))
        for member in family.members
        if member is family.root or member.pk in found
    ]
    after = Family(root=family.root, others=family.others)
    changed = tuple(name for name in sent if after.fields[name] != before[name])
    updated = ProfileUpdated(
        profile_id=family.id,
        changed=changed,
        contacts=tuple(
            kind for name, kind in CONTACTS.items() if set(after.fields[name]) - set(before[name])
        ),
    )
    return Corrected(family=after, writes=[*writes, eventlog.record(updated, context)])


def _write(member: Profile, changed: Mapping[str, Any]) -> store.Write:
    """Put the values on the profile in hand, and give the write that does so in the table."""
    revision = int(member.revision)
    merged = Profile.merged_into
    alone = merged.does_not_exist() if member.merged_into is None else merged == member.merged_into
    for field, value in {**changed, "revision": revision + 1}.items():
        setattr(member, field, value)
    return store.update(
        "profile",
        store.ref(Profile, member.pk, PROFILE),
        *store.assign(Profile, changed),
        Profile.revision.add(1),
        condition=(Profile.revision == revision) & alone & Profile.erased_at.does_not_exist(),
    )
