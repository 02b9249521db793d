"""The list of all profiles, for `customer.finding`. How they are searched is in `search`, how
they come to be in `knowing`, how they are corrected in `correcting`."""

from __future__ import annotations

from ..platform.pages import Page, PageRequest, page
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
