"""Search finds its record first, by any of its names, misspelt too, on both engines alike."""

import pytest
from django.db import connection

from agreements import search_index
from agreements.analysis.search import search
from agreements.models import SearchEntry
from partners.models import Country, Organization
from sosa_registry.ledger.actions import keep, remove
from tests import cast

GOLDEN = {
    "Turkey": ("country", "TUR"),
    "türkiye": ("country", "TUR"),
    "Turkiye": ("country", "TUR"),
    "Korea": ("country", "KOR"),
    "UK": ("country", "GBR"),
    "U.K.": ("country", "GBR"),
    "czech republic": ("country", "CZE"),
    "AUS": ("country", "AUS"),
    "swiss": ("country", "CHE"),
    "germny": ("country", "DEU"),
    "norwey": ("country", "NOR"),
    "canda": ("country", "CAN"),
    "Denmrk": ("country", "DNK"),
    "lithuana": ("country", "LTU"),
    "Phillipines": ("country", "PHL"),
    "Untied States": ("country", "USA"),
    "SOSA": ("type", "sosa"),
    "declaraton of principles": ("type", "dop"),
    "securty of supply": ("type", "sosa"),
    "nato": ("grouping", "nato"),
    "Five Eyes": ("grouping", "five-eyes"),
    "sosa australia": ("agreement", "sosa-aus"),
    "austrlia sosa": ("agreement", "sosa-aus"),
    "türkiye rdp": ("agreement", "rdp-tur"),
    "rdp-fin-2018": ("agreement", "rdp-fin-2018"),
    "industrial security agreement": ("agreement", "mou-can-isa-1952"),
    "code of conduct sweden": ("code", "coc-swe"),
    "crs_if11894_2021": ("source", "crs_if11894_2021"),
    "Defense production act title III": ("type", "dpa-title-iii"),
    "quartz": ("invocation", "inv001"),
    "N95 respirators": ("invocation", "inv028"),
}


@pytest.mark.parametrize("asked", GOLDEN)
def test_a_golden_query_finds_its_record_first(registry, asked):
    first = search(registry, asked)[0]
    assert (first.kind, first.key) == GOLDEN[asked]


@pytest.mark.parametrize(
    "asked", ["", "   ", "xyzzyplugh", "%", "_____", "'; DROP TABLE", '"', "\\", "*", "🛩" * 60]
)
def test_a_search_for_nothing_finds_nothing(registry, asked):
    assert search(registry, asked) == []


def test_two_statements_answer_at_the_most(registry, django_assert_max_num_queries):
    for asked in GOLDEN:
        with django_assert_max_num_queries(2):
            search(registry, asked)


def keys(asked):
    return [hit.key for hit in search(None, asked)]


def test_a_new_record_is_found_at_once_and_a_removed_one_no_more(world):
    made = cast.agreement()
    assert "sosa-xru" in keys("ruritania sosa")
    remove(made, actor="editor", reason="A rumour")
    assert "sosa-xru" not in keys("ruritania sosa")


def test_an_agreement_follows_its_partners_new_name(world):
    cast.agreement()
    country = Country.objects.get(code="XRU")
    country.aliases = "Strelsau"
    keep(country, actor="editor", reason="Another name")
    assert keys("strelsau") == ["XRU", "sosa-xru"]
    assert keys("ruritania")[:2] == ["XRU", "sosa-xru"]


def test_an_organization_is_found_and_leads_to_its_country(world):
    ministry = Organization(slug="war-office", name="War Office", country_id="XRU", aliases="WO")
    keep(ministry, actor="editor", reason="A ministry")
    first = search(None, "war office")[0]
    assert (first.kind, first.key, first.url) == ("organization", "war-office", "/countries/XRU/")


def test_rebuilding_gives_the_same_entries(registry):
    def entries():
        return list(SearchEntry.objects.order_by("kind", "key").values_list("kind", "key", "names"))

    before = entries()
    search_index.rebuild()
    assert entries() == before
    assert len(before) == 249 + 9 + 8 + 90 + 13 + 232 + 44


@pytest.mark.django_db
def test_the_engines_own_index_is_there():
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE name LIKE 'search_%' AND type = 'trigger'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE indexname = 'search_trigrams'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert len(cursor.fetchall()) == {"sqlite": 3, "postgresql": 1}[connection.vendor]
