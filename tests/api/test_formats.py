"""Every list and every question that is a table, as CSV, NDJSON and XLSX: the same rows as JSON."""

import csv
import io
import json
import random
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from agreements.models import Agreement
from partners.models import Firm
from sosa_registry.api import formats
from sosa_registry.api.formats import as_csv, written_xlsx
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import Pin
from sosa_registry.ledger.recording import revision
from tests.api.places import (
    BELOW,
    LISTS,
    QUESTIONS,
    RECORDS,
    address,
    ask,
    parameters_of,
    problem_of,
    refuse,
)

ACCEPTED = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHOICES = {
    "agreements": {
        "type": ["sosa", "rdp-mou", "audit,ntib"],
        "partner": ["AUS", "jpn,nor", "CAN"],
        "binding": ["yes", "no", "unknown"],
        "confidence": ["high", "medium,low"],
        "min_grade": ["A", "B"],
        "search": ["supply", "reciprocal defense", "sweden"],
        "ordering": ["-partner", "title", "type,-agreement"],
    },
    "events": {
        "event": ["signed", "entered_into_force,attested_in_force"],
        "type": ["sosa", "rdp-mou"],
        "country": ["AUS", "JPN,ITA,NOR"],
        "date_after": ["2000-01-01", "2017-06-30"],
        "date_before": ["2021-12-31"],
        "ordering": ["date", "-date"],
    },
    "claims": {
        "stance": ["agrees", "disagrees", "qualifies"],
        "subject_kind": ["agreement", "country"],
        "as_of": ["2021-08-10"],
        "ordering": ["-source", "claim"],
    },
    "sources": {
        "kind": ["regulation", "news,opinion"],
        "tier": ["primary", "secondary,tertiary"],
        "search": ["crs", "federal register"],
        "ordering": ["published_on", "-publisher"],
    },
    "published-lists": {
        "type": ["sosa", "rdp-mou"],
        "kind": ["regulation", "statement"],
        "as_of": ["2019-01-01"],
    },
}


def asked_at_random(number: int) -> tuple[str, str]:
    """A list and some of its parameters, the same for the same number."""
    chance = random.Random(number)
    place = chance.choice(sorted(CHOICES))
    names = chance.sample(sorted(CHOICES[place]), chance.randint(0, 3))
    chosen = {name: chance.choice(CHOICES[place][name]) for name in names}
    return place, "&".join(f"{name}={value}" for name, value in chosen.items())


def file(client, place: str, query: str = "", **headers):
    """The response with the whole of a file in it."""
    response = client.get(address(place, query), headers=headers)
    assert response.status_code == 200, (place, query, response.getvalue()[:300])
    return response


def bytes_of(client, place: str, query: str, kind: str) -> bytes:
    asked = f"{query}&format={kind}" if query else f"format={kind}"
    return file(client, place, asked).getvalue()


def csv_rows(content: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def ndjson_rows(content: bytes) -> list[dict]:
    return [json.loads(line) for line in content.splitlines()]


def xlsx_rows(content: bytes) -> list[dict]:
    head, *rows = load_workbook(io.BytesIO(content))["rows"].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def json_rows(client, place: str, query: str = "") -> list[dict]:
    """The results of every page, a few at a time."""
    found, page = [], 1
    while True:
        asked = "&".join(part for part in (query, f"page_size=37&page={page}") if part)
        answer = ask(client, place, asked)
        found += answer["results"]
        if not answer["next"]:
            return found
        page += 1


def flat(row: dict, within: str = "") -> dict:
    """A JSON object as a table has it: members of members with a dot, every cell a text."""
    made = {}
    for name, value in row.items():
        if isinstance(value, dict):
            made |= flat(value, f"{within}{name}.")
        elif isinstance(value, list):
            plain = not any(isinstance(item, dict) for item in value)
            made[within + name] = ";".join(value) if plain else json.loads(json.dumps(value))
        else:
            made[within + name] = value
    return made


def told(value) -> str:
    """A value as any file has it, without the apostrophe of a cell that would run."""
    if isinstance(value, list):
        return json.dumps(value, sort_keys=True)
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    text = str(value)
    if text.startswith("[{"):
        return json.dumps(json.loads(text), sort_keys=True)
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@\t\r" else text


def settled(rows: list[dict]) -> list[dict]:
    return [{name: told(value) for name, value in flat(row).items()} for row in rows]


@pytest.mark.parametrize("number", range(20))
def test_every_format_has_the_rows_of_the_json_pages(client, registry, number):
    place, query = asked_at_random(number)
    expected = json_rows(client, place, query)

    assert ndjson_rows(bytes_of(client, place, query, "ndjson")) == expected
    assert settled(csv_rows(bytes_of(client, place, query, "csv"))) == settled(expected)
    assert settled(xlsx_rows(bytes_of(client, place, query, "xlsx"))) == settled(expected)


@pytest.mark.parametrize("place", [*LISTS, *BELOW])
def test_every_list_is_a_file_in_every_format(client, full, place):
    expected = json_rows(client, place)

    assert ndjson_rows(bytes_of(client, place, "", "ndjson")) == expected
    assert settled(csv_rows(bytes_of(client, place, "", "csv"))) == settled(expected)
    assert len(xlsx_rows(bytes_of(client, place, "", "xlsx"))) == len(expected)


@pytest.mark.parametrize("place", QUESTIONS)
def test_every_question_is_the_same_table_in_every_format(client, registry, place):
    rows = ndjson_rows(bytes_of(client, place, "", "ndjson"))
    table = csv_rows(bytes_of(client, place, "", "csv"))

    assert rows
    assert len(xlsx_rows(bytes_of(client, place, "", "xlsx"))) == len(table) == len(rows)
    for row, line in zip(settled(rows), settled(table), strict=True):
        assert set(row) <= set(line)
        assert row.items() <= line.items()


def test_reconciliation_is_one_row_a_list_whatever_the_pages(client, registry):
    expected = json_rows(client, "reconciliation", "type=sosa")

    assert ndjson_rows(bytes_of(client, "reconciliation", "type=sosa", "ndjson")) == expected


@pytest.mark.parametrize("kind", ACCEPTED)
def test_a_format_can_be_asked_for_by_media_type(client, registry, kind):
    by_header = file(client, "firms", Accept=ACCEPTED[kind])

    assert by_header["Content-Type"].split(";")[0] == ACCEPTED[kind]
    assert "Accept" in by_header["Vary"]
    assert by_header["Content-Disposition"].endswith(f'.{kind}"')


@pytest.mark.parametrize("kind", ACCEPTED)
def test_a_file_is_named_after_what_was_asked(client, registry, kind):
    dated = file(client, "matrix", f"as_of=2021-08-10&format={kind}")
    plain = file(client, "agreements/sosa-aus/history", f"format={kind}")

    name = f'attachment; filename="matrix_as-of-2021-08-10_revision-1.{kind}"'
    assert dated["Content-Disposition"] == name
    assert f"agreements-sosa-aus-history_revision-1.{kind}" in plain["Content-Disposition"]
    assert dated.getvalue() and plain.getvalue()


def test_csv_begins_with_a_mark_unless_told_not_to_and_ends_its_lines_alike(client, registry):
    marked = bytes_of(client, "countries", "", "csv")

    assert marked.startswith(b"\xef\xbb\xbfcountry,alpha2,")
    assert bytes_of(client, "countries", "bom=0", "csv") == marked[3:]
    assert marked.count(b"\r\n") == 250


def test_columns_can_be_chosen_in_tables(client, registry):
    query = "type=sosa&columns=partner,evidence.grade"

    for read, kind in ((csv_rows, "csv"), (xlsx_rows, "xlsx")):
        rows = read(bytes_of(client, "agreements", query, kind))
        assert {tuple(row) for row in rows} == {("partner", "evidence.grade")}
        assert {"partner": "AUS", "evidence.grade": "A"} in rows


def test_a_cell_that_a_spreadsheet_would_run_is_text_in_every_table(client, registry):
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'quoted", 'a "b", c\nd', "שלום"]
    with revision(actor="tests", reason="Hostile names"):
        for number, name in enumerate(names):
            Firm(slug=f"firm-{number}", name=name, country_id="SWE").save()

    found = [row["name"] for row in csv_rows(bytes_of(client, "firms", "ordering=firm", "csv"))]
    assert found == [f"'{name}" for name in names[:6]] + names[6:]
    content = bytes_of(client, "firms", "ordering=firm&columns=name", "xlsx")
    assert [row["name"] for row in xlsx_rows(content)[:4]] == names[:4]
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet and b"hyperlink" not in sheet


def test_numbers_and_truths_are_themselves_in_a_spreadsheet(client, registry):
    (row, *_) = xlsx_rows(bytes_of(client, "reconciliation", "verdict=agrees", "xlsx"))

    assert isinstance(row["computed_count"], int)
    assert isinstance(row["exhaustive"], bool)


def test_a_spreadsheet_says_what_it_was_answered_from(client, registry):
    content = bytes_of(client, "matrix", "as_of=2021-08-10", "xlsx")

    about = dict(load_workbook(io.BytesIO(content))["about"].iter_rows(values_only=True))
    assert (about["as_of"], about["revision"]) == ("2021-08-10", 1)
    assert "/api/v1/matrix/?as_of=2021-08-10" in about["address"]


def test_the_same_question_is_the_same_spreadsheet(client, registry):
    one, other = (bytes_of(client, "firms", "", "xlsx") for _ in range(2))

    assert one == other


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(monkeypatch):
    table = formats.Table("made", ["note"], [{"note": "x" * 40_000}], Pin(1, None, ""))
    (row,) = xlsx_rows(written_xlsx(table, ["note"]).read())

    assert len(row["note"]) == 32_767
    assert row["note"].endswith("… (cut; 40000 characters in all)")


def test_rows_beyond_a_full_sheet_are_on_the_next(monkeypatch):
    monkeypatch.setattr(formats, "MOST_ROWS", 3)
    table = formats.Table("made", ["n"], ({"n": n} for n in range(7)), Pin(1, None, ""))
    book = load_workbook(written_xlsx(table, ["n"]))

    sheets = [[cell for (cell,) in sheet.values] for sheet in book.worksheets[:-1]]
    assert sheets == [["n", 0, 1, 2], ["n", 3, 4, 5], ["n", 6]]


def test_an_empty_table_still_has_its_head(client, registry):
    assert csv_rows(bytes_of(client, "firms", "", "csv")) == []
    assert b"firm,name,country" in bytes_of(client, "firms", "", "csv")
    assert bytes_of(client, "firms", "", "ndjson") == b""
    assert xlsx_rows(bytes_of(client, "firms", "", "xlsx")) == []


def test_none_confirmed_and_not_recorded_are_told_apart(client, registry):
    rows = csv_rows(bytes_of(client, "matrix", "type=sosa,audit&as_of=2026-11-21", "csv"))
    cells = {(row["country"], row["type"]): row for row in rows}

    canada, estonia = cells["CAN", "sosa"], cells["EST", "audit"]
    assert (canada["status"], canada["certainty"]) == ("none", "confirmed")
    assert canada["basis"] == "cfr15-700-57-2024-08-21"
    assert canada["conflicts"] != "0"
    assert (estonia["status"], estonia["certainty"]) == ("not_recorded", "not_recorded")
    assert len(rows) == 2 * len({row["country"] for row in rows})


def test_a_missing_member_is_not_called_a_no_when_nothing_is_recorded(client, registry):
    place = "coverage/?grouping=nato&type=audit&as_of=2026-11-21"
    said = {row["country"]: row["answer"] for row in csv_rows(bytes_of(client, place, "", "csv"))}

    answer = ask(client, place)
    assert said["GBR"] == "covered"
    assert said["EST"] == "not_recorded"
    assert len(said) == answer["members"]
    assert {code for code, word in said.items() if word == "missing"} == (
        set(answer["missing"]) - set(answer["not_recorded"])
    )


@pytest.mark.parametrize("kind", ACCEPTED)
@pytest.mark.parametrize("place", ["agreements", "claims", "reconciliation"])
def test_a_file_has_no_pages(client, registry, place, kind):
    problem = refuse(client, place, f"format={kind}&page=2&page_size=10")

    assert parameters_of(problem) == {"page", "page_size"}
    assert "every row" in problem["errors"][0]["detail"]


@pytest.mark.parametrize(
    "query, names",
    [
        ("columns=partner", {"columns"}),
        ("columns=partner&format=ndjson", {"columns"}),
        ("columns=partner,colour&format=csv", {"columns"}),
        ("bom=0", {"bom"}),
        ("bom=2&format=csv", {"bom"}),
        ("bom=0&format=xlsx&page=1", {"bom", "page"}),
        ("type=foo&format=csv", {"type"}),
    ],
)
def test_what_a_format_has_no_use_for_is_refused_by_name(client, registry, query, names):
    assert parameters_of(refuse(client, "agreements", query)) == names


def test_a_record_is_no_table(client, full):
    for place in RECORDS:
        assert parameters_of(refuse(client, place, "format=csv")) == {"format"}
    problem_of(client.get(address("countries/AUS"), headers={"Accept": "text/csv"}), 406)


def add_agreements(number: int) -> None:
    with revision(actor="tests", reason="Many"):
        Agreement.objects.bulk_create(
            Agreement(slug=f"made-{n}", type_id="sosa", partner_id="AUS", title=f"Made {n}")
            for n in range(number)
        )


@pytest.mark.parametrize("kind", ACCEPTED)
def test_a_chunk_costs_the_same_for_two_rows_and_for_two_hundred(client, registry, kind):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            bytes_of(client, "agreements", "search=made", kind)
        return len(captured)

    add_agreements(2)
    few = statements()
    with revision(actor="tests", reason="Away"):
        Agreement.objects.filter(slug__startswith="made-").delete()
    add_agreements(200)

    assert statements() == few <= 9  # three of them the names of another state, read once


def test_rows_are_read_a_chunk_at_a_time():
    taken = []

    def rows():
        for number in range(formats.CHUNK * 3):
            taken.append(number)
            yield {"n": number}

    written = as_csv(rows(), ["n"])
    next(written), next(written)

    assert len(taken) <= formats.CHUNK


def test_a_file_is_streamed(client, registry):
    response = file(client, "countries", "format=csv")

    assert response.streaming


def test_a_correction_shows_in_the_next_file(client, registry):
    agreement = Agreement.objects.get(slug="sosa-aus")
    agreement.note = "Corrected"
    keep(agreement, actor="editor", reason="A note")
    response = file(client, "agreements", "format=csv&search=corrected")

    assert "revision-2" in response["Content-Disposition"]
    assert [row["agreement"] for row in csv_rows(response.getvalue())] == ["sosa-aus"]
