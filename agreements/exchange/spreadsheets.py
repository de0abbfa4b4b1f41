"""From the bytes of an Excel workbook to the rows of its sheets, as the text that a CSV would hold.

Dates become ISO days, whole numbers lose their “.0”, TRUE and FALSE stay words, a formula is the
value that Excel last computed. A cell with an error, a time of day, or a formula that was never
computed cannot be taken, and says why. Workbooks are zips: their parts are limited before anything
is unpacked, and openpyxl parses them with defusedxml, which refuses entities.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from .tabular import Unreadable, spoilt

MAX_UNPACKED = 150_000_000
MAX_RATIO = 200  # times its packed size: tables of text shrink to a twentieth
MAX_PARTS = 2_000
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_BROKEN = (
    *(OSError, EOFError, RuntimeError, ValueError, KeyError, IndexError, TypeError),
    *(AttributeError, SyntaxError, zipfile.BadZipFile, InvalidFileException),
)


def refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Raise ValueError for a zip that would unpack to far more than a table can need."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if len(members) > MAX_PARTS:
        raise ValueError(f"{len(members)} parts. Allowed: {MAX_PARTS}")
    if unpacked > MAX_UNPACKED:
        raise ValueError(f"{unpacked} bytes unpacked. Allowed: {MAX_UNPACKED}")
    if unpacked > 1_000_000 and unpacked > packed * MAX_RATIO:
        raise ValueError(f"unpacks to {unpacked // packed} times its size. Allowed: {MAX_RATIO}")


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip is an Excel workbook."""
    return "xl/workbook.xml" in archive.namelist()


def sheets_of(content: bytes) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Name and rows of each sheet that holds something. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            refuse_bomb(archive)
            computed = _has_formulas(archive)
        values = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        told = computed and openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        for sheet in values.worksheets:
            formulas = told[sheet.title].iter_rows(values_only=True) if told else None
            rows = _rows(sheet.iter_rows(), formulas)
            yield sheet.title, rows
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable(0, f"Not a workbook that can be read: {error}.") from error


def _has_formulas(archive: zipfile.ZipFile) -> bool:
    """Whether any sheet has one: only then the workbook is read twice."""
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            with archive.open(name) as part:
                before = b""
                while chunk := part.read(1 << 20):
                    if _FORMULA.search(before + chunk):
                        return True
                    before = chunk[-16:]
    return False


def _rows(rows, formulas) -> Iterator[tuple[int, list[str]]]:
    for line, row in enumerate(rows, start=1):
        written = next(formulas, ()) if formulas else ()
        cells = [
            _text(cell, written[place] if place < len(written) else None)
            for place, cell in enumerate(row)
        ]
        if any(cells):
            yield line, cells


def _text(cell, formula) -> str:
    value = cell.value
    if value is None:
        if isinstance(formula, str) and formula.startswith("="):
            return spoilt(
                formula[:60],
                "A formula that was never computed: open the workbook in "
                "Excel, save it, or put the value in its place.",
            )
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        if value.time() != time(0):
            return spoilt(str(value), "A day with a time. Allowed: a day alone.")
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if cell.data_type == "e":
        return spoilt(str(value), f"Excel's error {value}: mend the cell's formula.")
    return str(value)
