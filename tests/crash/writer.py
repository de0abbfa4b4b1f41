"""A writer to be killed: imports, approvals and batches in turn, each told once it is committed."""

import os
import sys
import tempfile
from pathlib import Path

import django

HEADER = "source,publisher,title,kind,tier\n"
EACH = 25  # records in one import or batch


def main(name: str, begin: int) -> None:
    """Write until killed."""
    from django.contrib.auth.models import User  # noqa: PLC0415

    from agreements.exchange.importing import import_package  # noqa: PLC0415 - after setup
    from sosa_registry.ledger import review  # noqa: PLC0415
    from sosa_registry.ledger.recording import revision  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415

    author, approver = (User.objects.get(username=one) for one in ("author", "approver"))

    def batch(number: int, kind: str = "batch") -> None:
        for place in range(EACH):
            cast.source(f"{kind}-{name}-{number}-{place}").save()

    def by_import(number: int) -> None:
        rows = "".join(
            f"import-{name}-{number}-{place},Gazette,Notice,government page,primary\n"
            for place in range(EACH)
        )
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "sources.csv").write_text(HEADER + rows)
            import_package(
                Path(folder), actor="importer", reason=f"Import {number}", accept_warnings=True
            )

    def by_batch(number: int) -> None:
        with revision(actor="batcher", reason=f"Batch {number}"):
            batch(number)

    def by_approval(number: int) -> None:
        proposal = review.draft(
            lambda: batch(number, "approval"), author=author, reason="A draft", kind="event"
        )
        review.submit(proposal, author=author)
        review.approve(proposal, approver=approver)

    work = (by_import, by_batch, by_approval)
    by_import(begin)  # the first takes long: it would be killed at nothing else
    print("at work", flush=True)
    for number in range(begin + 1, begin + 1_000_000):
        did = work[number % len(work)]
        did(number)
        print(did.__name__, number, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
