"""What the registry itself can check of a pathway: arrangement, code, firm. Pure.

Each condition is true, false or not known. Not known is never read as no: it leaves a route
conditional. Only what certainly is not so closes one.
"""

from agreements.lifecycle import ENDED, Status

from .cells import CERTAIN, NONE, NOT_RECORDED, Cell
from .codes import ENDED as CODE_ENDED
from .codes import NO_CODE
from .pathway_terms import Condition, Facts

NOT_RECORDED_WORDS = "whether there is one is not recorded, which is no finding that there is none"
NOT_SINCE = "entry into force: it is signed, not known to be in force"
NOT_EXACT = "certainty that it was in force that day: its dates are not exact"
STILL_LISTED = "a renewal: it ended on paper, and the regulation names the country still"
NOT_YET_AN_ACT = {
    Status.NEGOTIATING: "an arrangement: it is under negotiation only",
    Status.PROPOSED: "an arrangement: it has been proposed only, which is no act of the parties",
}


def standing_condition(text: str, cell: Cell | None) -> Condition:
    """Whether an arrangement is in force, as its cell says; an end or a certain none is fatal.

    Possibly in force and not recorded are not known. Signed lacks its entry into force, which may
    come. Ended while the regulation still names the country is not known: practice goes on.
    """
    if cell is None or cell.certainty == NOT_RECORDED:
        return Condition(text, None, NOT_RECORDED_WORDS)
    if cell.status == Status.IN_FORCE:
        sure = cell.certainty == CERTAIN
        return Condition(text, True if sure else None, "" if sure else NOT_EXACT)
    if cell.status == Status.SIGNED:
        return Condition(text, False, NOT_SINCE)
    if cell.in_practice_only:
        return Condition(text, None, STILL_LISTED)
    if cell.status == NONE:
        return Condition(text, False, f"an arrangement: {cell.basis} omits it", fatal=True)
    if cell.status == Status.SUSPENDED:
        return Condition(text, False, "its resumption: it is suspended", fatal=True)
    if cell.status in ENDED:
        return Condition(text, False, f"a new arrangement: it is {cell.status}", fatal=True)
    return Condition(text, False, NOT_YET_AN_ACT[cell.status], fatal=True)


def arrangement(facts: Facts) -> Condition:
    """Whether a security of supply arrangement with the country is in force."""
    text = f"A security of supply arrangement with {facts.name} is in force"
    return standing_condition(text, facts.cells.get("sosa"))


def memorandum(facts: Facts) -> Condition:
    """Whether the memorandum on priorities with Canada is in force."""
    text = f"The memorandum on priorities with {facts.name} is in force"
    return standing_condition(text, facts.priorities)


def code_in_place(facts: Facts) -> Condition:
    """Whether the country's code of conduct is in place; one that has ended is fatal."""
    text = f"The code of conduct of {facts.name} is in place"
    if facts.code is None:
        return Condition(text, None, NO_CODE)
    ended = facts.code.waits_for == CODE_ENDED
    return Condition(text, facts.code.in_place, facts.code.waits_for, fatal=ended)


def firm_joined(facts: Facts) -> Condition:
    """Whether the firm has joined the code. Without a firm it is the asker's to choose one."""
    unlisted = "no public list of the firms that joined is recorded"
    if facts.firm is None:
        told = "" if facts.signatories else f"; {unlisted}"
        return Condition(f"The firm chosen is one that has joined{told}", None, decisive=False)
    text = f"{facts.firm.name} has joined the code of conduct of {facts.name}"
    if facts.firm.joined:
        return Condition(text, True)
    if facts.firm.joined is False:
        recorded = f"the {facts.signatories} recorded as having joined"
        missing = f"the firm’s signature: it is not among {recorded}, or has left"
        return Condition(text, False, missing)
    if facts.signatories:
        return Condition(text, None, "certainty that the firm had joined by then")
    return Condition(text, None, f"whether the firm has joined: {unlisted}")


def up_to(text: str, missing: str = "") -> Condition:
    """What the registry cannot check; it moves the verdict only if something would be missing."""
    return Condition(text, None, missing, decisive=bool(missing))
