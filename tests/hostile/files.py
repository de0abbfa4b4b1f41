"""Files that mean harm, each made when it is asked for: bombs, entities, lies and stray paths."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{TYPES}"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{KINDS}.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    + "</Types>"
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROOT = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{RELATION}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
OWN = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{RELATION}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{RELATION}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>'
    '<sheet name="firms" sheetId="1" r:id="r1"/></sheets></workbook>'
)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
TO_A_HOST = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


def zipped(*members: tuple[str, bytes | str], method=zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return made.getvalue()


def sheet(rows: str, before: str, size: str) -> str:
    """A sheet's XML."""
    return f'{before}<worksheet xmlns="{MAIN}">{size}<sheetData>{rows}</sheetData></worksheet>'


def workbook(
    rows: str = "", before: str = "", strings: str = "", book: str = BOOK, size: str = ""
) -> bytes:
    """A workbook with one sheet, “firms”."""
    texts = strings or f'<sst xmlns="{MAIN}"><si><t>firm</t></si></sst>'
    return zipped(
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", OWN),
        ("xl/sharedStrings.xml", texts),
        ("xl/worksheets/sheet1.xml", sheet(rows, before, size)),
    )


def text(place: str, value: str) -> str:
    """A cell that holds a text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def written(name: bytes, packed: bytes, crc: int, size: int, times: int = 1) -> bytes:
    """A zip by hand: one part, listed so often, with a sum and a size that need not be true."""
    said = (crc, len(packed), size, len(name))
    body = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, *said, 0) + name + packed
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, *said, 0, 0, 0, 0, 0, 0)
    listing = (entry + name) * times
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, times, times, len(listing), len(body), 0)
    return body + listing + end


def packed_zeros(millions: int) -> bytes:
    """So many million zero bytes, deflated, without the work of deflating them all."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    million = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return million * millions + packer.flush()


def lying(said: int) -> bytes:
    """A zip whose part unpacks to a thousand million bytes, with the sum of as many as it says."""
    return written(b"firms.csv", packed_zeros(1_000), zlib.crc32(bytes(said)), said)


def overlapping(count: int) -> bytes:
    """A zip whose many parts are all the same bytes of the file."""
    return written(b"firms.csv", packed_zeros(1), zlib.crc32(bytes(1_000_000)), 1_000_000, count)


ZEROS = bytes(5_000_000)
HEAD = b"firm,name,country\n"
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "a bomb of zeros": lambda: zipped(("firms.csv", ZEROS)),
    "a bomb of bzip2": lambda: zipped(("firms.csv", ZEROS), method=zipfile.ZIP_BZIP2),
    "a bomb of lzma": lambda: zipped(("firms.csv", ZEROS), method=zipfile.ZIP_LZMA),
    "a bomb that says it is small": lambda: lying(5_000_000),
    "a zip in a zip": lambda: zipped(("firms.csv", zipped(("firms.csv", ZEROS)))),
    "a bomb within a zip": lambda: zipped(("inner.zip", zipped(("firms.csv", ZEROS)))),
    "members on top of each other": lambda: overlapping(39),
    "ten thousand members": lambda: zipped(*((f"{n}.csv", b"") for n in range(10_000))),
    "a member twice": lambda: zipped(("firms.csv", HEAD), ("firms.csv", HEAD)),
    "a name that climbs": lambda: zipped(("../../../etc/cron.d/firms.exe.csv", HEAD)),
    "an absolute name": lambda: zipped(("/etc/passwd.csv", HEAD)),
    "a name of another system": lambda: zipped(("C:\\Windows\\x.csv", HEAD)),
    "a name with a line end": lambda: zipped(("firms\r\nSet-Cookie: a=b.csv", HEAD)),
    "cut off": lambda: zipped(("firms.csv", HEAD))[:-30],
    "only a beginning": lambda: b"PK\x03\x04",
    "an end that lies far away": lambda: b"PK\x03\x04" + b"PK\5\6" + b"\xff" * 18,
}


def link() -> bytes:
    """A zip whose table is a symbolic link."""
    member = zipfile.ZipInfo("firms.csv")
    member.create_system, member.external_attr = 3, 0o120777 << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    return made.getvalue()


ARCHIVES["a symbolic link"] = link

HEADER = f'<row r="1">{text("A1", "firm")}{text("B1", "name")}{text("C1", "country")}</row>'
WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "billion laughs in a sheet": lambda: workbook(
        f'<row r="1">{text("A1", "&i;")}</row>', before=LAUGHS
    ),
    "an external entity in a sheet": lambda: workbook(
        f'<row r="1">{text("A1", "&i;")}</row>', before=OUTSIDE
    ),
    "an external description": lambda: workbook(HEADER, before=TO_A_HOST),
    "billion laughs in the strings": lambda: workbook(
        HEADER, strings=f'{LAUGHS}<sst xmlns="{MAIN}"><si><t>&i;</t></si></sst>'
    ),
    "an external entity in the workbook": lambda: workbook(
        HEADER, book=OUTSIDE + BOOK.replace('"firms"', '"&i;"')
    ),
    "a row beyond a million": lambda: workbook(
        HEADER + f'<row r="1048576">{text("A1048576", "x")}</row>'
    ),
    "a row beyond all rows": lambda: workbook(
        HEADER + f'<row r="2000000000">{text("A2000000000", "x")}</row>'
    ),
    "cells far to the right": lambda: workbook(
        HEADER + "".join(f'<row r="{n}">{text(f"XFD{n}", "x")}</row>' for n in range(2, 2_000))
    ),
    "a sheet that says it is vast": lambda: workbook(
        HEADER, size='<dimension ref="A1:XFD1048576"/>'
    ),
    "a sheet that is not XML": lambda: workbook(HEADER + "<row"),
    "a hundred thousand elements deep": lambda: workbook(HEADER + "<a>" * 100_000),
    "strings that are not there": lambda: workbook(
        HEADER + '<row r="2"><c r="A2" t="s"><v>99999999</v></c></row>'
    ),
    "a number that is none": lambda: workbook(HEADER + '<row r="2"><c r="A2"><v>x</v></c></row>'),
    "a number of a million digits": lambda: workbook(
        HEADER + f'<row r="2"><c r="A2"><v>{"9" * 1_000_000}</v></c></row>'
    ),
    "a day that is far away": lambda: workbook(
        HEADER + '<row r="2"><c r="A2" t="d"><v>99999-99-99</v></c></row>'
    ),
    "a bomb of a sheet": lambda: workbook(HEADER + " " * 10_000_000),
}
TABLES: dict[str, Callable[[], bytes]] = {
    "a million columns": lambda: b"firm," * 1_000_000,
    "a million columns that differ": lambda: ",".join(map(str, range(500_000))).encode(),
    "one line of ten megabytes": lambda: b"firm,name,country\n" + b"x" * 10_000_000,
    "one open quotation mark": lambda: b'firm,name,country\n"' + b"x\n" * 2_000_000,
    "ten million empty lines": lambda: HEAD + b"\n" * 10_000_000,
    "a million rows cut off": lambda: HEAD + b"a\n" * 1_000_000,
    "a million rows of the same": lambda: HEAD + b"a,b,c\n" * 1_000_000,
    "a million rows": lambda: HEAD + b"".join(b"f%d,b,c\n" % n for n in range(1_000_000)),
    "signs of four bytes": lambda: HEAD + "𝄞".encode() * 2_500_000,
    "control characters": lambda: HEAD + b"\0,\x1b[2J,\x07\n" * 100_000,
    "no text": lambda: HEAD + b"\xff" * 1_000_000,
    "another encoding": lambda: "firm,name\n".encode("utf-16") * 100_000,
}
