"""What one customer is shown now: what is for everybody, and what is for their segments.

Called by the routes of customers' own pages (`customer.content_api`), which ask often: what has
not ended is read once a minute and process, whatever the number of customers.
"""

from __future__ import annotations

from datetime import datetime

from ..platform import listing, store
from ..platform.clock import iso
from ..platform.remembered import Remembered
from . import flows
from .content_model import CONTENTS, SHOWING, Content, Showing
from .contents import MOST_SHOWING

REMEMBERED_SECONDS = 60.0
_known: Remembered[list[Content]] = Remembered(REMEMBERED_SECONDS, most=1)


def forget() -> None:
    """Drop what is remembered: a content has changed."""
    _known.forget()


def to_everybody(at: datetime) -> list[Content]:
    """What whoever comes is shown at a moment, the most important first."""
    return _shown(frozenset(), at)


def to_customer(profile_id: str, at: datetime) -> list[Content]:
    """What a customer is shown (the profile that stands for them); two reads at most."""
    wanted = frozenset(one.segment_id for one in flows.of_customer(profile_id))
    return _shown(wanted, at)


def _shown(segments: frozenset[str], at: datetime) -> list[Content]:
    moment = iso(at)
    found = [
        one
        for one in _known.get(SHOWING, lambda: _not_ended(moment)) or ()
        if (one.segment_id is None or one.segment_id in segments)
        and (one.starts_at or "") <= moment
        and (one.ends_at is None or moment < one.ends_at)
    ]
    return sorted(found, key=lambda one: (int(one.priority), one.id), reverse=True)


def _not_ended(moment: str) -> list[Content]:
    keys = listing.keys(Showing, SHOWING, Showing.sk >= moment, limit=MOST_SHOWING)
    wanted = [(CONTENTS, sk.rpartition("#")[2]) for _, sk in keys]
    found = store.get_many(Content, wanted)
    return [found[key] for key in wanted if key in found]
