"""Care contacts: who is to be contacted, when, and what becomes of it.

Called by `jobs`: `review` for events that may change whether a customer is contacted at all,
`task_done` for a contact that was made, `watch` by the schedule.

A contact that falls due is a task in a ticket of its own, with the customer's last agent: there
people see, write and call. The ticket begins with us, so nobody waits and no clock runs on it;
its task has one (`sla.policies`, what `care_contact`). It is done when the task or the ticket
is, or when any person of ours was in contact with the customer, about whatever: that is looked
up in the log when a contact is due, and once a day while its task is open, instead of at every
message. The item's `turns` and the ticket's derived id see to it that none is opened twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..calendars import flows as calendars
from ..calendars.arithmetic import is_open, next_open
from ..calendars.defaults import DEFAULT
from ..events.standards import CareContactOpened, CareContactRecorded, CareContactSkipped
from ..platform import eventlog, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.due import due, place
from ..platform.errors import AppError
from ..platform.fact import frozen
from ..platform.ids import digest
from ..platform.log import logger
from ..profiles.family import Family, ProfileIsErased, ProfileNotFound, family_of, root_of
from ..profiles.knowing import stands_for_itself
from ..profiles.model import Profile
from ..tickets import commands
from ..tickets import flows as tickets
from ..tickets.model import Task, Ticket
from ..tickets.rules import Status
from . import opening, setting
from .contacts import Contact, latest
from .model import CARE, Care
from .tiers import Contacts

AT_A_TIME = 100  # customers looked at in one run of the schedule
AGAIN = timedelta(days=1)  # how often a task that is open is looked at
#: Outcomes of a care ticket that are no contact.
NO_CONTACT = frozenset({"rejected", "spam", "duplicate"})
NO_MATTER = "no_matter"


def watch(context: Context) -> Mapping[str, int]:
    """Look at whose care is due, oldest first; outside working hours at nobody's."""
    if not is_open(context.now, calendars.of(DEFAULT)):
        return {"looked": 0}
    found = due(Care.due, now=context.now, most=AT_A_TIME)
    return {"looked": sum(_looked(profile_id, context) for profile_id, _ in found)}


def _looked(profile_id: str, context: Context) -> bool:
    """Whether a customer was looked at; one who cannot be now does not keep others waiting."""
    try:
        look(profile_id, context)
    except AppError as error:
        logger.warning("care not looked at", extra={"code": error.code})
        return False
    return True


def task_done(profile_id: str, task_id: str, context: Context) -> None:
    """A task is done; if it was a care contact, that was made."""
    try:
        root = root_of(profile_id)
    except (ProfileNotFound, ProfileIsErased):
        return
    care = store.get(Care, str(root.pk), CARE)
    if care is not None and care.task_id == task_id:
        look(str(root.pk), context, at_once=True)


# ------------------------------------------------------- whether, and how often


def review(profile_id: str, context: Context) -> None:
    """Begin, end or change the care of a customer as their tier has it now."""
    store.run_again(lambda: store.commit(_reviewed(profile_id, context)))


def _reviewed(profile_id: str, context: Context) -> list[store.Write]:
    care = store.get(Care, profile_id, CARE)
    try:
        root = root_of(profile_id)
    except (ProfileNotFound, ProfileIsErased):
        return _over(care)
    if root.pk == profile_id:
        return _as_it_should_be(root, care, None, context)
    known = store.get(Care, str(root.pk), CARE)
    double = care if known is not None and known.task_id is not None else None
    return [
        *_over(care),
        *_as_it_should_be(root, known, care, context),
        *_not_asked_twice(double, context),
    ]


def _not_asked_twice(care: Care | None, context: Context) -> list[store.Write]:
    """Two who are asked for became one: of the two tasks one is enough."""
    ticket, task = (None, None) if care is None else _asked(care)
    if ticket is None or task is None:
        return []
    writes = commands.finish_task(ticket, task, context)
    if ticket.status == Status.NEW:
        writes += commands.finish(ticket, "duplicate", context)
    return writes


def _over(care: Care | None) -> list[store.Write]:
    if care is None:
        return []
    return [store.delete("care", care, condition=Care.turns == care.turns)]


def _as_it_should_be(
    root: Profile, known: Care | None, brought: Care | None, context: Context
) -> list[store.Write]:
    """`brought`: the care of who was merged into this customer; the later contact counts."""
    contacts = setting.latest().contacts(str(root.tier))
    if contacts is None:
        return _over(known)
    item = _joined(str(root.pk), known, brought, context)
    item.tier = str(root.tier)
    if item.task_id is None:
        _place(item, next_due(item, contacts))
    if known is not None and brought is None and _same(item, known):
        return []
    return [*_kept(item, known), stands_for_itself(str(root.pk))]


def _joined(profile_id: str, known: Care | None, brought: Care | None, context: Context) -> Care:
    both = [one for one in (known, brought) if one is not None]
    item = Care(profile_id, CARE, since=max((one.since for one in both), default=iso(context.now)))
    item.contacted_at = max((one.contacted_at for one in both if one.contacted_at), default=None)
    asked = next((one for one in both if one.task_id is not None), None)
    if asked is not None:
        item.ticket_id, item.task_id = asked.ticket_id, asked.task_id
        item.asked_at = asked.asked_at
        _place(item, parse(asked.due_at))
    return item


def _same(item: Care, known: Care) -> bool:
    return (item.tier, item.due_at) == (known.tier, known.due_at)


def next_due(care: Care, contacts: Contacts) -> datetime:
    """When a customer is to be contacted next, in working hours.

    Whoever has just come into a tier waits for half a period to a whole one, each for as
    long as their id says: many come at once, and are not all to be called at once.
    """
    share = 1.0 if care.contacted_at is not None else 0.5 + int(digest(care.pk)[:8], 16) / 2**33
    after = parse(care.since) + timedelta(days=contacts.every * share)
    return next_open(after, calendars.of(DEFAULT))


def _place(item: Care, at: datetime) -> None:
    item.due_shard, item.due_at = place(item.pk, at)


def _kept(item: Care, known: Care | None) -> list[store.Write]:
    item.turns = 1 if known is None else int(known.turns) + 1
    same = store.is_new(item) if known is None else Care.turns == known.turns
    return [store.put("care", item, condition=same)]


# ------------------------------------------------------------- when it is due


@frozen
class Look:
    """A customer whose care is due, with what was promised and what was done."""

    care: Care
    family: Family
    contacts: Contacts
    contact: Contact | None
    ticket: Ticket | None = None
    task: Task | None = None


def look(profile_id: str, context: Context, *, at_once: bool = False) -> None:
    """Do what is due for a customer; nothing when nothing is. `at_once`: do not ask when."""
    store.run_again(lambda: store.commit(_due(profile_id, context, at_once=at_once)))


def _due(profile_id: str, context: Context, *, at_once: bool) -> list[store.Write]:
    care = store.get(Care, profile_id, CARE)
    if care is None or (parse(care.due_at) > context.now and not at_once):
        return []
    try:
        family = family_of(profile_id)
    except (ProfileNotFound, ProfileIsErased):
        return _over(care)
    contacts = setting.latest().contacts(str(family.root.tier))
    if family.id != profile_id or contacts is None:
        return _reviewed(profile_id, context)
    ticket, task = _asked(care)
    if ticket is not None and ticket.origin not in family.ids:
        ticket = task = None  # it went with somebody who was parted from them
    found = Look(
        care=care,
        family=family,
        contacts=contacts,
        contact=latest(family.ids, since=parse(care.asked_at or care.since)),
        ticket=ticket,
        task=task,
    )
    return _done(found, context) if found.ticket is not None else _begun(found, context)


def _asked(care: Care) -> tuple[Ticket | None, Task | None]:
    """The ticket and the task of a contact that is asked for: both or none."""
    if care.ticket_id is None or care.task_id is None:
        return None, None
    ticket = tickets.find(care.ticket_id)
    task = tickets.find_task(care.ticket_id, care.task_id)
    return (None, None) if ticket is None or task is None else (ticket, task)


def _begun(found: Look, context: Context) -> list[store.Write]:
    """No task is open: was there a contact, may there be one, then let somebody make it."""
    if found.contact is not None:
        return _recorded(found, found.contact.at, found.contact.how, context)
    refusal = opening.refusal(found.family)
    if refusal is not None:
        return _skipped(found, refusal, context)
    care, since = found.care, found.care.since
    opened = opening.opened(found.family, since, context)
    care_after = _copy(care)
    care_after.ticket_id, care_after.task_id = opened.ticket_id, opened.task_id
    care_after.asked_at = iso(context.now)
    _place(care_after, _tomorrow(context))
    told = CareContactOpened(
        profile_id=found.family.id,
        ticket_id=opened.ticket_id,
        task_id=opened.task_id,
        tier=str(found.family.root.tier),
        since=since,
    )
    guard = stands_for_itself(found.family.id)
    return [*_kept(care_after, care), *opened.writes, guard, eventlog.record(told, context)]


def _done(found: Look, context: Context) -> list[store.Write]:
    """A task is open, or was: done, made needless, or to be looked at again tomorrow."""
    ticket, task, contact = found.ticket, found.task, found.contact
    assert ticket is not None
    assert task is not None
    if task.task_status == "done":
        at = parse(str(task.finished_at or iso(context.now)))
        return _recorded(found, at, "task", context)
    tidy = commands.finish_task(ticket, task, context)
    if ticket.status == Status.DONE and ticket.outcome in NO_CONTACT:
        return [*_skipped(found, NO_MATTER, context), *tidy]
    if ticket.status == Status.DONE:
        at = parse(str(ticket.done_at or iso(context.now)))
        return [*_recorded(found, at, "ticket", context), *tidy]
    if contact is None:
        care = _copy(found.care)
        _place(care, _tomorrow(context))
        return _kept(care, found.care)
    if ticket.status == Status.NEW:  # nobody has begun with it, and nobody needs to
        tidy += commands.finish(ticket, "resolved", context)
    return [*_recorded(found, contact.at, contact.how, context), *tidy]


def _recorded(found: Look, at: datetime, how: str, context: Context) -> list[store.Write]:
    care = _anew(found, at)
    care.contacted_at = iso(at)
    _place(care, next_due(care, found.contacts))
    told = CareContactRecorded(
        profile_id=found.family.id,
        how=how,
        contacted_at=iso(at),
        due=care.due_at,
        ticket_id=found.care.ticket_id,
    )
    return [*_kept(care, found.care), eventlog.record(told, context)]


def _skipped(found: Look, why: str, context: Context) -> list[store.Write]:
    care = _anew(found, context.now)
    after = context.now + timedelta(days=found.contacts.every)
    _place(care, next_open(after, calendars.of(DEFAULT)))
    told = CareContactSkipped(profile_id=found.family.id, why=why, due=care.due_at)
    return [*_kept(care, found.care), eventlog.record(told, context)]


def _anew(found: Look, since: datetime) -> Care:
    care = _copy(found.care)
    care.since = iso(since)
    care.tier = str(found.family.root.tier)
    care.ticket_id = care.task_id = care.asked_at = None
    return care


def _copy(care: Care) -> Care:
    return Care(**care.attribute_values)


def _tomorrow(context: Context) -> datetime:
    return next_open(context.now + AGAIN, calendars.of(DEFAULT))
