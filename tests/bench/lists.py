"""What lists and due-checks read at 1,000 tickets and at 100,000: it must be the same.

Called by `__main__`. The tables are filled behind the API with tickets,
conversations, messages, profiles, search keys and events as the slices write
them; then every list is asked for its first and second page through the API,
and every schedule and routing step is run. Read units are counted, not time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from chalicelib.conversations.model import Conversation, Message
from chalicelib.platform.clock import iso, now
from chalicelib.platform.context import begin
from chalicelib.platform.control import control
from chalicelib.platform.eventlog import EventItem
from chalicelib.platform.store import Item
from chalicelib.profiles.model import Profile
from chalicelib.profiles.search import ProfileWord
from chalicelib.segments.model import (
    SEGMENTS,
    Count,
    Member,
    Segment,
    count_pk,
    member_pk,
    part_of,
)
from chalicelib.segments.walks import CAUGHT_UP
from chalicelib.tickets import assignment
from chalicelib.tickets.model import Ticket, TicketWord
from infra.local.schedules import event
from tests.bench.drive import SCHEDULES, Organisation, counted, organisation
from tests.bench.figure import Figure

SMALL, LARGE, QUICK = 1_000, 100_000, 10_000
TOLERANCE = 0.05
START = datetime(2026, 1, 1, tzinfo=UTC)
SHARE = 20  # one ticket in so many belongs to the profile and agent that are asked for
SEGMENT = "everybody"
DUE = 40  # delayed replies, at any size: what is due does not grow with what there is

LISTS = {
    "all": "/tickets?limit=20",
    "by_status": "/tickets?limit=20&status=new",
    "by_department": "/tickets?limit=20&department_id=sales",
    "by_department_and_status": "/tickets?limit=20&department_id=sales&status=new",
    "by_agent": "/tickets?limit=20&agent_id=agent-0",
    "by_profile": "/tickets?limit=20&profile_id=profile-0",
    "unassigned": "/tickets?limit=20&department_id=sales&unassigned=true",
    "search": "/tickets?limit=20&q=giao%20hang%20tre",
    "messages_of_ticket": "/tickets/{ticket}/messages?limit=20",
    "events_of_ticket": "/tickets/{ticket}/events?limit=20",
    "conversations": "/conversations?limit=20",
    "profiles": "/profiles?limit=20",
    "profiles_searched": "/profiles?limit=20&q=thuy%20nguyen",
    "segment_members": "/segments/{segment}/members?limit=20",
    "timeline": "/profiles/profile-0/timeline?limit=20",
}


def figures(*, quick: bool = False) -> list[Figure]:
    """One figure a list: units at the large size over units at the small one, minus 1."""
    large = QUICK if quick else LARGE
    few, many = _units(SMALL), _units(large)
    return [
        Figure(
            name=f"lists.{name}",
            value=round(abs(many[name] / few[name] - 1), 4),
            bound=TOLERANCE,
            unit=f"difference of read units, {large:,} to {SMALL:,} tickets",
            detail={"units_small": few[name], "units_large": many[name]},
        )
        for name in few
    ]


def _units(tickets: int) -> dict[str, float]:
    world = organisation()
    for item in _items(tickets):
        _put(world, item)
    first = f"{0:032d}"
    known = {"ticket": first, "segment": SEGMENT}
    found = {name: _pages(world, path.format(**known)) for name, path in LISTS.items()}
    found["segment_count"] = _count(world, tickets)
    found["customer"] = _view(world)
    for schedule in SCHEDULES:
        with counted(world) as calls:
            world.drive.call(schedule.handler, event(schedule, now()))
        if any(call.reads for call in calls):
            found[schedule.handler.name] = sum(call.reads for call in calls)
    asked = len(world.drive.backend.calls)
    assignment.drain("sales", begin())
    return {**found, "drain": sum(call.reads for call in world.drive.backend.calls[asked:])}


def _pages(world: Organisation, path: str) -> float:
    """Read units of the first and the second page, without the authorizer's."""
    asked = len(world.drive.backend.calls)
    first = world.admin.get(path)
    assert first.status == 200, (path, first.body)
    assert first.body["items"], path
    assert first.body["next_cursor"], path
    second = world.admin.get(f"{path}&cursor={first.body['next_cursor']}")
    assert second.status == 200, (path, second.body)
    assert second.body["items"], path
    calls = world.drive.backend.calls[asked:]
    return sum(call.reads for call in calls if call.resource != "control")


def _count(world: Organisation, members: int) -> float:
    """Read units of a segment with its number of members, which is exact."""
    asked = len(world.drive.backend.calls)
    answer = world.admin.get(f"/segments/{SEGMENT}")
    assert answer.body["members"] == members, answer.body
    calls = world.drive.backend.calls[asked:]
    return sum(call.reads for call in calls if call.resource != "control")


def _view(world: Organisation) -> float:
    """Read units of one customer, whole, who has one ticket and conversation in twenty."""
    asked = len(world.drive.backend.calls)
    answer = world.admin.get("/profiles/profile-0")
    assert answer.body["open_tickets"], answer.body
    calls = world.drive.backend.calls[asked:]
    return sum(call.reads for call in calls if call.resource != "control")


def _put(world: Organisation, item: Item) -> None:
    """Straight into the backend's table: a hundred thousand requests would take minutes."""
    table = world.drive.backend.tables[item.Meta.table_name]
    typed = item.serialize()
    table.write((typed["pk"]["S"], typed["sk"]["S"]), typed)


def _segment(members: int) -> Iterator[Item]:
    """A segment that everybody is in, counted in parts as `segments.standing` does."""
    yield Segment(
        SEGMENTS,
        SEGMENT,
        name="Mọi khách",
        condition={"fact": "tier", "op": "eq", "value": "prospect"},
        state="ready",
        created_at=iso(START),
    )
    for part, value in Counter(part_of(f"profile-{n}") for n in range(members)).items():
        yield Count(count_pk(SEGMENT), part, value=value)
    everybody = {"profiles": iso(START), "tickets": iso(START)}  # is new since the last look
    yield control(CAUGHT_UP, data=everybody)


def _items(tickets: int) -> Iterator[Item]:
    yield from _segment(tickets)
    for number in range(tickets):
        at = iso(START + timedelta(minutes=number))
        profile = f"profile-{number % SHARE}"
        yield _ticket(number, at, profile)
        yield _word(number)
        yield _conversation(number, at, profile)
        yield Profile(
            f"profile-{number}",
            "profile",
            listed_at=f"{at}#{number:09d}",
            name="Nguyễn Thị Thủy",
            first_channel="zalo_oa",
            created_at=at,
        )
        folded = "nguyen thi thuy nguyen+thi nguyen+thuy thi+thuy"
        yield ProfileWord("word#nguyen+thuy", f"profile-{number}", folded=folded)
        yield Member(member_pk(SEGMENT), f"profile-{number}", entered_at=at)
        yield from _of_first_ticket(number, at)


def _ticket(number: int, at: str, profile: str) -> Ticket:
    return Ticket(
        f"{number:032d}",
        "ticket",
        number=f"CX-26-{number:09d}",
        status="new",
        status_at=f"new#{at}",
        waiting_on="agent",
        type="inquiry",
        source="zalo_oa",
        priority="normal",
        subject="Giao hàng trễ quá shop ơi",
        department_id="sales",
        profile_id=profile,
        agent_id=f"agent-{number % SHARE}" if number % 2 == 0 else None,
        waiting_key=None if number % 2 == 0 else "sales",
        waiting_since=None if number % 2 == 0 else at,
        opened_at=at,
    )


def _word(number: int) -> TicketWord:
    return TicketWord("word#giao", f"{number:032d}", folded=f"cx-26-{number:09d} giao hang tre")


def _conversation(number: int, at: str, profile: str) -> Conversation:
    return Conversation(
        f"c{number:031d}",
        "conversation",
        thread="conversations",
        at=at,
        profile_id=profile,
        channel="zalo_oa",
        account="a",
        account_id="1",
        user_id=f"{number:09d}",
        created_at=at,
    )


def _of_first_ticket(number: int, at: str) -> Iterator[Item]:
    """Messages and events of the first ticket and profile, some of them due; each a thousand."""
    if number >= SMALL:
        return
    due = number < DUE
    yield Message(
        "c" * 32,
        f"message#{number:032d}",
        thread="c" * 32,
        at=f"{at}#{number:09d}",
        ticket_id=f"{0:032d}",
        direction="out",
        author="human",
        channel="zalo_oa",
        status="delayed" if due else "sent",
        text="Dạ shop kiểm tra ngay ạ",
        occurred_at=at,
        received_at=at,
        due_shard=f"due#{number % 8}" if due else None,
        due_at=at if due else None,
    )
    yield EventItem(
        f"ticket#{0:032d}",
        f"{number:036d}",
        profile_id="profile-0",
        name="message.received",
        at=at,
        actor="system",
        correlation_id="c",
        data={},
    )
