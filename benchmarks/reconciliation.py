"""Reconciliation at size: 100,000 entries of published lists against 100,000 agreements.

Run it with DATABASE_URL naming an empty database, or inside a private PostgreSQL server:
`.venv/bin/python .ci/postgres.py .venv/bin/python -m benchmarks.reconciliation`. The rows are
written straight into the tables (this measures reading), seeded, over all pairs of countries.
"""

import os
import random
import sys
import time
from datetime import date, timedelta

import django

SIZE = 100_000
SEED = 20261121


def fill(size: int) -> None:
    """Standing of `size` agreements, and lists of about a hundred entries each."""
    # After django.setup(): models exist only then.
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import models  # noqa: PLC0415

    from agreements.lifecycle import FOREVER  # noqa: PLC0415
    from agreements.models import ListEntry, PublishedList, Standing  # noqa: PLC0415
    from partners.models import Country  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("import_registry", "--if-empty", "--accept-warnings", verbosity=0)
    chance = random.Random(SEED)
    codes = list(Country.objects.values_list("code", flat=True))
    types = ["ntib", "sosa", "rdp-mou", "rgqaa", "dop", "mou", "audit", "contract"]

    def day() -> date:
        return date(1980, 1, 1) + timedelta(days=chance.randrange(16_000))

    def standing(number: int) -> Standing:
        start = day()
        known = start + timedelta(days=chance.choice((0, 0, 0, 30, 365)))
        end = FOREVER if chance.random() < 0.8 else known + timedelta(days=4_000)
        principal, partner = chance.sample(codes, 2)
        return Standing(
            agreement=f"made-{number}",
            type=chance.choice(types),
            principal=principal,
            partner=partner,
            status="in_force",
            event=f"made-{number}-e1",
            since=start.isoformat(),
            possible_from=start,
            possible_until=end,
            certain_from=known,
            certain_until=end,
            none_until=known,
            recorded_in=1,
        )

    insert = {model: models.QuerySet(model).bulk_create for model in (Standing, PublishedList)}
    insert[Standing]((standing(n) for n in range(size)), batch_size=2_000)
    lists = [
        PublishedList(
            slug=f"made-{n}",
            type=chance.choice(types),
            principal_id=chance.choice(codes),
            as_of=day().isoformat(),
            kind="statement",
            exhaustive="yes",
            source_id="cfr_700",
            recorded_in=1,
        )
        for n in range(size // 100)
    ]
    insert[PublishedList](lists, batch_size=500)
    entries = (
        ListEntry(list=made, country_id=code, recorded_in=1)
        for made in lists
        for code in chance.sample(codes, 100)
    )
    models.QuerySet(ListEntry).bulk_create(entries, batch_size=2_000)


def main() -> None:
    """Fill, ask three times, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
    os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from agreements.analysis.reconciliation import reconcile  # noqa: PLC0415
    from sosa_registry.ledger.reading import pin  # noqa: PLC0415

    size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    fill(size)
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            started = time.perf_counter()
            found = reconcile(pin())
            taken = time.perf_counter() - started
        print(
            f"{connection.vendor}: {len(found)} lists, {size} entries, {size} agreements: "
            f"{taken:.2f} s, {len(captured)} statements"
        )


if __name__ == "__main__":
    main()
