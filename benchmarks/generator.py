"""Realistic registries of any size, the same ones for the same seed. Nothing is written here.

Agreements lie over all pairs of countries and all types, one in fifty with the United States as
principal. Their lives begin between 1975 and 2015 and are known as dates are: to the day, month or
year, on or before, between two days. One in ten was corrected later, in one of a thousand
revisions: a date, a note, a citation, or an event that had never been.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil

from agreements.models import (
    Agreement,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    Invocation,
    Signatory,
)
from partners.models import Citation, Firm, Organization, Source
from sosa_registry.ledger.recording import Recorded

BLOCK = 1_000  # agreements that one revision loads
CORRECTING = 1_000  # revisions that correct
WORDS = (
    "industrial",
    "supply",
    "defence",
    "priority",
    "mutual",
    "arrangement",
    "quality",
    "assurance",
    "procurement",
    "logistic",
    "support",
    "stockpile",
    "licence",
    "production",
    "cooperation",
    "armaments",
    "framework",
    "security",
    "delivery",
    "audit",
)


@dataclass
class Correction:
    """What one later revision made of a record; `after` is None where it was deleted."""

    revision: int  # from 0, among those that correct
    before: Recorded
    after: Recorded | None


@dataclass
class Block:
    """The rows of one revision in order, and what later became of them, by the row's place."""

    rows: list[Recorded] = field(default_factory=list)
    corrected: dict[int, Correction] = field(default_factory=dict)


class Generator:
    """Makes blocks of rows. `countries`, `types` and `sources` are keys that exist already."""

    def __init__(self, size: int, seed: int, countries: list[str], types: list[str]):
        self.size, self.chance = size, random.Random(seed)
        self.countries, self.types = countries, types
        self.others = [code for code in countries if code != "USA"]
        self.sources = [f"made-source-{n}" for n in range(max(50, size // 50))]

    @property
    def count(self) -> int:
        """How many blocks there are: sources, firms, codes, agreements, signatories."""
        firms = ceil(self._firms / (5 * BLOCK))
        return 1 + firms + 1 + ceil(self.size / BLOCK) + 1

    @property
    def _firms(self) -> int:
        return max(20, self.size // 20)

    def blocks(self) -> Iterator[Block]:
        """Sources, firms and organizations; then agreements and all that hangs on them."""
        yield Block([self._source(slug) for slug in self.sources])
        firms = [self._firm(n) for n in range(self._firms)]
        for start in range(0, len(firms), 5 * BLOCK):
            yield Block(firms[start : start + 5 * BLOCK])
        yield Block([*self._organizations(), *self._codes()])
        for start in range(0, self.size, BLOCK):
            block = Block()
            for number in range(start, min(start + BLOCK, self.size)):
                self._agreement(number, block)
            yield block
        yield Block(self._signatories(firms))

    def _words(self, least: int, most: int) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(least, most))).capitalize()

    def _confidence(self) -> str:
        return self.chance.choice(("high", "medium", "medium", "low"))

    def _note(self) -> str:
        return f"{self._words(4, 20)}." if self.chance.random() < 0.4 else ""

    def known(self, day: date, *, first: bool) -> str:
        """A day as it is known; only a first event is known as on or before."""
        how = self.chance.random()
        if how < 0.45:
            return day.isoformat()
        if how < 0.6:
            return f"{day:%Y-%m}"
        if how < 0.75 or not first:
            return f"{day:%Y}"
        if how < 0.9:
            return f"[..{day.isoformat()}]"
        near = timedelta(days=self.chance.randint(5, 60))
        return f"[{(day - near).isoformat()}..{(day + near).isoformat()}]"

    def _source(self, slug: str) -> Source:
        kind, tier = self.chance.choice(
            (
                ("regulation", "primary"),
                ("government page", "primary"),
                ("press release", "primary"),
                ("CRS report", "secondary"),
                ("news", "secondary"),
                ("think tank", "tertiary"),
            )
        )
        return Source(
            slug=slug,
            publisher=self._words(1, 3),
            title=self._words(4, 10),
            url=f"https://documents.example/{slug}",
            published_on=self.known(self.day(2000, 2025), first=False),
            retrieved_on=self.day(2025, 2026),
            kind=kind,
            tier=tier,
        )

    def day(self, first: int, last: int) -> date:
        """Any day from the first of January of one year to that of another."""
        days = (date(last, 1, 1) - date(first, 1, 1)).days
        return date(first, 1, 1) + timedelta(days=self.chance.randrange(days))

    def _firm(self, number: int) -> Firm:
        return Firm(
            slug=f"made-firm-{number}",
            name=f"{self._words(1, 3)} Works {number}",
            country_id=self.chance.choice(self.countries),
            cage_code=f"{number:05d}"[-5:] if self.chance.random() < 0.5 else "",
            aliases=self._words(1, 2) if self.chance.random() < 0.3 else "",
        )

    def _organizations(self) -> list[Organization]:
        return [
            Organization(slug=f"made-ministry-{n}", name=f"Ministry {n}", country_id=code)
            for n, code in enumerate(self.countries)
        ]

    def _codes(self) -> list[CodeOfConduct]:
        made = []
        for number, code in enumerate(self.chance.sample(self.others, 60)):
            made.append(
                CodeOfConduct(
                    slug=f"made-code-{number}",
                    country_id=code,
                    title=f"Code of conduct {number}",
                    status=self.chance.choice(CodeOfConduct.Status.values),
                    since=self.known(self.day(2005, 2024), first=False),
                )
            )
        self.codes = made
        return made

    def _signatories(self, firms: list[Firm]) -> list[Signatory]:
        chosen = self.chance.sample(firms, len(firms) // 10)
        return [
            Signatory(
                slug=f"made-signed-{n}",
                code=self.chance.choice(self.codes),
                firm_id=firm.slug,
                joined=self.known(self.day(2006, 2025), first=False),
            )
            for n, firm in enumerate(chosen)
        ]

    def _agreement(self, number: int, block: Block) -> None:
        chance = self.chance
        principal = "USA" if chance.random() < 0.02 else chance.choice(self.others)
        partner = chance.choice(self.countries)
        while partner == principal:
            partner = chance.choice(self.countries)
        kind = chance.choice(self.types)
        slug = f"{kind}-{principal}-{partner}-{number}".lower()
        start, rows = len(block.rows), block.rows
        made = Agreement(
            slug=slug,
            type_id=kind,
            principal_id=principal,
            partner_id=partner,
            title=f"{self._words(4, 12)} {number}",
            principal_authority="Ministry of Defence" if chance.random() < 0.5 else "",
            legal_basis=self._words(2, 6) if chance.random() < 0.3 else "",
            binding=chance.choice(Agreement.Binding.values),
            initial_term=chance.choice(("", "", "P5Y", "P10Y")),
            extension_term=chance.choice(("", "", "P5Y")),
            confidence=self._confidence(),
            note=self._note(),
        )
        rows.append(made)
        events = self._events(slug)
        rows += events
        for place, subject in enumerate([made, *events]):
            if place == 0 or chance.random() < 0.4:
                rows.append(self._citation(subject))
        if chance.random() < 0.1:
            rows += self._commitments(slug)
        if chance.random() < 0.05:
            rows.append(self._claim(number, slug))
        if chance.random() < 0.01:
            rows.append(self._invocation(number, slug, partner, principal))
        if chance.random() < 0.1:
            place = start + chance.randrange(len(rows) - start)
            cited = {row.subject for row in rows[start:] if isinstance(row, Citation)}
            last = events[-1]
            if len(events) > 1 and last.slug not in cited and chance.random() < 0.2:
                place, later = rows.index(last, start), None  # it had never been
                block.corrected[place] = Correction(chance.randrange(CORRECTING), last, later)
            elif correction := self._correction(rows[place]):
                block.corrected[place] = correction

    def _events(self, slug: str) -> list[Event]:
        chance, kinds = self.chance, []
        how = chance.random()
        if how < 0.3:
            kinds = ["attested_in_force"]
        elif how < 0.75:
            kinds = ["signed", "entered_into_force"]
        elif how < 0.87:
            kinds = ["negotiation_announced", "signed", "entered_into_force"]
        elif how < 0.95:
            kinds = ["signed"]
        else:
            kinds = ["proposed"]
        if kinds[-1] in ("entered_into_force", "attested_in_force"):
            kinds += ["amended"] * (chance.random() < 0.2)
            kinds += ["renewed"] * (chance.random() < 0.1)
            kinds += ["suspended", "resumed"] * (chance.random() < 0.03)
            kinds += chance.choices([[], ["terminated"], ["expired"]], weights=(80, 10, 10))[0]
        made, day = [], self.day(1975, 2008)
        for place, kind in enumerate(kinds):
            until = ""
            if kind == "renewed" and "terminated" not in kinds and "expired" not in kinds:
                until = str(day.year + 20)
            made.append(
                Event(
                    slug=f"{slug}-e{place + 1}",
                    agreement_id=slug,
                    event=kind,
                    date=self.known(day, first=place == 0),
                    until=until,
                    confidence=self._confidence(),
                    note=self._note(),
                )
            )
            # Further than any imprecision reaches: the order is never in doubt.
            day += timedelta(days=chance.randint(400, 1_000))
        return made

    def _citation(self, subject: Recorded) -> Citation:
        return Citation(
            subject_kind=subject.record_kind,
            subject=subject.key,
            source_id=self.chance.choice(self.sources),
            locator=self.chance.choice(("", "", f"section {self.chance.randint(1, 40)}")),
        )

    def _commitments(self, slug: str) -> list[Commitment]:
        return [
            Commitment(
                agreement_id=slug,
                direction=direction,
                kind="priority_delivery",
                mechanism=mechanism,
                enforceability=enforceability,
                source_id=self.chance.choice(self.sources),
            )
            for direction, mechanism, enforceability in (
                ("principal_to_partner", "dpas_rating", "statutory"),
                ("partner_to_principal", "code_of_conduct", "voluntary"),
            )
        ]

    def _claim(self, number: int, slug: str) -> Claim:
        return Claim(
            slug=f"made-claim-{number}",
            subject_kind="agreement",
            subject=slug,
            property="in_force",
            value=self.chance.choice(("yes", "no")),
            source_id=self.chance.choice(self.sources),
            as_of=self.known(self.day(2010, 2025), first=False),
            stance=self.chance.choice(Claim.Stance.values),
        )

    def _invocation(self, number: int, slug: str, partner: str, requester: str) -> Invocation:
        return Invocation(
            slug=f"made-invocation-{number}",
            occurred=self.known(self.day(2010, 2025), first=False),
            agreement_id=slug,
            partner_id=partner,
            requester_id=requester,
            item=self._words(2, 5),
            account=f"{self._words(8, 30)}.",
            outcome=self.chance.choice(Invocation.Outcome.values),
            confidence=self._confidence(),
        )

    def _correction(self, row: Recorded) -> Correction | None:
        revision, after = self.chance.randrange(CORRECTING), row.__class__()
        for each in row._meta.concrete_fields:
            setattr(after, each.attname, getattr(row, each.attname))
        if isinstance(row, Event):
            found = row.date
            if len(found) == 4:  # the year was known, now the month is
                after.date = f"{found}-{self.chance.randint(1, 12):02d}"
            else:
                after.note = f"{self._words(3, 8)}."
        elif isinstance(row, Agreement | Citation | Invocation | Commitment):
            name = "account" if isinstance(row, Invocation) else "note"
            setattr(after, name, f"{self._words(5, 15)}.")
        elif isinstance(row, Claim):
            after.value = "no" if row.value == "yes" else "yes"
        return None if after.state() == row.state() else Correction(revision, row, after)
