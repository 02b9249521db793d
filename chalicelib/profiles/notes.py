"""Notes about a customer: written under one original, read over the whole family. For `api`."""

from __future__ import annotations

from ..events.customers import NoteAdded
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.pages import LAST, Page, PageRequest, union
from .family import Family, ProfileIsErased, original
from .model import NOTE, PROFILE, Note, Profile


def add(profile_id: str, text: str, context: Context) -> tuple[Note, list[store.Write]]:
    """A note and its writes; it stays with the original it was written under.

    Raises `ProfileNotFound`, `ProfileIsErased`.
    """
    original(profile_id)
    item = Note(
        profile_id,
        NOTE + context.new_id(),
        text=text,
        author=context.actor,
        created_at=iso(context.now),
    )
    there = Profile.pk.exists() & Profile.erased_at.does_not_exist()
    gone = ProfileIsErased(field="profile_id")
    return item, [
        store.check("profile", store.ref(Profile, profile_id, PROFILE), there, error=gone),
        store.put("note", item),
        eventlog.record(NoteAdded(profile_id=profile_id, note_id=item.id), context),
    ]


def of_family(family: Family, request: PageRequest) -> Page[Note]:
    """The notes about a customer, newest first; one query an original."""
    return union(Note, request, family.ids, order="sk", since=NOTE, until=NOTE + LAST)
