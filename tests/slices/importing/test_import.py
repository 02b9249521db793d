"""`infra/import` and `infra/export` on moto: files in, files out, cut short, wrong, and again."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.platform.roles import Role
from infra import exporting
from infra.client import Answer, Api, Unreachable
from infra.importing import __main__ as importing
from infra.importing import formats, reading, sending
from infra.importing.formats.table import Format
from infra.importing.mapping import NoSuchColumn
from infra.importing.report import Summary
from tests.client import make_token
from tests.inside import Inside
from tests.world import World

Import = Callable[..., Summary]


class Line:
    """The way to the API: counts batches, and may be cut."""

    def __init__(self) -> None:
        self.inside, self.batches, self.lost = Inside(), 0, False
        self.cut_after: int | None = None

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        if not path.endswith("/batch"):
            return self.inside.request(method, path, headers, body)
        if self.cut_after is not None and self.batches >= self.cut_after:
            if self.lost:  # it arrives, and its answer does not
                self.inside.request(method, path, headers, body)
            raise Unreachable("cut")
        self.batches += 1
        return self.inside.request(method, path, headers, body)


@pytest.fixture
def line(world: World) -> Line:
    return Line()


@pytest.fixture
def api(line: Line) -> Api:
    return Api(transport=line, token=make_token(Role.ADMIN))


@pytest.fixture
def bring(api: Api, monkeypatch: pytest.MonkeyPatch) -> Import:
    """`bring(path, "profiles")`: import a file, five rows to a batch, one at a time."""
    monkeypatch.setattr(sending, "MOST", {"profiles": 5, "tickets": 5, "orders": 5})

    def run(path: Path, kind: str, *more: str) -> Summary:
        words = [str(path), "--kind", kind, "--connections", "1", *more]
        return importing.run(api, importing.read_words(words))

    return run


def errors_of(path: Path) -> list[tuple[str, str, str]]:
    """Row, column and code of every error noted."""
    with path.with_name(f"{path.name}.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["row"], row["column"], row["code"]) for row in csv.DictReader(file)]


def customers(path: Path, count: int) -> Path:
    lines = ["Mã khách hàng;Họ tên;SĐT;Ngày sinh"]
    lines += [f"K{n};Khách {n};09123456{n:02d};17/05/1990" for n in range(count)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_customers_of_a_spreadsheet(
    world: World, bring: Import, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "khách.csv"
    path.write_text(
        "\ufeffMã khách hàng;Họ tên;SĐT;Email;Ngày sinh;Giới tính;consent.marketing;Ghi gì đó\n"
        "K1;Nguyễn Thị Lan;901234567;LAN@shop.vn;17/05/1990;Nữ;có;x\n"
        "K2;Trần Bình;9.01E+08;;;;;\n"
        "K3;Lê Chi;12;c@d.vn;31/02/1990;;;\n"
        "K4;Phạm Dung;0987654321\n"
        "K5;Đỗ Em;12;sai;01/01/2000;;;\n",
        encoding="utf-8",
    )
    summary = bring(path, "profiles")
    assert summary.results == {"created": 1, "refused": 4}
    assert errors_of(path) == [
        ("3", "SĐT", "unreadable"),
        ("4", "Ngày sinh", "unreadable"),
        ("5", "", "unreadable"),
        ("6", "SĐT", "invalid"),
        ("6", "Email", "invalid"),
    ]
    (lan,) = world.list("/profiles")
    assert (lan["name"], lan["phones"], lan["birthday"], lan["gender"]) == (
        "Nguyễn Thị Lan",
        ["+84901234567"],
        "1990-05-17",
        "female",
    )
    assert "columns nothing was made of: Ghi gì đó" in capsys.readouterr().out


def test_a_dry_run_checks_everything_and_writes_nothing(
    world: World, bring: Import, tmp_path: Path
) -> None:
    path = customers(tmp_path / "x.csv", 7)
    before = world.cloud.items("profiles")
    summary = bring(path, "profiles", "--dry-run")
    assert summary.results == {"created": 7}
    assert world.cloud.items("profiles") == before
    assert bring(path, "profiles").results == {"created": 7}


@pytest.mark.parametrize("lost", [False, True])
def test_cut_short_it_goes_on_where_it_was_and_doubles_nothing(
    world: World, bring: Import, line: Line, tmp_path: Path, lost: bool
) -> None:
    path = customers(tmp_path / "x.csv", 23)
    line.cut_after, line.lost = 2, lost
    with pytest.raises(Unreachable):
        bring(path, "profiles")
    assert len(world.list("/profiles", limit=100)) == (15 if lost else 10)
    line.cut_after, line.batches = None, 0
    summary = bring(path, "profiles")
    assert summary.results == {"created": 23}  # both runs together, the lost answer included
    assert line.batches == 3
    assert len(world.list("/profiles", limit=100)) == 23
    assert bring(path, "profiles").results == {"unchanged": 23}
    assert len(world.list("/profiles", limit=100)) == 23


def test_a_changed_file_begins_anew(
    world: World, bring: Import, line: Line, tmp_path: Path
) -> None:
    path = customers(tmp_path / "x.csv", 12)
    line.cut_after = 1
    with pytest.raises(Unreachable):
        bring(path, "profiles")
    line.cut_after = None
    customers(path, 11)
    assert bring(path, "profiles").results == {"created": 6, "unchanged": 5}


# ------------------------------------------------------------- other systems

CHATWOOT_CONVERSATION = {
    "id": 12,
    "status": "resolved",
    "created_at": 1738375200,
    "last_activity_at": 1738461600,
    "priority": "medium",
    "labels": ["vip"],
    "meta": {
        "channel": "Channel::FacebookPage",
        "sender": {"id": 7, "name": "Lan", "email": None, "phone_number": "+84901234567"},
    },
    "messages": [
        {"message_type": 0, "content": "Đơn của em đâu?", "created_at": 1738375200},
        {"message_type": 2, "content": "assigned", "created_at": 1738375201},
        {"message_type": 1, "content": "Dạ em xem", "created_at": 1738375260, "private": False},
    ],
}
ZENDESK_TICKET = {
    "id": 35436,
    "subject": "Máy không lên nguồn",
    "description": "Máy không lên nguồn từ hôm qua",
    "status": "closed",
    "type": "incident",
    "priority": "urgent",
    "via": {"channel": "email"},
    "requester_id": 7,
    "tags": ["máy"],
    "created_at": "2025-02-01T02:00:00Z",
    "updated_at": "2025-02-03T02:00:00Z",
    "comments": [
        {"author_id": 7, "body": "Máy hỏng", "public": True, "created_at": "2025-02-01T02:00:00Z"},
        {"author_id": 1, "body": "nội bộ", "public": False, "created_at": "2025-02-01T03:00:00Z"},
    ],
}
FRESHDESK_TICKET = {
    "id": 20,
    "subject": "Hỏi giá",
    "description_text": "Giá bao nhiêu ạ?",
    "status": 2,
    "priority": 1,
    "source": 7,
    "type": "Question",
    "created_at": "2025-02-01T02:00:00Z",
    "tags": [],
    "requester": {"id": 7, "name": "Lan", "email": "lan@shop.vn", "phone": None, "mobile": None},
    "requester_id": 7,
    "conversations": [
        {"body_text": "Dạ 250k", "incoming": False, "created_at": "2025-02-01T02:05:00Z"}
    ],
}


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        (
            "chatwoot",
            CHATWOOT_CONVERSATION,
            ("done", "resolved", "facebook", "normal", "2025-02-01T02:00:00.000Z", 1),
        ),
        (
            "zendesk",
            ZENDESK_TICKET,
            ("done", "resolved", "email", "urgent", "2025-02-01T02:00:00.000Z", 1),
        ),
        (
            "freshdesk",
            FRESHDESK_TICKET,
            ("new", None, "website", "low", "2025-02-01T02:00:00.000Z", 1),
        ),
    ],
)
def test_tickets_of_other_help_desks(
    world: World,
    bring: Import,
    tmp_path: Path,
    name: str,
    told: dict[str, Any],
    expected: tuple[Any, ...],
) -> None:
    path = tmp_path / "tickets.ndjson"
    path.write_text(json.dumps(told) + "\n", encoding="utf-8")
    summary = bring(path, "tickets", "--format", name)
    assert summary.results == {"created": 1}, errors_of(path)
    ticket = world.ticket()
    shown = tuple(ticket[key] for key in ("status", "outcome", "source", "priority", "opened_at"))
    notes = world.list(f"/tickets/{ticket['id']}/notes")
    assert (*shown, len(notes)) == expected
    assert f"{name}-{told['id']}" in ticket["tags"]
    assert bring(path, "tickets", "--format", name).results == {"unchanged": 1}


CSV_CONTACTS = {
    "chatwoot": "id,name,email,phone_number\n7,Lan,lan@shop.vn,+84901234567\n",
    "zendesk": "id,name,email,phone,role\n7,Lan,lan@shop.vn,+84901234567,end-user\n",
    "freshdesk": (
        '"Full name","Title","Email","Work phone","Mobile phone","Contact ID"\n'
        '"Lan","","lan@shop.vn","","901234567","7"\n'
    ),
}


@pytest.mark.parametrize("name", CSV_CONTACTS)
def test_contacts_of_other_help_desks_and_whose_their_tickets_are(
    world: World, bring: Import, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(CSV_CONTACTS[name], encoding="utf-8")
    assert bring(path, "profiles", "--format", name).results == {"created": 1}
    (lan,) = world.list("/profiles")
    assert (lan["name"], lan["phones"], lan["emails"]) == ("Lan", ["+84901234567"], ["lan@shop.vn"])
    told = {
        "chatwoot": CHATWOOT_CONVERSATION,
        "zendesk": ZENDESK_TICKET,
        "freshdesk": FRESHDESK_TICKET,
    }[name]
    tickets = tmp_path / "tickets.json"
    tickets.write_text(json.dumps([told]), encoding="utf-8")
    assert bring(tickets, "tickets", "--format", name).results == {"created": 1}
    assert world.ticket()["profile_id"] == lan["id"]
    assert len(world.list("/profiles")) == 1


CSV_TICKETS = {
    "zendesk": (
        "Summation column,Id,Requester,Requester id,Requester email,Subject,Tags,Status,Priority,"
        "Via,Ticket type,Created at,Updated at,Solved at\n"
        "1,881,Lan,7,lan@shop.vn,Giao trễ,,Closed,High,Mail,Question,2025-02-01 09:00,"
        "2025-02-05 09:00,2025-02-02 09:00\n"
    ),
    "freshdesk": (
        '"Ticket ID","Subject","Status","Priority","Source","Type","Created time","Resolved time",'
        '"Closed time","Tags","Full name","Email","Mobile phone","Contact ID"\n'
        '"881","Giao trễ","Closed","High","Email","Question","2025-02-01 09:00:00",'
        '"2025-02-02 09:00:00","2025-02-04 09:00:00","","Lan","lan@shop.vn","","7"\n'
    ),
}


@pytest.mark.parametrize("name", CSV_TICKETS)
def test_csv_reports_of_tickets(world: World, bring: Import, tmp_path: Path, name: str) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(CSV_TICKETS[name], encoding="utf-8")
    assert bring(path, "tickets", "--format", name).results == {"created": 1}, errors_of(path)
    ticket = world.ticket()
    assert ticket["opened_at"] == "2025-02-01T02:00:00.000Z"
    assert ticket["done_at"] == "2025-02-02T02:00:00.000Z"
    assert (ticket["priority"], ticket["source"]) == ("high", "email")


@pytest.mark.parametrize("form", formats.ALL, ids=lambda form: f"{form.name}-{form.kind}")
def test_a_format_names_each_column_once(form: Format) -> None:
    names = [column.name.lower() for column in form.columns]
    assert len(set(names)) == len(names)
    assert form.kind in sending.MOST


# -------------------------------------------------------------------- orders


def test_orders_come_from_a_spreadsheet(world: World, bring: Import, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "external_id,status,placed_at,total,currency,sku,product,quantity,unit_price,"
        "customer.external_id,customer.name,customer.phone\n"
        "DH1,delivered,01/11/2025 09:00,1.250.000 đ,VND,A1,Áo khoác,1,1250000,K1,Lan,901234567\n"
        "DH2,delivered,01/11/2025 09:00,x,VND,A1,Áo khoác,1,1250000,K1,Lan,901234567\n"
        "DH3,delivered,01/01/2999 09:00,5000,VND,A1,Áo khoác,1,5000,K1,Lan,\n",
        encoding="utf-8",
    )
    assert bring(path, "orders", "--dry-run").results == {"created": 1, "refused": 2}
    assert world.list("/orders") == []
    assert bring(path, "orders").results == {"created": 1, "refused": 2}
    (order,) = world.list("/orders")
    assert (order["total"], order["lines"][0]["name"]) == (1_250_000, "Áo khoác")
    assert [(row, column) for row, column, _ in errors_of(path)] == [
        ("3", "total"),
        ("4", "placed_at"),
    ]


# -------------------------------------------------------------------- export


def test_what_is_exported_can_be_imported_again(
    world: World,
    api: Api,
    bring: Import,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bring(customers(tmp_path / "x.csv", 7), "profiles")
    monkeypatch.setattr(exporting, "PAGE", 3)
    capsys.readouterr()
    out = tmp_path / "out.csv"
    asked = exporting.read_words([str(out), "--kind", "profiles"])
    assert exporting.run(api, asked) == 7
    text = out.read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 8
    assert "+8491234560" in text
    again = bring(out, "profiles")
    assert again.results == {"unchanged": 7}
    assert not out.with_name("out.csv.errors.csv").exists()
    assert len(world.list("/profiles", limit=100)) == 7
    told = capsys.readouterr().out
    ours = "columns that are not imported: created_at, external_ids, first_channel, tier"
    assert ours in told
    assert "nothing was made of" not in told


def test_an_export_has_the_ids_of_the_systems_it_came_from(
    world: World, api: Api, bring: Import, tmp_path: Path
) -> None:
    bring(customers(tmp_path / "x.csv", 1), "profiles", "--source", "haravan")
    out = tmp_path / "out.csv"
    assert exporting.run(api, exporting.read_words([str(out), "--kind", "profiles"])) == 1
    with out.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["profile_id"], row["external_ids"]) == (
        world.list("/profiles")[0]["id"],
        "haravan:K0",
    )


def test_a_profile_id_is_filled_in_and_an_unknown_one_is_a_fault(
    world: World, bring: Import, tmp_path: Path
) -> None:
    bring(customers(tmp_path / "x.csv", 2), "profiles")
    one, other = world.list("/profiles")
    path = tmp_path / "y.csv"
    path.write_text(
        "profile_id,external_id,address\n"
        f"{one['id']},P1,12 Lê Lợi\n"
        "nobody,P2,12 Lê Lợi\n"
        f"{other['id']},P1,Huế\n",
        encoding="utf-8",
    )
    assert bring(path, "profiles", "--source", "pos").results == {"updated": 1, "refused": 2}
    assert errors_of(path) == [
        ("3", "profile_id", "profile_not_found"),
        ("4", "external_id", "id_of_another"),
    ]
    shown = world.admin.get(f"/profiles/{one['id']}").body
    assert shown["address"] == "12 Lê Lợi"
    assert ("pos", "P1") in {(it["account"], it["value"]) for it in shown["identities"]}


# ----------------------------------------------------------- the command line


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("Hạng=attributes.hang", "'attributes.hang' is no field"),
        ("Hạn=name", "the file has no column 'hạn'"),
    ],
)
def test_a_column_that_would_do_nothing_stops_it(
    bring: Import, tmp_path: Path, column: str, said: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Họ tên,SĐT,Hạng\nLan,0901234567,vàng\n", encoding="utf-8")
    with pytest.raises(NoSuchColumn, match=said):
        bring(path, "profiles", "--column", column)


def test_faults_stand_in_the_order_of_rows_and_name_their_column(
    world: World, bring: Import, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "external_id,name,phone,consent.marketing\n"
        "K1,Lan,12,\nK2,Lan,0901234567,chắc\nK3,Lan,13,\nK4,,,\n",
        encoding="utf-8",
    )
    assert bring(path, "profiles").results == {"refused": 4}
    assert errors_of(path) == [
        ("2", "phone", "invalid"),
        ("3", "consent.marketing", "unreadable"),
        ("4", "phone", "invalid"),
        ("5", "external_id", "invalid"),
    ]


def test_a_file_that_is_not_there_is_all_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nope.csv"
    assert importing.main([str(path), "--kind", "profiles"]) == 1
    assert capsys.readouterr().err == f"infra/import: {path}: no such file\n"


def test_a_stopped_import_says_how_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> Summary:
        raise KeyboardInterrupt

    path, env = customers(tmp_path / "x.csv", 2), tmp_path / "env"
    env.write_text("BASE_URL=http://nowhere.invalid\nADMIN_TOKEN=x\n", encoding="utf-8")
    monkeypatch.setattr(importing, "run", stopped)
    assert importing.main([str(path), "--kind", "profiles", "--env", str(env)]) == 130
    assert "run it again to go on" in capsys.readouterr().err


def test_the_header_is_no_row(tmp_path: Path) -> None:
    assert reading.look(customers(tmp_path / "x.csv", 3)).rows == 3


def test_an_export_goes_on_after_it_was_cut(
    world: World, api: Api, bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(customers(tmp_path / "x.csv", 7), "profiles")
    monkeypatch.setattr(exporting, "PAGE", 3)
    out = tmp_path / "out.ndjson"
    asked = exporting.read_words([str(out), "--kind", "profiles"])
    pages = []

    class Cut:
        def request(
            self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
        ) -> Answer:
            pages.append(path)
            if len(pages) == 3:
                raise Unreachable("cut")
            return Inside().request(method, path, headers, body)

    with pytest.raises(Unreachable):
        exporting.run(Api(transport=Cut(), token=api.token), asked)
    with out.open("a", encoding="utf-8") as file:
        file.write('{"half')
    assert exporting.run(api, asked) == 7
    found = [json.loads(text)["name"] for text in out.read_text(encoding="utf-8").splitlines()]
    assert sorted(found) == [f"Khách {n}" for n in range(7)]
    assert not out.with_name("out.ndjson.export.json").exists()


@pytest.mark.parametrize("kind", exporting.COLUMNS)
def test_an_export_names_fields_that_the_api_shows(kind: str) -> None:
    from chalicelib.platform.http import Api as Routes

    (route,) = [
        route for route in Routes.ROUTES if (route.method, route.path) == ("GET", f"/v1/{kind}")
    ]
    shown = route.returns.model_fields["items"].annotation.__args__[0].model_fields
    assert set(exporting.COLUMNS[kind]) <= set(shown)


def test_a_formula_in_a_cell_is_text_and_a_phone_stays_a_phone() -> None:
    assert exporting.cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert exporting.cell("+84901234567") == "+84901234567"
    assert exporting.cell(["a", "b"]) == "a;b"
    assert exporting.cell([{"a": "đ"}]) == '[{"a": "đ"}]'
