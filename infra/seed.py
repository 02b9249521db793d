"""Loads what every organisation starts with, and on request the demo organisation of `demo`.

Called by `infra.local.seeding` at every start, so it adds what is missing and
changes nothing else: ids are derived, and an item somebody has touched
(its revision is past 1) stays as they left it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chalicelib.calendars import flows as calendars
from chalicelib.channels import connections
from chalicelib.platform import auth, store
from chalicelib.platform.context import Context, begin
from chalicelib.platform.errors import Conflict, NotFound
from chalicelib.platform.ids import derived_id
from chalicelib.platform.roles import Role
from chalicelib.segments import flows as segments
from chalicelib.standards import commitments
from chalicelib.team import flows as team
from chalicelib.team import tokens as team_tokens
from chalicelib.team.model import Agent
from chalicelib.team.rules import Presence

from .demo import AGENT, CONNECTIONS, CREWS, MANAGERS, PEOPLE, Connection, Crew, Person

ADMIN_TOKEN, AGENT_TOKEN = "ADMIN_TOKEN", "AGENT_TOKEN"
ADMIN_NAME, AGENT_NAME = "infra/up: quản trị", "infra/up: nhân viên"
UNTOUCHED = 1  # the revision of what nobody has changed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedResult:
    """Tokens by the name they have in `.local/env`."""

    tokens: Mapping[str, str] = field(default_factory=dict)


def load(*, demo: bool, tokens: Mapping[str, str] | None = None) -> SeedResult:
    """Make what is not there yet. `tokens` are those of an earlier start: good ones are kept."""
    known = tokens or {}
    team.load_defaults(begin())
    calendars.load_defaults(begin())
    segments.load_defaults(begin())
    found = {ADMIN_TOKEN: _admin_token(known.get(ADMIN_TOKEN, ""))}
    if demo:
        _load_demo()
        found[AGENT_TOKEN] = _agent_token(known.get(AGENT_TOKEN, ""))
    return SeedResult(tokens=found)


def _load_demo() -> None:
    for crew in CREWS:
        _add_team(crew)
    for person in PEOPLE:
        _add_agent(person)
    for crew in CREWS:
        _give_lead(crew)
    for code, person_key in MANAGERS.items():
        _give_manager(code, person_key)
    for connection in CONNECTIONS:
        _connect(connection)
    _promise()


def _promise() -> None:
    """Publish the example commitments that nobody has published, so that the page shows some."""
    context = begin()
    for one in commitments.known():
        if one.revision == 0:
            store.commit(commitments.example_published(one, context))


# --------------------------------------------------------------------- people


def agent_id(key: str) -> str:
    """The id of a demo agent, the same on every machine."""
    return derived_id("demo agent", key)


def team_id(key: str) -> str:
    """The id of a demo team."""
    return derived_id("demo team", key)


def _with_id(identifier: str) -> Context:
    """A context whose first new id is this one: what a flow adds gets it."""
    context = begin()
    waiting = [identifier]
    return replace(context, new_id=lambda: waiting.pop() if waiting else context.new_id())


def _add_team(crew: Crew) -> None:
    wanted = team_id(crew.key)
    if team.team(wanted) is None:
        fields = {"name": crew.name, "department_id": crew.department}
        store.commit(team.add_team(fields, _with_id(wanted)).writes)


def _add_agent(person: Person) -> None:
    """Add somebody and say that they are here, once."""
    wanted = agent_id(person.key)
    if team.candidate(wanted) is None:
        fields = {
            "name": person.name,
            "email": person.email,
            "role": person.role.value,
            "department_id": person.department,
            "team_ids": [team_id(person.team)],
            "branch": person.branch,
        }
        store.commit(team.add_agent(fields, _with_id(wanted), by=Role.ADMIN).writes)
    item = team.load_agent(wanted)
    if int(item.revision) == UNTOUCHED and item.active:
        store.commit(team.set_presence(item, Presence.AVAILABLE, begin()).writes)


def _give_lead(crew: Crew) -> None:
    item = team.load_team(team_id(crew.key))
    if int(item.revision) == UNTOUCHED:
        store.commit(team.change_team(item, {"lead_id": agent_id(crew.lead)}, begin()).writes)


def _give_manager(code: str, person_key: str) -> None:
    item = team.load_department(code)
    if int(item.revision) == UNTOUCHED:
        fields = {"manager_id": agent_id(person_key)}
        store.commit(team.change_department(item, fields, begin()).writes)


# ------------------------------------------------------------------- accounts


def _connect(connection: Connection) -> None:
    """Connect an account unless it is, or was: who disconnected it wanted that."""
    try:
        connections.existing(derived_id("account", connection.channel, connection.account_id))
    except NotFound:
        wanted = {
            "channel": connection.channel,
            "provider": connection.provider,
            "account_id": connection.account_id,
            "name": connection.name,
            "mode": "sandbox",
            "team_id": team_id(connection.team),
            "branch": connection.branch,
            "settings": dict(connection.settings),
            "credentials": dict(connection.credentials),
        }
        _, writes = connections.connect(wanted, begin())
        store.commit(writes)


# --------------------------------------------------------------------- tokens


def _admits(token: str, context: Context) -> bool:
    found = auth.find([auth.token_id_of(token)]) if token else []
    return any(auth.is_live(item, at=context.now) for item in found)


def _admin_token(known: str) -> str:
    return known if _admits(known, begin()) else _issued(ADMIN_NAME, role=Role.ADMIN)


def _agent_token(known: str) -> str:
    if _admits(known, begin()):
        return known
    owner = team.load_agent(agent_id(AGENT))
    if not owner.active:
        raise Conflict(f"{owner.name} does not work here any more: no {AGENT_TOKEN}")
    _revoke_lost(owner)
    return _issued(AGENT_NAME, agent=owner.id)


def _revoke_lost(owner: Agent) -> None:
    """End the tokens of earlier starts, whose text nobody has any more."""
    for item in auth.find(owner.token_ids):
        if item.data["name"] == AGENT_NAME:
            store.commit(team_tokens.revoke(item, begin()))


def _issued(name: str, *, role: Role | None = None, agent: str | None = None) -> str:
    issued = team_tokens.issue(
        name=name, role=role, agent_id=agent, expires_at=None, context=begin()
    )
    store.commit(issued.writes)
    return issued.text
