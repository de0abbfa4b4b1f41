"""What else bears on a pathway: each instrument in force, what it adds and what it does not. Pure.

Section E of the procedure, and the remarks of the other sections that are no steps. A note is made
only where its instrument holds on the day, certainly or possibly, or is applied in practice.
"""

from agreements.lifecycle import Status

from .cells import CERTAIN, Cell
from .pathway_rules import CANADA, UNITED_STATES
from .pathway_terms import PARTNER_BUYS, US_BUYS, Facts, Note, Rule, rule


def bears(cell: Cell | None) -> bool:
    """Whether an instrument holds on the day, certainly or possibly, or is applied in practice."""
    return cell is not None and (cell.status == Status.IN_FORCE or cell.in_practice_only)


def qualification(cell: Cell) -> str:
    """With what reservation it holds, in words."""
    said = []
    if cell.in_practice_only:
        said.append(f"{cell.status} on paper, still applied in practice ({cell.practice_list})")
    elif cell.certainty != CERTAIN:
        said.append("possibly in force: its dates are not exact")
    if cell.on_paper_only:
        said.append(f"not named in the regulation ({cell.practice_list})")
    if cell.qualifier:
        said.append(cell.qualifier)
    if cell.through:
        said.append("through a grouping")
    return "; ".join(said)


def _of(facts: Facts, kind: str) -> Note | None:
    cell = facts.cells.get(kind)
    if not bears(cell):
        return None
    return Note(agreement=cell.agreement, type=kind, qualification=qualification(cell))


@rule("A.4", "cfr_700: 15 CFR 700.50", "cfr_700_57: 15 CFR 700.57", inferred=True)
def help_is_no_order(facts: Facts) -> Note | None:
    """For a supplier abroad the assistance form asks for help; it orders nothing."""
    abroad = facts.country not in (CANADA, UNITED_STATES)
    if facts.direction != US_BUYS or not abroad:
        return None
    return Note(told=facts.told("assistance_form", "reach"))


@rule("A.6", "hasik_2021_page")
def seldom_put_to_use(facts: Facts) -> Note | None:
    """A study of 2021 found hardly any case in which such an arrangement had been put to use."""
    cell = facts.cells.get("sosa")
    return Note(agreement=cell.agreement, type="sosa") if bears(cell) else None


@rule("A.1", "cfr_700_57: list of countries", "bd_sosa_copy")
def paper_before_regulation(facts: Facts) -> Note | None:
    """The arrangement is in force although the regulation’s list of the day does not name the
    country. What is asked for under it rests on the arrangement, not on the list.
    """
    cell = facts.cells.get("sosa")
    unlisted = cell and cell.on_paper_only and cell.certainty == CERTAIN
    return _of(facts, "sosa") if unlisted else None


@rule("B.4", "cfr_700: Schedule I", inferred=True)
def likely_symbols(facts: Facts) -> Note | None:
    """The rating would likely bear a symbol for foreign needs, or the one for co-production."""
    if facts.direction != PARTNER_BUYS or facts.country == CANADA:
        return None
    symbols = (f"program_symbol_{name}" for name in ("G1", "G2", "G3", "J1"))
    return Note(told=facts.told(*symbols))


@rule("C", "dfars_gsa: DFARS 225.870")
def canadian_corporation(facts: Facts) -> Note | None:
    """Contracts with Canadian firms run as a rule through the Canadian Commercial Corporation,
    which guarantees performance; for planning of production Canada counts as part of the defence
    industrial base.
    """
    bears_here = facts.country == CANADA and facts.direction == US_BUYS
    return Note() if bears_here else None


@rule("C", "cfr_700_56: 15 CFR 700.56", "cfr_700_57: list of countries", "midday_india_2024")
def canada_among_partners(facts: Facts) -> Note | None:
    """Canada has no arrangement of this type: a memorandum on priorities stands in its place and is
    stronger. Press releases of DoD count it among the partners all the same.
    """
    cell = facts.cells.get("sosa")
    disputed = facts.country == CANADA and cell and cell.conflicts
    return Note(type="sosa", qualification=_disagree(cell.conflicts)) if disputed else None


def _disagree(number: int) -> str:
    return f"{number} source{'s' * (number != 1)} or lists say otherwise"


@rule("E", "dfars_gsa: DFARS 225.872-1 to -3", "fr_73_33992")
def procurement_memorandum(facts: Facts) -> Note | None:
    """Adds: offers of end products of the country are compared without the Buy American factor (50
    percent in a notice of 2008). Does not add: priority of delivery; set-asides for small firms,
    purchases for the mobilization base and bans by statute stand.
    """
    return _of(facts, "rdp-mou")


@rule("E", "dfars_gsa: DFARS 225.872-4")
def purchase_by_purchase(facts: Facts) -> Note | None:
    """The waiver of the Buy American factor is not general here: each purchase takes a
    determination of its own.
    """
    cell = facts.cells.get("rdp-mou")
    return _of(facts, "rdp-mou") if bears(cell) and "purchase" in cell.qualifier else None


@rule("E", "gao_25_106936", "dfars_gsa: DFARS 225.872-1")
def expired_and_applied(facts: Facts) -> Note | None:
    """The memorandum has ended on paper, and the waiver goes on in practice as long as the
    regulation names the country.
    """
    cell = facts.cells.get("rdp-mou")
    return _of(facts, "rdp-mou") if cell and cell.in_practice_only else None


@rule("E", "dsca_23_38", "dcma_guidebook", "dfars_gsa: DFARS 246.406")
def quality_assurance(facts: Facts) -> Note | None:
    """Adds: on request one government inspects for the other, where charges may be waived. Does not
    add: priority, nor anything to the price of an offer.
    """
    return _of(facts, "rgqaa")


@rule("E", "crs_if11311_2023", "dfars_gsa: DFARS 225.7004-1", "csis_2025_06_23")
def industrial_base(facts: Facts) -> Note | None:
    """Adds: a statute of the United States counts the country’s industry as part of its own base,
    for planning and for some restrictions of source. Does not add: power to rate an order; those
    asked in a survey saw little effect.
    """
    return _of(facts, "ntib")


@rule("E", "csis_2025_06_23")
def production_funding(facts: Facts) -> Note | None:
    """Adds: firms of the country can be funded by the United States as domestic sources, under
    Title III of the Defense Production Act. Does not add: priority.
    """
    return _of(facts, "dpa-title-iii")


@rule("E", "bd_sosa_copy", "ukparl_dop")
def declaration(facts: Facts) -> Note | None:
    """Adds: a political frame, whose part on supply an arrangement carries out. Does not add:
    anything that can be enforced.
    """
    return _of(facts, "dop")


NOTES: tuple[Rule, ...] = (
    paper_before_regulation,
    help_is_no_order,
    seldom_put_to_use,
    likely_symbols,
    canada_among_partners,
    canadian_corporation,
    procurement_memorandum,
    purchase_by_purchase,
    expired_and_applied,
    quality_assurance,
    industrial_base,
    production_funding,
    declaration,
)


def notes_on(facts: Facts) -> list[Note]:
    """Every note that bears on the answer, in the order of the procedure."""
    return [note for made in NOTES if (note := made(facts))]
