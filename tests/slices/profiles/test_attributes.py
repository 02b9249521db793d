"""Custom fields: declared by an admin, checked at every correction."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform.errors import Invalid
from chalicelib.platform.roles import Role
from chalicelib.profiles.attributes import Field, checked, fits, read
from tests.slices.customer.families import customer, view
from tests.world import World

SIZE = Field(name="size", label="Cỡ giày", kind="number")
NOTE = Field(name="note", label="Ghi chú", kind="text")
SINCE = Field(name="since", label="Khách từ", kind="date")
LOYAL = Field(name="loyal", label="Thành viên", kind="flag", required=True)
SKIN = Field(name="skin", label="Loại da", kind="choice", choices=("Da dầu", "Da khô"))
FIELDS = (SIZE, NOTE, SINCE, LOYAL, SKIN)
SENT: dict[str, Any] = {
    "fields": [
        {"name": "size", "label": "Cỡ giày", "kind": "number"},
        {"name": "skin", "label": "Loại da", "kind": "choice", "choices": ["Da dầu", "Da khô"]},
    ]
}


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("size", 39, 39),
        ("size", 39.5, 39.5),
        ("size", -1, -1),
        ("note", "  Gọi  sau 17h ", "Gọi sau 17h"),
        ("since", "2024-02-29", "2024-02-29"),
        ("loyal", False, False),
        ("skin", "Da dầu", "Da dầu"),
        ("skin", None, None),
    ],
)
def test_what_fits_is_kept(name: str, value: Any, kept: Any) -> None:
    taken = checked(FIELDS, {name: value})
    assert taken == {name: kept}
    assert type(taken[name]) is type(kept)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "39"),
        ("size", True),
        ("size", 1e16),
        ("size", 10**400),
        ("note", ""),
        ("note", " \n "),
        ("note", "x" * 1_001),
        ("note", 5),
        ("since", "2025-02-29"),
        ("since", "2025-2-1"),
        ("since", "20250201"),
        ("since", 2025),
        ("loyal", 1),
        ("loyal", "có"),
        ("loyal", None),
        ("skin", "da dầu"),
        ("skin", True),
        ("unknown", "x"),
        ("unknown", None),
    ],
)
def test_what_does_not_fit_is_named(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(FIELDS, {"size": 40, name: value})
    assert refusal.value.field == f"attributes.{name}"


def test_every_fault_is_told() -> None:
    with pytest.raises(Invalid) as refusal:
        checked(FIELDS, {"size": "x", "skin": "x", "unknown": 1}, whole=True)
    told = [field for field, _ in refusal.value.faults]
    assert told == [f"attributes.{name}" for name in ("size", "skin", "unknown", "loyal")]


def test_what_is_declared_no_more_can_be_cleared_by_who_has_it() -> None:
    assert checked((), {"old": None}, held=("old",)) == {"old": None}
    with pytest.raises(Invalid):
        checked((), {"old": 1}, held=("old",))


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (SIZE, "39", 39),
        (SIZE, "39,5", 39.5),
        (SIZE, " 1 000 ", 1000),
        (SINCE, "31/01/2025", "2025-01-31"),
        (SINCE, "2025-01-31", "2025-01-31"),
        (LOYAL, "Có", True),
        (LOYAL, "KHÔNG", False),
        (LOYAL, "1", True),
        (SKIN, "Da khô", "Da khô"),
        (NOTE, "39", "39"),
        (NOTE, "  ", None),
    ],
)
def test_a_cell_of_a_file_is_read(field: Field, text: str, value: Any) -> None:
    assert read(field, text) == value
    assert value is None or fits(field, value)


@pytest.mark.parametrize(
    ("field", "text"),
    [(SIZE, "39 cỡ"), (SIZE, "nan"), (SINCE, "31/02/2025"), (LOYAL, "chắc"), (SKIN, "Da")],
)
def test_a_cell_that_cannot_be_read_says_so(field: Field, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(field, text)


# --------------------------------------------------------------------- API


def test_the_list_is_an_admin_s_and_has_a_revision(world: World) -> None:
    empty = world.admin.get("/profile-fields")
    assert (empty.body, empty.etag) == ({"fields": []}, '"0"')
    made = world.admin.with_headers(If_Match='"0"').put("/profile-fields", SENT)
    assert (made.status, made.etag) == (200, '"1"')
    assert [field["required"] for field in made.body["fields"]] == [False, False]
    assert world.admin.with_headers(If_Match='"0"').put("/profile-fields", SENT).status == 412
    same = world.admin.put("/profile-fields", SENT)
    assert (same.status, same.etag) == (200, '"1"'), "nothing changed"
    agent = world.admin.token(Role.AGENT)
    assert agent.get("/profile-fields").body == made.body
    assert agent.put("/profile-fields", SENT).status == 403


@pytest.mark.parametrize(
    "field",
    [
        {"name": "Size", "label": "x", "kind": "text"},
        {"name": "size", "label": " ", "kind": "text"},
        {"name": "size", "label": "x", "kind": "money"},
        {"name": "size", "label": "x", "kind": "choice"},
        {"name": "size", "label": "x", "kind": "text", "choices": ["a"]},
        {"name": "size", "label": "x", "kind": "choice", "choices": ["a", "a"]},
    ],
)
def test_a_field_that_makes_no_sense_is_refused(world: World, field: Any) -> None:
    refused = world.admin.put("/profile-fields", {"fields": [field]})
    assert (refused.status, refused.body["field"][:6]) == (422, "fields")


def test_names_differ_and_kinds_stay(world: World) -> None:
    twice = {"fields": [SENT["fields"][0]] * 2}
    assert world.admin.put("/profile-fields", twice).status == 422
    assert world.admin.put("/profile-fields", SENT).status == 200
    other = {"fields": [{**SENT["fields"][0], "kind": "text"}]}
    refused = world.admin.put("/profile-fields", other)
    assert (refused.status, refused.body["code"]) == (409, "field_kind_fixed")


def test_values_are_patched_one_by_one(world: World) -> None:
    world.admin.put("/profile-fields", SENT)
    path = f"/profiles/{customer('An')}"
    first = world.admin.patch(path, {"attributes": {"size": 39, "skin": "Da dầu"}})
    assert first.body["attributes"] == {"size": 39, "skin": "Da dầu"}
    second = world.admin.patch(path, {"attributes": {"size": None}})
    assert second.body["attributes"] == {"skin": "Da dầu"}
    refused = world.admin.patch(path, {"name": "B", "attributes": {"shoe": 1}})
    assert (refused.status, refused.body["field"]) == (422, "attributes.shoe")
    assert view(world, path.rpartition("/")[2])["name"] == "An", "nothing half-written"
    cleared = world.admin.patch(path, {"attributes": None})
    assert cleared.body["attributes"] == {}
