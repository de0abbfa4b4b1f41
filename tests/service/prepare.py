"""Fills an empty database for the tests of a deployed registry; prints accounts' tokens as JSON.

Run as a process of its own, with the deployment's environment.
"""

import io
import json
import sys
from pathlib import Path

import django

from tests.service import RECORDS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))

from prepare import collect_static


def main() -> None:
    """Migrate, take the shipped dataset, make accounts."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from sosa_registry.accounts import tokens  # noqa: PLC0415
    from sosa_registry.accounts.models import Token  # noqa: PLC0415
    from sosa_registry.ledger.recording import revision  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    collect_static()
    call_command("import_registry", accept_warnings=True, stdout=io.StringIO())
    with revision(actor="founder", reason="To be contended for"):
        for number in range(RECORDS):
            cast.source(f"contended-{number}", note="start after nothing").save()
    made = {}
    for name, role in (("erika", "editor"), ("anna", "analyst"), ("bert", "approver")):
        owner = cast.account(name, role)
        token = Token(owner=owner, name="tests", scope=Token.Scope.ALL, days=2)
        made[name] = tokens.make(token, actor=owner)
    print(json.dumps(made))


if __name__ == "__main__":
    django.setup()
    main()
