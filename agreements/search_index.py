"""Keeps the search entries in step: the ledger calls `project` at the end of every revision.

A record's entry is made anew when the record changes; an agreement goes by its partner's names and
its type's too, so it follows them.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from partners.models import Country, Firm, Grouping, Organization, Source
from sosa_registry.ledger.recording import BATCH, OpenRevision

from .models import Agreement, AgreementType, CodeOfConduct, Invocation
from .models.search import SearchEntry

# What is found first among equals: the partner before the paper, the paper before its source.
WEIGHTS = {
    "country": 50,
    "agreement_type": 45,
    "grouping": 45,
    "agreement": 40,
    "code": 30,
    "firm": 30,
    "organization": 30,
    "source": 20,
    "invocation": 10,
}
_MODELS = (
    *(Country, AgreementType, Grouping, Agreement),
    *(CodeOfConduct, Firm, Organization, Source, Invocation),
)


def fold(text: str) -> str:
    """Lower case without accents: “Türkiye” and “turkiye” are the same word."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def project(opened: OpenRevision) -> None:
    """Make the entries of every record touched by a revision anew."""
    touched = {model: set(opened.changed(model.record_type)) for model in _MODELS}
    countries, types = sorted(touched[Country]), sorted(touched[AgreementType])
    for start in range(0, len(countries), BATCH):
        batch = countries[start : start + BATCH]
        named = Agreement.objects.filter(partner__in=batch)
        touched[Agreement].update(named.values_list("slug", flat=True))
        coded = CodeOfConduct.objects.filter(country__in=batch)
        touched[CodeOfConduct].update(coded.values_list("slug", flat=True))
    if types:
        typed = Agreement.objects.filter(type__in=types)
        touched[Agreement].update(typed.values_list("slug", flat=True))
    known = _Names()
    for model, keys in touched.items():
        _renew(model, sorted(keys), known)


def rebuild() -> None:
    """Make every entry anew."""
    SearchEntry.objects.all().delete()
    known = _Names()
    for model in _MODELS:
        made = (_entry(row, known) for row in model.objects.all().iterator(chunk_size=2000))
        SearchEntry.objects.bulk_create(made, batch_size=BATCH)


def _renew(model, keys: list[str], known: "_Names") -> None:
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        SearchEntry.objects.filter(kind=model.record_kind, key__in=batch).delete()
        rows = model.objects.filter(**{f"{model.key_field}__in": batch})
        SearchEntry.objects.bulk_create((_entry(row, known) for row in rows), batch_size=BATCH)


class _Names:
    """The names of countries, types and groupings, read once when first needed."""

    def __init__(self):
        self._read: dict[type, dict] = {}

    def of(self, model, key):
        """The record of that key, or None."""
        if model not in self._read:
            self._read[model] = {row.key: row for row in model.objects.all()}
        return self._read[model].get(key)

    def country(self, code: str | None) -> list[str]:
        """Every name of a country."""
        row = self.of(Country, code)
        if row is None:
            return [code] if code else []
        return [row.name, row.code, row.alpha2, row.official_name, *row.alias_list]


def _entry(row, known: _Names) -> SearchEntry:
    title, text, names = _DESCRIBED[type(row)](row, known)
    return SearchEntry(
        kind=row.record_kind,
        key=row.key,
        title=title,
        text=text[:300],
        url=row.get_absolute_url(),
        names="\n".join(dict.fromkeys(fold(name).strip() for name in _spelt(names) if name)),
        weight=WEIGHTS[row.record_kind],
    )


def _spelt(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        if "." in name:
            yield name.replace(".", "")  # U.K. is UK


def _agreement(row, known: _Names):
    kind, grouping = known.of(AgreementType, row.type_id), None
    if row.partner_grouping_id:
        grouping = known.of(Grouping, row.partner_grouping_id)
    partner = known.country(row.partner_id) or [grouping.name, grouping.slug]
    names = [row.slug, row.title, *partner]
    names += [f"{kind.abbreviation} {name}" for name in partner]
    names += [kind.abbreviation, kind.name, kind.slug]
    return row.title, f"{kind.abbreviation}, {partner[0]}", names


def _code(row, known: _Names):
    names = known.country(row.country_id)
    spoken = [f"code of conduct {name}" for name in names]
    return row.title, f"Code of conduct, {names[0]}", [row.slug, row.title, *names, *spoken]


_DESCRIBED = {
    Country: lambda row, known: (row.name, row.official_name, known.country(row.code)),
    AgreementType: lambda row, known: (
        row.abbreviation,
        row.name,
        [row.abbreviation, row.slug, row.name],
    ),
    Grouping: lambda row, known: (row.name, row.get_kind_display(), [row.slug, row.name]),
    Agreement: _agreement,
    CodeOfConduct: _code,
    Firm: lambda row, known: (
        row.name,
        f"Firm, {known.country(row.country_id)[0]}",
        [row.slug, row.name, row.cage_code, *row.aliases.split(";")],
    ),
    Organization: lambda row, known: (
        row.name,
        f"Organization, {known.country(row.country_id)[0]}",
        [row.slug, row.name, *row.aliases.split(";")],
    ),
    Source: lambda row, known: (row.title, row.publisher, [row.slug, row.title, row.publisher]),
    Invocation: lambda row, known: (
        row.item,
        f"Invocation, {row.occurred}",
        [row.slug, row.item, row.supplier, known.country(row.partner_id)[0]],
    ),
}
