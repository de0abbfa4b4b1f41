"""The explorer: every state in the address, and exactly the rows that its files have."""

import csv
import io
import random
import re
from html import unescape

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from agreements.views import explorer, explorer_pages
from agreements.views.explorers import AGREEMENTS, EVENTS, FIRMS, SOURCES
from partners.models import Firm
from sosa_registry.ledger.recording import revision

LINK = re.compile(r'<a href="([^"]*)"( aria-current="true")?><bdi>([^<]*)</bdi>')
NEXT = re.compile(r'<a href="([^"]*)" rel="next">')
KEYS = {"agreements": "agreement", "events": "id", "sources": "source", "firms": "firm"}
CHOICES = {
    "agreements": {
        "type": ["sosa", "rdp-mou,ntib"],
        "status": ["in_force", "none,not_recorded", "expired,superseded"],
        "as_of": ["1990-01-01", "2021-08-10"],
        "grouping": ["nato", "eu,quad"],
        "region": ["Europe", "east asia"],
        "min_grade": ["A", "C"],
        "search": ["supply", "norway"],
        "partner": ["NOR,JPN"],
        "ordering": ["-partner_name", "title"],
        "country": ["AUS,CAN,ITA"],
    },
    "events": {
        "event": ["signed", "attested_in_force,renewed"],
        "type": ["sosa,rdp-mou"],
        "decade": ["2010s", "1990s,2020s"],
        "confidence": ["high", "low,medium"],
        "search": ["sosa"],
        "date_before": ["2015-01-01"],
    },
    "sources": {
        "kind": ["regulation,news", "opinion"],
        "tier": ["primary", "secondary"],
        "grade": ["A", "B,D,E"],
        "search": ["federal"],
        "published_after": ["2010-01-01"],
        "ordering": ["-published_on"],
    },
}


def asked_at_random(number: int) -> str:
    """A page and some of its parameters, the same for the same number."""
    chance = random.Random(number)
    place = chance.choice(sorted(CHOICES))
    names = chance.sample(sorted(CHOICES[place]), chance.randint(0, 3))
    chosen = [f"{name}={chance.choice(CHOICES[place][name])}" for name in names]
    return f"/{place}/?page_size=500&{'&'.join(chosen)}"


@pytest.fixture
def page(client, registry):
    """The text of a page, which must be 200."""

    def asked(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, (address, response.content.decode()[:3000])
        return unescape(response.content.decode())

    return asked


def links(page: str) -> dict[str, tuple[str, bool]]:
    """Each choice of the page: its words, where it leads, whether it is made."""
    facets = page[page.index('<details class="facets') :]
    return {
        words: (url, bool(on)) for url, on, words in LINK.findall(facets[: facets.index("</dl>")])
    }


def exports(page: str) -> dict[str, str]:
    """Where each format of the view is."""
    said = re.search(r'<div class="exports">(.*?)</div>', page)
    return {} if said is None else {k: u for u, k in re.findall(r'href="([^"]*)">(\w+)', said[1])}


def keys(page: str) -> list[str]:
    """The keys of the rows shown."""
    return re.findall(r'<th scope="row">.*?<span class="quiet key nowrap">([^<]+)</span>', page)


@pytest.mark.parametrize("number", range(24))
def test_the_page_its_csv_and_its_json_have_the_same_rows_in_the_same_order(client, page, number):
    address = asked_at_random(number)
    shown = page(address)
    key = KEYS[address.split("/")[1]]
    if not exports(shown):
        assert "fits. Take a filter away" in shown
        return

    text = client.get(exports(shown)["CSV"]).getvalue().decode("utf-8-sig")
    table = [row[key] for row in csv.DictReader(io.StringIO(text, newline=""))]
    answer = client.get(exports(shown)["JSON"]).json()

    assert keys(shown) == table == [row[key] for row in answer["results"]]
    assert len(client.get(exports(shown)["NDJSON"]).getvalue().splitlines()) == len(table)


def test_a_facet_link_adds_its_value_and_takes_it_away_again(page):
    url, chosen = links(page("/agreements/?status=in_force"))["SOSA"]
    assert (url, chosen) == ("?status=in_force&type=sosa", False)

    url, chosen = links(page("/agreements/" + url))["RDP MOU"]
    assert (url, chosen) == ("?type=sosa,rdp-mou&status=in_force", False)

    both = links(page("/agreements/" + url))
    assert both["SOSA"] == ("?type=rdp-mou&status=in_force", True)
    assert both["RDP MOU"] == ("?type=sosa&status=in_force", True)


def test_one_minimum_grade_replaces_another(page):
    chosen = links(page("/agreements/?min_grade=B"))

    assert chosen["B or better"] == ("?", True)
    assert chosen["A"] == ("?min_grade=A", False)


def test_a_choice_leads_back_to_the_first_page(page):
    assert "page=2" not in links(page("/agreements/?page=2"))["SOSA"][0]


def test_a_chosen_value_without_rows_is_still_there_to_be_taken_away(page):
    chosen = links(page("/agreements/?type=audit&region=Africa"))

    assert chosen["Audit"] == ("?region=Africa", True)
    assert chosen["Africa"] == ("?type=audit", True)


def test_a_filter_without_a_facet_is_said_and_can_be_taken_away(page):
    found = page("/agreements/?country=NOR&type=sosa")

    assert links(found)["country: NOR"] == ("?type=sosa", True)
    assert keys(found) == ["sosa-nor"]


def test_values_are_read_in_either_case(page):
    chosen = links(page("/agreements/?type=SOSA&region=europe"))

    assert chosen["SOSA"] == ("?region=europe", True)
    assert chosen["Europe"] == ("?type=SOSA", True)


def test_columns_are_chosen_in_the_address_and_the_usual_ones_are_not_spelt_out(page):
    usual = links(page("/agreements/"))
    assert usual["Framework"][0].startswith("?columns=type,partner,status,since")
    assert usual["Framework"][0].endswith("framework")

    chosen = page("/agreements/?columns=type")
    assert re.findall(r"<th scope=\"col\".*?>([A-Z][a-z]+)", chosen) == ["Type", "Agreement"]
    all_but_one = usual["Since"][0]
    assert links(page("/agreements/" + all_but_one))["Since"] == ("?", False)


def test_chosen_columns_go_with_the_files_that_have_columns(page):
    found = exports(page("/agreements/?columns=partner,evidence.grade&type=sosa"))

    assert "columns=agreement,partner,evidence.grade" in found["CSV"]
    assert "columns=" in found["XLSX"]
    assert "columns=" not in found["NDJSON"] + found["JSON"]


@pytest.mark.parametrize("explorer", [AGREEMENTS, EVENTS, FIRMS, SOURCES], ids=lambda e: e.name)
def test_every_column_of_a_page_is_one_of_its_file(client, registry, explorer):
    with revision(actor="tests", reason="A firm"):
        Firm(slug="works", name="Works", country_id="SWE", cage_code="ABCD1").save()
    names = ",".join(column.name for column in explorer.columns)

    file = client.get(f"/api/v1/{explorer.name}/?format=csv&columns={names}")
    shown = client.get(
        f"/{explorer.name}/?columns="
        + ",".join(column.name for column in explorer.columns if not column.lead)
    )

    assert file.status_code == shown.status_code == 200
    for column in explorer.columns:
        assert column.label in shown.content.decode()


@pytest.mark.parametrize("explorer", [AGREEMENTS, EVENTS, FIRMS, SOURCES], ids=lambda e: e.name)
def test_a_page_can_be_ordered_by_every_heading_that_is_a_link(client, registry, explorer):
    for column in explorer.columns:
        for sign in ("", "-") if column.order else ():
            response = client.get(f"/{explorer.name}/?ordering={sign}{column.order}")
            assert response.status_code == 200, column.order


def test_a_heading_says_how_it_is_ordered_and_turns_round(page):
    found = page("/agreements/?ordering=-partner_name")

    assert re.search(
        r'<th scope="col" aria-sort="descending"><a class="sort" href="\?ordering=partner_name">',
        found,
    )
    assert 'aria-sort="ascending"' in page("/agreements/")


def test_sizes_and_pages_are_kept_with_everything_else(page):
    found = page("/agreements/?page_size=25&page=2&type=sosa,rdp-mou")

    assert "26–50 of 59" in found
    assert "page=3" in re.search(r'<a href="([^"]*)" rel="next">', found)[1]
    assert len(keys(found)) == 25


def test_the_day_is_spelt_out_in_what_is_cited(page):
    found = page("/agreements/?as_of=2021-08-10&type=sosa")

    assert "/api/v1/agreements/?type=sosa&as_of=2021-08-10" in found
    assert "As of 2021-08-10, not today." in found


def test_an_agreement_that_is_not_there_yet_is_not_called_recorded_none(page):
    found = page("/agreements/?as_of=1975-01-01&type=ntib")

    assert "Not yet" in found
    assert "None, confirmed" not in found


def test_a_list_without_firms_says_that_this_is_a_gap(page):
    assert "This is a gap in what is known" in page("/firms/")
    assert "No firm on record fits." in page("/firms/?search=works")


def test_many_values_of_a_facet_are_a_click_away(client, page):
    codes = ["SWE", "NOR", "DNK", "FIN", "ISL", "EST", "LVA", "LTU", "POL", "DEU", "NLD", "BEL"]
    with revision(actor="tests", reason="Firms"):
        for number, code in enumerate([*codes, "FRA", "ESP"]):
            Firm(slug=f"works-{number}", name=f"Works {number}", country_id=code).save()

    assert "<summary>2 more" in page("/firms/")


@pytest.mark.parametrize(
    "query",
    [
        "ordering=title",
        "ordering=-type",
        *("status=in_force,none", "grouping=nato&min_grade=C", "type=rdp-mou,sosa&status=expired"),
        *("search=norway", "as_of=1990-01-01", "region=Europe&status=not_recorded,in_force"),
    ],
)
def test_many_rows_are_walked_in_the_order_in_which_few_are_named(page, monkeypatch, query):
    """Pages of many end in one type and begin in another."""

    def walked() -> list[str]:
        caches["answers"].clear()
        found, there = [], f"?page_size=25&{query}"
        while there:
            shown = page(f"/agreements/{there}")
            found += keys(shown)
            there = next(iter(NEXT.findall(shown)), "")
        return found

    named = walked()
    for module in (explorer, explorer_pages):
        monkeypatch.setattr(module, "FEW", 0)
    assert walked() == named != []
    assert len(set(named)) == len(named)


def test_facets_cost_one_statement_however_they_are_asked(client, registry):
    def statements(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    assert statements("/agreements/") <= 7
    assert statements("/sources/?tier=primary&kind=regulation&grade=A") <= 5
    with revision(actor="tests", reason="Many"):
        Agreement.objects.bulk_create(
            Agreement(slug=f"made-{n}", type_id="sosa", partner_id="AUS", title=f"Made {n}")
            for n in range(200)
        )
    assert statements("/agreements/?page_size=200") <= 7


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/reconciliation/?type=sosa", "/practice/", "/compare/", "/agenda/?within=P5Y"),
        *("/map/?type=sosa", "/trend/", "/gaps/?grouping=nato", "/pathways/?country=NOR"),
        *("/reciprocity/?b=IND", "/compare/countries/?c=AUS,CAN", "/search/?q=norway"),
    ],
)
def test_the_answer_of_every_page_is_offered_as_files(client, page, path):
    files = exports(page(path))

    assert set(files) == {"CSV", "XLSX", "NDJSON", "JSON"}
    for kind, address in files.items():
        answer = client.get(address)
        assert answer.status_code == 200, (kind, address)


def test_a_record_is_not_offered_as_a_file(page):
    assert exports(page("/agreements/sosa-aus/")) == {}


def test_a_page_that_is_not_there_beside_another_fault_is_told_of_all_there_are(client, registry):
    answer = client.get("/agreements/?as_of=never&page=1000000000&page_size=25")

    assert answer.status_code == 400
    assert "Allowed: 1 to 4." in answer.text
