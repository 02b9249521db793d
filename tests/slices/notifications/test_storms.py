"""After an outage: one notification for all that was noticed late, and one for a clock's steps."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from chalicelib.platform import store
from chalicelib.platform.clock import now
from tests.slices.notifications.happening import feed, kinds, step, tell, unread
from tests.world import World

HOUR = 3600


def test_steps_of_one_clock_at_once_are_one_and_the_highest_is_shown(world: World) -> None:
    ha = world.agent("Hà", role="lead")
    moment, lead = now(), world.agents["Hà"]
    steps = [
        step("warned", "t1", lead, at=moment),
        step("escalated", "t1", lead, level=2, percent=150, at=moment),
        step("escalated", "t1", lead, level=1, at=moment),
    ]
    for one in steps:
        tell(one)
    tell(*steps)
    (told,) = feed(ha)
    assert (told["kind"], told["level"], told["count"]) == ("clock_escalated", "urgent", 1)
    assert told["title"]["vi"].startswith("Cần can thiệp (cấp 2): phiếu")
    assert unread(ha) == 1


def test_steps_at_their_own_times_are_told_each(world: World) -> None:
    ha = world.agent("Hà", role="lead")
    lead = world.agents["Hà"]
    for minutes in (3, 2):
        tell(
            step("escalated", "t1", lead, level=3 - minutes, at=now() - timedelta(minutes=minutes))
        )
    assert kinds(ha) == ["clock_escalated"] * 2


def test_a_breach_is_told_to_who_has_the_ticket(world: World) -> None:
    lan = world.agent("Lan")
    world.zalo("Áo bị rách rồi shop")
    world.run()
    ticket = world.ticket()["id"]
    tell(step("breached", ticket))
    assert kinds(lan) == ["clock_breached", "ticket_assigned"]
    assert "phản hồi đầu tiên" in feed(lan)[0]["text"]["vi"]


@pytest.mark.parametrize(
    ("about", "link", "said"),
    [
        ("task#t1#k1", "ticket/t1", "Sắp trễ hạn: việc trong phiếu (không rõ)"),
        ("rights#r1", "rights-request/r1", "Sắp trễ hạn: yêu cầu về dữ liệu cá nhân"),
        ("approval#a1", "approval/a1", "Sắp trễ hạn: một việc"),
    ],
)
def test_whatever_has_a_clock_is_told_of(world: World, about: str, link: str, said: str) -> None:
    ha = world.agent("Hà", role="lead")
    tell(step("warned", "t1", world.agents["Hà"], about=about, clock="inspect"))
    tell(step("breached", "t1", about=about))  # told to who has a ticket, not to whom it is in
    (told,) = feed(ha)
    assert (told["link"], told["title"]["vi"]) == (link, said)
    assert "75 % thời gian inspect" in told["text"]["vi"]


@pytest.mark.parametrize("seed", range(3))
def test_an_outage_is_one_digest_in_any_order_and_whatever_comes_twice(
    world: World, seed: int
) -> None:
    ha = world.agent("Hà", role="lead")
    moment, lead = now(), world.agents["Hà"]
    storm = [
        step("escalated", f"t{n}", lead, level=level, late_by=1000 + 60 * n, at=moment)
        for n in range(12)
        for level in (1, 2)
    ]
    drawn = random.Random(seed)
    twice = [*storm, *drawn.sample(storm, 8)]
    drawn.shuffle(twice)
    while twice:
        batch, twice = twice[:10], twice[10:]
        tell(*batch)
    (told,) = feed(ha)
    assert told["count"] == 12
    assert told["link"] == "ticket/t11", "the highest step, the longest late"
    assert told["title"] == {
        "vi": "12 việc trễ được phát hiện muộn",
        "en": "12 overdue matters noticed late",
    }
    assert told["text"]["vi"].startswith("Nặng nhất: Quá hạn phản hồi đầu tiên của phiếu")
    assert told["text"]["vi"].endswith("Phát hiện muộn 27 phút.")
    assert unread(ha) == 1


def test_one_late_matter_alone_reads_as_any_other(world: World) -> None:
    ha = world.agent("Hà", role="lead")
    tell(step("escalated", "t1", world.agents["Hà"], level=1, late_by=HOUR))
    (told,) = feed(ha)
    assert told["title"]["en"].startswith("Escalated (level 1)")


def test_more_of_a_digest_that_was_read_makes_it_unread_again(world: World) -> None:
    ha = world.agent("Hà", role="lead")
    moment, lead = now(), world.agents["Hà"]
    first = step("escalated", "t1", lead, level=1, late_by=HOUR, at=moment)
    tell(first)
    path = f"/notifications/{feed(ha)[0]['id']}/read"
    assert ha.post(path).status == 200
    tell(first)
    assert unread(ha) == 0
    tell(step("escalated", "t2", lead, level=1, late_by=HOUR, at=moment))
    assert unread(ha) == 1
    assert feed(ha, unread="true")[0]["count"] == 2
    ha.post(path)
    assert unread(ha) == 0


def test_two_workers_count_parts_of_one_digest_exactly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ha = world.agent("Hà", role="lead")
    moment, lead = now(), world.agents["Hà"]
    late = [step("escalated", f"t{n}", lead, level=1, late_by=HOUR, at=moment) for n in range(6)]
    monkeypatch.setattr(store, "CONFLICT_PAUSE", 0)
    commit, others = store.commit, [late[2:4], late[1:5]]

    def beaten(writes: list[store.Write]) -> None:
        found = list(writes)
        if others:
            theirs = others.pop()
            tell(*theirs)
        commit(found)

    monkeypatch.setattr(store, "commit", beaten)
    tell(*late)
    assert feed(ha)[0]["count"] == 6
    assert unread(ha) == 1


def test_who_wants_each_singly_gets_each(world: World) -> None:
    ha = world.agent("Hà", role="lead")
    assert ha.put("/notifications/preferences", {"late_together": False}).status == 200
    moment, lead = now(), world.agents["Hà"]
    tell(*(step("escalated", f"t{n}", lead, level=1, late_by=HOUR, at=moment) for n in range(3)))
    assert kinds(ha) == ["clock_escalated"] * 3
