"""A writer beside the tests: one revision after another until its input ends.

Run as a process of its own. It prints the number of every revision that was acknowledged; what the
database refuses meanwhile it tries again, and says so with an exclamation mark.
"""

import os
import sys
import threading
import time

import django


def main() -> None:
    """Write until standard input is closed."""
    from django.db import DatabaseError, connection  # noqa: PLC0415 - after django.setup()

    from sosa_registry.ledger.actions import keep  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415

    told = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), told.set()), daemon=True).start()
    number = 0
    while not told.is_set():
        number += 1
        slug = f"w-{os.getpid()}-{number}"
        try:
            keep(cast.source(slug), actor="writer", reason=f"Number {number}")
        except DatabaseError:
            connection.close()
            print("!", flush=True)
            time.sleep(0.2)
        else:
            print(slug, flush=True)
            time.sleep(0.02)


if __name__ == "__main__":
    django.setup()
    main()
