"""Which profiles are one customer: the pointers a merge sets, followed and gathered.

A profile that was merged away points to its survivor, which may point on. The
one at the end stands for all: the root. Everything that needs to know whose
something is now asks here; `merging` moves the pointers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..platform import store
from ..platform.belongings import Owned
from ..platform.errors import AppError, NotFound
from .model import PROFILE, Profile
from .survivorship import Choice, choose

#: Originals that may be one customer. Beyond it is no person but somebody's shared number.
MOST_MEMBERS = 50


class ProfileNotFound(NotFound):
    code, title = "profile_not_found", "No such profile"


class ProfileIsErased(AppError):
    code, status, title = "profile_erased", 410, "Nothing is kept of this customer any more"


@dataclass(frozen=True, kw_only=True)
class Family:
    """A customer: the profile that stands for them, and all that were merged into it."""

    root: Profile
    others: tuple[Profile, ...]

    @property
    def id(self) -> str:
        """The id the customer is known by now."""
        return str(self.root.pk)

    @property
    def members(self) -> tuple[Profile, ...]:
        """Every original, the survivor first."""
        return (self.root, *self.others)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all originals: events and what stands under a profile's key name these."""
        return tuple(str(member.pk) for member in self.members)

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """Every field with the rule that chose it."""
        return choose(self.root, self.others)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What the customer is shown with: field → value."""
        return {name: choice.value for name, choice in self.choices.items()}


def find(profile_id: str) -> Profile | None:
    """One original as it is, merged or not, or None."""
    return store.get(Profile, profile_id, PROFILE)


def several(profile_ids: Iterable[str]) -> list[Profile]:
    """Those of these originals that exist, as they are."""
    keys = [(profile_id, PROFILE) for profile_id in profile_ids]
    return list(store.get_many(Profile, keys, consistent=True).values())


def original(profile_id: str) -> Profile:
    """One original as it is. Raises `ProfileNotFound`, `ProfileIsErased`."""
    found = find(profile_id)
    if found is None:
        raise ProfileNotFound(field="profile_id")
    if found.erased_at is not None:
        raise ProfileIsErased(field="profile_id")
    return found


def root_of(profile_id: str) -> Profile:
    """The profile that stands for an original now. Raises `ProfileNotFound`, `ProfileIsErased`."""
    found = original(profile_id)
    for _ in range(MOST_MEMBERS):
        if found.merged_into is None:
            return found
        found = original(found.merged_into)
    raise ProfileNotFound("its merges go round in a circle", field="profile_id")


def family_of(profile_id: str) -> Family:
    """The customer an original belongs to. Raises `ProfileNotFound`, `ProfileIsErased`."""
    root = root_of(profile_id)
    return Family(root=root, others=below(root))


def families(roots: Iterable[Profile]) -> list[Family]:
    """The customers of these profiles, which all stand for themselves; one read a generation."""
    standing = list(roots)
    known = _descendants([child for root in standing for child in root.children or ()])
    return [Family(root=root, others=tuple(_under(root, known))) for root in standing]


def below(profile: Profile) -> tuple[Profile, ...]:
    """Every original that was merged into this one, directly or not."""
    return tuple(_under(profile, _descendants(profile.children or ())))


def _descendants(first: Iterable[str]) -> dict[str, Profile]:
    """These and all below them, by id; one read a generation."""
    known: dict[str, Profile] = {}
    wanted = list(first)
    while wanted:
        keys = [(one, PROFILE) for one in wanted if one not in known]
        found = store.get_many(Profile, keys, consistent=True).values()
        known |= {item.pk: item for item in found}
        wanted = [child for item in found for child in item.children or () if child not in known]
    return known


def _under(profile: Profile, known: Mapping[str, Profile]) -> list[Profile]:
    """Those below a profile that say so themselves: after a restore a list may name others."""
    found: list[Profile] = []
    waiting = [(one, profile.pk) for one in sorted(profile.children or ())]
    while waiting:
        name, into = waiting.pop(0)
        child = known.get(name)
        if child is not None and child.merged_into == into and child.erased_at is None:
            found.append(child)
            waiting += [(one, child.pk) for one in sorted(child.children or ())]
    return found


def same_customer(one: Owned, other: Owned) -> bool:
    """Whether two items are of one customer now, also while a merge is being carried out.

    Costs nothing where they are listed under the same profile.
    """
    if one.profile_id == other.profile_id:
        return True
    return bool(root_of(one.profile_id).pk == root_of(other.profile_id).pk)


def homes() -> Callable[[str], str]:
    """A lookup of where originals belong now, each read once: for one pass of a job."""
    known: dict[str, str] = {}

    def home(origin: str) -> str:
        if origin not in known:
            known[origin] = str(root_of(origin).pk)
        return known[origin]

    return home
