"""Which firm of an old list is which of a new one: pure functions, no database.

Names are compared without accents, case, punctuation and legal forms, whatever the order of their
words (rapidfuzz). The one thing to know: likeness of the whole name is not enough. Each word of one
name needs its like in the other, for “Kongsberg Defence” and “Kongsberg Maritime” are two firms; a
known identifier (CAGE) decides before any name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

UNCHANGED, RENAMED, JOINED, LEFT = "unchanged", "renamed", "joined", "left"
SURE, LIKELY = 100.0, 86.0
ALIKE_WORD = 75.0  # a word with a typing error or two
OTHER_WORD = 70.0  # the most that two names can score of which a word differs
# Without dots and spaces, as they stand at either end of a name.
LEGAL_FORMS = frozenset(
    (
        *("ab", "aktiebolag", "ag", "aktiengesellschaft", "as", "aksjeselskap", "aktieselskab"),
        *("asa", "aps", "bv", "nv", "bvba", "sprl", "co", "company", "corp", "corporation", "cv"),
        *(
            "doo",
            "eood",
            "gmbh",
            "gesellschaft",
            "mbh",
            "kg",
            "kgaa",
            "hf",
            "ik",
            "ou",
            "oy",
            "oyj",
        ),
        *("inc", "incorporated", "kft", "rt", "zrt", "kk", "limited", "ltd", "llc", "llp", "lp"),
        *("plc", "pte", "pty", "pvt", "publ", "lda", "ltda", "sa", "sarl", "sas", "sasu", "snc"),
        *("sl", "slu", "spa", "srl", "sca", "sia", "uab", "sro", "oo", "spzoo", "tbk", "se"),
    )
)
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})  # no accents


@dataclass(frozen=True)
class Named:
    """A firm on a list: what it is known by there."""

    key: str
    name: str
    identifier: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """What became of a firm between two lists, and how sure that is (0 to 100)."""

    change: str
    old: Named | None
    new: Named | None
    score: float


def words(name: str) -> list[str]:
    """The words that tell a name: folded, “&” as “and”, without legal forms."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_STROKES))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\b\w)[./](?=\w\b)", "", plain.replace("&", " and "))  # A/S, S.A.
    found = [word for word in re.split(r"[^\w]+", plain) if word]
    kept = [word for word in found if word not in LEGAL_FORMS and word != "and"]
    return kept or found


def score(one: str, other: str) -> float:
    """How alike two names are, 0 to 100; 100 for the same words in any order."""
    ours, theirs = sorted(words(one)), sorted(words(other))
    if ours == theirs:
        return SURE
    if "".join(ours) == "".join(theirs) or "".join(words(one)) == "".join(words(other)):
        return 99.0
    whole = fuzz.ratio(" ".join(ours), " ".join(theirs))
    if not (_paired(ours, theirs) and _paired(theirs, ours)):
        return min(whole, OTHER_WORD)
    return min(whole, 99.0)


def _paired(ours: list[str], theirs: list[str]) -> bool:
    """Whether each word has its like on the other side."""
    return all(max(fuzz.ratio(word, other) for other in theirs) >= ALIKE_WORD for word in ours)


def compare(old: Iterable[Named], new: Iterable[Named]) -> list[Match]:
    """What became of each firm, best matches first; each is matched once.

    The same identifier is the same firm under whatever name; different ones are different firms.
    """
    before, after = {firm.key: firm for firm in old}, {firm.key: firm for firm in new}
    found: list[Match] = []
    for match in sorted(_candidates(before, after), key=lambda m: (-m.score, m.old.key)):
        if match.old.key in before and match.new.key in after:
            del before[match.old.key], after[match.new.key]
            found.append(match)
    found += [Match(JOINED, None, firm, 0.0) for firm in after.values()]
    found += [Match(LEFT, firm, None, 0.0) for firm in before.values()]
    return found


def _candidates(before: dict[str, Named], after: dict[str, Named]) -> Iterator[Match]:
    owners = {firm.identifier: firm for firm in before.values() if firm.identifier}
    names = [
        (name, firm) for firm in before.values() for name in (firm.name, *firm.aliases) if name
    ]
    folded = [" ".join(sorted(words(name))) for name, _ in names]
    for firm in after.values():
        if firm.identifier and (owner := owners.get(firm.identifier)):
            same = score(owner.name, firm.name)
            yield Match(_change(owner, firm), owner, firm, max(same, SURE))
            continue
        asked = " ".join(sorted(words(firm.name)))
        near = process.extract(asked, folded, scorer=fuzz.ratio, limit=5, score_cutoff=50)
        for _, _, place in near:
            name, owner = names[place]
            alike = score(name, firm.name)
            if alike >= LIKELY and not (firm.identifier and owner.identifier):
                yield Match(_change(owner, firm), owner, firm, alike)


def _change(old: Named, new: Named) -> str:
    """The same words are the same name, whatever their legal form, case and order."""
    alike = max(score(name, new.name) for name in (old.name, *old.aliases))
    return UNCHANGED if alike >= LIKELY else RENAMED
