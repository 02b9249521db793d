"""Files as people really have them, row by row, and cells as people really write them. Pure."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.importing import cells, reading
from infra.importing.reading import Row, Unreadable

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def read(path: Path) -> list[Row]:
    return list(reading.rows(reading.look(path)))


def written(tmp_path: Path, content: str | bytes, name: str = "x.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_marks_and_line_ends(
    tmp_path: Path, delimiter: str, mark: str, end: str
) -> None:
    lines = [["họ tên", "sđt"], ["Nguyễn Văn An", "0901234567"], ["", ""], ["Lê B", "x"]]
    text = mark + end.join(delimiter.join(line) for line in lines) + end
    found = read(written(tmp_path, text))
    assert [(row.number, row.fields) for row in found] == [
        (2, {"họ tên": "Nguyễn Văn An", "sđt": "0901234567"}),
        (4, {"họ tên": "Lê B", "sđt": "x"}),
    ]


def test_windows_1258_as_vietnamese_spreadsheets_save_it(tmp_path: Path) -> None:
    import unicodedata

    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Hạnh")
    # cp1258 has base letters with circumflex and breve whole, tone marks apart
    content = b"name\r\nNguy\xea\xden Thi\xf2 Ha\xf2nh\r\n"
    (row,) = read(written(tmp_path, content))
    assert cells.line(row.fields["name"], ZONE) == unicodedata.normalize("NFC", decomposed)


def test_rows_that_are_broken_are_told_and_reading_goes_on(tmp_path: Path) -> None:
    text = (
        "name,phone\n"
        "An,0901234567\n"
        "Bình,0901,too,many\n"
        "few\n"
        '"Chi "x" y",1\n'
        '"never closed,0902\n'
        "Dung,0903\n"
        '"Two\nlines",0904\n'
        "Em,0905\n"
    )
    found = read(written(tmp_path, text))
    good = [(row.number, row.fields["name"]) for row in found if row.fault is None]
    assert good == [(2, "An"), (7, "Dung"), (8, "Two\nlines"), (10, "Em")]
    assert [(row.number, row.fault is not None) for row in found if row.fault] == [
        (3, True),
        (4, True),
        (5, True),
        (6, True),
    ]


@pytest.mark.parametrize(
    "content", ["", "\n\n", ",,\nx,y,z\n", "name,name\na,b\n", b"\xff\xfe"], ids=repr
)
def test_a_file_without_columns_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(Unreadable):
        read(written(tmp_path, content))


def test_ndjson_and_json(tmp_path: Path) -> None:
    lines = '{"a": 1}\nnot json\n\n[1]\n{"a": {"b": [2]}}\n'
    found = read(written(tmp_path, lines, "x.ndjson"))
    assert [(row.number, row.fields, row.fault is None) for row in found] == [
        (1, {"a": 1}, True),
        (2, {}, False),
        (4, {}, False),
        (5, {"a": {"b": [2]}}, True),
    ]
    for text in ('[{"a": 1}, {"a": "[x]"}]', '{"data": {"n": [1], "payload": [{"a": 1},{"a":2}]}}'):
        assert len(read(written(tmp_path, text, "x.json"))) == 2
    cut = read(written(tmp_path, '[{"a": 1}, {"a": ', "x.json"))
    assert [row.fault is None for row in cut] == [True, False]
    with pytest.raises(Unreadable):
        read(written(tmp_path, '{"a": 1}', "x.json"))
    assert reading.flat({"a": {"b": 1, "c": [2]}}) == {"a.b": 1, "a.c": [2]}


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("name,phone\n")
        file.writelines(f"Khách {n},09{n:08d}\n" for n in range(15_000))
    tracemalloc.start()
    assert sum(1 for _ in reading.rows(reading.look(path))) == 15_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000


@pytest.mark.parametrize(
    ("reader", "written_as", "read_as"),
    [
        (cells.phones, "0901 234 567; 0912345678", ["0901 234 567", "0912345678"]),
        (cells.phones, "901234567.0", ["901234567"]),
        (cells.phones, "'0901234567", ["0901234567"]),
        (cells.phones, 901234567, ["901234567"]),
        (cells.phones, "", []),
        (cells.day, "17/05/1990", "1990-05-17"),
        (cells.day, "7-5-1990", "1990-05-07"),
        (cells.day, "1990-05-17T00:00:00Z", "1990-05-17"),
        (cells.moment, "2025-02-01T09:00:00Z", "2025-02-01T09:00:00+00:00"),
        (cells.moment, "2025-02-01 09:00:00 UTC", "2025-02-01T09:00:00+00:00"),
        (cells.moment, "2025-02-01 09:00:00 +0700", "2025-02-01T09:00:00+07:00"),
        (cells.moment, "2025-02-01 09:00", "2025-02-01T09:00:00+07:00"),
        (cells.moment, "01/02/2025 09:05", "2025-02-01T09:05:00+07:00"),
        (cells.moment, "01/02/2025 9:05:07 PM", "2025-02-01T21:05:07+07:00"),
        (cells.moment, "2025-02-01", "2025-02-01T00:00:00+07:00"),
        (cells.moment, 1738375200, "2025-02-01T02:00:00+00:00"),
        (cells.moment, "1738375200", "2025-02-01T02:00:00+00:00"),
        (cells.moment, None, None),
        (cells.money, "1.250.000 đ", 1250000),
        (cells.money, "1,250,000", 1250000),
        (cells.money, "1.250.000,00", 1250000),
        (cells.money, "250000.0", 250000),
        (cells.money, "0", 0),
        (cells.flag, "Có", True),
        (cells.flag, "không", False),
        (cells.flag, "", None),
        (cells.identifier, "1234.0", "1234"),
        (cells.tags, "a, b;c", ["a", "b", "c"]),
        (cells.emails, "a@b.vn, c@d.vn", ["a@b.vn", "c@d.vn"]),
        (cells.one_of({"x": 1}, otherwise=9), "Z", 9),
    ],
)
def test_a_cell(reader: Any, written_as: Any, read_as: Any) -> None:
    assert reader(written_as, ZONE) == read_as


@pytest.mark.parametrize(
    ("reader", "written_as"),
    [
        (cells.phones, "9.01235E+08"),
        (cells.identifier, "1.23457E+15"),
        (cells.day, "31/02/2025"),
        (cells.day, "hôm qua"),
        (cells.moment, "05/13/2025 10:00"),
        (cells.moment, "01/02/2025 25:00"),
        (cells.moment, "sáng mai"),
        (cells.money, "12,5 triệu"),
        (cells.money, "-5"),
        (cells.number, "hai"),
        (cells.flag, "có thể"),
        (cells.one_of({"x": 1}), "z"),
    ],
)
def test_a_cell_that_says_nothing_of_the_kind(reader: Any, written_as: str) -> None:
    with pytest.raises(ValueError):
        reader(written_as, ZONE)
