"""Files as people have them: Excel's, semicolons, other encodings; and files that mean harm."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from agreements.exchange.limits import MAX_RATIO
from agreements.exchange.reading import read_upload

HEADER = "id,agreement,event,date,note"
ROW = "sosa-aus-e9,sosa-aus,amended,2021,Naïve"


def workbook(*rows, title="events") -> bytes:
    """A workbook of one sheet, as openpyxl saves it."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def cells(package, table="events") -> list[dict]:
    assert package.problems == []
    return [row.cells for row in package.rows[table]]


def told(name, content, table="") -> str:
    return "\n".join(map(str, read_upload(name, content, table).problems))


WANTED = dict(zip(HEADER.split(","), ROW.split(","), strict=True))


@pytest.mark.parametrize("sign", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_separates_the_cells_is_read_from_the_header(sign, encoding, end):
    text = (HEADER + end + ROW + end).replace(",", sign)
    assert cells(read_upload("events.csv", text.encode(encoding))) == [WANTED]


def test_semicolons_within_cells_are_not_taken_for_separators():
    content = b"id,agreement,event,date,sources\ne1,sosa-aus,amended,2021,a;b;c;d\n"
    assert cells(read_upload("events.csv", content))[0]["sources"] == "a;b;c;d"


def test_windows_1252_is_refused_by_its_name_with_a_way_out():
    said = told("events.csv", f"{HEADER}\n{ROW}\n".encode("windows-1252"))
    assert "events.csv, line 2: Not UTF-8: it seems to be Windows-1252" in said
    assert "byte 0xef stands for “ï”" in said
    assert "CSV UTF-8" in said


def test_utf_16_is_refused_by_its_name():
    assert "UTF-16" in told("events.csv", f"{HEADER}\n{ROW}\n".encode("utf-16"))


def test_an_empty_line_and_delimiters_alone_are_no_rows():
    content = f"{HEADER},,\n\n,,,,,,\n{ROW},,\n".encode()
    assert cells(read_upload("events.csv", content)) == [WANTED]


def test_a_file_of_another_name_is_known_by_its_header():
    content = b"firm,name,country,cage_code\nsaab,Saab,SWE,\n"
    assert cells(read_upload("Kopie (2).csv", content), "firms")[0]["firm"] == "saab"


def test_a_file_that_could_be_several_tables_asks_which():
    said = told("eventz.csv", b"note\nhello\n")
    assert "Not a table. Did you mean events? Allowed: sources" in said
    assert read_upload("eventz.csv", f"{HEADER}\n{ROW}\n".encode(), "events").problems == []


def test_an_unknown_column_is_a_fault_and_the_nearest_is_named():
    said = told("events.csv", b"id,agreement,event,date,notes\n")
    assert "events.csv, line 1, notes: Unknown column. Did you mean note? Allowed: id" in said


def test_a_workbook_is_read_as_its_csv_would_be():
    row = ["sosa-aus-e9", "sosa-aus", "amended", 2021.0, "Naïve"]
    read = read_upload("events.xlsx", workbook(HEADER.split(","), row))
    assert cells(read) == [WANTED]


@pytest.mark.parametrize("value", [date(2021, 3, 4), datetime(2021, 3, 4)])
def test_a_date_of_excel_is_an_iso_day(value):
    rows = [["agreement", "event", "date"], ["sosa-aus", "amended", value]]
    assert cells(read_upload("events.xlsx", workbook(*rows)))[0]["date"] == "2021-03-04"


def test_true_and_false_are_yes_and_no_where_these_are_meant():
    rows = [
        ["list", "type", "as_of", "kind", "exhaustive", "source"],
        ["l", "sosa", 2021, "statement", True, "s"],
    ]
    made = read_upload("published_lists.xlsx", workbook(*rows, title="published_lists"))
    assert cells(made, "published_lists")[0]["exhaustive"] == "yes"


def test_a_cell_that_cannot_be_taken_is_named_by_line_and_column():
    rows = [
        HEADER.split(","),
        ["e1", "sosa-aus", "amended", datetime(2021, 3, 4, 12, 30), ""],
        ["e2", "sosa-aus", "amended", "2021", "=1+1"],
        ["e3", "sosa-aus", "amended", "2021", "#REF!"],
    ]
    said = told("events.xlsx", workbook(*rows))
    assert "sheet events, line 2, date: A day with a time. Allowed: a day alone." in said
    assert "sheet events, line 3, note: A formula that was never computed" in said
    assert "sheet events, line 4, note: Excel's error #REF!" in said


def test_a_computed_formula_is_its_value():
    content = workbook(HEADER.split(","), ["e1", "sosa-aus", "amended", 2021, "=1+1"])
    assert cells(read_upload("events.xlsx", _recalculated(content)))[0]["note"] == "2"


def _recalculated(content: bytes) -> bytes:
    """With the value beside the formula, as Excel saves it."""
    return _with(content, "xl/worksheets/sheet1.xml", lambda x: x.replace(b"<v />", b"<v>2</v>"))


def _with(content: bytes, part: str, change) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            read = old.read(name)
            new.writestr(name, change(read) if name == part else read)
    return target.getvalue()


def test_every_sheet_of_a_workbook_is_a_table():
    book = openpyxl.Workbook()
    book.active.title = "firms"
    book.active.append(["firm", "name", "country"])
    book.active.append(["saab", "Saab", "SWE"])
    other = book.create_sheet("sources")
    other.append(["source", "publisher", "title", "kind", "tier"])
    book.create_sheet("Sheet3")
    target = io.BytesIO()
    book.save(target)
    assert set(read_upload("new.xlsx", target.getvalue()).rows) == {"firms", "sources"}


def test_old_excel_is_refused_by_its_name():
    said = told("events.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    assert "old Excel (.xls). Save it as" in said


def test_entities_in_a_workbook_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]>'
    content = workbook(HEADER.split(","))
    spoilt = _with(content, "xl/workbook.xml", lambda xml: bomb + xml.partition(b"?>")[2])
    assert "Not a workbook that can be read" in told("events.xlsx", spoilt)


@pytest.mark.parametrize("name", ["xl/workbook.xml", "events.csv"])
def test_a_zip_that_swells_is_not_unpacked(name):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * 2_000_000)
    said = told("events.xlsx", target.getvalue())
    assert f"times its size. Allowed: {MAX_RATIO}" in said


def test_a_workbook_cut_off_is_a_fault_and_no_crash():
    assert "cannot be read" in told("events.xlsx", workbook(["id"])[:-200]).lower()
