"""A newer edition of the shipped dataset over a registry that was edited: three ways compared.

Base is what was shipped when it was taken last, theirs is what is shipped now, mine is what the
registry says. What only they changed is taken; what only was changed here stays; what both changed
is a conflict and stays, too, until somebody says otherwise, row by row or for all. A row that is
shipped no longer is kept, as in every import. What is taken goes the way of every import.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from agreements.models import ShippedEdition
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.reading import pin

from . import package
from .importing import Changed, Outcome, apply
from .limits import OWN
from .reading import ImportRefused, Package, Row, read, read_upload

FIXTURES = settings.BASE_DIR / "fixtures"
TAKE, KEEP, CONFLICT = "take", "keep", "conflict"
_STAMP = (1980, 1, 1, 0, 0, 0)
Tables = dict[str, dict[tuple, Row]]


@dataclass(frozen=True)
class Differing:
    """One column of which base, theirs and mine are not all the same."""

    column: str
    base: str
    theirs: str
    mine: str
    verdict: str


@dataclass
class Merged:
    """One row of which something differs. `gone`: not shipped any more, or deleted here."""

    row: Row
    columns: list[Differing] = field(default_factory=list)
    note: str = ""

    @property
    def id(self) -> str:
        """The row's table and key, to be decided about by."""
        return f"{self.row.table.name}/{'/'.join(self.row.key)}"

    @property
    def verdict(self) -> str:
        """Conflict where one column is; else what is to be taken; else what stays."""
        found = {each.verdict for each in self.columns}
        return next((one for one in (CONFLICT, TAKE) if one in found), KEEP)


@dataclass
class Update:
    """The whole comparison."""

    rows: list[Merged]
    faults: list = field(default_factory=list)

    def of(self, verdict: str) -> list[Merged]:
        """The rows of one verdict."""
        return [row for row in self.rows if row.verdict == verdict]

    @property
    def is_waiting(self) -> bool:
        """Whether something would be taken, or has to be decided."""
        return bool(self.faults) or any(row.verdict != KEEP for row in self.rows)

    def digest(self) -> str:
        """SHA-256 of the comparison: the same one has the same."""
        told = [[row.id, [vars_of(each) for each in row.columns]] for row in self.rows]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def vars_of(each: Differing) -> list[str]:
    """A difference as plain values."""
    return [each.column, each.base, each.theirs, each.mine, each.verdict]


def compare(folder: Path = FIXTURES) -> Update:
    """What the edition in the folder would change, beside what was changed here."""
    theirs = read(folder)
    if theirs.problems:
        return Update([], theirs.problems)
    taken = ShippedEdition.objects.exists()
    base, mine = _by_key(_base()), _by_key(_present())
    rows = []
    for name, found in _by_key(theirs).items():
        for key, row in found.items():
            made = _merged(row, base.get(name, {}).get(key), mine.get(name, {}).get(key))
            if made.columns or made.note:
                rows.append(made)
        for key, row in base.get(name, {}).items():
            # Without a kept edition the base has the rest of ISO 3166-1, too.
            if taken and key not in found and key in mine.get(name, {}):
                rows.append(Merged(row, note="Shipped no longer. It is kept; delete it by hand."))
    return Update(rows)


def _merged(theirs: Row, base: Row | None, mine: Row | None) -> Merged:
    made = Merged(theirs)
    if mine is None and base is not None:
        changed = any(base.cells.get(name, "") != cell for name, cell in theirs.cells.items())
        made.note = "Deleted here" + (", and changed by the shippers." if changed else ".")
        verdict = CONFLICT if changed else KEEP
        made.columns = [
            Differing(name, base.cells.get(name, ""), cell, "", verdict)
            for name, cell in theirs.cells.items()
            if cell
        ]
        return made
    for name, cell in theirs.cells.items():
        was = base.cells.get(name, "") if base else ""
        here = mine.cells.get(name, "") if mine else ""
        if cell == here:
            continue
        mended = KEEP if base and cell == was else CONFLICT
        verdict = TAKE if here == was else mended
        made.columns.append(Differing(name, was, cell, here, verdict))
    return made


def take(
    update: Update,
    *,
    actor,
    reason: str,
    theirs: Collection[str] = (),
    every_conflict: bool = False,
    agreed: str = "",
    folder: Path = FIXTURES,
) -> Outcome | None:
    """Take what they changed, and of the conflicts those rows that are named, in one revision.

    None when nothing was to be taken. Raises Changed when the registry or the files are others than
    were seen, ImportRefused when what would come of it breaks a rule.
    """
    if update.faults:
        raise ImportRefused(update.faults)
    if agreed and update.digest() != agreed:
        raise Changed
    taken = Package()
    for merged in update.rows:
        wanted = every_conflict or merged.id in theirs
        if row := _taken(merged, wanted):
            taken.rows.setdefault(row.table.name, []).append(row)
    outcome = None
    with transaction.atomic():
        if taken.rows:
            outcome = apply(taken, actor=actor, reason=reason, accept_warnings=True)
        remember(folder)
    return outcome


def _taken(merged: Merged, wanted: bool) -> Row | None:
    verdicts = {TAKE, CONFLICT} if wanted else {TAKE}
    columns = {each.column for each in merged.columns if each.verdict in verdicts}
    if not columns:
        return None
    row = merged.row
    columns |= set(row.table.key)
    cells = {name: cell for name, cell in row.cells.items() if name in columns}
    return Row(row.table, row.line, cells, row.file)


def remember(folder: Path = FIXTURES) -> None:
    """Keep the edition in the folder as the one that was taken last."""
    digest = digest_of(folder)
    last = ShippedEdition.objects.first()
    if last is None or last.digest != digest:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.glob("*.csv")):
                archive.writestr(zipfile.ZipInfo(file.name, _STAMP), file.read_bytes())
        ShippedEdition.objects.create(digest=digest, content=target.getvalue())


def digest_of(folder: Path) -> str:
    """SHA-256 over the tables of a folder."""
    made = hashlib.sha256()
    for file in sorted(folder.glob("*.csv")):
        made.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return made.hexdigest()


def is_newer(folder: Path = FIXTURES) -> bool:
    """Whether the folder holds an edition that was not taken and would change something."""
    last = ShippedEdition.objects.first()
    return (last is None or last.digest != digest_of(folder)) and compare(folder).is_waiting


def _base() -> Package:
    """What was shipped when it was taken last; before that was kept, what the first import left."""
    if last := ShippedEdition.objects.first():
        return read_upload("base.zip", bytes(last.content), limits=OWN)
    first = Revision.objects.filter(kind=Revision.Kind.IMPORT).order_by("number").first()
    return _written(package.files(pin(first.number))) if first else Package()


def _present() -> Package:
    return _written(package.files(pin()))


def _written(files: Iterator[tuple[str, str]]) -> Package:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files:
            archive.writestr(name, text)
    return read_upload("registry.zip", target.getvalue(), limits=OWN)


def _by_key(read: Package) -> Tables:
    return {name: {row.key: row for row in rows} for name, rows in read.rows.items()}
