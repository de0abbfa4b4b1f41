"""Loads a generated registry with its true ledger, in bulk.

What the ledger does row by row is done here by the block, with the ledger's own arithmetic: states
and keys from the models, digests and hashes from `chain`, periods from `lifecycle`. Rows go in by
COPY on PostgreSQL and by `executemany` on SQLite. The result passes `verify_ledger`.
"""

import io
import random
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from operator import attrgetter

import orjson
from django.db import connection, models, transaction

from agreements import lifecycle, search_index
from agreements.models import (
    Agreement,
    AgreementType,
    CodeOfConduct,
    Event,
    ListEntry,
    PublishedList,
    Standing,
)
from partners.models import Country
from sosa_registry.ledger import chain
from sosa_registry.ledger.fields import EarliestDay, LatestDay
from sosa_registry.ledger.models import Head, Revision, Version
from sosa_registry.ledger.recording import Recorded, Replayable

from .generator import CORRECTING, Block, Generator

FLUSH = 20_000  # rows of one table that are written together
STEP = timedelta(milliseconds=1)  # between one revision and the next
PERIOD = tuple(lifecycle.Period.__dataclass_fields__)
CREATED, CHANGED, DELETED = Version.Operation.values


class Sink:
    """Rows on their way into one table."""

    def __init__(self, model: type[models.Model]):
        self.model, self.rows = model, []
        self.fields = [f for f in model._meta.concrete_fields if f.get_internal_type() not in AUTO]
        self.readers = [self._reader(each) for each in self.fields]
        self.columns = ", ".join(f'"{each.column}"' for each in self.fields)

    def add(self, row: models.Model) -> None:
        """One more; written when there are many."""
        self.add_values([read(row) for read in self.readers])

    def add_values(self, values: list) -> None:
        """One more, as the values of its columns in the model's order, the row id left out."""
        self.rows.append(values)
        if len(self.rows) >= FLUSH:
            self.flush()

    @staticmethod
    def _reader(each: models.Field) -> Callable[[models.Model], object]:
        """How a column is read off a row: the value itself, but for days computed and JSON."""
        if isinstance(each, EarliestDay | LatestDay):
            return lambda row: each.pre_save(row, add=True)
        if isinstance(each, models.JSONField):
            return lambda row: orjson.dumps(getattr(row, each.attname)).decode()
        return attrgetter(each.attname)

    def flush(self) -> None:
        """Write what has gathered."""
        rows, self.rows = self.rows, []
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                text = io.StringIO("".join(_copied(row) for row in rows))
                cursor.copy_expert(f"COPY {table} ({self.columns}) FROM STDIN", text)
            else:
                places = ", ".join(["%s"] * len(self.fields))
                sql = f"INSERT INTO {table} ({self.columns}) VALUES ({places})"
                cursor.executemany(sql, rows)


AUTO = ("AutoField", "BigAutoField")
_SPECIAL = re.compile(r"[\\\t\n\r]")


def _copied(row: list) -> str:
    texts = [None if cell is None else str(cell) for cell in row]
    if _SPECIAL.search("".join(filter(None, texts))):
        texts = [text and _escaped(text) for text in texts]
    return "\t".join("\\N" if text is None else text for text in texts) + "\n"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r")


class Loader:
    """Writes blocks as revisions, then the revisions that corrected them."""

    def __init__(self, first: int):
        self.first_correction = first
        self.sinks: dict[type, Sink] = {}
        self.digests: dict[int, list[str]] = defaultdict(list)
        self.later: dict[int, list[tuple]] = defaultdict(list)

    def sink(self, model: type[models.Model]) -> Sink:
        """Where the rows of a table go."""
        if model not in self.sinks:
            self.sinks[model] = Sink(model)
        return self.sinks[model]

    def add(self, row: models.Model) -> None:
        """A row of any table."""
        self.sink(type(row)).add(row)

    def version(self, number, row: Recorded, operation: str, state: dict, closed=None) -> None:
        """A version of a record, next in its revision."""
        digest = chain.version_digest(row.record_type, row.key, operation, state)
        self.digests[number].append(digest)
        position, text = len(self.digests[number]), orjson.dumps(state).decode()
        head = [position, row.record_type, row.key, operation, text, digest, closed]
        self.sink(Version).add_values([number, *head])

    def load(self, number: int, block: Block) -> None:
        """One revision that creates the block's rows, and all that later became of them."""
        events: dict[str, list[tuple]] = defaultdict(list)
        agreements = []
        for place, row in enumerate(block.rows):
            correction = block.corrected.get(place)
            closed = correction and self.first_correction + correction.revision
            self.version(number, row, CREATED, row.state(), closed)
            row.recorded_in = number
            after = row
            if correction:
                after = correction.after
                self.later[closed].append((row, after))
                if isinstance(row, Replayable):
                    row.superseded_in = closed
                    self.add(row)
            if after is not None:
                after.recorded_in = closed or number
                self.add(after)
            if isinstance(row, Event):
                events[row.agreement_id].append((row, after, closed))
            elif isinstance(row, Agreement):
                agreements.append(row)
        for row in agreements:
            self._stand(number, row, events[row.slug])

    def _stand(self, number: int, agreement: Agreement, events: list[tuple]) -> None:
        first = lifecycle.periods([event.happening() for event, _, _ in events])
        changed = next((closed for _, _, closed in events if closed), None)
        last = first
        if changed:
            last = lifecycle.periods([after.happening() for _, after, _ in events if after])
        for period in first:
            self._period(agreement, period, number, None if period in last else changed)
        for period in last:
            if period not in first:
                self._period(agreement, period, changed, None)

    def _period(self, agreement, period, recorded: int, superseded: int | None) -> None:
        parties = [agreement.slug, agreement.type_id, agreement.principal_id, agreement.partner_id]
        known = [getattr(period, name) for name in PERIOD]
        self.sink(Standing).add_values([*parties, "", *known, recorded, superseded])

    def correct(self, number: int) -> None:
        """One of the revisions that corrected."""
        for before, after in self.later.pop(number, ()):
            if after is None:
                self.version(number, before, DELETED, before.state())
            else:
                self.version(number, after, CHANGED, after.state())

    def identify(self, block: Block) -> None:
        """Give codes of conduct the row ids that signatories name them by."""
        codes = {row.slug: row for row in block.rows if isinstance(row, CodeOfConduct)}
        if codes:
            self.flush()
            for slug, row_id in CodeOfConduct.objects.values_list("slug", "id"):
                if slug in codes:
                    codes[slug].pk = row_id

    def flush(self) -> None:
        """Write all that has gathered."""
        for sink in self.sinks.values():
            sink.flush()


def published(generator: Generator, number: int) -> tuple[list[PublishedList], list[ListEntry]]:
    """Lists of a hundred countries each: one for every hundred agreements, a thousand at most."""
    chance = random.Random(number)
    lists = [
        PublishedList(
            slug=f"made-list-{n}",
            type=chance.choice(generator.types),
            principal_id=chance.choice(generator.countries),
            as_of=generator.known(generator.day(1990, 2025), first=False),
            kind=chance.choice(("statement", "statement", "regulation")),
            exhaustive=chance.choice(("yes", "no")),
            source_id=chance.choice(generator.sources),
            recorded_in=number,
        )
        for n in range(min(1_000, max(5, generator.size // 100)))
    ]
    models.QuerySet(PublishedList).bulk_create(lists, batch_size=500)
    entries = [
        ListEntry(list=made, country_id=code, recorded_in=number)
        for made in lists
        for code in chance.sample(generator.countries, 100)
    ]
    return lists, entries


def fill(size: int, seed: int, told: Callable[[str], None] = print) -> None:
    """Add a generated registry of so many agreements to one that holds the shipped dataset."""
    countries = list(Country.objects.order_by("code").values_list("code", flat=True))
    types = list(AgreementType.objects.order_by("slug").values_list("slug", flat=True))
    generator = Generator(size, seed, countries, types)
    with transaction.atomic():
        head = Head.objects.select_for_update().get(id=1)
        loader = Loader(head.number + generator.count + 2)
        number = head.number
        for block in generator.blocks():
            number += 1
            loader.load(number, block)
            loader.identify(block)
            told(f"revision {number}: {len(block.rows)} records")
        number += 1
        lists, entries = published(generator, number)
        for row in (*lists, *entries):
            loader.version(number, row, CREATED, row.state())
        for row in entries:
            loader.add(row)
        for correcting in range(number + 1, number + 1 + CORRECTING):
            loader.correct(correcting)
        loader.flush()
        _chain(head, loader.digests, number + CORRECTING)
    told("search entries …")
    search_index.rebuild()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _chain(head: Head, digests: dict[int, list[str]], last: int) -> None:
    """Revisions over their versions, each chained to the one before it."""
    previous, made, at = head.hash, [], head.at
    for number in range(head.number + 1, last + 1):
        at += STEP
        actor = f"curator-{number % 7}"
        correcting = number > last - CORRECTING
        row = Revision(
            number=number,
            at=at,
            actor=actor,
            kind=Revision.Kind.CORRECTION if correcting else Revision.Kind.IMPORT,
            reason="A source was read again." if correcting else "Loaded for measuring.",
            changes=len(digests[number]),
            actor_salt=f"{number:016x}",  # the same registry for the same seed
            actor_digest=chain.person_digest(actor, f"{number:016x}"),
            previous_hash=previous,
        )
        row.hash = previous = chain.revision_hash(row, digests[number])
        made.append(row)
    Revision.objects.bulk_create(made, batch_size=500)
    Head.objects.filter(id=1).update(number=last, at=at, hash=previous)
