"""Items of the `team` table: agents, departments and teams.

Only this slice reads and writes them. A team keeps its department as
`of_department`, so that it does not fall into the roster, which holds agents.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection

from ..platform.control import ONLY
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

AGENTS = "agents"
DEPARTMENTS = "departments"
TEAMS = "teams"


class ByListing(GlobalSecondaryIndex[Any]):
    """All items of one kind, in the order they were added."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class Roster(GlobalSecondaryIndex["Agent"]):
    """A department's agents, whole: choosing one is a single query."""

    class Meta:
        index_name = "roster"
        projection = AllProjection()

    department_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class TeamItem(Item):
    """What the kinds share: `pk` is `<kind>#<id>`, `sk` is `-`; commands change `revision`."""

    Meta = table("team")

    name = UnicodeAttribute()
    revision = NumberAttribute()
    listing = UnicodeAttribute()
    listed_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The identifier the API shows."""
        return str(self.pk).partition("#")[2]


class Agent(TeamItem):
    """A person who answers customers. `load` counts open tickets assigned to them."""

    by_listing = ByListing()
    roster = Roster()
    email = UnicodeAttribute(null=True)
    role = UnicodeAttribute()
    department_id = UnicodeAttribute()
    team_ids = JSONAttribute(default=list)
    branch = UnicodeAttribute(null=True)
    extension = UnicodeAttribute(null=True)  # their telephone: where calls to customers begin
    zalo_user_id = UnicodeAttribute(null=True)  # theirs on the OA that writes to agents
    presence = UnicodeAttribute()
    capacity = NumberAttribute(null=True)  # not there: no limit
    load = NumberAttribute()
    last_assigned_at = UnicodeAttribute(null=True)
    active = BooleanAttribute()
    token_ids = JSONAttribute(default=list)


class Department(TeamItem):
    """One of the departments; its id is the code tickets carry."""

    by_listing = ByListing()
    manager_id = UnicodeAttribute(null=True)
    on_call_id = UnicodeAttribute(null=True)  # who is called outside working hours


class Team(TeamItem):
    """Agents who share accounts and a lead."""

    by_listing = ByListing()
    department_id = UnicodeAttribute(attr_name="of_department")
    lead_id = UnicodeAttribute(null=True)


def agent_pk(agent_id: str) -> str:
    """The hash key of an agent."""
    return f"agent#{agent_id}"


def department_pk(code: str) -> str:
    """The hash key of a department."""
    return f"department#{code}"


def team_pk(team_id: str) -> str:
    """The hash key of a team."""
    return f"team#{team_id}"


__all__ = ["ONLY", "Agent", "Department", "Team", "TeamItem"]
