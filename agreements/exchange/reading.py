"""From files to rows: a folder, a zip, a CSV file or an Excel workbook, read strictly.

Nothing here asks the database. A fault names file, line and column, so that a person can mend the
file; reading goes on after it, to find them all.
"""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from .limits import MAX_COLUMNS, MAX_EMPTY, MAX_PROBLEMS, OWN, UPLOAD, Limits, opened, refuse_lines
from .spreadsheets import is_workbook, sheets_of
from .tables import BY_NAME, TABLES, Table
from .tabular import Spoilt, Unreadable, delimiter_of, rows_of, text_of

# What opening a folder or zip can raise: a zip may be cut off, encrypted, or packed oddly.
UNREADABLE = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
_CONTROL = {chr(code) for code in range(32)} - {"\n", "\r", "\t"}
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_TRUTH = {"TRUE": "yes", "FALSE": "no"}


@dataclass(frozen=True)
class Problem:
    """One fault in a file: where it is, and what is wrong with it."""

    file: str
    line: int
    column: str
    message: str
    value: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return (
            f"{where}, {self.column}: {self.message}" if self.column else f"{where}: {self.message}"
        )


class ImportRefused(Exception):
    """The files cannot be imported; `problems` names every fault. Nothing was written."""

    def __init__(self, problems: list[Problem]):
        super().__init__(f"{len(problems)} problems, nothing was written.")
        self.problems = problems


@dataclass(slots=True)
class Row:
    """One line of a table: its cells by column, and the line it stands on."""

    table: Table
    line: int
    cells: dict[str, str]
    file: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What identifies it in the file."""
        return tuple(self.cells.get(column, "") for column in self.table.key)

    def problem(self, column: str, message: str) -> Problem:
        """A fault in this row."""
        value = self.cells.get(column, "")
        return Problem(self.file or f"{self.table.name}.csv", self.line, column, message, value)


@dataclass
class Package:
    """What was read: the rows of each table present, and every fault found."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: bool = False

    def refuse(self, file: str, line: int, column: str, message: str) -> None:
        """Note why a whole table could not be read."""
        self.problems.append(Problem(file, line, column, message))
        self.unread = True

    @property
    def size(self) -> int:
        """How many rows were read."""
        return sum(map(len, self.rows.values()))


def read(path: Path) -> Package:
    """Read a folder or zip of tables, a CSV file or a workbook; absent tables are left alone.

    These are the operator's own, so they may be larger than what is uploaded.
    """
    try:
        if not path.exists():
            raise ValueError("no such file or folder")
        if not path.is_dir():
            return read_upload(path.name, path.read_bytes(), limits=OWN)
        files = [(file.name, file.read_bytes()) for file in path.glob("*.csv")]
    except UNREADABLE as error:
        return _unread(str(path), f"Cannot be read: {error}.")
    return _read_files(str(path), files, OWN)


def read_upload(name: str, content: bytes, table: str = "", limits: Limits = UPLOAD) -> Package:
    """Read one file by what it is: a zip of tables, a workbook, or the CSV of one table.

    `table` says which table a file or a workbook's only sheet is; if it does not, the name does, or
    the header when it is that of one table only.
    """
    if content.startswith(_OLD_EXCEL):
        message = "A workbook of old Excel (.xls). Save it as “Excel Workbook (.xlsx)” or as CSV."
        return _unread(name, message)
    try:
        if not content.startswith(_ZIP):
            package = Package()
            _read_csv(name, table, content, package, limits)
            return package
        with opened(content, limits) as archive:
            if is_workbook(archive):
                return _read_workbook(name, table, content, limits)
            members = [m for m in archive.namelist() if m.endswith(".csv")]
            files = [(Path(member).name, archive.read(member)) for member in members]
    except UNREADABLE as error:
        return _unread(name, f"Cannot be read: {error}.")
    return _read_files(name, files, limits)


def _unread(place: str, message: str) -> Package:
    package = Package()
    package.refuse(place, 0, "", message)
    return package


def _read_files(place: str, files: list[tuple[str, bytes]], limits: Limits) -> Package:
    package, seen = Package(), set()
    if not files:
        named = ", ".join(f"{table.name}.csv" for table in TABLES)
        package.refuse(place, 0, "", f"Holds none of {named}.")
    for name, content in sorted(files):
        if name in seen:
            package.refuse(name, 0, "", "The table is there twice.")
        elif Path(name).stem in BY_NAME:
            seen.add(name)
            _read_csv(name, Path(name).stem, content, package, limits)
        else:
            package.refuse(name, 0, "", _no_table(Path(name).stem))
    return package


def _no_table(name: str) -> str:
    near = get_close_matches(name, BY_NAME, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"Not a table.{hint} Allowed: {', '.join(BY_NAME)}."


def _read_workbook(name: str, asked: str, content: bytes, limits: Limits) -> Package:
    package, found = Package(), 0
    try:
        for title, rows in sheets_of(content, limits):
            first = next(rows, None)
            if first is None:
                continue  # an empty sheet
            found += 1
            known = asked if asked and found == 1 else title
            table = _table_of(known, first[1]) or _table_of(Path(name).stem, first[1])
            if table is None:
                package.refuse(f"{name}, sheet {title}", 0, "", _no_table(title))
            elif table.name in package.rows:
                told = "The table is there twice."
                package.refuse(f"{name}, sheet {title}", 0, "", told)
            else:
                file = f"{name}, sheet {title}"
                _read_table(table, file, _chained(first, rows), package, padded=True)
    except Unreadable as fault:
        package.refuse(name, fault.line, "", str(fault))
    if not found and not package.problems:
        package.refuse(name, 0, "", "The workbook is empty.")
    return package


def _chained(first, rows) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rows


def _read_csv(name: str, asked: str, content: bytes, package: Package, limits: Limits) -> None:
    try:
        refuse_lines(content, limits)
        text = text_of(content)
        every = {column for table in TABLES for column in table.columns}
        rows = rows_of(text, delimiter_of(text, every))
        first = next(rows, (1, []))
        table = _table_of(asked or Path(name).stem, first[1])
        if table is None:
            package.refuse(name, 0, "", _no_table(Path(name).stem))
        else:
            _read_table(table, name, _chained(first, rows), package)
    except Unreadable as fault:
        package.refuse(name, fault.line, "", str(fault))
    except ValueError as fault:
        package.refuse(name, 0, "", f"Cannot be read: {fault}.")


def _table_of(name: str, header: list[str]) -> Table | None:
    """The table of that name; else the only one that a file with this header can be."""
    if name in BY_NAME:
        return BY_NAME[name]
    columns = {cell.strip() for cell in header if cell.strip()}
    fitting = [t for t in TABLES if columns and t.required <= columns <= set(t.columns)]
    return fitting[0] if len(fitting) == 1 else None


def _header_faults(table: Table, header: list[str]) -> Iterator[tuple[str, str]]:
    for column in sorted({name for name in header if header.count(name) > 1}):
        yield column, "The column is there twice."
    for column in header:
        if column not in table.columns:
            near = get_close_matches(column, table.columns, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield column, f"Unknown column.{hint} Allowed: {', '.join(table.columns)}."
    for column in table.columns:
        if column in table.required and column not in header:
            yield column, "The column is missing."


def _read_table(
    table: Table,
    file: str,
    lines: Iterable[tuple[int, list[str]]],
    package: Package,
    padded: bool = False,
) -> None:
    """Take a table's rows; `padded`: a sheet's rows are as wide as its widest."""
    lines = iter(lines)
    at, header = next(lines)
    header = [name.strip() for name in _trimmed(header)]
    if len(header) > MAX_COLUMNS:
        package.refuse(file, at, "", f"{len(header)} columns. Allowed: {MAX_COLUMNS}.")
        return
    if faults := list(_header_faults(table, header)):
        for column, told in faults:
            package.refuse(file, at, column, told)
        return
    rows, seen, filled = [], {}, at
    for line, cells in lines:
        if len(package.problems) > MAX_PROBLEMS:
            package.refuse(file, line, "", f"More than {MAX_PROBLEMS} faults: not read further.")
            return
        cells = _trimmed(cells, len(header))
        if padded:
            cells += [""] * (len(header) - len(cells))
        if not any(cells):  # an empty line, or one of delimiters alone
            if line - filled > MAX_EMPTY:
                package.refuse(file, line, "", f"{MAX_EMPTY} empty lines: delete them.")
                return
            continue
        filled = line
        row = Row(table, line, dict(zip(header, cells, strict=False)), file)
        if len(cells) != len(header):
            message = f"{len(cells)} cells, {len(header)} columns: cut off, or a stray delimiter?"
            package.problems.append(row.problem("", message))
            continue
        _take(row, package)
        first = seen.setdefault(row.key, row.line)
        if first != row.line and any(row.key):
            name = " + ".join(table.key)
            package.problems.append(row.problem(name, f"Given twice: see line {first}."))
        rows.append(row)
    package.rows[table.name] = rows


def _take(row: Row, package: Package) -> None:
    """Note what a row's cells cannot be; TRUE and FALSE are yes and no where these are meant."""
    for column, cell in row.cells.items():
        if isinstance(cell, Spoilt):
            package.problems.append(row.problem(column, cell.why))
        elif _CONTROL & set(cell):
            package.problems.append(row.problem(column, "Holds a control character."))
        elif cell in _TRUTH and _is_yes_or_no(row.table, column):
            row.cells[column] = _TRUTH[cell]


def _is_yes_or_no(table: Table, column: str) -> bool:
    field = table.fields.get(column)
    return bool(field and field.choices) and {"yes", "no"} <= {value for value, _ in field.choices}


def _trimmed(cells: list[str], least: int = 0) -> list[str]:
    """Without the empty cells that spreadsheets leave at the end of a row."""
    last = len(cells)
    while last > least and not cells[last - 1]:
        last -= 1
    return cells[:last]
