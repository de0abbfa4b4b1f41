"""One of several writers at once, for the test of following: a process that edits at random.

Every verb there is: create, change, delete, rename, merge, cite, undo, and several in one revision.
What the registry refuses (two writers want the same record) is left; it counts revisions made.
"""

import os
import random
import sys

import django

REFUSED_FOR_EVER = 2_000  # tries after which something is wrong with the edits


def main(name: str, count: int) -> None:
    """Make `count` revisions."""
    from django.core.exceptions import ObjectDoesNotExist, ValidationError  # noqa: PLC0415
    from django.db import OperationalError, connection  # noqa: PLC0415
    from django.db.models import ProtectedError  # noqa: PLC0415

    from agreements import models  # noqa: PLC0415
    from partners import actions, naming  # noqa: PLC0415
    from partners import models as partners  # noqa: PLC0415
    from sosa_registry.ledger.actions import keep, remove  # noqa: PLC0415
    from sosa_registry.ledger.models import Revision  # noqa: PLC0415
    from sosa_registry.ledger.recording import revision  # noqa: PLC0415
    from sosa_registry.ledger.undoing import undo  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415

    chance = random.Random(name)
    said = {"actor": name, "reason": "At random", "accept_warnings": True}

    def word() -> str:
        return f"{name}-{chance.randrange(10**9)}"

    def text() -> str:
        return chance.choice(
            ["", "plain", "a, b", 'said “x” and "y"', "two\nlines", "=1+1", "Åß中"]
        )

    def any_of(model):
        return chance.choice(list(model.objects.order_by("pk")))

    def source():
        keep(cast.source(word(), note=text()), **said)

    def firm():
        made = partners.Firm(slug=word(), name=word(), country=any_of(partners.Country))
        keep(made, **said)

    def agreement():
        parties = {"partner": any_of(partners.Country), "type": any_of(models.AgreementType)}
        keep(models.Agreement(slug=word(), title=word(), note=text(), **parties), **said)

    def event():
        kind, year = chance.choice(["signed", "amended"]), f"20{chance.randrange(10, 26)}"
        keep(models.Event(agreement=any_of(models.Agreement), event=kind, date=year), **said)

    def note():
        record = any_of(chance.choice([models.Agreement, models.Event, partners.Source]))
        record.note = text() + word()
        keep(record, **said)

    def alias():
        country = any_of(partners.Country)
        country.aliases = text().strip()
        keep(country, **said)

    def delete():
        record = any_of(chance.choice([models.Event, models.Agreement, partners.Firm]))
        actions.remove_with_citations(record, actor=name, reason="At random")

    def rename():
        kinds = [models.Agreement, models.Event, partners.Source, partners.Firm, partners.Grouping]
        naming.rename(any_of(chance.choice(kinds)), to=word(), actor=name, reason="A better name")

    def merge():
        naming.merge(any_of(partners.Firm), into=any_of(partners.Firm), actor=name, reason="One")

    def cite():
        record = any_of(chance.choice([models.Agreement, models.Event, models.Invocation]))
        slugs = [any_of(partners.Source).slug for _ in range(chance.randrange(4))]
        with revision(**said):
            actions.cite_as_whole(record, list(dict.fromkeys(slugs)))

    def cite_a_place():
        made = partners.Citation(
            subject_kind="event",
            subject=any_of(models.Event).slug,
            source=any_of(partners.Source),
            position=chance.randrange(9),
            locator=chance.choice(["", "p. 4", "700.57 (a)/(b)"]),
            note=text(),
        )
        keep(made, **said)

    def entries():
        with revision(**said):
            models.ListEntry.objects.filter(pk=any_of(models.ListEntry).pk).delete()
            models.ListEntry(
                list=any_of(models.PublishedList), country=any_of(partners.Country)
            ).save()

    def commitment():
        made = any_of(models.Commitment)
        made.note = text() + word()
        keep(made, **said)

    def several():
        with revision(**said):
            firm()
            note()
            short_lived = cast.source(word())
            keep(short_lived, **said)
            short_lived.note = "seen twice"
            keep(short_lived, **said)
            if chance.random() < 0.5:
                remove(short_lived, **said)

    def taken_back():
        latest = Revision.objects.filter(actor__startswith="writer").latest("number")
        undo(latest.number, actor=name, reason="Back")

    verbs = [source, firm, agreement, event, note, note, alias, delete, rename, merge, cite]
    verbs += [cite_a_place, entries, commitment, several, taken_back]
    for _ in range(REFUSED_FOR_EVER):
        if Revision.objects.filter(actor=name).count() >= count:
            return
        try:
            chance.choice(verbs)()
        except (ValidationError, ProtectedError, ObjectDoesNotExist, IndexError):
            continue
        except OperationalError:  # SQLite's lock is not fair: who waits too long tries again
            if connection.vendor != "sqlite":
                raise
    raise SystemExit("Too much was refused.")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
