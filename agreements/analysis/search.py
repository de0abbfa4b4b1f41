"""Search over countries, types, groupings, agreements, codes, firms, organizations and sources.

Every word asked for must be found in a record's names or aliases, accents and case aside. When
nothing is found, the countries, types and groupings whose names are nearest are offered.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import Q

from agreements.models import Agreement, CodeOfConduct, Invocation
from partners.models import Firm, Organization, Source
from sosa_registry.ledger.reading import Pin

from .reference import Reference, reference

LONGEST = 200
_NEAR_ENOUGH = 0.7


@dataclass(frozen=True)
class Hit:
    """One record found: its kind and key, what to show, where it is, and how well it fits."""

    kind: str
    key: str
    title: str
    text: str
    url: str
    score: float


def fold(text: str) -> str:
    """Lower case without accents: “Türkiye” and “turkiye” are the same word."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def search(pinned: Pin, query: str, *, limit: int = 20) -> list[Hit]:
    """Records that hold every word of the query, best first; the nearest names when none does.

    One statement a table that is not reference data, each cut at `limit`.
    """
    words = fold(query).split()
    if not words:
        return []
    known = reference(pinned)
    found = [*_known(known, words), *_stored(query.split(), words, known, limit)]
    if not found:
        found = list(_nearest(known, fold(query)))
    return sorted(found, key=lambda hit: (-hit.score, hit.kind, hit.title))[:limit]


def _score(words: list[str], names: list[str], weight: float) -> float:
    """How well the words fit the best of the names; 0 when one of them is in none."""
    folded = [fold(name) for name in names if name]
    if not all(any(word in name for name in folded) for word in words):
        return 0.0
    asked = " ".join(words)
    if asked in folded:
        return weight + 3
    if any(name.startswith(asked) for name in folded):
        return weight + 2
    started = all(
        any(part.startswith(word) for name in folded for part in name.split()) for word in words
    )
    return weight + (1 if started else 0)


def _known(known: Reference, words: list[str]) -> Iterator[Hit]:
    for kind, key, title, text, url, names, weight in _named(known):
        if score := _score(words, names, weight):
            yield Hit(kind, key, title, text, url, score)


def _named(known: Reference) -> Iterator[tuple]:
    for country in known.countries.values():
        names = [country.name, country.code, country.alpha2, country.official_name]
        yield (
            "country",
            country.code,
            country.name,
            country.official_name,
            country.get_absolute_url(),
            [*names, *country.alias_list],
            5,
        )
    for made in known.types.values():
        names = [made.abbreviation, made.slug, made.name]
        yield "type", made.slug, made.abbreviation, made.name, made.get_absolute_url(), names, 4.5
    for grouping in known.groupings.values():
        yield (
            "grouping",
            grouping.slug,
            grouping.name,
            grouping.get_kind_display(),
            grouping.get_absolute_url(),
            [grouping.slug, grouping.name],
            4.5,
        )


def _stored(raw: list[str], words: list[str], known: Reference, limit: int) -> Iterator[Hit]:
    for agreement in _holding(Agreement, raw, known, ["slug", "title"], limit, "partner", "type"):
        partner = known.name(agreement.partner_id or agreement.partner_grouping_id)
        names = [agreement.slug, agreement.title, partner, *_aliases(known, agreement.partner_id)]
        kind = known.types[agreement.type_id]
        names += [kind.abbreviation, kind.name, agreement.type_id]
        text = f"{kind.abbreviation}, {partner}"
        yield from _hit("agreement", agreement, agreement.title, text, names, words, 4)
    for code in _holding(CodeOfConduct, raw, known, ["slug", "title"], limit, "country"):
        names = [code.slug, code.title, known.name(code.country_id), "code of conduct"]
        names += _aliases(known, code.country_id)
        text = f"Code of conduct, {known.name(code.country_id)}"
        yield from _hit("code", code, code.title, text, names, words, 3)
    for firm in _holding(Firm, raw, known, ["slug", "name", "aliases", "cage_code"], limit):
        names = [firm.slug, firm.name, firm.cage_code, *firm.aliases.split(";")]
        text = f"Firm, {known.name(firm.country_id)}"
        yield from _hit("firm", firm, firm.name, text, names, words, 3)
    for body in _holding(Organization, raw, known, ["slug", "name", "aliases"], limit):
        names = [body.slug, body.name, *body.aliases.split(";")]
        country = known.countries[body.country_id]
        score = _score(words, names, 3)
        if score:
            text = f"Organization, {country.name}"
            url = country.get_absolute_url()
            yield Hit("organization", body.slug, body.name, text, url, score)
    for source in _holding(Source, raw, known, ["slug", "title", "publisher"], limit):
        names = [source.slug, source.title, source.publisher]
        yield from _hit("source", source, source.title, source.publisher, names, words, 2)
    for occasion in _holding(
        Invocation, raw, known, ["slug", "item", "supplier"], limit, "partner"
    ):
        names = [occasion.slug, occasion.item, occasion.supplier, known.name(occasion.partner_id)]
        text = f"Invocation, {occasion.occurred}"
        yield from _hit("invocation", occasion, occasion.item, text, names, words, 1)


def _hit(kind, record, title, text, names, words, weight) -> Iterator[Hit]:
    if score := _score(words, names, weight):
        yield Hit(kind, record.key, title, text, record.get_absolute_url(), score)


def _aliases(known: Reference, code: str | None) -> list[str]:
    country = known.countries.get(code)
    return [country.code, country.official_name, *country.alias_list] if country else []


def _holding(model, raw: list[str], known: Reference, columns, limit: int, *keys):
    """Rows in which each word is in a column, or in the name of what a key refers to."""
    wanted = Q()
    for word in raw:
        each = Q()
        for column in columns:
            each |= Q(**{f"{column}__icontains": word})
        for key in keys:
            named = _codes(known, word) if key in {"partner", "country"} else _types(known, word)
            each |= Q(**{f"{key}__in": named})
        wanted &= each
    return model.objects.filter(wanted)[: limit * 5]


def _codes(known: Reference, word: str) -> list[str]:
    folded = fold(word)
    return [
        country.code
        for country in known.countries.values()
        if any(folded in fold(name) for name in (country.name, country.code, country.aliases))
    ]


def _types(known: Reference, word: str) -> list[str]:
    folded = fold(word)
    return [
        made.slug
        for made in known.types.values()
        if any(folded in fold(name) for name in (made.slug, made.abbreviation, made.name))
    ]


def _nearest(known: Reference, asked: str) -> Iterator[Hit]:
    for kind, key, title, text, url, names, _ in _named(known):
        near = max(SequenceMatcher(None, asked, fold(name)).ratio() for name in names if name)
        if near >= _NEAR_ENOUGH:
            yield Hit(kind, key, title, text, url, near)
