"""Rows as files: CSV, NDJSON and XLSX, written while they are read, so that memory stays flat.

A row is the same object that the JSON answer holds. CSV and XLSX are tables: members of a member
are columns with a dot (`evidence.grade`), lists are joined with semicolons, lists of objects are
JSON. The one thing to know: what a spreadsheet would run in a cell of a CSV file is escaped with an
apostrophe; the data package (`exchange`) is the verbatim copy, these files are for people.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from itertools import chain, islice
from tempfile import SpooledTemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.serializers import Serializer
from xlsxwriter import Workbook

from sosa_registry import asking, logs
from sosa_registry.asking import BadParameter
from sosa_registry.ledger.reading import Pin

from .renderers import JSONRenderer, as_json, as_line

BOM = "\ufeff"
CHUNK = 1_000  # rows that are read, prepared and written together
SPOOLED = 2_000_000  # bytes of a spreadsheet that are kept in memory; more go to a file
LONGEST_CELL, MOST_ROWS = 32_767, 1_048_575  # what a sheet can hold, its head aside
# What a cell begins with that a spreadsheet would run, in full width too …
RUNS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# … or a part of one, where its reader takes another sign to end a cell.
_RUNS_LATER = re.compile("([;\t\r\n])(?=[=+@\uff1d\uff0b\uff0d\uff20-])")

Rows = Iterable[dict]


@dataclass(frozen=True)
class Table:
    """A named table that is ready to be written: columns, rows, and what it was answered from."""

    name: str
    columns: list[str]
    rows: Rows
    pin: Pin
    as_of: date | None = None
    address: str = ""

    @property
    def stem(self) -> str:
        """The file's name without its ending: what, as of when, from which revision."""
        day = f"_as-of-{self.as_of.isoformat()}" if self.as_of else ""
        return f"{self.name}{day}_revision-{self.pin.revision}"


class Renderer(BaseRenderer):
    """A format in which a table is streamed; negotiation chooses it, `export` writes it."""

    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """What is no table (an answer to OPTIONS) is JSON."""
        return JSONRenderer().render(data)


class CSVRenderer(Renderer):
    """CSV: UTF-8, RFC 4180."""

    media_type, format = "text/csv", "csv"


class NDJSONRenderer(Renderer):
    """One JSON object a line."""

    media_type, format = "application/x-ndjson", "ndjson"


class XLSXRenderer(Renderer):
    """A spreadsheet."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"


TABLES = (CSVRenderer, NDJSONRenderer, XLSXRenderer)
# Whole objects have no columns to choose from.
WITH_COLUMNS = ("csv", "xlsx")


def is_table(request) -> bool:
    """Whether a request asks for a file rather than for JSON."""
    return isinstance(request.accepted_renderer, Renderer)


def columns_of(serializer: Serializer, within: str = "") -> list[str]:
    """The columns of a table of such rows: its members, those of a member with a dot."""
    made = []
    for name, each in serializer.fields.items():
        inner = columns_of(each, f"{within}{name}.") if isinstance(each, Serializer) else None
        made += inner or [f"{within}{name}"]
    return made


def misplaced(params, chosen: str) -> list[BadParameter]:
    """Parameters that the chosen format has no use for, each with what to do instead."""
    faults = []
    given = {name for name in ("page", "page_size", "columns", "bom") if params.get(name)}
    if chosen != "json":
        said = f"A {chosen} file has every row and no pages. Leave it out, or ask for format=json."
        faults += [BadParameter(name, said) for name in sorted(given & {"page", "page_size"})]
    if "columns" in given and chosen not in WITH_COLUMNS:
        said = f"{chosen} gives whole objects. Columns can be chosen for csv and xlsx."
        faults.append(BadParameter("columns", said))
    if "bom" in given and chosen != "csv":
        faults.append(BadParameter("bom", f"Only csv begins with one, not {chosen}."))
    return faults


def export(request, table: Table):
    """The whole table as a file of the format that was asked for. Raises BadParameter."""
    chosen, params = request.accepted_renderer, request.query_params
    logs.note("exported", account=request.user, table=table.name, format=chosen.format)
    columns = asking.some_of("columns", params.get("columns", ""), table.columns)
    columns, name = columns or table.columns, f"{table.stem}.{chosen.format}"
    if chosen.format == "xlsx":
        made = written_xlsx(table, columns)
        return FileResponse(made, as_attachment=True, filename=name, content_type=chosen.media_type)
    if chosen.format == "ndjson":
        content, media_type = as_ndjson(table.rows), chosen.media_type
    else:
        bom = asking.one_of("bom", params.get("bom") or "1", ["0", "1"]) == "1"
        content, media_type = as_csv(table.rows, columns, bom=bom), "text/csv; charset=utf-8"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(content, content_type=media_type, headers=headers)


def chunked(rows: Iterable, size: int = CHUNK) -> Iterator[list]:
    """Rows by the list, as many at a time as are worked on together."""
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def as_ndjson(rows: Rows) -> Iterator[bytes]:
    """One object a line, a chunk at a time."""
    for chunk in chunked(rows):
        yield b"".join(map(as_line, chunk))


def as_csv(rows: Rows, columns: list[str], *, bom: bool = True) -> Iterator[bytes]:
    """Head and rows with CRLF, a chunk at a time; cells that a spreadsheet would run escaped."""
    held, read = StringIO(newline=""), _reader(columns)
    lines = csv.writer(held)
    lines.writerow([f"{BOM if bom else ''}{columns[0]}", *columns[1:]])
    for chunk in chain([[]], chunked(rows)):
        lines.writerows(_escaped(read(row)) for row in chunk)
        yield held.getvalue().encode()
        held.seek(0)
        held.truncate()


def written_xlsx(table: Table, columns: list[str]) -> SpooledTemporaryFile:
    """A workbook, rewound: the rows, and a sheet that says where they come from.

    Row by row to a temporary file: a workbook ends with its table of contents, so it cannot be sent
    while it grows. Texts stay texts, whatever they look like.
    """
    made = SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115  (the response closes it)
    book = Workbook(
        made,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    if table.pin.at:  # when the revision was made, not now: the same question, the same file
        book.set_properties({"created": table.pin.at.replace(tzinfo=None)})
    head, read, rows = book.add_format({"bold": True}), _reader(columns), iter(table.rows)
    first = next(rows, None)
    rows = rows if first is None else chain([first], rows)
    for number, part in enumerate(_sheets(rows)):
        sheet = book.add_worksheet("rows" if not number else f"rows {number + 1}")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, head)
        for line, row in enumerate(part, 1):
            for place, cell in enumerate(read(row)):
                _write(sheet, line, place, cell)
    _about(book.add_worksheet("about"), table)
    book.close()
    made.seek(0)
    return made


def _sheets(rows: Iterator[dict]) -> Iterator[Iterator[dict]]:
    """Rows by the sheet: one, even without rows, and another whenever one is full."""
    yield islice(rows, MOST_ROWS)
    while (row := next(rows, None)) is not None:
        yield chain([row], islice(rows, MOST_ROWS - 1))


def _about(sheet, table: Table) -> None:
    told = {
        "Registry of defence-supply agreements": "independent, not an official site",
        "address": table.address,
        "as_of": table.as_of.isoformat() if table.as_of else "",
        "revision": table.pin.revision,
        "licence": "CC BY 4.0",
    }
    sheet.set_column(0, 1, 40)
    for line, (name, value) in enumerate(told.items()):
        sheet.write_string(line, 0, name)
        _write(sheet, line, 1, value)


def _write(sheet, line: int, place: int, value) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    elif text := _text(value):
        if len(text) > LONGEST_CELL:  # say so: a text cut in silence would be another text
            told = f" … (cut; {len(text)} characters in all)"
            text = text[: LONGEST_CELL - len(told)] + told
        sheet.write_string(line, place, text)


def _reader(columns: list[str]) -> Callable[[dict], list]:
    """Reads the cells of a row; those with a dot from the members of its members."""
    within = [(place, name.split(".")) for place, name in enumerate(columns) if "." in name]

    def read(row: dict) -> list:
        cells = list(map(row.get, columns))
        for place, steps in within:
            value = row
            for step in steps:
                value = value.get(step) if value else None
            cells[place] = value
        return cells

    return read


def _text(value) -> str:
    """A value as it stands in a cell."""
    if type(value) is str:  # most are
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and not any(isinstance(item, dict) for item in value):
        return ";".join(map(_text, value))
    if isinstance(value, dict | list | tuple):
        return as_json(value).decode()
    if isinstance(value, datetime):
        return as_json(value).decode().strip('"')
    return value.isoformat() if isinstance(value, date) else str(value)


def _escaped(cells: list) -> list:
    """Cells as texts, with an apostrophe before whatever a spreadsheet would run as a formula."""
    return [
        # Most are harmless texts, or empty.
        cell if cell is None or (type(cell) is str and not _may_run(cell)) else _harmless(cell)
        for cell in cells
    ]


def _may_run(text: str) -> bool:
    """Whether a text needs a closer look. Searching for a pattern in each would be dear."""
    return text[:1] in RUNS or ";" in text or "\n" in text or "\t" in text or "\r" in text


def _harmless(value) -> str:
    text = _text(value)
    return text if isinstance(value, int | float) else neutral(text)


def neutral(text: str) -> str:
    """A cell's text, with an apostrophe before whatever a spreadsheet would run as a formula."""
    text = _RUNS_LATER.sub(r"\1'", text)
    return f"'{text}" if text[:1] in RUNS else text
