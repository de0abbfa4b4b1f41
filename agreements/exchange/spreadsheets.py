"""From the bytes of an Excel workbook to the rows of its sheets, as the text that a CSV would hold.

Dates become ISO days, whole numbers lose their “.0”, TRUE and FALSE stay words, a formula is the
value that Excel last computed. A cell with an error, a time of day, or a formula that was never
computed cannot be taken, and says why. Workbooks are zips, held to `limits` before they are parsed,
and openpyxl parses them with defusedxml, which refuses entities.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from .limits import MAX_COLUMNS, MAX_EMPTY, UPLOAD, Limits, opened
from .tabular import Unreadable, spoilt

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_BROKEN = (
    *(OSError, EOFError, RuntimeError, ValueError, KeyError, IndexError, TypeError),
    *(AttributeError, SyntaxError, zipfile.BadZipFile, InvalidFileException),
)


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip is an Excel workbook."""
    return "xl/workbook.xml" in archive.namelist()


def sheets_of(
    content: bytes, limits: Limits = UPLOAD
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Name and rows of each sheet. Raises Unreadable, while the rows are read too."""
    try:
        with opened(content, limits) as archive:
            computed = _has_formulas(archive)
        values = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        told = computed and openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        sheets = [(sheet, told[sheet.title] if told else None) for sheet in values.worksheets]
    except _BROKEN as error:
        raise _unreadable(error) from error
    for sheet, formulas in sheets:
        yield sheet.title, _rows(sheet, formulas, limits)


def _unreadable(error: Exception) -> Unreadable:
    return Unreadable(0, f"Not a workbook that can be read: {str(error)[:300]}.")


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


def _rows(sheet, formulas, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    try:
        values = _as_wide_as_filled(sheet)
        written = formulas and _as_wide_as_filled(formulas)
        filled = 0
        for line, row in enumerate(values, start=1):
            said = next(written, ()) if written else ()
            if len(row) > MAX_COLUMNS:
                raise ValueError(f"line {line} has {len(row)} columns. Allowed: {MAX_COLUMNS}")
            cells = [
                _text(cell, said[place].value if place < len(said) else None)
                for place, cell in enumerate(row)
            ]
            if any(cells):
                filled = line
                yield line, cells
            elif line - filled > MAX_EMPTY:
                raise ValueError(f"{MAX_EMPTY} empty rows before line {line}: delete them")
            if line > limits.lines:
                raise ValueError(f"more than {limits.lines} lines")
    except _BROKEN as error:
        raise _unreadable(error) from error


def _as_wide_as_filled(sheet) -> Iterator[tuple]:
    """A sheet's rows, whatever size it says it has: rows are padded to that."""
    sheet.reset_dimensions()
    return sheet.iter_rows()


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
