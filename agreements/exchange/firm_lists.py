"""A new edition of the list of firms under a country's code: what changed, confirmed row by row.

The list is held against the firms that are bound now. What is confirmed becomes one revision: who
joined is bound from the list's day or before, who left gets an end with that precision and is not
deleted, who was renamed keeps the old name as an alias. A match is a suggestion; a person decides.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import islice

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from agreements.models import CodeOfConduct, Signatory
from partners.models import Firm, Source
from sosa_registry.ledger import dates
from sosa_registry.ledger.recording import revision

from . import limits, spreadsheets, tabular
from .firm_matching import JOINED, LEFT, RENAMED, Match, Named, compare

COLUMNS = ("name", "cage_code", "joined", "left")
MAX_ROWS = 5_000


@dataclass(frozen=True)
class Change:
    """What became of one firm: the match, and the records and row that it is about."""

    match: Match
    signatory: Signatory | None = None
    firm: Firm | None = None
    row: dict = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What it is decided about by."""
        old, new = self.match.old, self.match.new
        return f"{self.match.change}:{old.key if old else ''}:{new.key if new else ''}"


def read_list(name: str, content: bytes) -> list[dict]:
    """The rows of a list as CSV or workbook. Raises ValidationError with every fault."""
    try:
        if content.startswith(b"PK"):
            rows = next(spreadsheets.sheets_of(content))[1]
        else:
            limits.refuse_lines(content, limits.UPLOAD)
            text = tabular.text_of(content)
            rows = tabular.rows_of(text, tabular.delimiter_of(text, COLUMNS))
        lines = list(islice(rows, MAX_ROWS + 2))  # the header, and one too many
    except (ValueError, StopIteration) as error:
        raise ValidationError({"file": f"{name}: {error or 'it is empty.'}"}) from error
    header = [cell.strip() for cell in lines[0][1][: limits.MAX_COLUMNS]] if lines else []
    faults = [f"Unknown column “{c}”." for c in header if c and c not in COLUMNS]
    faults += [] if "name" in header else ["The column “name” is missing."]
    faults += [f"More than {MAX_ROWS} rows."] if len(lines) > MAX_ROWS + 1 else []
    if faults:
        raise ValidationError({"file": [*faults, f"Allowed: {', '.join(COLUMNS)}."]})
    found = []
    for line, cells in lines[1:]:
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name}
        if any(row.values()):
            faults += [f"Line {line}, {fault}" for fault in _faults(row)]
            found.append(row)
    if faults:
        raise ValidationError({"file": faults})
    return found


def _faults(row: dict):
    if not row.get("name"):
        yield "name: empty, and needed."
    for column in ("joined", "left"):
        try:
            dates.parse(row.get(column, ""))
        except dates.NotADate as error:
            yield f"{column}: {error}"
    try:
        if row.get("cage_code"):
            Firm._meta.get_field("cage_code").clean(row["cage_code"], None)
    except ValidationError as error:
        yield f"cage_code: “{row['cage_code']}”: {' '.join(error.messages)}"


def changes(code: CodeOfConduct, rows: list[dict]) -> list[Change]:
    """What became of each firm that is bound or listed, best matches first."""
    listed = {str(place): row for place, row in enumerate(rows)}
    bound = Signatory.objects.filter(code=code, left="").select_related("firm")
    signed = {row.slug: row for row in bound}
    gone = {key for key, row in listed.items() if row.get("left")}
    new = [_listed(key, row) for key, row in listed.items()]
    found = compare([_named(slug, row.firm) for slug, row in signed.items()], new)
    known = _known_firms(code, [m.new for m in found if m.change == JOINED], signed.values())
    made = []
    for match in found:
        key = match.new.key if match.new else ""
        signatory = signed.get(match.old.key) if match.old else None
        if key in gone and signatory:
            match = Match(LEFT, match.old, match.new, match.score)
        elif key in gone:
            continue  # never bound here, and no longer: nothing to record
        firm = signatory.firm if signatory else known.get(key)
        made.append(Change(match, signatory, firm, listed.get(key, {})))
    return made


def _named(key: str, firm: Firm) -> Named:
    aliases = tuple(name.strip() for name in firm.aliases.split(";") if name.strip())
    return Named(key, firm.name, firm.cage_code, aliases)


def _listed(key: str, row: dict) -> Named:
    return Named(key, row["name"], row.get("cage_code", ""))


def _known_firms(code, joined: list[Named], bound) -> dict[str, Firm]:
    """The country's firms that who joined may be: recorded, and not bound now."""
    taken = {row.firm_id for row in bound}
    firms = {
        firm.slug: firm
        for firm in Firm.objects.filter(country=code.country_id)
        if firm.slug not in taken
    }
    found = compare([_named(slug, firm) for slug, firm in firms.items()], joined)
    return {m.new.key: firms[m.old.key] for m in found if m.old and m.new}


def record(
    code: CodeOfConduct,
    made: list[Change],
    confirmed: Collection[str],
    *,
    as_of: str,
    since: str = "",
    source: Source | None = None,
    actor,
    reason: str,
) -> int | None:
    """Record the changes that were confirmed, in one revision; its number.

    `as_of` is the list's day, `since` that of the edition before, if it is known: what happened
    between them is dated so. Raises ValidationError.
    """
    between = f"[{since}..{as_of}]"
    with revision(actor=actor, reason=reason, accept_warnings=True) as opened:
        for change in made:
            if change.id in confirmed:
                _record(code, change, between, source)
        return opened.number if opened.versions() else None


def _record(code, change: Change, between: str, source) -> None:
    row, what = change.row, change.match.change
    if what == JOINED:
        firm = change.firm or _new_firm(code, row)
        slug = _free(Signatory, f"{code.slug}-{firm.slug}")
        joined = row.get("joined") or between
        _keep(Signatory(slug=slug, code=code, firm=firm, joined=joined, source=source))
    elif what == LEFT:
        change.signatory.left = row.get("left") or between
        _keep(change.signatory)
    elif what == RENAMED:
        firm = change.firm
        names = dict.fromkeys([*firm.aliases.split(";"), firm.name])
        firm.aliases = ";".join(name for name in names if name and name != row["name"])
        firm.name = row["name"]
        _keep(firm)


def _new_firm(code, row: dict) -> Firm:
    slug = _free(Firm, slugify(row["name"])[:70] or "firm")
    values = {"name": row["name"], "country_id": code.country_id}
    return _keep(Firm(slug=slug, cage_code=row.get("cage_code", ""), **values))


def _free(model, wanted: str) -> str:
    """The name, or the first of it with a number that nobody has."""
    taken = set(model.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in [wanted, *numbered] if name not in taken)


def _keep(made):
    made.full_clean()
    made.save()
    return made
