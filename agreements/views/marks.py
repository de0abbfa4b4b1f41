"""How an answer is shown: which glyph, which words, which link. Nothing here decides the answer.

Each cell of a matrix, row of a profile and line of a legend takes its glyph and words from here, so
that they never say different things.
"""

from dataclasses import dataclass

from agreements.analysis.cells import CERTAIN, CONFIRMED, NONE, Cell
from agreements.lifecycle import ENDED, Status
from sosa_registry.ledger import dates

NOT_RECORDED = "not_recorded"
_WORDS = {**dict(Status.choices), NONE: "None"}
CONFLICT, UNLISTED, LISTED = "≠", "§−", "§+"


@dataclass(frozen=True)
class Mark:
    """One answer as it is shown: glyph, a few words, all the words, marks beside, and a link."""

    glyph: str
    words: str
    detail: str
    marks: str = ""
    url: str = ""

    @property
    def rest(self) -> str:
        """What the detail says beyond status and date."""
        return self.detail.partition("; ")[2]


def status_words(status: str) -> str:
    """A status as a reader says it."""
    return _WORDS.get(status, status)


def glyph_of(cell: Cell) -> str:
    """The name of the glyph for a cell."""
    if cell.certainty == NOT_RECORDED:
        return NOT_RECORDED
    if cell.in_practice_only:
        return "practice_only"
    if cell.status in ENDED:
        return "ended"
    if cell.status == Status.IN_FORCE:
        if cell.certainty != CERTAIN:
            return "possible"
        return "paper_only" if cell.on_paper_only else "in_force"
    return cell.status


def marks_of(cell: Cell) -> str:
    """The small signs beside a glyph: possibly, practice differs, conflicts and how many."""
    signs = []
    if cell.certainty == "possible":
        signs.append("?")
    if cell.in_practice_only:
        signs.append(LISTED)
    elif cell.on_paper_only:
        signs.append(UNLISTED)
    if cell.conflicts:
        signs.append(f"{CONFLICT}{cell.conflicts}")
    return " ".join(signs)


def words_of(cell: Cell | None) -> str:
    """The answer in a few words."""
    if cell is None or cell.certainty == NOT_RECORDED:
        return "Not recorded"
    if cell.status == NONE:
        return "None, confirmed" if cell.certainty == CONFIRMED else "Not yet"
    words = status_words(cell.status)
    return f"Possibly {words[0].lower()}{words[1:]}" if cell.certainty == "possible" else words


def practice_words(cell: Cell | None) -> str:
    """What the principal's rules say in practice, in words."""
    if cell is None or cell.practice is None:
        return ""
    said = "Listed" if cell.practice == "listed" else "Not listed"
    return f"{said} ({cell.qualifier})" if cell.qualifier else said


def detail_of(cell: Cell | None) -> str:
    """Everything a cell says, as one sentence or two: for a screen reader and for a hint."""
    if cell is None:
        return "Not recorded"
    said = [words_of(cell)]
    if cell.since:
        said[0] += f" since {dates.display(cell.since)}"
    if cell.alternatives:
        others = " or ".join(status_words(other).lower() for other in cell.alternatives)
        said.append(f"or else {others}: the dates are not exact")
    if cell.basis:
        said.append(f"by omission from {cell.basis}, {cell.basis_as_of}")
    if cell.through:
        said.append(f"through {cell.through}")
    if cell.in_practice_only:
        said.append(f"ended on paper, still applied in practice ({cell.practice_list})")
    if cell.on_paper_only:
        said.append(f"in force, not in the regulation ({cell.practice_list})")
    if cell.qualifier:
        said.append(cell.qualifier)
    if cell.conflicts:
        noun = "source or list disagrees" if cell.conflicts == 1 else "sources or lists disagree"
        said.append(f"{cell.conflicts} {noun}")
    return "; ".join(said)


def mark(cell: Cell | None, country: str = "", kind: str = "", query: str = "") -> Mark:
    """A cell as it is shown. One that rests on no agreement leads to the country's own page."""
    if cell is None:
        return Mark(NOT_RECORDED, "Not recorded", "Not recorded")
    url = f"/countries/{country}/{query}#type-{kind}"
    if cell.agreement and not cell.conflicts:
        url = f"/agreements/{cell.agreement}/{query}"
    return Mark(glyph_of(cell), words_of(cell), detail_of(cell), marks_of(cell), url)


@dataclass(frozen=True)
class LegendLine:
    """One line of the legend: a glyph or a sign, and what it means."""

    glyph: str
    sign: str
    means: str


LEGEND = [
    LegendLine("in_force", "", "In force"),
    LegendLine("possible", "", "Possibly in force: the dates are not exact"),
    LegendLine("paper_only", "", "In force, but the regulation does not name the country"),
    LegendLine("signed", "", "Signed, not known to be in force"),
    LegendLine("negotiating", "", "Under negotiation"),
    LegendLine("proposed", "", "Proposed by somebody; not an act of the parties"),
    LegendLine("suspended", "", "Suspended"),
    LegendLine("practice_only", "", "Ended on paper, still applied in practice"),
    LegendLine("ended", "", "Ended: expired, terminated or superseded"),
    LegendLine("none", "", "None, confirmed: an exhaustive list omits the country"),
    LegendLine(NOT_RECORDED, "", "Not recorded: nobody has found out; not a “no”"),
    LegendLine("", "?", "Possibly: another reading of the dates gives another status"),
    LegendLine("", UNLISTED, "In force, not in the latest regulation’s list"),
    LegendLine("", LISTED, "Ended, still in the latest regulation’s list"),
    LegendLine("", CONFLICT, "So many sources or lists disagree"),
]
