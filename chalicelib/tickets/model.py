"""Items of the tickets table: tickets, the tasks and notes inside them, search keys."""

from __future__ import annotations

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform import wordindex
from ..platform.belongings import Owned
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

TICKET = "ticket"
TASK = "task#"
NOTE = "note#"


class Listing(GlobalSecondaryIndex["Ticket"]):
    """Every ticket, newest first."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    opened_at = UnicodeAttribute(range_key=True)


class ByStatus(GlobalSecondaryIndex["Ticket"]):
    class Meta:
        index_name = "by_status"
        projection = KeysOnlyProjection()

    status = UnicodeAttribute(hash_key=True)
    opened_at = UnicodeAttribute(range_key=True)


class ByDepartment(GlobalSecondaryIndex["Ticket"]):
    """`status_at` is `<status>#<opened_at>`: one status of a department is a range."""

    class Meta:
        index_name = "by_department"
        projection = KeysOnlyProjection()

    department_id = UnicodeAttribute(hash_key=True)
    status_at = UnicodeAttribute(range_key=True)


class ByAgent(GlobalSecondaryIndex["Ticket"]):
    class Meta:
        index_name = "by_agent"
        projection = KeysOnlyProjection()

    agent_id = UnicodeAttribute(hash_key=True)
    status_at = UnicodeAttribute(range_key=True)


class ByProfile(GlobalSecondaryIndex["Ticket"]):
    class Meta:
        index_name = "by_profile"
        projection = KeysOnlyProjection()

    profile_id = UnicodeAttribute(hash_key=True)
    opened_at = UnicodeAttribute(range_key=True)


class Waiting(GlobalSecondaryIndex["Item"]):
    """What nobody has yet, oldest first: sparse. `waiting_key` is a department's id for
    tickets without an agent, `task#<department>` for open tasks."""

    class Meta:
        index_name = "waiting"
        projection = KeysOnlyProjection()

    waiting_key = UnicodeAttribute(hash_key=True)
    waiting_since = UnicodeAttribute(range_key=True)


class Ticket(Owned):
    """One matter a customer wants solved. `pk` is its id, `sk` is `ticket`.

    `revision` counts commands of people and is the ETag; a customer's message
    changes `waiting_on` and `conversation_id` without it. `conversation_id` is
    where the customer last wrote: replies go there. `opened_in` is where the matter
    began, once that is another: there replies go when a merge is undone.
    """

    Meta = table("tickets")

    by_listing = Listing()
    by_status = ByStatus()
    by_department = ByDepartment()
    by_agent = ByAgent()
    by_profile = ByProfile()
    waiting = Waiting()
    listing = UnicodeAttribute(default="tickets")
    number = UnicodeAttribute()
    status = UnicodeAttribute()
    status_at = UnicodeAttribute()
    waiting_on = UnicodeAttribute()
    outcome = UnicodeAttribute(null=True)
    type = UnicodeAttribute()
    sub_type = UnicodeAttribute(null=True)
    source = UnicodeAttribute()
    channel = UnicodeAttribute(null=True)
    priority = UnicodeAttribute()
    severity = NumberAttribute(null=True)
    stage = UnicodeAttribute(null=True)
    touchpoint = UnicodeAttribute(null=True)
    branch = UnicodeAttribute(null=True)
    order = UnicodeAttribute(null=True)
    product = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    tags = JSONAttribute(default=list)
    department_id = UnicodeAttribute()
    team_id = UnicodeAttribute(null=True)
    agent_id = UnicodeAttribute(null=True)
    conversation_id = UnicodeAttribute(null=True)
    opened_in = UnicodeAttribute(null=True)
    waiting_key = UnicodeAttribute(null=True)
    waiting_since = UnicodeAttribute(null=True)
    opened_at = UnicodeAttribute()
    started_at = UnicodeAttribute(null=True)
    first_reply_at = UnicodeAttribute(null=True)
    done_at = UnicodeAttribute(null=True)
    reopened = NumberAttribute(default=0)
    erased_at = UnicodeAttribute(null=True)
    revision = NumberAttribute(default=0)


class Task(Item):
    """A piece of work inside a ticket for another department: `sk` is `task#<id>`."""

    Meta = table("tickets")

    waiting = Waiting()
    task_status = UnicodeAttribute()
    task_department = UnicodeAttribute()
    what = UnicodeAttribute()
    waiting_key = UnicodeAttribute(null=True)
    waiting_since = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    finished_at = UnicodeAttribute(null=True)

    @property
    def id(self) -> str:
        return self.sk.removeprefix(TASK)


class Note(Item):
    """An internal note: `sk` is `note#<id>`, which sorts by time."""

    Meta = table("tickets")

    text = UnicodeAttribute()
    author = UnicodeAttribute()
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        return self.sk.removeprefix(NOTE)


class TicketWord(wordindex.WordItem):
    Meta = table("tickets")


class TicketWords(wordindex.WordList):
    Meta = table("tickets")


def status_at(status: str, opened_at: str) -> str:
    """The range key under which a ticket stands in its department's and agent's lists."""
    return f"{status}#{opened_at}"
