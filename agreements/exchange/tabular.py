"""From the bytes of a CSV file to its header and rows: encoding, delimiter, quotation.

UTF-8 only, with or without a byte order mark: another encoding is refused by its name, with a way
to save the file as UTF-8, because guessing would write wrong letters into names. What separates the
cells (comma, semicolon or tab) is read from the header, which is known.
"""

import csv
import io
from collections.abc import Iterable, Iterator

DELIMITERS = (",", ";", "\t")
_HEADER = 20_000  # characters; all columns together have fewer
SAVE_AS = (
    "Save it as UTF-8: in Excel “CSV UTF-8 (Comma delimited)”, in LibreOffice tick “Edit filter "
    "settings” and choose “Unicode (UTF-8)”."
)


class Unreadable(ValueError):
    """A file that is not what it should be; the line, and a sentence that says what to do."""

    def __init__(self, line: int, message: str):
        super().__init__(message)
        self.line = line


class Spoilt(str):
    """A cell without a value that can be taken; `why` says so."""

    why = ""


def spoilt(text: str, why: str) -> Spoilt:
    """A cell that cannot be taken."""
    cell = Spoilt(text)
    cell.why = why
    return cell


def text_of(content: bytes) -> str:
    """The file as text. Raises Unreadable for every encoding but UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(1, f"Not UTF-8: the file is UTF-16 (Excel's “Unicode text”). {SAVE_AS}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        shown = content[error.start : error.start + 1].decode("windows-1252", "replace")
        raise Unreadable(
            line,
            f"Not UTF-8: it seems to be Windows-1252, where byte {content[error.start]:#04x} "
            f"stands for “{shown}”. {SAVE_AS}",
        ) from error


def delimiter_of(text: str, known: Iterable[str]) -> str:
    """What separates the cells: that by which the header has most columns that are known."""
    header, names = text[:_HEADER].partition("\n")[0].strip("\r"), set(known)

    def recognized(sign: str) -> int:
        return len({cell.strip().strip('"') for cell in header.split(sign)} & names)

    return max(DELIMITERS, key=recognized)


def rows_of(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row begins, and its cells. Raises Unreadable."""
    lines = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"Not well-formed CSV ({error}): is a quotation mark left open?"
        raise Unreadable(reader.line_num, message) from error
