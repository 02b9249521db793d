"""A correction of a customer made of several profiles comes out as it was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.platform import store
from chalicelib.platform.errors import Invalid
from chalicelib.profiles.correcting import changes
from chalicelib.profiles.family import Family
from chalicelib.profiles.model import PROFILE, Profile
from tests.slices.customer.families import customer, merged, parted, view
from tests.world import World

A, B, C = "+84901234567", "+84912345678", "+84987654321"


def profile(profile_id: str, **fields: Any) -> Profile:
    return Profile(profile_id, PROFILE, created_at=f"2026-01-0{profile_id}T00:00:00.000Z", **fields)


def family(*members: Profile) -> Family:
    return Family(root=members[0], others=members[1:])


def corrected(some: Family, sent: dict[str, Any]) -> Family:
    """The family with the changes put on."""
    found = changes(some, sent)
    for member in some.members:
        for field, value in found.get(member.pk, {}).items():
            setattr(member, field, value)
    return family(*some.members)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"name": "Mới"}, {"1": {"name": "Mới"}}),
        ({"name": "Nam"}, {}),
        ({"name": None}, {"1": {"name": None}, "2": {"name": None}}),
        ({"address": None}, {"2": {"address": None}}),
        ({"phones": [A, B]}, {}),
        ({"phones": [B, A]}, {}),
        ({"phones": [A]}, {"2": {"phones": []}}),
        ({"phones": [B, C]}, {"1": {"phones": [C]}}),
        ({"phones": []}, {"1": {"phones": []}, "2": {"phones": []}}),
        ({"phones": [A, B, C]}, {"1": {"phones": [A, C]}}),
        ({"attributes": {"x": 2}}, {"1": {"attributes": {"x": 2}}}),
        ({"attributes": {"x": 1}}, {}),
        ({"attributes": {"x": None}}, {"2": {"attributes": {"y": 5}}}),
        ({"attributes": {"x": None, "y": None}}, {"2": {"attributes": None}}),
    ],
)
def test_what_changes_where(sent: dict[str, Any], expected: Any) -> None:
    some = family(
        profile("1", name="Nam", phones=[A]),
        profile("2", name="Nam Lê", phones=[B], address="1 Lê Lợi", attributes={"x": 1, "y": 5}),
    )
    assert changes(some, sent) == expected


phones = st.lists(st.sampled_from([A, B, C, "+84911111111"]), unique=True)
names = st.none() | st.sampled_from(["An", "Bình"])
attributes = st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2), max_size=3)
fields = st.fixed_dictionaries(
    {"name": names, "phones": phones, "attributes": st.none() | attributes.filter(bool)}
)


@given(
    members=st.lists(fields, min_size=1, max_size=4),
    name=names,
    wanted=phones,
    patch=st.dictionaries(st.sampled_from("xyz"), st.none() | st.integers(0, 2)),
)
def test_what_was_sent_is_shown_and_correcting_again_changes_nothing(
    members: list[Any], name: str | None, wanted: list[str], patch: dict[str, Any]
) -> None:
    some = family(*(profile(str(n), **values) for n, values in enumerate(members, start=1)))
    held = dict(some.fields["attributes"] or {})
    sent = {"name": name, "phones": wanted, "attributes": patch}
    after = corrected(some, sent)
    assert after.fields["name"] == name
    assert sorted(after.fields["phones"]) == sorted(wanted)
    expected = {k: v for k, v in {**held, **patch}.items() if v is not None}
    assert (after.fields["attributes"] or {}) == expected
    assert changes(after, sent) == {}


def test_nobody_gets_more_contact_points_than_a_person_has() -> None:
    many = [f"+849{n:08d}" for n in range(21)]
    with pytest.raises(Invalid) as refusal:
        changes(family(profile("1", phones=[A])), {"phones": many})
    assert refusal.value.field == "phones"
    held = family(profile("1", phones=many))
    assert changes(held, {"phones": many[1:]}) == {"1": {"phones": many[1:]}}


# --------------------------------------------------------------------- API


def two(world: World) -> tuple[str, str, str]:
    """A survivor, who was merged into them, and the merge."""
    one = customer("Nam", phones=("0901234567",))
    other = customer("Nam Lê", phones=("0912345678",), address="1 Lê Lợi")
    return one, other, merged(one, other)


@pytest.mark.parametrize("asked", ["survivor", "merged"])
def test_a_correction_is_of_the_whole_customer(world: World, asked: str) -> None:
    one, other, merge = two(world)
    path = f"/profiles/{one if asked == 'survivor' else other}"
    change = {"phones": ["0912 345 678", "0987654321"], "address": None}
    changed = world.admin.with_headers(If_Match=world.admin.get(path).etag).patch(path, change)
    assert changed.status == 200, changed.body
    assert (changed.body["id"], changed.body["phones"]) == (one, [C, B])
    shown = view(world, one)
    assert (shown["phones"], shown["address"]) == ([C, B], None)
    assert changed.etag == world.admin.get(path).etag
    parted(merge)
    assert view(world, one)["phones"] == [C]
    assert view(world, other)["phones"] == [B]


def test_what_changed_meanwhile_on_any_original_refuses_the_correction(world: World) -> None:
    from chalicelib.platform import context
    from chalicelib.profiles.correcting import correct
    from chalicelib.profiles.family import family_of

    one, other, _ = two(world)
    writes = correct(family_of(one), {"phones": []}, context.begin()).writes
    touched = store.ref(Profile, other, PROFILE)
    store.commit([store.update("teach", touched, Profile.revision.add(1), condition=None)])
    with pytest.raises(store.ConditionFailed):
        store.commit(writes)
    assert view(world, one)["phones"] == [A, B], "nothing half-written"


def test_a_stale_etag_is_refused_after_an_undo(world: World) -> None:
    one, _, merge = two(world)
    etag = world.admin.get(f"/profiles/{one}").etag
    parted(merge)
    refused = world.admin.with_headers(If_Match=etag).patch(f"/profiles/{one}", {"name": "X"})
    assert refused.status == 412


def test_a_correction_is_told_once_under_the_survivor(world: World) -> None:
    one, _, _ = two(world)
    world.admin.patch(f"/profiles/{one}", {"phones": ["0987654321"], "name": "Nam"})
    told = world.list(f"/profiles/{one}/timeline", kind="profile.updated")
    assert [(event["profile_id"], event["data"]["changed"]) for event in told] == [
        (one, ["phones"])
    ]
