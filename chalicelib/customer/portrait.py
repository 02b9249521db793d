"""What one view of a customer is made of: each part read once, when a section asks for it.

Nothing here grows with what there is: every list is the newest few of an index, and
a view costs at most `REQUESTS` reads and `REQUESTS_ORIGINAL` for each original.
The owned things of a customer (conversations, tickets, orders …) are looked for
under the survivor and under whoever was merged but a moment ago, so that the view
is whole while they are moved.
Called by `sections`.
"""

from __future__ import annotations

from functools import cached_property

from ..commerce import portrait as commerce
from ..commerce.portrait import Commerce
from ..conversations import recent
from ..conversations.model import Conversation, Message
from ..platform.clock import parse, zone
from ..platform.pages import PageRequest
from ..profiles import attributes, consent, notes
from ..profiles.around import Around, around
from ..profiles.attributes import Declared
from ..profiles.consent import Statement
from ..profiles.family import Family
from ..profiles.model import Note
from ..segments import flows as segments
from ..segments.flows import InSegment
from ..tickets import flows as tickets
from ..tickets.model import Ticket
from ..tickets.recent import newest_of as tickets_of
from .habits import Habits, Said, habits

#: The latest conversations that are looked into, and the latest messages of each: among them
#: are the ten latest messages of all.
CONVERSATIONS = MESSAGES = 10
#: The newest tickets among which the open ones are looked for, beside those that the latest
#: conversations go to.
TICKETS = 50
NOTES = 10
#: The state of a merge whose belongings are on their way.
MOVING = "moving"

#: The most requests of one view, whatever there is of a customer: so many, and for each
#: original and each one whose things are still being moved so many more. Those who were
#: merged one into the next cost one more for each link of that chain.
REQUESTS, REQUESTS_ORIGINAL, REQUESTS_MOVING = 30, 3, 12


class Portrait:
    """The parts of a customer, each read when first asked for."""

    def __init__(self, family: Family) -> None:
        self.family = family

    @cached_property
    def around(self) -> Around:
        """Proofs, merges, suggestions, requests."""
        return around(self.family.ids)

    @cached_property
    def listed_under(self) -> tuple[str, ...]:
        """Where owned things may be listed: with the survivor, or still where they came from."""
        merges = self.around.merges
        moving = [one for one, merge in merges.items() if merge.state == MOVING]
        return (self.family.id, *moving)

    @cached_property
    def commerce(self) -> Commerce:
        """What the customer buys, owns and looks at."""
        return commerce.summary(self.family.ids, listed_under=self.listed_under)

    @cached_property
    def segments(self) -> list[InSegment]:
        """The segments the customer is in."""
        return segments.of_customer(self.family.id)

    @cached_property
    def statements(self) -> dict[str, list[Statement]]:
        """What was said of consent, by original."""
        return {one: consent.statements(one) for one in self.family.ids}

    @cached_property
    def conversations(self) -> list[Conversation]:
        """The latest conversations over all channels, the latest first."""
        return recent.conversations(self.listed_under, most=CONVERSATIONS)

    @cached_property
    def messages(self) -> list[Message]:
        """The latest messages of those, the latest first."""
        return recent.messages([one.pk for one in self.conversations], most=MESSAGES)

    @cached_property
    def habits(self) -> Habits | None:
        """Where and when the customer writes, by those messages."""
        said = [
            Said(channel=one.channel, at=parse(one.occurred_at))
            for one in self.messages
            if one.direction == "in"
        ]
        return habits(said, zone())

    @cached_property
    def open_tickets(self) -> list[Ticket]:
        """The matters that are not done: of the newest ones and of the latest conversations."""
        newest = [tickets_of(one, most=TICKETS) for one in self.listed_under]
        known = {ticket.pk: ticket for some in newest for ticket in some}
        talked = {one.current_ticket for one in self.conversations if one.current_ticket}
        known |= tickets.several(talked - set(known))
        found = [ticket for ticket in known.values() if ticket.status != "done"]
        return sorted(found, key=lambda ticket: str(ticket.opened_at), reverse=True)

    @cached_property
    def notes(self) -> list[Note]:
        """The newest notes."""
        return notes.of_family(self.family, PageRequest(scope="", limit=NOTES)).items

    @cached_property
    def declared(self) -> Declared:
        """The custom fields there are."""
        return attributes.declared()
