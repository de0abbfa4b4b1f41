"""Following a saved view: its feed tells each revision that touched its rows, and no other."""

from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, Claim, Event, ListEntry
from partners.models import Citation, Membership, Source
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.revising import revision
from tests.cast import event

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def feed(client, registry):
    """The numbers of the revisions that a feed tells, but for the first, which was all."""

    def read(address):
        response = client.get(address)
        assert response.status_code == 200, response.content[:500]
        entries = ElementTree.fromstring(response.content).findall(ATOM + "entry")
        found = [int(one.findtext(ATOM + "id").rstrip("/").rsplit("/", 1)[1]) for one in entries]
        return [number for number in found if number > 1]

    return read


@pytest.fixture
def lively(registry):
    """2: Denmark's SOSA is corrected; 3: an RDP MOU renamed; 4: a member; 5: a source read."""
    ratified = Event.objects.get(slug="sosa-dnk-e2")
    ratified.date = "2023-06-01"
    keep(ratified, actor="editor", reason="In force later", kind="correction")
    memorandum = Agreement.objects.get(slug="rdp-nld")
    memorandum.title = "Another title"
    keep(memorandum, actor="editor", reason="Renamed")
    joined = Membership(slug="mnna-zzz", grouping_id="mnna", country_id="CHE", joined="2026-11-01")
    keep(joined, actor="editor", reason="Designated")
    document = Source.objects.get(slug="crs_if11894_2021")
    document.note = "Read again"
    keep(document, actor="editor", reason="Read again")


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("/matrix/changes.atom", [3, 2]),
        ("/matrix/changes.atom?type=sosa", [2]),
        ("/matrix/changes.atom?type=rdp-mou&region=Europe", [3]),
        ("/matrix/changes.atom?type=sosa&region=Oceania", []),
        ("/matrix/changes.atom?grouping=mnna&type=sosa", [4]),
        ("/map/changes.atom?type=sosa&as_of=2021-08-10", [2]),
        ("/trend/changes.atom?type=sosa&from=1990-01-01&step=month", [2]),
        ("/agreements/changes.atom", [3, 2]),
        ("/agreements/changes.atom?type=sosa", [2]),
        ("/agreements/changes.atom?partner=NLD&type=rdp-mou&columns=type", [3]),
        ("/agreements/changes.atom?search=Another", [3]),
        ("/events/changes.atom?type=sosa", [2]),
        ("/events/changes.atom?country=NLD", []),
        ("/sources/changes.atom?kind=CRS%20report", [5]),
        ("/sources/changes.atom?kind=statute", []),
        ("/firms/changes.atom", []),
        ("/gaps/changes.atom?countries=DNK,NOR&type=sosa", [2]),
        ("/gaps/changes.atom?grouping=mnna&assume=TWN:sosa", [4]),
        ("/compare/countries/changes.atom?c=NLD,NOR", [3]),
        ("/reciprocity/changes.atom?a=USA&b=DNK", [2]),
        ("/pathways/changes.atom?country=DNK&direction=us_buys", [2]),
        ("/groupings/mnna/changes.atom", [4]),
        ("/matrix/changes.atom?type=sosa&kind=event", []),
    ],
)
def test_a_feed_tells_what_touched_the_view_and_nothing_else(feed, lively, address, numbers):
    assert feed(address) == numbers


def test_a_record_that_left_the_view_is_told_once_more(feed):
    moved = Agreement.objects.get(slug="rdp-nld")
    moved.partner_id = "FJI"
    keep(moved, actor="editor", reason="It was Fiji's", kind="correction")
    assert feed("/agreements/changes.atom?partner=NLD") == [2]
    assert feed("/agreements/changes.atom?partner=BEL") == []


def test_an_agreement_that_ended_is_told_to_who_follows_those_in_force(feed):
    event("rdp-nld", "terminated", "2026-01-01")
    asked = "/agreements/changes.atom?status=in_force&as_of=2026-06-01"
    assert feed(f"{asked}&type=rdp-mou") == [2]
    assert feed(f"{asked}&type=sosa") == []


def test_what_was_removed_is_told(feed):
    with revision(actor="editor", reason="Never was", accept_warnings=True):
        Citation.objects.filter(subject="sosa-dnk-e2").delete()
        Event.objects.filter(slug="sosa-dnk-e2").delete()
    assert feed("/events/changes.atom?type=sosa") == [2]
    assert feed("/events/changes.atom?type=rdp-mou") == []
    assert feed("/agreements/changes.atom?type=sosa") == [2]


def test_an_entry_of_a_list_counts_for_its_country_and_type(feed):
    entry = ListEntry.objects.filter(list__type="sosa").first()
    entry.qualifier = "with a reservation"
    keep(entry, actor="editor", reason="Qualified")
    assert feed("/matrix/changes.atom?type=sosa") == [2]
    assert feed("/matrix/changes.atom?type=rdp-mou") == []
    assert feed(f"/gaps/changes.atom?type=sosa&countries={entry.country_id}") == [2]
    assert feed("/gaps/changes.atom?type=sosa&countries=FJI") == []


def test_a_claim_on_a_country_counts_for_its_type_alone(feed):
    claim = Claim.objects.filter(subject="CAN", property="has_sosa").first()
    claim.note = "Looked up again"
    keep(claim, actor="editor", reason="Looked up")
    assert feed("/matrix/changes.atom?type=sosa") == [2]
    assert feed("/matrix/changes.atom?type=rdp-mou") == []


@pytest.mark.parametrize(
    "page",
    [
        *("/", "/map/?as_of=2023-06-01", "/trend/?from=1990-01-01", "/changes/?kind=import"),
        *("/agreements/?type=sosa,rdp-mou&status=in_force&columns=type", "/events/?decade=2010s"),
        *(
            "/firms/",
            "/sources/",
            "/gaps/?countries=AUS,NZL,TWN",
            "/countries/AUS/",
            "/types/sosa/",
        ),
        *(
            "/reciprocity/?a=USA&b=IND&as_of=2024-08-23",
            "/pathways/?country=NOR",
            "/groupings/nato/",
        ),
        *("/compare/countries/?c=AUS,CAN&as_of=2026-11-21", "/agreements/sosa-aus/"),
    ],
)
def test_a_page_leads_to_its_feed_which_answers_and_to_its_digest(client, registry, page):
    text = unescape(client.get(page).content.decode())
    followed = text.partition("<dt>Follow this view</dt>")[2].partition("</div>")[0]
    feed, digest = (part.partition('"')[0] for part in followed.split('href="')[1:])
    assert client.get(feed)["Content-Type"].startswith("application/atom+xml")
    form = client.get(digest)
    assert form.status_code == 200
    assert f'href="{feed}"' in text.partition("</head>")[0]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/agreements/changes.atom?type=soso", "Did you mean sosa?"),
        ("/matrix/changes.atom?colour=red", "Unknown parameter"),
        ("/matrix/changes.atom?as_of=2021-02-30", "not in the calendar"),
        ("/gaps/changes.atom", "Needed: a grouping or countries."),
        ("/reciprocity/changes.atom", "Needed: the other country."),
        ("/pathways/changes.atom?country=ZZZ", "Unknown value “ZZZ”"),
        ("/compare/countries/changes.atom", "Needed: countries."),
    ],
)
def test_a_view_that_cannot_be_is_a_calm_page(client, registry, address, said):
    response = client.get(address)
    assert response.status_code == 400
    assert said in unescape(response.content.decode())


def test_a_feed_of_a_view_takes_few_statements_however_much_it_looks_at(client, registry):
    asked = [
        "/matrix/changes.atom?grouping=nato",
        "/agreements/changes.atom?type=sosa&status=ended",
    ]
    for address in [
        *asked,
        "/sources/changes.atom?tier=primary",
        "/gaps/changes.atom?grouping=nato",
    ]:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        assert len(captured) <= 4, address
