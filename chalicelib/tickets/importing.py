"""The history of another help desk: tickets with their own times, done or still open.

Called by `importing_api`. A ticket's id is derived from the source's, so a row that
comes twice is the same ticket and changes nothing. What was said in it comes as
notes, because there is no conversation of ours to answer in. It is told to the log
as it happened: opened then, done then. An open one waits in its department's line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ..events.tickets import TicketDone, TicketNoteAdded
from ..platform import eventlog, store
from ..platform.batches import Result
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.fact import frozen
from ..platform.ids import derived_id, earliest_id
from ..profiles import importing as people
from ..profiles import knowing
from ..profiles.attributes import Declared
from ..profiles.knowing import Standing
from . import flows, rules
from .commands import checked_type
from .model import NOTE, Note, Ticket, status_at
from .rules import Priority, Status

#: Characters of one note; a longer history is several notes.
LONGEST_NOTE = 15_000
#: Notes a ticket may bring: with its own writes and its customer's they fit one transaction.
MOST_NOTES = 30
AUTHORS = {"customer": "khách hàng", "agent": "nhân viên", "note": "ghi chú nội bộ"}


@frozen
class Said:
    """One thing said in the old help desk. `author` is a key of `AUTHORS`."""

    at: datetime
    author: str
    text: str
    name: str | None = None


@frozen
class Old:
    """A ticket as another help desk kept it. `outcome` and `done_at` None: it is still open."""

    external_id: str
    number: str | None
    type: str
    sub_type: str | None
    subject: str
    opened_at: datetime
    done_at: datetime | None
    outcome: str | None
    priority: str | None
    source: str
    order: str | None
    branch: str | None
    tags: tuple[str, ...]
    said: Sequence[Said]
    customer: people.Person


@frozen
class Taken:
    """A row's ticket, what became of it, and the writes."""

    ticket_id: str
    outcome: Result
    writes: tuple[store.Write, ...] = ()


def take(old: Old, source: str, context: Context, *, fields: Declared, dry_run: bool) -> Taken:
    """The ticket of a row: made unless it is there already.

    `dry_run`: everything is checked, no ticket number is used up, and there are no
    writes. Raises `Invalid` naming the column at fault.
    """
    identifier = derived_id("imported ticket", source, old.external_id)
    check(old, context.now)
    kind = checked_type(old.type, old.sub_type)
    notes = list(_notes(identifier, old.said))
    if len(notes) > MOST_NOTES:
        raise Invalid(f"more than {MOST_NOTES * LONGEST_NOTE} characters", field="messages")
    if flows.find(identifier) is not None:
        return Taken(ticket_id=identifier, outcome=people.UNCHANGED)
    whose = people.take(old.customer, source, context, fields=fields)
    if dry_run:
        return Taken(ticket_id=identifier, outcome=people.CREATED)
    opened = _opened(identifier, old, kind, whose, context)
    writes = [*whose.writes, *opened.writes, *_told(opened.ticket, old, notes, context)]
    if not whose.writes:  # otherwise their own writes see to it
        writes.append(knowing.stands_for_itself(whose.owner))
    return Taken(ticket_id=identifier, outcome=people.CREATED, writes=tuple(writes))


def check(old: Old, now: datetime) -> None:
    """Raises `Invalid` for times and states that do not go together."""
    if old.opened_at > now:
        raise Invalid("in the future", field="opened_at")
    if (old.done_at is None) != (old.outcome is None):
        raise Invalid("a done ticket has both done_at and outcome", field="done_at")
    if old.done_at is not None and not old.opened_at <= old.done_at <= now:
        raise Invalid("not between opened_at and now", field="done_at")
    if any(one.at > now for one in old.said):
        raise Invalid("in the future", field="messages.at")


def _opened(
    identifier: str, old: Old, kind: tuple[str, str | None], whose: Standing, context: Context
) -> flows.Opened:
    classified = rules.classify(*kind, tier=whose.tier)
    if old.priority is not None:
        classified = replace(classified, priority=Priority(old.priority))
    if old.done_at is not None:
        classified = replace(classified, task_department=None)
    matter = flows.Matter(
        profile_id=whose.owner,
        origin_id=whose.origin,
        at=old.opened_at,
        classified=classified,
        source=old.source,
        subject=old.subject,
        branch=old.branch,
        tier=whose.tier,
        order=old.order,
        imported_at=context.now,
    )
    opened = flows.open_ticket(matter, context, ticket_id=identifier)
    opened.ticket.tags = list(_tags(old))
    if old.done_at is not None:
        _as_done(opened.ticket, old.done_at, old.outcome)
    return opened


def _tags(old: Old) -> Iterator[str]:
    yield from old.tags
    if old.number is not None:
        yield old.number


def _as_done(ticket: Ticket, at: datetime, outcome: str | None) -> None:
    ticket.status = Status.DONE
    ticket.status_at = status_at(Status.DONE, ticket.opened_at)
    ticket.outcome = outcome
    ticket.done_at = iso(at)
    ticket.waiting_key = None
    ticket.waiting_since = None


def _told(
    ticket: Ticket, old: Old, notes: Sequence[tuple[datetime, Note]], context: Context
) -> Iterator[store.Write]:
    for at, note in notes:
        added = TicketNoteAdded(**flows.about(ticket), note_id=note.id)
        yield store.put(f"note {note.id}", note)
        yield eventlog.record(added, context, at=at)
    if old.done_at is not None and old.outcome is not None:
        done = TicketDone(**flows.about(ticket), outcome=old.outcome)
        yield eventlog.record(done, context, at=old.done_at)


def _notes(ticket_id: str, said: Sequence[Said]) -> Iterator[tuple[datetime, Note]]:
    """What was said, oldest first, several in a note; each with the time of its last one."""
    lines: list[str] = []
    number, last = 0, None
    for one in sorted(said, key=lambda each: each.at):
        for line in _cut(_line(one)):
            if last is not None and sum(map(len, lines)) + len(line) > LONGEST_NOTE:
                yield last, _note(ticket_id, number, last, lines)
                number, lines = number + 1, []
            lines.append(line)
            last = one.at
    if last is not None:
        yield last, _note(ticket_id, number, last, lines)


def _line(said: Said) -> str:
    who = AUTHORS[said.author] + (f" {said.name}" if said.name else "")
    return f"[{iso(said.at)}] {who}: {said.text}"


def _cut(line: str) -> Iterator[str]:
    for start in range(0, len(line), LONGEST_NOTE):
        yield line[start : start + LONGEST_NOTE]


def _note(ticket_id: str, number: int, at: datetime, lines: Sequence[str]) -> Note:
    """A note whose id sorts by its time, and is the same whenever it is imported."""
    identifier = f"{earliest_id(at)}-{derived_id('imported note', ticket_id, str(number))[:8]}"
    return Note(
        ticket_id,
        NOTE + identifier,
        text="\n".join(lines),
        author="import",
        created_at=iso(at),
    )
