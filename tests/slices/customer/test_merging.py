"""Merging and parting: nothing is written over, everything follows, everything goes back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.customer import moving
from chalicelib.platform import eventlog, store
from chalicelib.platform.belongings import listed
from chalicelib.platform.context import begin
from chalicelib.platform.pages import PageRequest
from chalicelib.profiles import family, merging
from chalicelib.profiles.model import Identity
from chalicelib.tickets import flows as tickets
from chalicelib.tickets.retold import retell
from tests.client import Answer
from tests.slices.customer.people import arrives
from tests.slices.speech import AN, BINH
from tests.world import OA, PAGE, World


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "SETTLES_AFTER", timedelta(0))


def merge(world: World, survivor: str, other: str) -> Answer:
    return world.admin.post(f"/profiles/{survivor}/merge", {"profile_id": other})


def settle(world: World) -> None:
    """Everything a merge or an undo sets off, to its end."""
    world.run()
    world.pump.schedule("customer_settle_merges")
    world.run()


def two(world: World) -> tuple[str, str]:
    """A customer on Zalo and one on Facebook, each with a ticket of their own."""
    world.zalo("Cho hỏi phí giao hàng về Đà Nẵng ạ")
    world.facebook("Áo khoác còn size L không shop")
    world.run()
    by_channel = {one["channel"]: one["profile_id"] for one in world.tickets()}
    return by_channel["zalo_oa"], by_channel["facebook_message"]


def identities(profile_id: str) -> list[Identity]:
    steps = listed(Identity, Identity.by_profile, profile_id, kind="identity#")
    return [one for some in steps for one in some]


def owned(world: World, profile_id: str) -> dict[str, set[str]]:
    """What is listed under a profile."""
    return {
        "tickets": {one["id"] for one in world.tickets(profile_id=profile_id)},
        "identities": {one.pk for one in identities(profile_id)},
        "conversations": {
            one["id"] for one in world.list("/conversations") if one["profile_id"] == profile_id
        },
    }


def test_everything_follows_and_goes_back(world: World) -> None:
    lan, binh = two(world)
    before = {one: owned(world, one) for one in (lan, binh)}
    made = merge(world, lan, binh)
    assert made.status == 201, made.body
    settle(world)
    together = owned(world, lan)
    assert together == {kind: before[lan][kind] | before[binh][kind] for kind in together}
    assert all(not some for some in owned(world, binh).values())
    merge_id = made.body["id"]
    shown = world.admin.get(f"/merges/{merge_id}").body
    assert shown["state"] == "settled"
    assert [one["value"] for one in shown["identities"]] == [BINH]

    assert world.admin.post(f"/merges/{merge_id}/undo").status == 200
    settle(world)
    assert {one: owned(world, one) for one in (lan, binh)} == before
    shown = world.admin.get(f"/merges/{merge_id}").body
    assert (shown["state"], shown["undone_at"] is not None) == ("parted", True)


def test_what_happens_in_between_goes_back_to_whom_it_came_with(world: World) -> None:
    lan, binh = two(world)
    merge_id = merge(world, lan, binh).body["id"]
    settle(world)
    world.facebook("Cho mình hỏi thêm bảo hành bao lâu ạ")
    world.facebook("Shop ơi", user="brand-new-customer")
    world.run()
    names = [one["name"] for one in world.list(f"/profiles/{lan}/timeline")]
    assert names.count("message.received") == 3
    world.admin.post(f"/merges/{merge_id}/undo")
    settle(world)
    for profile, messages in ((lan, 1), (binh, 2)):
        names = [one["name"] for one in world.list(f"/profiles/{profile}/timeline")]
        assert names.count("message.received") == messages
    assert owned(world, lan)["conversations"].isdisjoint(owned(world, binh)["conversations"])


def test_a_message_during_the_move_is_where_it_belongs(world: World) -> None:
    """The pointer is set, nothing has moved yet: a new conversation is put under the survivor."""
    lan, binh = two(world)
    (ticket,) = world.tickets(profile_id=binh)
    world.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "spam"})
    merge(world, lan, binh)
    world.facebook("Một việc khác: shop xuất hoá đơn công ty giúp mình", user=BINH)
    settle(world)
    assert len(owned(world, lan)["tickets"]) == 2 + (
        0 if world.tickets(status="in_progress") else 1
    )
    assert not owned(world, binh)["tickets"]


def test_after_parting_a_conversation_speaks_of_its_own_matters(world: World) -> None:
    """A ticket both wrote in stays with whom it came with; the other's next word is a new one."""
    lan, binh = two(world)
    (hers,) = world.tickets(profile_id=lan)
    (his,) = world.tickets(profile_id=binh)
    assert world.admin.post(f"/tickets/{his['id']}/done", {"outcome": "resolved"}).status == 200
    merge_id = merge(world, lan, binh).body["id"]
    settle(world)
    world.admin.post(f"/merges/{merge_id}/undo")
    settle(world)
    world.facebook("Cho mình hỏi giá áo sơ mi")
    world.run()
    assert [one["id"] for one in world.tickets(profile_id=lan)] == [hers["id"]]
    reply = world.admin.post(f"/tickets/{hers['id']}/replies", {"text": "Dạ 30k ạ"})
    assert reply.status == 202
    assert reply.body["channel"] == "zalo_oa"


def test_merges_of_merges_are_undone_in_any_order(world: World) -> None:
    people = [arrives("zalo_oa", f"z{number}") for number in range(4)]
    a, b, c, d = people
    first = merge(world, a, b).body["id"]
    second = merge(world, c, d).body["id"]
    third = merge(world, c, a).body["id"]
    settle(world)
    assert len(identities(c)) == 4
    world.admin.post(f"/merges/{first}/undo")  # the innermost first
    settle(world)
    assert [len(identities(one)) for one in people] == [0, 1, 3, 0]
    world.admin.post(f"/merges/{third}/undo")
    settle(world)
    assert [len(identities(one)) for one in people] == [1, 1, 2, 0]
    world.admin.post(f"/merges/{second}/undo")
    settle(world)
    assert [len(identities(one)) for one in people] == [1, 1, 1, 1]


def test_what_is_refused(world: World) -> None:
    a, b, c = (arrives("zalo_oa", f"z{number}") for number in range(3))
    refused = [merge(world, a, a), merge(world, a, "nobody"), merge(world, "nobody", a)]
    assert [one.status for one in refused] == [422, 404, 404]
    merge_id = merge(world, a, b).body["id"]
    assert merge(world, b, a).status == 409  # a circle
    assert merge(world, a, b).status == 409  # twice
    assert merge(world, c, b).status == 201  # whoever stands for b: a, into c
    assert world.admin.post(f"/merges/{merge_id}/undo").status == 200
    assert world.admin.post(f"/merges/{merge_id}/undo").status == 409


def test_a_merge_is_five_writes_whatever_there_is(world: World) -> None:
    a, b = arrives("zalo_oa", "z1"), arrives("zalo_oa", "z2")
    made = merging.merge(a, b, begin(), why="person")
    assert [write.name for write in made.writes] == [
        "merged",
        "survivor",
        "merge",
        "mark",
        "event profile.merged",
    ]


def test_fields_are_chosen_and_come_back(world: World) -> None:
    a = arrives("zalo_oa", "z1", phones=("0912345678",), name="Lan")
    b = arrives(
        "facebook_message", "f1", phones=("0987654321",), name="Nguyễn Thị Lan", address="Huế"
    )
    before = {one: world.admin.get(f"/profiles/{one}").body for one in (a, b)}
    made = merge(world, a, b).body
    assert made["fields"]["name"] == {"rule": "survivor_first", "from": [a]}
    assert made["fields"]["address"] == {"rule": "survivor_first", "from": [b]}
    shown = world.admin.get(f"/profiles/{b}").body
    assert shown["id"] == a
    assert (shown["name"], shown["address"]) == ("Lan", "Huế")
    assert shown["phones"] == ["+84912345678", "+84987654321"]
    world.admin.post(f"/merges/{made['id']}/undo")
    settle(world)
    for one in (a, b):
        after = world.admin.get(f"/profiles/{one}").body
        assert _person(after) == _person(before[one])


def _person(shown: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "phones", "emails", "address", "birthday", "gender", "tier")
    return {name: shown[name] for name in names}


def test_half_done_moves_are_finished(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that is out of time goes on where it stopped."""
    lan, binh = two(world)
    monkeypatch.setattr("chalicelib.customer.jobs.AT_A_TIME", -1.0)
    merge(world, lan, binh)
    settle(world)
    assert not any(owned(world, binh).values())


def test_a_customer_is_at_most_fifty_profiles(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MOST_MEMBERS", 3)
    a, b, c, d = (arrives("zalo_oa", f"z{number}") for number in range(4))
    assert [merge(world, a, one).status for one in (b, c, d)] == [201, 201, 409]
    assert len(family.family_of(c).members) == 3


def test_suggestions_are_accepted_and_dismissed_once(world: World) -> None:
    a = arrives("web_form", "v1", verified=False, phones=("0901234567",))
    b = arrives("web_form", "v2", verified=False, phones=("0901234567",))
    arrives("web_form", "v3", verified=False, phones=("0901234567",))
    world.run()
    found = {frozenset((s["profile_id"], s["other_id"])): s["id"] for s in _suggestions(world)}
    assert len(found) == 2  # each with the first
    for shown in _suggestions(world):
        assert shown["shared"] == [{"kind": "phone", "value": "+84901234567"}]
        assert (shown["name"], shown["other_name"]) == (None, None)
    mine = found.pop(frozenset((a, b)))
    accepted = world.admin.post(f"/merge-suggestions/{mine}/accept")
    assert accepted.status == 201
    assert [one["value"] for one in accepted.body["identities"]] == ["v2"]
    undone = world.admin.post(f"/merges/{accepted.body['id']}/undo").body
    assert undone["identities"] == accepted.body["identities"]
    assert world.admin.post(f"/profiles/{a}/merge", {"profile_id": b}).body["identities"] != []
    assert world.admin.post(f"/merge-suggestions/{mine}/accept").status == 409
    assert family.root_of(b).pk == a
    for other in found.values():
        assert world.admin.post(f"/merge-suggestions/{other}/dismiss").status == 200
        assert world.admin.post(f"/merge-suggestions/{other}/accept").status == 409
    assert _suggestions(world) == []
    by_state = {
        state: {one["id"] for one in world.list("/merge-suggestions", state=state)}
        for state in ("accepted", "dismissed")
    }
    assert by_state == {"accepted": set(), "dismissed": {mine, *found.values()}}


def test_an_accepted_suggestion_is_listed_as_one(world: World) -> None:
    arrives("web_form", "v1", verified=False, phones=("0901234567",))
    arrives("web_form", "v2", verified=False, phones=("0901234567",))
    world.run()
    (found,) = _suggestions(world)
    assert world.admin.post(f"/merge-suggestions/{found['id']}/accept").status == 201
    assert [one["id"] for one in world.list("/merge-suggestions", state="accepted")] == [
        found["id"]
    ]


def test_a_hotline_needs_no_blocking_and_an_unblocked_value_is_not_found(world: World) -> None:
    refused = world.admin.put("/blocked-values", {"kind": "phone", "value": "1900 1234"})
    assert (refused.status, refused.body["field"]) == (422, "value")
    assert refused.body["detail"] == "1800 and 1900 numbers never identify anybody"
    value = {"kind": "phone", "value": "0901234567"}
    assert world.admin.put("/blocked-values", value).status == 200
    assert world.admin.post("/blocked-values/unblock", value).status == 200
    again = world.admin.post("/blocked-values/unblock", value)
    assert (again.status, again.body["code"], again.body["field"]) == (404, "not_blocked", "value")


def _suggestions(world: World) -> list[dict[str, Any]]:
    return world.list("/merge-suggestions")


def test_a_joined_matter_is_answered_where_it_began_once_the_two_are_parted(world: World) -> None:
    lan = arrives("zalo_oa", AN, account=OA)
    binh = arrives("facebook_message", BINH, account=PAGE)
    merge_id = merge(world, lan, binh).body["id"]
    settle(world)
    world.zalo("Đơn DH12345 giao trễ quá shop")
    world.run()
    world.facebook("Đơn DH12345 tới đâu rồi ạ")
    world.run()
    ticket = world.ticket()
    assert len(world.messages(ticket["id"])) == 2
    world.admin.post(f"/merges/{merge_id}/undo")
    settle(world)
    reply = world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ mai tới ạ"})
    assert (reply.status, reply.body["channel"]) == (202, "zalo_oa")
    world.facebook("Còn đơn của tôi thì sao")
    world.run()
    assert len(world.tickets()) == 2


def test_two_merges_made_ready_at_once_do_not_pass_the_bound(world: World) -> None:
    a, b, c = (arrives("zalo_oa", f"z{number}") for number in range(3))
    made = [merging.merge(a, one, begin(), why="person") for one in (b, c)]
    store.commit(made[0].writes)
    with pytest.raises(merging.AlreadyMerged):
        store.commit(made[1].writes)


def test_the_log_tells_a_ticket_as_it_is_after_a_merge(world: World) -> None:
    lan, binh = two(world)
    merge(world, lan, binh)
    settle(world)
    (ticket, *_) = [one for one in world.tickets() if one["channel"] == "facebook_message"]
    stored = tickets.load(ticket["id"])
    history = eventlog.history(f"ticket#{ticket['id']}", PageRequest(scope="test", limit=100))
    told = retell(eventlog.recorded(item) for item in history.items)
    differing = {n for n, value in asdict(told).items() if getattr(stored, n) != value}
    assert differing == set()
    assert (stored.profile_id, stored.origin) == (lan, binh)
