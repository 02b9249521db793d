"""What a period would have looked like under other policies: asked for, worked out, kept a while.

Called by `simulations_api`, which takes it down, by `reacting` and by `jobs`. One entry of the
queue takes a page of the period's tickets, in the order they were opened; the sums so far and
where to go on are stored together, under the number of the step. Cut off anywhere it goes on
from the last step, an entry that comes twice counts nothing twice, and the moment as of which
everything is judged is that of the asking: so the result is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from ..calendars import flows as calendars
from ..events.clocks import SimulationAsked
from ..platform import eventlog, queue, store
from ..platform.clock import beginning_of, iso, local_day, parse
from ..platform.context import Context
from ..platform.control import epoch
from ..platform.errors import Invalid, NotFound
from ..platform.eventlog import Recorded
from ..platform.pages import PageRequest
from ..tickets import recent as tickets
from . import comparing, flows, of_tasks, reading, settling
from .clock import Counting, Target
from .comparing import Row, as_if_new, compared, from_json, is_void, to_json
from .governing import Governing
from .of_tickets import PREFIX as TICKET
from .policies import Promise, Traits, chosen
from .settling import Basis
from .subjects import Subject, of_kind

Parts = list[tuple[str, Row]]

SIMULATION, ONLY = "simulation#", "-"
RUNNING, FINISHED = "running", "done"
KEPT_FOR = timedelta(days=30)
A_PAGE = 100  # tickets of one step: a query for the log of each
MILLISECOND = timedelta(milliseconds=1)
LONGEST = 366  # days
#: What is stored has to fit into one item (400 KB), with rows of about a hundred bytes.
LARGEST_RULES, MOST_ROWS = 150_000, 1_500


class SimulationNotFound(NotFound):
    code, title = "simulation_not_found", "There is no such simulation, or no longer"


class Simulation(store.Item):
    """One asking: `pk` is `simulation#<id>`, `sk` is `-`; gone after `expires_at`.

    `rules` are the policies tried, `calendars` the versions they go by; `step` counts the pages
    that are done, `cursor` leads to the next, `reached` is when the last ticket was opened.
    """

    Meta = store.table("clocks")

    state = UnicodeAttribute()
    asked_at = UnicodeAttribute()
    asked_by = UnicodeAttribute()
    since = UnicodeAttribute()
    until = UnicodeAttribute()
    rules = JSONAttribute()
    calendars = JSONAttribute()
    step = NumberAttribute()
    cursor = UnicodeAttribute(null=True)
    reached = UnicodeAttribute(null=True)
    tickets = NumberAttribute()
    left_out = NumberAttribute()
    rows = JSONAttribute()
    finished_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()

    @property
    def id(self) -> str:
        """The simulation's opaque id."""
        return str(self.pk).removeprefix(SIMULATION)


def last_month(now: datetime) -> tuple[date, date]:
    """The first and the last day of the month before this one."""
    last = local_day(now).replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def ask(
    wanted: Governing, first: date, last: date, context: Context
) -> tuple[Simulation, list[store.Write]]:
    """Take a simulation down: the item and its writes. Raises `Invalid` naming the field."""
    if last < first:
        raise Invalid("lies before the first day", field="last_day")
    if (last - first).days >= LONGEST:
        raise Invalid(f"more than {LONGEST} days", field="last_day")
    if first > local_day(context.now):
        raise Invalid("lies in the future", field="first_day")
    rules = _written(wanted)
    if len(json.dumps(rules, ensure_ascii=False).encode()) > LARGEST_RULES:
        raise Invalid("too much to be tried at once", field="policies")
    if len(wanted.policies) * len(wanted.kinds) > MOST_ROWS:
        raise Invalid("more policies and clocks than one table can show", field="policies")
    identifier = context.new_id()
    item = Simulation(
        SIMULATION + identifier,
        ONLY,
        state=RUNNING,
        asked_at=iso(context.now),
        asked_by=context.actor,
        since=iso(beginning_of(first)),
        until=iso(beginning_of(last + timedelta(days=1)) - MILLISECOND),
        rules=rules,
        calendars={name: calendars.of(name).version for name in _calendars(wanted)},
        step=0,
        tickets=0,
        left_out=0,
        rows={},
        expires_at=epoch(context.now + KEPT_FOR),
    )
    asked = eventlog.record(SimulationAsked(simulation_id=identifier), context)
    return item, [store.put("simulation", item), asked]


def load(simulation_id: str, *, now: datetime) -> Simulation:
    """A simulation as far as it is. Raises `SimulationNotFound`."""
    found = store.get(Simulation, SIMULATION + simulation_id, ONLY)
    if found is None or int(found.expires_at) <= epoch(now):
        raise SimulationNotFound(field="simulation_id")
    return found


# ------------------------------------------------------------------ the work


def step(told: Mapping[str, Any], context: Context) -> bool:
    """One step of a simulation; False when this is no entry of one."""
    if "simulate" not in told:
        return False
    go_on(told["simulate"], told["step"], context)
    return True


def go_on(simulation_id: str, number: int, context: Context) -> None:
    """Take the page of this number, unless that is done, and send the next one on its way."""
    item = store.get(Simulation, SIMULATION + simulation_id, ONLY)
    if item is None:
        return
    if int(item.step) == number and item.state == RUNNING:
        change = _step(item, context)
        try:
            store.commit([change])
        except store.ConditionFailed:
            return  # a copy of this entry was quicker, and goes on
        item = store.get(Simulation, item.pk, item.sk)
    # Also where the step was done before: whoever did it may have been cut off before this.
    if item is not None and item.state == RUNNING and int(item.step) == number + 1:
        queue.send(queue.CLOCKS, [queue.message({"simulate": simulation_id, "step": number + 1})])


def _step(item: Simulation, context: Context) -> store.Write:
    """The write that adds the next page of tickets to the sums."""
    request = PageRequest(scope=str(item.pk), limit=A_PAGE, cursor=item.cursor)
    found = tickets.opened_between(request, since=item.since, until=item.until)
    governs = read(item.rules)
    before, after = flows.basis(), _basis(governs, item.calendars)
    tried = [_tried(ticket.pk, before, after, parse(item.asked_at)) for ticket in found.items]
    parts = (part for one in tried if one is not None for part in one)
    finished = found.next_cursor is None
    values = {
        "step": int(item.step) + 1,
        "cursor": found.next_cursor,
        "reached": found.items[-1].opened_at if found.items else item.reached,
        "tickets": int(item.tickets) + sum(one is not None for one in tried),
        "left_out": int(item.left_out) + sum(one is None for one in tried),
        "rows": to_json(comparing.added(from_json(item.rows), parts)),
        "state": FINISHED if finished else RUNNING,
        "finished_at": iso(context.now) if finished else None,
    }
    same = store.ref(Simulation, item.pk, item.sk)
    unmoved = (Simulation.step == item.step) & (Simulation.state == RUNNING)
    return store.update("step", same, *store.assign(Simulation, values), condition=unmoved)


def _tried(ticket_id: str, before: Basis, after: Basis, at: datetime) -> Parts | None:
    """The sums of one ticket and its tasks; None: it is in no figure, or its log tells of none."""
    ticket = of_kind("ticket", TICKET + ticket_id)
    events = [event for event in flows.log(ticket.log) if event.at <= at]
    whole = _compared(ticket_id, ticket, events, before, after, at)
    if whole is None:
        return None
    for task_id in of_tasks.opened(events):
        task = of_kind("task", of_tasks.key_of(ticket_id, task_id))
        whole += _compared(ticket_id, task, events, before, after, at) or []
    return whole


def _compared(
    ticket_id: str,
    subject: Subject,
    events: Sequence[Recorded],
    before: Basis,
    after: Basis,
    at: datetime,
) -> Parts | None:
    was = settling.read(subject, events, before, now=at)
    would = settling.read(as_if_new(subject), events, after, now=at)
    if was is None or would is None or is_void(was):
        return None
    return list(compared(ticket_id, was, would, at=at))


def _basis(governs: Governing, versions: Mapping[str, int]) -> Basis:
    return Basis(
        version=governs.version,
        promises=partial(_promises, governs, versions),
        steps=governs.steps,
        kinds=governs.kinds,
        calendars=calendars.at_version,
    )


def _promises(
    governs: Governing, versions: Mapping[str, int], traits: Traits
) -> tuple[str | None, Mapping[str, Target]]:
    policy = chosen(governs.policies, traits)
    if policy is None:
        return None, {}
    return policy.id, {name: _target(one, versions) for name, one in policy.promises.items()}


def _target(promise: Promise, versions: Mapping[str, int]) -> Target:
    """A promise by the calendars as they were when the simulation was asked for."""

    def counting(name: str) -> Counting:
        return Counting(calendar=name, version=int(versions[name]))

    hours = promise.then_open
    return Target(
        seconds=promise.seconds,
        counting=counting(promise.calendar),
        then_open=None if hours is None else counting(hours),
    )


def _calendars(wanted: Governing) -> Iterator[str]:
    for policy in wanted.policies:
        for promise in policy.promises.values():
            yield promise.calendar
            if promise.then_open is not None:
                yield promise.then_open


def _written(wanted: Governing) -> dict[str, Any]:
    rules = reading.written(wanted.policies, wanted.steps, wanted.clocks)
    return {"version": wanted.version, **rules}


def read(rules: Mapping[str, Any]) -> Governing:
    """The policies that a simulation tries."""
    return Governing(version=int(rules["version"]), **reading.read(rules))
