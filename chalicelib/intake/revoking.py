"""A customer takes back, at the provider, what they allowed us: consent ends, an erasure is asked.

Called by `intake.flows` for `Kind.REVOKED`. Only of somebody we know: who never wrote here nor
opened the app has nothing to be taken back, and nothing is kept of the event. What an app's
platform calls "revoked" may be no more than a permission switched off; the account's setting
`on_revoke` says whether it is a request for the end of everything (`erase`, the default: it is
what the platform asks of its partners) or for the end of consent alone (`withdraw`).
"""

from __future__ import annotations

from ..conversations import flows as conversations
from ..platform import control, store
from ..platform.clock import iso
from ..platform.ids import digest
from ..profiles import consent, rights
from ..profiles.consent import Stated
from ..profiles.consent_rules import State
from ..profiles.family import ProfileIsErased
from .work import Work

#: Everything an app asks its users for. Care stays: whoever has a matter open is answered.
WITHDRAWN = ("marketing", "survey", "tracking", "sharing")
ON_REVOKE, ERASE = "on_revoke", "erase"
#: Among the ways of `rights_views.WAYS`: the provider has proved whose account it is.
VERIFIED_BY = "channel_account"


def revoked(work: Work) -> None:
    """Withdraw, then ask for the erasure; both once, however often and late the event comes."""
    conversation = conversations.find(work.place.conversation_id)
    said_at = work.event.occurred_at or work.at
    if conversation is None or conversation.created_at > iso(said_at):
        return  # nobody we know, or somebody who came back after it
    _withdraw(conversation.origin, work)
    if work.connected.account.settings.get(ON_REVOKE, ERASE) == ERASE:
        _ask(conversation.origin, work)


def _withdraw(origin: str, work: Work) -> None:
    """Each purpose by itself: a customer may be many originals, and each keeps a withdrawal."""
    for purpose in WITHDRAWN:
        stated = Stated(
            purpose=purpose,
            channel=None,
            state=State.WITHDRAWN,
            at=work.at,
            source="app",
            wording="revoked_at_provider",
        )
        _, writes = consent.record_one(origin, stated, work.context)
        if writes:
            store.commit([rights.alive(origin, ProfileIsErased()), *writes])


def _ask(origin: str, work: Work) -> None:
    """Take the request down as if the customer had come in person."""
    once = control.seen(
        digest(work.place.conversation_id, work.event.event_key),
        by="revoking",
        now=work.context.now,
    )
    try:
        _, writes = rights.ask(
            origin,
            rights.ERASE,
            work.context,
            requested_at=work.at,
            verified_by=VERIFIED_BY,
            reason=None,
        )
    except rights.AlreadyRequested:
        return
    try:
        store.commit([once, *writes])
    except store.ConditionFailed as error:
        if once.name not in error.names:
            raise
