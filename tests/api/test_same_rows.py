"""The same question, the same rows: as JSON, CSV, NDJSON, spreadsheet and page. Fifty of them."""

import csv
import io
import json
import random
import re

import openpyxl
import pytest

from agreements.models import Agreement, Event
from partners.models import Source
from tests.api.places import address

SEED, QUESTIONS = 20261121, 50


def choices(chance: random.Random) -> tuple[str, str, dict]:
    """A list that is a page too, its key, and filters that hold."""
    agreements = {
        "type": lambda: ",".join(chance.sample(["sosa", "rdp-mou", "mou", "rgqaa"], 2)),
        "country": lambda: chance.choice(["NOR", "SWE", "CAN", "AUS", "ITA"]),
        "status": lambda: chance.choice(["in_force", "signed", "expired", "none"]),
        "grouping": lambda: chance.choice(["nato", "eu"]),
        "region": lambda: "Europe",
        "confidence": lambda: chance.choice(["high", "medium", "low"]),
        "min_grade": lambda: chance.choice("ABC"),
        "search": lambda: chance.choice(["supply", "quality", "memorandum"]),
        "ordering": lambda: chance.choice(["partner_name", "-agreement", "type", "title"]),
        "as_of": lambda: f"{chance.randint(1990, 2026)}-0{chance.randint(1, 9)}-01",
    }
    events = {
        "event": lambda: ",".join(chance.sample(["signed", "entered_into_force", "amended"], 2)),
        "type": agreements["type"],
        "country": agreements["country"],
        "decade": lambda: chance.choice(["1990s", "2000s", "2010s"]),
        "date_after": lambda: f"{chance.randint(1990, 2020)}-01-01",
        "ordering": lambda: chance.choice(["date", "-date", "event"]),
    }
    sources = {
        "kind": lambda: chance.choice(["regulation", "news", "CRS report"]),
        "tier": lambda: chance.choice(["primary", "secondary"]),
        "grade": lambda: chance.choice("ABCD"),
        "ordering": lambda: chance.choice(["publisher", "-published_on"]),
    }
    place, key, known = chance.choice(
        [("agreements", "agreement", agreements), ("events", "id", events)] * 2
        + [("sources", "source", sources)]
    )
    names = chance.sample(sorted(known), chance.randint(0, 3))
    return place, key, {name: known[name]() for name in names}


def asked() -> list[tuple[str, str, str]]:
    chance = random.Random(SEED)
    made = [choices(chance) for _ in range(QUESTIONS)]
    return [
        (place, key, "&".join(f"{name}={value}" for name, value in filters.items()))
        for place, key, filters in made
    ]


def whole(client, place: str, query: str, kind: str) -> bytes:
    response = client.get(address(place, f"{query}&format={kind}".lstrip("&")))
    assert response.status_code == 200, response.content[:300]
    return b"".join(response.streaming_content)


def sheet_keys(content: bytes) -> list[str]:
    rows = openpyxl.load_workbook(io.BytesIO(content), read_only=True)["rows"].values
    return [str(row[0]) for row in rows][1:]


@pytest.mark.parametrize(("place", "key", "query"), asked(), ids=lambda text: text or "all")
def test_every_format_and_the_page_have_the_same_rows(client, registry, place, key, query):
    answer = client.get(address(place, f"{query}&page_size=500".lstrip("&"))).json()
    json_keys = [row[key] for row in answer["results"]]

    lines = whole(client, place, query, "ndjson").splitlines()
    text = whole(client, place, query, "csv").decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    page = client.get(f"/{place}/?{query}").content.decode()

    assert [json.loads(line)[key] for line in lines] == json_keys
    assert [row[key] for row in table] == json_keys
    assert sheet_keys(whole(client, place, query, "xlsx")) == json_keys
    assert answer["count"] == len(json_keys)
    counted = re.search(r"of (\d+)</span>", page)
    assert (int(counted[1]) if counted else 0) == len(json_keys)


def test_the_questions_are_not_all_empty(registry, client):
    found = [client.get(address(place, query)).json()["count"] for place, _, query in asked()]
    assert sum(count > 0 for count in found) >= QUESTIONS // 2
    assert all(model.objects.exists() for model in (Agreement, Event, Source))
