"""What a file may hold before it is read, so that a small file cannot become large work.

A zip says how large its parts are, and may lie: parts are therefore unpacked once, a little at a
time, and must give what was said. Uploads are held to tables that a worker reads within 200 MB; an
operator's own files on the server may be larger.
"""

import copy
import io
import zipfile
from dataclasses import dataclass

MAX_RATIO = 200  # times its packed size: tables of text shrink to a twentieth
MAX_PARTS = 2_000
MAX_COLUMNS = 256
MAX_EMPTY = 10_000  # rows without a cell, one after another
MAX_PROBLEMS = 5_000  # in one file, before reading stops
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # what spreadsheets and exports use
_PART = b"PK\x01\x02"  # begins each entry of a zip's list of parts
_STEP = 1 << 16


@dataclass(frozen=True)
class Limits:
    """The most that is read: lines of a table, and bytes when unpacked."""

    lines: int
    unpacked: int


UPLOAD = Limits(lines=100_000, unpacked=40_000_000)
OWN = Limits(lines=20_000_000, unpacked=2_000_000_000)


def opened(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """A zip that may be read. Raises ValueError, BadZipFile."""
    if (parts := content.count(_PART)) > MAX_PARTS:  # before they are read: each costs a kilobyte
        raise ValueError(f"{parts} parts. Allowed: {MAX_PARTS}")
    archive = zipfile.ZipFile(io.BytesIO(content))
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked:
        raise ValueError(f"{unpacked} bytes unpacked. Allowed: {limits.unpacked}")
    # Of the file, not of its parts: these may lie on top of each other.
    if unpacked > 1_000_000 and unpacked > len(content) * MAX_RATIO:
        times = unpacked // len(content)
        raise ValueError(f"unpacks to {times} times its size. Allowed: {MAX_RATIO}")
    for member in members:
        _hold_to_its_word(archive, member)
    return archive


def _hold_to_its_word(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise ValueError for a part that unpacks to more than it says."""
    if member.compress_type not in _METHODS:
        raise ValueError(f"“{member.filename[:60]!r}” is packed oddly. Allowed: deflate")
    unbound = copy.copy(member)  # as it says of itself, reading would stop where it says
    unbound.file_size, unbound.CRC = member.file_size + 1, None
    left = unbound.file_size
    with archive.open(unbound) as part:
        while left and (some := part.read(min(left, _STEP))):
            left -= len(some)
    if not left:
        raise ValueError(f"“{member.filename[:60]!r}” is larger than it says")


def refuse_lines(content: bytes, limits: Limits) -> None:
    """Raise ValueError for a table of more lines than are read."""
    lines = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if lines > limits.lines:
        raise ValueError(f"{lines} lines. Allowed: {limits.lines}")


def weight(content: bytes) -> int:
    """How many bytes there are to read, as the file says: those of a zip's parts."""
    if content.count(_PART) > MAX_PARTS or not content.startswith(b"PK\x03\x04"):
        return len(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return len(content)
