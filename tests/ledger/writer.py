"""A writer for the tests of concurrency: run as a process of its own, it makes some revisions."""

import os
import sys

import django


def main(name: str, count: int) -> None:
    """Write `count` sources, one revision each."""
    from sosa_registry.ledger.actions import keep  # noqa: PLC0415 - after django.setup()
    from tests import cast  # noqa: PLC0415

    for number in range(count):
        keep(cast.source(f"{name}-{number}"), actor=name, reason=f"Number {number}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
