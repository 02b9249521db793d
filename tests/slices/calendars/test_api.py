"""Calendars over the API: versions, revisions, days, feeds."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.calendars import flows, importing
from chalicelib.calendars.defaults import ALWAYS_OPEN, DEFAULT
from chalicelib.calendars.model import StoredCalendar, calendar_pk
from chalicelib.platform import fetching, store
from chalicelib.platform.context import Context
from chalicelib.platform.control import ONLY
from chalicelib.platform.errors import Invalid
from chalicelib.platform.fetching import Fetched
from chalicelib.platform.roles import Role
from tests.client import Answer, Caller
from tests.cloud import Cloud

MORNINGS = {"mon": [["08:00", "12:00"]], "tue": [["08:00", "12:00"]]}
NEW = {"id": "branch_q1", "name": "Chi nhánh Quận 1", "hours": MORNINGS}
ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:{day}
SUMMARY:Nghỉ mát
END:VEVENT
END:VCALENDAR
"""


def made(admin: Caller, **fields: Any) -> dict[str, Any]:
    answer = admin.post("/calendars", {**NEW, **fields})
    assert answer.status == 201, answer
    return dict(answer.body)


def events(cloud: Cloud) -> list[tuple[str, str]]:
    """Names of recorded events with what they say of versions."""
    found = (item for item in cloud.items("events") if item["pk"]["S"].startswith("calendar#"))
    return sorted((item["sk"]["S"], item["name"]["S"]) for item in found)


def test_a_calendar_is_kept_as_it_was_given(admin: Caller) -> None:
    body = made(
        admin,
        timezone="Asia/Ho_Chi_Minh",
        overrides={"2026-12-24": [["08:00", "10:00"]]},
        closed_days=[{"date": "2026-12-31", "name": "Kiểm kê"}],
        make_up_days=[{"date": "2026-11-28", "like": "tue"}],
        public_holidays=True,
    )
    assert (body["version"], body["revision"], body["archived"]) == (1, 1, False)
    assert body["hours"] == MORNINGS
    assert body["make_up_days"] == [{"date": "2026-11-28", "like": "tue", "name": None}]
    answer = admin.get("/calendars/branch_q1")
    assert (answer.body, answer.etag) == (body, '"1"')
    assert [one["id"] for one in admin.get("/calendars").body["items"]] == ["branch_q1"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"hours": {}}, "hours"),
        ({"hours": {"mon": [["08:00", "25:00"]]}}, "hours.mon.0"),
        ({"timezone": "Asia/Da_Nang"}, "timezone"),
        ({"closed_days": [{"date": "2026-02-30"}]}, "closed_days.0.date"),
        ({"closed_days": [{"date": "2026"}]}, "closed_days.0.date"),
        ({"name": " "}, "name"),
        ({"id": "Quận 1"}, "id"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    admin: Caller, aws: Cloud, fields: dict[str, Any], field: str
) -> None:
    answer = admin.post("/calendars", {**NEW, **fields})
    assert (answer.status, answer.body["field"]) == (422, field)
    assert aws.items("calendars") == []


@pytest.mark.parametrize("calendar_id", ["branch_q1", "default"])
def test_an_id_is_given_once(admin: Caller, calendar_id: str) -> None:
    made(admin)
    answer = admin.post("/calendars", {**NEW, "id": calendar_id})
    assert (answer.status, answer.body["code"]) == (409, "calendar_exists")


def test_other_hours_are_a_new_version_and_the_old_one_stays(admin: Caller) -> None:
    made(admin)
    before = flows.of("branch_q1")
    wider = {**MORNINGS, "wed": [["08:00", "12:00"]]}
    changed = admin.with_headers(If_Match='"1"').patch("/calendars/branch_q1", {"hours": wider})
    assert (changed.body["version"], changed.body["revision"], changed.etag) == (2, 2, '"2"')
    assert flows.of("branch_q1").version == 2
    assert flows.at_version("branch_q1", 1) == before
    assert admin.get("/calendars/branch_q1/versions/1").body["hours"] == MORNINGS
    assert admin.get("/calendars/branch_q1/versions/2").body["hours"] == wider
    for none in ("3", "0", "x", "²"):
        assert admin.get(f"/calendars/branch_q1/versions/{none}").status == 404


def test_another_name_is_no_other_version_and_nothing_new_is_no_change(
    admin: Caller, aws: Cloud
) -> None:
    made(admin)
    renamed = admin.patch("/calendars/branch_q1", {"name": "Chi nhánh 1"}).body
    assert (renamed["version"], renamed["revision"]) == (1, 2)
    same = admin.patch("/calendars/branch_q1", {"name": "Chi nhánh 1", "hours": MORNINGS}).body
    assert same == renamed
    assert [name for _, name in events(aws)] == ["calendar.added", "calendar.changed"]


def test_a_change_of_what_somebody_else_changed_is_refused(admin: Caller) -> None:
    made(admin)
    admin.patch("/calendars/branch_q1", {"name": "Chi nhánh 1"})
    stale = admin.with_headers(If_Match='"1"').patch("/calendars/branch_q1", {"name": "X"})
    assert stale.status == 412
    assert admin.get("/calendars/branch_q1").body["name"] == "Chi nhánh 1"


def test_a_change_that_would_close_it_for_ever_is_refused(admin: Caller) -> None:
    made(admin)
    answer = admin.patch("/calendars/branch_q1", {"hours": {}})
    assert (answer.status, answer.body["code"]) == (422, "no_open_day")


def test_an_archived_calendar_is_chosen_no_more_but_clocks_go_on(admin: Caller) -> None:
    made(admin)
    flows.check_usable("branch_q1", field="calendar")
    assert admin.patch("/calendars/branch_q1", {"archived": True}).body["archived"] is True
    for unusable in ("branch_q1", "nowhere"):
        with pytest.raises(Invalid) as refused:
            flows.check_usable(unusable, field="calendar")
        assert refused.value.field == "calendar"
    assert flows.of("branch_q1").version == 1


def test_the_organisation_s_own_calendars_are_there_before_anybody_stores_them(
    admin: Caller, context: Context, aws: Cloud
) -> None:
    for calendar_id in (DEFAULT, ALWAYS_OPEN):
        assert admin.get(f"/calendars/{calendar_id}").status == 200
        assert flows.of(calendar_id) is flows.at_version(calendar_id, 1)
    assert aws.items("calendars") == []
    flows.load_defaults(context)
    flows.load_defaults(context)
    assert {one["id"] for one in admin.get("/calendars").body["items"]} == {DEFAULT, ALWAYS_OPEN}
    assert [name for _, name in events(aws)] == ["calendar.added"] * 2


@pytest.mark.parametrize("stored", [True, False])
def test_they_change_like_any_other(admin: Caller, context: Context, stored: bool) -> None:
    if stored:
        flows.load_defaults(context)
    before = flows.of(DEFAULT)
    closed = [{"date": "2026-12-31", "name": "Kiểm kê"}]
    changed = admin.patch(f"/calendars/{DEFAULT}", {"closed_days": closed})
    assert (changed.status, changed.body["version"]) == (200, 2)
    assert flows.of(DEFAULT).version == 2
    assert flows.at_version(DEFAULT, 1) == before
    refused = admin.patch(f"/calendars/{DEFAULT}", {"archived": True})
    assert (refused.status, refused.body["code"]) == (409, "calendar_kept")
    flows.load_defaults(context)
    assert admin.get(f"/calendars/{DEFAULT}").body["version"] == 2


def test_a_first_change_that_meets_another_first_change_is_made_anew(
    admin: Caller, context: Context
) -> None:
    item = flows.load(DEFAULT)
    late = flows.change(item, {"name": "Giờ hành chính"}, context)
    admin.patch(f"/calendars/{DEFAULT}", {"name": "Giờ mở cửa"})
    with pytest.raises(store.ConditionFailed):
        store.commit(late.writes)
    assert admin.get(f"/calendars/{DEFAULT}").body["name"] == "Giờ mở cửa"


def test_days_show_their_hours_and_why_they_are_closed(admin: Caller) -> None:
    answer = admin.get(f"/calendars/{DEFAULT}/days", **{"from": "2026-08-21", "to": "2026-09-02"})
    days = {one["date"]: one for one in answer.body["days"]}
    whole = [["08:00", "12:00"], ["13:30", "17:30"]]
    assert days["2026-08-21"] == {
        "date": "2026-08-21",
        "weekday": "fri",
        "open": whole,
        "reason": "weekly",
        "name": None,
    }
    assert (days["2026-08-22"]["open"], days["2026-08-22"]["name"]) == (
        whole,
        "Làm bù cho ngày 31/08/2026",
    )
    assert (days["2026-08-23"]["open"], days["2026-08-23"]["name"]) == ([], "Ngày nghỉ hằng tuần")
    assert (days["2026-09-02"]["reason"], days["2026-09-02"]["name"]) == (
        "public_holiday",
        "Quốc khánh",
    )
    assert len(admin.get(f"/calendars/{DEFAULT}/days").body["days"]) == 31


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-02-30"}, "from"),
        ({"from": "1026-02-20"}, "from"),
        ({"from": "2026-02-20", "to": "2026-02-19"}, "to"),
        ({"from": "2026-02-20", "to": "2027-12-31"}, "to"),
    ],
)
def test_days_that_are_none_are_named(admin: Caller, query: dict[str, str], field: str) -> None:
    answer = admin.get(f"/calendars/{DEFAULT}/days", **query)
    assert (answer.status, answer.body["field"]) == (422, field)


def test_agents_look_and_do_not_change(admin: Caller) -> None:
    agent = admin.token(Role.AGENT)
    assert agent.get(f"/calendars/{DEFAULT}").status == 200
    assert agent.post("/calendars", NEW).status == 403
    assert agent.patch(f"/calendars/{DEFAULT}", {"name": "X"}).status == 403


# ---------------------------------------------------------------------- feeds


def imported(admin: Caller, body: dict[str, Any]) -> Answer:
    return admin.post("/calendars/branch_q1/closed-days/import", body)


def test_closed_days_come_from_a_calendar_file(admin: Caller) -> None:
    made(admin, closed_days=[{"date": "2026-12-31", "name": "Kiểm kê"}])
    answer = imported(admin, {"ics": ICS.format(day="20261230")})
    assert (answer.status, answer.body["added"], answer.body["ignored"]) == (200, 1, 0)
    assert answer.body["calendar"]["closed_days"] == [
        {"date": "2026-12-30", "name": "Nghỉ mát", "source": "import"},
        {"date": "2026-12-31", "name": "Kiểm kê", "source": None},
    ]
    again = imported(admin, {"ics": ICS.format(day="20261230")})
    assert (again.body["added"], again.body["calendar"]["version"]) == (0, 2)


def test_a_day_worked_by_a_person_s_word_stays_worked(admin: Caller) -> None:
    made(admin, make_up_days=[{"date": "2026-12-30"}])
    answer = imported(admin, {"ics": ICS.format(day="20261230")})
    assert (answer.status, answer.body["added"]) == (200, 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ics"),
        ({"ics": "BEGIN:VCALENDAR", "url": "https://example.com/a.ics"}, "ics"),
        ({"ics": "no calendar"}, "ics"),
        ({"ics": ICS.format(day="20261230"), "daily": True}, "daily"),
        ({"url": "ftp://example.com/a.ics"}, "url"),
        ({"url": "http://192.168.1.1/a.ics"}, "url"),
        ({"url": "https://example.com/a.ics"}, "url"),  # a name that leads nowhere
    ],
)
def test_an_import_that_cannot_be_is_refused(
    admin: Caller, body: dict[str, Any], field: str
) -> None:
    made(admin)
    answer = imported(admin, body)
    assert (answer.status, answer.body["field"]) == (422, field)


class Site:
    """An address on the internet whose answer the test decides."""

    def __init__(self) -> None:
        self.answer = Fetched(code="gone")

    def fetch(self, url: str, **_: Any) -> Fetched:
        assert url == "https://example.com/nghi.ics"
        return self.answer


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site()
    monkeypatch.setattr(fetching, "fetch", found.fetch)
    return found


def closed(calendar_id: str = "branch_q1") -> list[str]:
    return [one["date"] for one in flows.load(calendar_id).spec["closed_days"]]


def test_a_feed_is_read_every_night_and_forgets_what_it_tells_no_more(
    admin: Caller, site: Site, context: Context
) -> None:
    made(admin, closed_days=[{"date": "2026-12-31"}])
    site.answer = Fetched(body=ICS.format(day="20261230").encode())
    first = imported(admin, {"url": "https://example.com/nghi.ics", "daily": True})
    assert first.body["calendar"]["feed"]["error"] is None
    assert "example.com" not in str(first.body)
    assert closed() == ["2026-12-30", "2026-12-31"]

    assert importing.refresh(context) == {"read": 1, "changed": 0, "failed": 0}
    assert admin.get("/calendars/branch_q1").body["revision"] == 2

    site.answer = Fetched(body=ICS.format(day="20270105").encode())
    assert importing.refresh(context) == {"read": 1, "changed": 1, "failed": 0}
    assert closed() == ["2026-12-31", "2027-01-05"]

    site.answer = Fetched(code="gone")
    assert importing.refresh(context) == {"read": 0, "changed": 0, "failed": 1}
    site.answer = Fetched(body=b"\xff\xfe")
    assert importing.refresh(context)["failed"] == 1
    shown = admin.get("/calendars/branch_q1").body
    assert (shown["feed"]["error"], closed()) == ("no_text", ["2026-12-31", "2027-01-05"])

    ended = admin.patch("/calendars/branch_q1", {"feed_url": None})
    assert ended.body["feed"] is None
    assert importing.refresh(context) == {"read": 0, "changed": 0, "failed": 0}


def test_a_feed_keeps_the_days_that_are_over(admin: Caller, site: Site, context: Context) -> None:
    """Clocks of the past were counted by them."""
    made(admin)
    site.answer = Fetched(body=ICS.format(day="20260302").encode())
    imported(admin, {"url": "https://example.com/nghi.ics", "daily": True})
    site.answer = Fetched(body=ICS.format(day="20270105").encode())
    importing.refresh(context)
    assert closed() == ["2026-03-02", "2027-01-05"]


def test_one_feed_that_fails_does_not_keep_the_others_from_being_read(
    admin: Caller, site: Site, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answer = Fetched(body=ICS.format(day="20261230").encode())
    for calendar_id in ("branch_q1", "branch_q2"):
        admin.post("/calendars", {**NEW, "id": calendar_id})
        path = f"/calendars/{calendar_id}/closed-days/import"
        admin.post(path, {"url": "https://example.com/nghi.ics", "daily": True})
    answers = iter([Fetched(code="gone"), Fetched(body=ICS.format(day="20270105").encode())])
    monkeypatch.setattr(fetching, "fetch", lambda _url, **_: next(answers))
    assert importing.refresh(context) == {"read": 1, "changed": 1, "failed": 1}
    assert (closed("branch_q1"), closed("branch_q2")) == (["2026-12-30"], ["2027-01-05"])


def test_what_is_stored_of_a_version_is_never_written_again(
    admin: Caller, context: Context
) -> None:
    made(admin)
    item = store.get(StoredCalendar, calendar_pk("branch_q1"), ONLY)
    assert item is not None
    stale = flows.change(item, {"hours": {"fri": [["08:00", "09:00"]]}}, context)
    admin.patch("/calendars/branch_q1", {"hours": {"sat": [["08:00", "09:00"]]}})
    with pytest.raises(store.ConditionFailed):
        store.commit(stale.writes)
    assert list(flows.at_version("branch_q1", 2).week[5]) == [(28800, 32400)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"hours": {}, "overrides": {"2020-01-01": [["08:00", "12:00"]]}}, "hours"),
        (
            {
                "closed_days": [
                    {"date": f"{2030 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}", "name": x}
                    for n, x in enumerate(["ế" * 190] * 350)
                ]
            },
            "closed_days",
        ),
    ],
    ids=["over", "too-large"],
)
def test_what_never_opens_again_or_fits_no_item_is_refused(
    admin: Caller, fields: dict[str, Any], field: str
) -> None:
    answer = admin.post("/calendars", {**NEW, **fields})
    assert (answer.status, answer.body["field"]) == (422, field)
    made(admin)
    answer = admin.patch("/calendars/branch_q1", fields)
    assert (answer.status, answer.body["field"]) == (422, field)
