"""Holds what writers were told against the ledger; prints every contradiction as JSON.

Run as a process of its own in the deployment's environment, with what was told on its input:
`told` by name with the revision, and `unsaid`, of which nobody knows, both `since` a revision.
"""

import json
import sys
from collections import defaultdict

import django

EACH = {"batch": 5, "approval": 1}


def contradictions(since: int, told: dict[str, int], unsaid: set[str]):
    """Every one, in words."""
    from sosa_registry.ledger import integrity  # noqa: PLC0415 - after django.setup()
    from sosa_registry.ledger.models import Revision, Version  # noqa: PLC0415

    yield from integrity.problems()
    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        yield "The revisions have gaps."
    there: dict[str, list[int]] = defaultdict(list)
    last: dict[str, str] = {}
    written = Version.objects.filter(record_type="sources", revision_id__gt=1)
    for version in written.order_by("revision_id", "position"):
        slug, number = version.key, version.revision_id
        if slug.startswith("contended-"):
            mine, _, before = version.state["note"].split()
            if before != last.get(slug, "nothing"):
                yield f"{slug}: {mine} overwrote {last[slug]} unread (it had read {before})."
            last[slug] = mine
        elif slug.startswith(("batch-", "approval-")):
            mine = slug.rpartition("-")[0]
        else:
            continue
        if number > since:
            there[mine].append(number)
    for mine, number in told.items():
        if there[mine] != [number] * EACH.get(mine.partition("-")[0], 1):
            yield f"{mine}: told revision {number}, the ledger has it in {there[mine]}."
    for mine, found in there.items():
        if mine not in told and found:
            if mine not in unsaid:
                yield f"{mine}: in the ledger, and nobody wrote it."
            if found != found[:1] * EACH.get(mine.partition("-")[0], 1):
                yield f"{mine}: half written, or twice, in {found}."


def main() -> None:
    """Judge what is on the input."""
    said = json.load(sys.stdin)
    print(json.dumps(list(contradictions(said["since"], said["told"], set(said["unsaid"])))))


if __name__ == "__main__":
    django.setup()
    main()
