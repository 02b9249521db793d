"""Listing and searching profiles. How they come to be is in `knowing`, how they are corrected
in `correcting`."""

from __future__ import annotations

from collections.abc import Iterable

from ..platform.pages import Page, PageRequest, page
from . import search
from .model import PROFILES, Profile


def everyone(request: PageRequest) -> Page[Profile]:
    """All profiles that stand for themselves, newest first."""
    return page(
        Profile,
        request,
        PROFILES,
        index=Profile.by_listing,
        keep=lambda item: item.merged_into is None and item.erased_at is None,
    )


def matching(request: PageRequest, text: str) -> Page[Profile]:
    """Customers who have everything `text` asks for. Raises `Invalid` when it asks nothing."""
    return search.profiles(request, text)


def index_words(profile_ids: Iterable[str]) -> None:
    """Bring the search keys of profiles up to date; called by the indexing reactor."""
    search.write(profile_ids)
