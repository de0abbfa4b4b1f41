"""What a page, a file, a feed and a calendar may hold, whatever text somebody stored."""

import csv
import io
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

RUNS = "=+@\uff1d\uff0b\uff0d\uff20-"  # the hyphen last: they are a set in a pattern below
# Where a reader of another separator, or one that knows no quotation marks, begins a cell.
LATER = re.compile(f'[;\t\r\n]"?[{RUNS}]')
SCHEMES = ("javascript:", "data:", "vbscript:", "//")
ATOM = "{http://www.w3.org/2005/Atom}"
OF_A_FEED = "feed title subtitle link id updated entry author name published summary category"
OF_A_CALENDAR = (
    "BEGIN VERSION PRODID CALSCALE METHOD NAME X-WR-CALNAME REFRESH-INTERVAL UID DTSTAMP DTSTART "
    "DTEND SUMMARY DESCRIPTION URL CATEGORIES TRANSP END"
)


class _Page(HTMLParser):
    """Notes whatever of a page would run, or is no element of ours."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        """An element, with its attributes."""
        given = dict(attrs)
        if tag in ("hostile", "style", "iframe", "object", "embed", "base", "math"):
            self.found.append(tag)
        is_data = tag == "script" and given == {"type": "application/ld+json"}  # no browser runs it
        ours = (given.get("src") or "").startswith(("/static/", "/admin/"))
        if tag == "script" and not (ours or is_data):
            self.found.append(f"script {given}")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and address.startswith(SCHEMES):
                self.found.append(f"{tag} {name}={address[:40]}")
            if name == "http-equiv" and address != "refresh":
                self.found.append(f"{tag} {name}")


def of_page(text: str) -> list[str]:
    """What would run in a page."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.found


def of_csv(content: bytes) -> list[str]:
    """Cells of a CSV file that a spreadsheet would take for formulas, however it splits them."""
    text = content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    found = [cell for cell in cells if cell[:1] and cell[0] in RUNS + "\t\r\n"]
    return found + [hit for cell in cells for hit in LATER.findall(cell)]


def of_xlsx(content: bytes) -> list[str]:
    """Parts and elements of a workbook that are more than text."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = book.namelist()
        found = [name for name in names if re.search("external|macro|vba|connection", name)]
        for name in names:
            if name.startswith("xl/worksheets/"):
                held = set(re.findall(rb"<(\w+)[ >/]", book.read(name)))
                found += [f"{name} {tag}" for tag in held & {b"f", b"hyperlink", b"oleObject"}]
            elif name.endswith(".rels"):
                found += re.findall(r'TargetMode="External"', book.read(name).decode())
    return found


def of_feed(content: bytes) -> list[str]:
    """Elements of a feed that are not a feed's."""
    allowed = {ATOM + name for name in OF_A_FEED.split()}
    return [each.tag for each in ElementTree.fromstring(content).iter() if each.tag not in allowed]


def of_calendar(content: bytes) -> list[str]:
    """Lines of a calendar that are not a calendar's, and entries that are not whole."""
    lines = re.sub(r"\r\n ", "", content.decode()).split("\r\n")[:-1]
    names = [re.split("[;:]", line)[0] for line in lines]
    found = [name for name in names if name not in OF_A_CALENDAR.split()]
    found += [line for line in lines if "\n" in line or "\r" in line]
    entries = [name for name in names if name in ("BEGIN", "END", "SUMMARY", "UID")]
    whole = ["BEGIN", "UID", "SUMMARY", "END"]
    return found + (entries[1:-1] != whole * (len(entries[1:-1]) // 4)) * ["an entry"]
