"""What an event says of consent, kept with the customer: opt-out words and the box of a form.

Called by `said` and `flows`; costs requests only where something is said of it.
"""

from __future__ import annotations

from ..language.topics import Understanding
from ..platform import store
from ..profiles import consent
from .work import Work


def by_word(work: Work, origin: str, understanding: Understanding) -> list[store.Write]:
    """The writes of STOP or START, said by an original on the event's channel."""
    if not (understanding.opt_out or understanding.opt_in):
        return []
    return consent.by_word(
        origin, work.event.channel, work.context, opted_out=understanding.opt_out, at=work.at
    )


def by_box(work: Work, origin: str) -> list[store.Write]:
    """The writes of a form's box; none where the form had none."""
    ticked = work.event.consent
    if ticked is None:
        return []
    return consent.by_form(origin, work.context, ticked=ticked, at=work.at)
