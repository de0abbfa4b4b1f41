"""Search over countries, types, groupings, agreements, codes, firms, organizations and sources.

Every word asked for must be found in a record's names or aliases, accents and case aside. When
nothing holds them all, the records whose names are nearest are offered: candidates by trigrams from
the database's own index, ranked here, so that both engines give the same answer. Two statements.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db import connection
from django.db.models import QuerySet

from agreements.models.search import SearchEntry
from agreements.search_index import fold
from sosa_registry.ledger.reading import Pin

LONGEST = 200
_CANDIDATES = 300
_NEAR_ENOUGH = 0.72
_FTS = "agreements_searchentry_fts"


@dataclass(frozen=True)
class Hit:
    """One record found: its kind and key, what to show, where it is, and how well it fits."""

    kind: str
    key: str
    title: str
    text: str
    url: str
    score: float


def search(pinned: Pin, query: str, *, limit: int = 20) -> list[Hit]:
    """Records that hold every word of the query, best first; the nearest names when none does."""
    words = fold(query).split()
    if not words:
        return []
    hits = [_hit(row, _fit(words, row)) for row in _holding(words)[:_CANDIDATES]]
    hits = [hit for hit in hits if hit.score]
    if not hits:
        seen: dict[tuple[str, str], float] = {}
        hits = [_hit(row, _nearness(words, row, seen)) for row in _near(words)]
        hits = [hit for hit in hits if hit.score]
    return sorted(hits, key=lambda hit: (-hit.score, hit.kind, hit.title, hit.key))[:limit]


def _hit(row: SearchEntry, score: float) -> Hit:
    kind = "type" if row.kind == "agreement_type" else row.kind
    return Hit(kind, row.key, row.title, row.text, row.url, round(score, 3))


def _fit(words: list[str], row: SearchEntry) -> float:
    """How well the words fit: the whole name, its beginning, beginnings of words, or inside."""
    names, asked = row.names.split("\n"), " ".join(words)
    if not all(word in row.names for word in words):
        return 0.0
    if asked in names:
        return row.weight / 10 + 3
    if any(name.startswith(asked) for name in names):
        return row.weight / 10 + 2
    parts = [part for name in names for part in name.split()]
    begun = all(any(part.startswith(word) for part in parts) for word in words)
    return row.weight / 10 + (1 if begun else 0)


def _holding(words: list[str]) -> QuerySet:
    """Entries in which every word stands. The engine's trigrams find those of three letters on."""
    rows = SearchEntry.objects.all()
    long = [word for word in words if len(word) >= 3]
    if connection.vendor == "sqlite" and long:
        rows = _matching(rows, " AND ".join(_quoted(word) for word in long))
    for word in words:
        rows = rows.filter(names__contains=word)
    return rows.order_by("-weight", "title", "key")


def _near(words: list[str]) -> QuerySet:
    """Entries that share trigrams with the words, the most alike first as the engine reckons."""
    rows, asked = SearchEntry.objects.all(), " ".join(words)
    trigrams = sorted(_trigrams(asked.replace(" ", "")))
    if not trigrams:
        return rows.none()
    if connection.vendor == "sqlite":
        wanted = " OR ".join(_quoted(part) for part in trigrams[:60])
        found = _matching(rows, wanted, ranked=True)
    else:
        found = rows.extra(
            where=["%s <%% names"],
            params=[asked],
            order_by=["-near"],
            select={"near": "word_similarity(%s, names)"},
            select_params=[asked],
        )
    return found[:_CANDIDATES]


def _matching(rows: QuerySet, wanted: str, *, ranked: bool = False) -> QuerySet:
    clause = f"SELECT rowid FROM {_FTS} WHERE {_FTS} MATCH %s"
    if ranked:
        clause += f" ORDER BY rank LIMIT {_CANDIDATES}"
    return rows.extra(where=[f"id IN ({clause})"], params=[wanted])


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _trigrams(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(len(text) - 2)}


def _nearness(words: list[str], row: SearchEntry, seen: dict) -> float:
    """How alike the nearest of its names is: word by word, and as a whole; 0 when too far."""
    asked, best = " ".join(words), 0.0
    for name in row.names.split("\n"):
        parts = name.split() or [""]
        by_word = sum(max(_alike(word, part, seen) for part in parts) for word in words)
        if by_word / len(words) >= _NEAR_ENOUGH:
            best = max(best, 0.8 * by_word / len(words) + 0.2 * _alike(asked, name, seen))
    return best + row.weight / 1000 if best else 0.0


def _alike(one: str, other: str, seen: dict) -> float:
    """From 0 to 1 for the same; words of very different length are not compared."""
    if one == other:
        return 1.0
    if abs(len(one) - len(other)) > max(3, len(one) // 2):
        return 0.0
    if (one, other) not in seen:
        seen[one, other] = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return seen[one, other]
