"""What evidence can be about: any record, by its kind and natural key.

A subject is a pair of words, not a foreign key, so that evidence outlives what it is about. Rows
with `subject_kind` and `subject` are held to records that exist when they are written.
"""

from collections.abc import Iterable

from .recording import Recorded, recorded_models


def kinds() -> dict[str, type[Recorded]]:
    """Every kind of record that has a natural key of its own, by its short name."""
    return {model.record_kind: model for model in recorded_models() if model.key_field != "key"}


def missing(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these kinds and keys, those that no record has. One statement a kind."""
    known = kinds()
    absent = {(kind, key) for kind, key in pairs if kind not in known}
    for kind, model in known.items():
        keys = {key for asked, key in pairs if asked == kind}
        if keys:
            column = model.key_field
            stored = model.objects.filter(**{f"{column}__in": keys})
            absent |= {(kind, key) for key in keys - set(stored.values_list(column, flat=True))}
    return absent


def problems_of(rows: list) -> Iterable[tuple[Recorded, str, str]]:
    """Rows whose subject does not exist, with the field at fault and a sentence."""
    known = kinds()
    absent = missing({(row.subject_kind, row.subject) for row in rows})
    for row in rows:
        if row.subject_kind not in known:
            yield row, "subject_kind", f"Unknown. Allowed: {', '.join(sorted(known))}."
        elif (row.subject_kind, row.subject) in absent:
            yield row, "subject", f"No {row.subject_kind} “{row.subject}” in the registry."
