"""Who is who: proved identities find their owner, unproved ones only suggest."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform.context import begin
from chalicelib.profiles import family, mentions
from chalicelib.profiles.identities import Value
from chalicelib.profiles.mentions import News, Told
from tests.slices.customer.people import arrives
from tests.slices.speech import form, site
from tests.world import World

PHONE = "+84901234567"


def suggested(world: World) -> list[tuple[set[str], list[str]]]:
    """The open suggestions: the pair, and why."""
    found = world.list("/merge-suggestions")
    return [({one["profile_id"], one["other_id"]}, one["reasons"]) for one in found]


def roots(*profile_ids: str) -> set[str]:
    return {str(family.root_of(one).pk) for one in profile_ids}


@pytest.mark.parametrize(
    "written", ["0901 234 567", "84901234567", "+84901234567", "(090) 1234567"]
)
def test_a_proved_phone_is_one_person_on_every_channel(world: World, written: str) -> None:
    first = arrives("voice", PHONE, phones=(PHONE,), vouched=True)
    again = arrives("zalo_oa", "z1", phones=(written,), vouched=True, name="Nguyễn Thị Lan")
    assert again == first
    world.run()
    assert suggested(world) == []


def test_a_typed_phone_is_two_profiles_and_a_suggestion(world: World) -> None:
    caller = arrives("voice", PHONE, phones=(PHONE,), vouched=True)
    visitor = arrives("web_form", "v1", verified=False, phones=("0901 234 567",))
    world.run()
    assert roots(caller, visitor) == {caller, visitor}
    assert suggested(world) == [({caller, visitor}, ["same_phone_verified"])]


def test_two_typed_phones_are_a_suggestion_too(world: World) -> None:
    one = arrives("web_form", "v1", verified=False, phones=("0901 234 567",))
    other = arrives("web_form", "v2", verified=False, phones=("84901234567",))
    world.run()
    assert suggested(world) == [({one, other}, ["same_phone_mentioned"])]


def test_the_proof_may_come_after_the_mention(world: World) -> None:
    visitor = arrives("web_form", "v1", verified=False, phones=("0901234567",))
    world.run()
    writer = arrives("zalo_oa", "z1")
    arrives("zalo_oa", "z1", phones=(PHONE,), vouched=True)
    world.run()
    assert suggested(world) == [({visitor, writer}, ["same_phone_verified"])]


def test_a_phone_in_a_message_suggests(world: World) -> None:
    caller = arrives("voice", PHONE, phones=(PHONE,), vouched=True)
    world.zalo("Mình đặt áo hôm qua, sđt 0901.234.567 nhé shop")
    world.run()
    (ticket,) = world.tickets()
    assert suggested(world) == [({caller, ticket["profile_id"]}, ["same_phone_verified"])]


def test_an_address_with_a_plus_tag_is_the_same_address(world: World) -> None:
    one = arrives("email", "lan@khach.vn", emails=("Lan@Khach.vn",), vouched=True)
    other = arrives("web_form", "v1", verified=False, emails=("lan+shop@khach.vn",))
    world.run()
    assert suggested(world) == [({one, other}, ["same_email_verified"])]


def test_two_who_prove_one_phone_are_merged(world: World) -> None:
    older = arrives("zalo_oa", "z1", name="Lan")
    younger = arrives("facebook_message", "f1", name="Nguyễn Thị Lan")
    arrives("zalo_oa", "z1", phones=(PHONE,), vouched=True)
    arrives("facebook_message", "f1", phones=(PHONE,), vouched=True)
    world.run()
    assert roots(older, younger) == {older}
    assert suggested(world) == []


@pytest.mark.parametrize("written", ["31/07/1990", "1990-7-31", "31/7", "năm ngoái"])
def test_one_birthday_written_in_two_ways_keeps_nobody_apart(world: World, written: str) -> None:
    older = arrives("zalo_oa", "z1", birthday="1990-07-31")
    younger = arrives("facebook_message", "f1", birthday=written)
    arrives("zalo_oa", "z1", phones=(PHONE,), vouched=True)
    arrives("facebook_message", "f1", phones=(PHONE,), vouched=True)
    world.run()
    assert roots(older, younger) == {older}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"name": "Nguyễn Thị Lan"}, {"name": "Trần Văn Bình"}, "names_differ"),
        ({"birthday": "1990-01-02"}, {"birthday": "1985-03-04"}, "birthdays_differ"),
    ],
)
def test_what_contradicts_is_for_a_person(
    world: World, first: dict[str, Any], second: dict[str, Any], reason: str
) -> None:
    older = arrives("zalo_oa", "z1", **first)
    younger = arrives("facebook_message", "f1", **second)
    arrives("zalo_oa", "z1", phones=(PHONE,), vouched=True)
    arrives("facebook_message", "f1", phones=(PHONE,), vouched=True)
    world.run()
    assert roots(older, younger) == {older, younger}
    assert suggested(world) == [({older, younger}, ["same_phone_verified", reason])]


def test_a_new_person_on_an_old_number_is_a_new_profile(world: World) -> None:
    """Numbers are given out again: the name says so, and nothing of the old owner is shown."""
    old = arrives("voice", PHONE, phones=(PHONE,), vouched=True, name="Nguyễn Thị Lan")
    new = arrives("zalo_oa", "z9", phones=(PHONE,), vouched=True, name="Trần Văn Bình")
    world.run()
    assert new != old
    assert suggested(world) == [({old, new}, ["same_phone_verified", "names_differ"])]


@pytest.mark.parametrize("fake", ["0900000000", "0901234567"])
def test_nobody_s_numbers_suggest_nothing(world: World, fake: str) -> None:
    if fake == "0901234567":
        answer = world.admin.put(
            "/blocked-values", {"kind": "phone", "value": fake, "reason": "tổng đài"}
        )
        assert answer.status == 200
    arrives("web_form", "v1", verified=False, phones=(fake,))
    arrives("web_form", "v2", verified=False, phones=(fake,))
    world.run()
    assert suggested(world) == []


def test_a_number_that_everybody_gives_suggests_nothing(world: World) -> None:
    for number in range(13):
        arrives("web_form", f"v{number}", verified=False, phones=("0901 234 567",))
    world.run()
    pairs = suggested(world)
    last = arrives("web_form", "v99", verified=False, phones=("0901 234 567",))
    world.run()
    assert suggested(world) == pairs
    assert all(last not in pair for pair, _ in pairs)


def test_what_a_person_parted_is_not_merged_again(world: World) -> None:
    older, younger = arrives("zalo_oa", "z1"), arrives("facebook_message", "f1")
    arrives("zalo_oa", "z1", phones=(PHONE,), vouched=True)
    arrives("facebook_message", "f1", phones=(PHONE,), vouched=True)
    world.run()
    assert roots(older, younger) == {older}
    (merged,) = [
        e for e in world.list(f"/profiles/{older}/timeline") if e["name"] == "profile.merged"
    ]
    assert world.admin.post(f"/merges/{merged['data']['merge_id']}/undo").status == 200
    world.run()
    arrives("facebook_message", "f1", phones=(PHONE,), vouched=True)
    world.run()
    assert roots(older, younger) == {older, younger}
    assert suggested(world) == []


@pytest.mark.parametrize(("signed", "profiles"), [(None, 2), ("visitor-1", 1)])
def test_two_forms_with_one_phone(world: World, signed: str | None, profiles: int) -> None:
    """Two profiles and a suggestion, unless the same signed visitor sent both."""
    site(world)
    for text in ("Cho hỏi giá áo khoác", "Còn size L không ạ"):
        form(world, signed=signed, phone="0901234567", message=text)
    world.run()
    assert len(world.list("/profiles")) == profiles
    assert len(suggested(world)) == profiles - 1


@pytest.mark.parametrize("first", ["message", "order"])
def test_an_order_number_in_a_message_leads_to_whose_order_it_is(world: World, first: str) -> None:
    def order() -> None:
        told = {
            "source": "shop",
            "external_id": "77",
            "number": "#DH-88231",
            "status": "placed",
            "lines": [{"sku": "AO-1", "unit_price": 100_000}],
            "customer": {"phone": PHONE, "phone_verified": True},
        }
        assert world.admin.post("/orders", told).status == 200
        world.run()

    def message() -> None:
        world.zalo("Đơn DH88231 của mình tới đâu rồi shop?")
        world.run()

    for step in (message, order) if first == "message" else (order, message):
        step()
    ((pair, reasons),) = suggested(world)
    assert len(pair) == 2
    assert reasons == ["same_order_placed"]


def test_many_who_give_a_victims_phone_do_not_hide_a_true_one(world: World) -> None:
    victim = arrives("voice", PHONE, phones=(PHONE,), vouched=True)
    for number in range(8):
        arrives("web_form", f"v{number}", verified=False, phones=("0901 234 567",))
    last = arrives("web_form", "me", verified=False, phones=("0901 234 567",))
    world.run()
    assert ({victim, last}, ["same_phone_verified"]) in suggested(world)


def test_one_value_kept_before_keeps_no_other_from_being_kept(world: World) -> None:
    """Of two messages in one batch the second repeats the first one's phone and adds one."""
    mine, sister = arrives("zalo_oa", "z1"), arrives("zalo_oa", "z2")
    gone = "erased-meanwhile"
    phones = {name: Value(kind="phone", value=f"+8490123450{name}") for name in range(3)}

    def told(profile_id: str, *values: Value) -> Told:
        return Told(profile_id=profile_id, values=values, how="message")

    def news(*every: Told) -> list[News]:
        return [News(told=one, value=v, proved=None) for one in every for v in one.values]

    said = (told(mine, phones[0]), told(mine, phones[0], phones[1]), told(sister, phones[2]))
    mentions.keep(news(told(mine, phones[0])), begin())
    mentions.keep(news(*said, told(gone, phones[2])), begin())
    kept = [mentions.sharers(phones[name], besides="-") for name in range(3)]
    assert kept == [[mine], [mine], [sister]]


def test_a_dismissed_pair_stays_so_within_other_families(world: World) -> None:
    one = arrives("web_form", "v1", verified=False, phones=("0901 234 567",))
    other = arrives("web_form", "v2", verified=False, phones=("0901 234 567",))
    third = arrives("zalo_oa", "z1")
    world.run()
    (suggestion,) = world.list("/merge-suggestions")
    world.admin.post(f"/merge-suggestions/{suggestion['id']}/dismiss")
    assert world.admin.post(f"/profiles/{third}/merge", {"profile_id": one}).status == 201
    arrives("web_form", "v2", verified=False, phones=("0987 654 321",))
    arrives("web_form", "v1", verified=False, phones=("0987 654 321",))
    world.run()
    assert suggested(world) == []
    assert roots(other) == {other}
