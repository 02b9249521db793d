"""Routes of consent: what was said of it, and saying something new."""

from __future__ import annotations

from ..platform.errors import Invalid
from ..platform.http import Api, Call, Change
from ..platform.roles import EVERYONE, STAFF
from . import consent, rights
from .consent import Stated, Statement
from .consent_rules import EVERY_CHANNEL, State
from .consent_views import AllowedView, ConsentsView, StatementMade, StatementView
from .family import ProfileIsErased, family_of

bp = Api(__name__)

CONSENTS = "/profiles/{profile_id}/consents"


@bp.get(
    CONSENTS,
    roles=STAFF,
    returns=ConsentsView,
    summary="What a customer has agreed to, by purpose and channel, with every statement",
    refuses=(410,),
)
def list_consents(call: Call[None], profile_id: str) -> ConsentsView:
    family = family_of(profile_id)
    said = {member: consent.statements(member) for member in family.ids}
    every = sorted(
        (one for each in said.values() for one in each), key=lambda one: one.at, reverse=True
    )
    return ConsentsView(
        profile_id=profile_id,
        standing=_standing(profile_id, said),
        statements=[StatementView.of(one) for one in every],
    )


def _standing(profile_id: str, said: dict[str, list[Statement]]) -> list[AllowedView]:
    return [
        AllowedView(
            purpose=purpose,
            channel=None if channel == EVERY_CHANNEL else channel,
            allowed=consent.allows(said, profile_id, purpose, channel),
        )
        for purpose, channel in consent.asked_about(said)
    ]


@bp.command(
    "POST",
    CONSENTS,
    roles=EVERYONE,
    body=StatementMade,
    returns=StatementView,
    status=201,
    summary="Record that a customer has agreed to a purpose, or no longer does",
    refuses=(410,),
)
def record_consent(call: Call[StatementMade], profile_id: str) -> Change:
    family_of(profile_id)
    made, context = call.body, call.context
    at = made.at or context.now
    if at > context.now:
        raise Invalid("lies in the future", field="at")
    stated = Stated(
        purpose=made.purpose,
        channel=made.channel,
        state=State(made.state),
        at=at,
        source=made.source,
        wording=made.wording,
    )
    item, writes = consent.record_one(profile_id, stated, context)
    alive = rights.alive(profile_id, ProfileIsErased(field="profile_id"))
    return Change(view=StatementView.of(item), writes=[alive, *writes])
