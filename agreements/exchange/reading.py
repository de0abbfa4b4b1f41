"""From files to rows: a folder or a zip of CSV files, read strictly, every fault noted.

Nothing here asks the database. A fault names file, line and column, so that a person can mend the
file; reading goes on after it, to find them all.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .tables import BY_NAME, TABLES, Table

MAX_BYTES = 100_000_000
# What opening a folder or zip can raise: a zip may be cut off, encrypted, or packed oddly.
UNREADABLE = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
_CONTROL = {chr(code) for code in range(32)} - {"\n", "\r", "\t"}


@dataclass(frozen=True)
class Problem:
    """One fault in a file: where it is, and what is wrong with it."""

    file: str
    line: int
    column: str
    message: str

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


@dataclass
class Row:
    """One line of a table: its cells by column, and the line it stands on."""

    table: Table
    line: int
    cells: dict[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        """What identifies it in the file."""
        return tuple(self.cells.get(column, "") for column in self.table.key)

    def problem(self, column: str, message: str) -> Problem:
        """A fault in this row."""
        return Problem(f"{self.table.name}.csv", self.line, column, message)


@dataclass
class Package:
    """What was read: the rows of each table present, and every fault found."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(path: Path) -> Package:
    """Read a folder or zip of tables; a table that is absent is left alone."""
    package, files = Package(), []
    try:
        files = list(_files(path))
    except UNREADABLE as error:
        package.problems.append(Problem(str(path), 0, "", f"Cannot be read: {error}."))
    if not files and not package.problems:
        named = ", ".join(f"{table.name}.csv" for table in TABLES)
        package.problems.append(Problem(str(path), 0, "", f"Holds none of {named}."))
    seen = set()
    for name, content in sorted(files):
        if name in seen:
            package.problems.append(Problem(name, 0, "", "The table is there twice."))
        elif Path(name).stem in BY_NAME:
            seen.add(name)
            _read_table(BY_NAME[Path(name).stem], content, package)
        else:
            known = ", ".join(BY_NAME)
            package.problems.append(Problem(name, 0, "", f"Not a table. Allowed: {known}."))
    return package


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in path.glob("*.csv"):
            yield file.name, file.read_bytes()
    elif not path.exists():
        raise ValueError("no such file or folder")
    else:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".csv")]
            if sum(member.file_size for member in members) > MAX_BYTES:
                raise ValueError(f"more than {MAX_BYTES} bytes unpacked")
            for member in members:
                yield Path(member.filename).name, archive.read(member)


def _read_table(table: Table, content: bytes, package: Package) -> None:
    file = f"{table.name}.csv"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "Not UTF-8. Save the file with the encoding UTF-8."
        package.problems.append(Problem(file, line, "", message))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if faults := list(_header_faults(table, header)):
            package.problems += [Problem(file, 1, column, text) for column, text in faults]
            return
        _read_rows(table, header, reader, package)
    except csv.Error as error:
        message = f"Not well-formed CSV ({error}): is a quotation mark left open?"
        package.problems.append(Problem(file, reader.line_num, "", message))


def _header_faults(table: Table, header: list[str]) -> Iterator[tuple[str, str]]:
    for column in sorted({name for name in header if header.count(name) > 1}):
        yield column, "The column is there twice."
    for column in header:
        if column not in table.columns:
            yield column, f"Unknown column. Allowed: {', '.join(table.columns)}."
    for column in table.columns:
        if column in table.required and column not in header:
            yield column, "The column is missing."


def _read_rows(table: Table, header: list[str], reader, package: Package) -> None:
    rows, seen, line = [], {}, 2
    for cells in reader:
        row = Row(table, line, dict(zip(header, cells, strict=False)))
        line = reader.line_num + 1
        if not cells:
            continue
        if len(cells) != len(header):
            message = f"{len(cells)} cells, {len(header)} columns: cut off, or a stray comma?"
            package.problems.append(row.problem("", message))
            continue
        for column, cell in row.cells.items():
            if _CONTROL & set(cell):
                package.problems.append(row.problem(column, "Holds a control character."))
        first = seen.setdefault(row.key, row.line)
        if first != row.line and any(row.key):
            name = " + ".join(table.key)
            package.problems.append(row.problem(name, f"Given twice: see line {first}."))
        rows.append(row)
    package.rows[table.name] = rows
