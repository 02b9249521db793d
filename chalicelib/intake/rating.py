"""What a review asks for: by its words where they complain, else by its stars.

Called by `said` (reviews that are messages) and `orders` (reviews told with their order).
"""

from __future__ import annotations

from dataclasses import replace

from ..channels.event import Asked
from ..language.text import normalise
from ..language.topics import Understanding, understand
from ..tickets.taxonomy import COMPLAINT

#: Stars from which a review is praise, and up to which it is a complaint.
PRAISE, COMPLAINS = 4, 2


def meant(asked: Asked) -> Understanding:
    """Type and sub-type of a review. Praise without words, or with mere thanks, is a courtesy;
    no review asks to be left in peace."""
    own = replace(understand(normalise(asked.text or "")), opt_out=False, opt_in=False)
    stars = asked.rating
    if own.type == COMPLAINT:
        return replace(own, courtesy=False)
    if stars is not None and stars <= COMPLAINS:
        return replace(own, type=COMPLAINT, sub_type=None, courtesy=False)
    praise = stars is not None and stars >= PRAISE
    idle = praise and (own.courtesy or not asked.text)
    kind = "praise" if praise else "improvement"
    return replace(own, type="suggestion", sub_type=kind, courtesy=idle)


def understood(whole: Understanding, asked: Asked) -> Understanding:
    """The same for a message whose text is more than the customer's words: all it names counts."""
    told = meant(asked)
    return replace(
        whole,
        type=told.type,
        sub_type=told.sub_type,
        courtesy=told.courtesy,
        opt_out=False,
        opt_in=False,
        urgent_words=told.urgent_words,
    )
