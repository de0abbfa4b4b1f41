"""Atom feeds: each tells what touched its subject, and corrections can be told apart."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, CodeOfConduct, Event
from partners.models import Citation, Membership
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.revising import revision

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def feed(client, registry):
    """The entries of a feed, newest first: number and kind."""

    def read(address):
        response = client.get(address)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
        root = ElementTree.fromstring(response.content)
        for name in ("id", "title", "updated"):
            assert root.findtext(ATOM + name)
        made = []
        for entry in root.findall(ATOM + "entry"):
            number = int(entry.findtext(ATOM + "id").rstrip("/").rsplit("/", 1)[1])
            assert entry.findtext(f"{ATOM}author/{ATOM}name")
            made.append((number, entry.find(ATOM + "category").get("term")))
        return made

    return read


@pytest.fixture
def corrected(registry):
    """Revision 2 corrects Denmark's SOSA, revision 3 says something new of Sweden's code."""
    event = Event.objects.get(slug="sosa-dnk-e2")
    event.date = "2023-06-01"
    keep(event, actor="editor", reason="In force later", kind="correction")
    code = CodeOfConduct.objects.get(slug="coc-swe")
    code.note = "Renewed"
    keep(code, actor="editor", reason="News")


def test_everything_newest_first_with_its_kind(feed, corrected):
    assert feed("/changes.atom") == [(3, "event"), (2, "correction"), (1, "import")]
    assert feed("/api/v1/changes.atom") == feed("/changes.atom")


def test_corrections_can_be_told_apart(feed, corrected):
    assert feed("/changes.atom?kind=correction") == [(2, "correction")]
    assert feed("/api/v1/changes.atom?kind=event") == [(3, "event")]
    assert feed("/countries/DNK/changes.atom?kind=correction") == [(2, "correction")]


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("/countries/DNK/changes.atom", [2, 1]),
        ("/countries/SWE/changes.atom", [3, 1]),
        ("/countries/NOR/changes.atom", [1]),
        ("/types/sosa/changes.atom", [3, 2, 1]),
        ("/types/rdp-mou/changes.atom", [1]),
        ("/agreements/sosa-dnk/changes.atom", [2, 1]),
        ("/agreements/rdp-nld/changes.atom", [1]),
    ],
)
def test_a_feed_tells_what_touched_its_subject_and_nothing_else(feed, corrected, address, numbers):
    assert [number for number, _ in feed(address)] == numbers


def test_what_was_removed_since_is_still_told(feed):
    with revision(actor="editor", reason="Never was", accept_warnings=True):
        Citation.objects.filter(subject__startswith="sosa-dnk-e").delete()
        Event.objects.filter(agreement="sosa-dnk").delete()
    assert [number for number, _ in feed("/countries/DNK/changes.atom")] == [2, 1]
    assert [number for number, _ in feed("/agreements/sosa-dnk/changes.atom")] == [2, 1]


def test_a_membership_and_a_title_count(feed):
    member = Membership.objects.filter(country="NOR").first()
    member.note = "Checked"
    keep(member, actor="editor", reason="Checked", kind="verification")
    agreement = Agreement.objects.get(slug="sosa-nor")
    agreement.title = "Another title"
    keep(agreement, actor="editor", reason="Renamed")
    assert feed("/countries/NOR/changes.atom") == [
        (3, "event"),
        (2, "verification"),
        (1, "import"),
    ]


def test_hostile_text_leaves_the_feed_well_formed(feed):
    agreement = Agreement.objects.get(slug="sosa-aus")
    agreement.title = "Another title"
    keep(agreement, actor="<b>ed</b>", reason="</entry><script>alert(1)</script> & \x07 ]]>")
    assert feed("/agreements/sosa-aus/changes.atom")[0] == (2, "event")


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/changes/", "/changes.atom"),
        ("/countries/AUS/", "/countries/AUS/changes.atom"),
        ("/types/sosa/", "/types/sosa/changes.atom"),
        ("/agreements/sosa-aus/", "/agreements/sosa-aus/changes.atom"),
    ],
)
def test_a_page_names_its_feed(client, registry, page, address):
    head = client.get(page).content.decode().partition("</head>")[0]
    assert 'type="application/atom+xml"' in head
    assert f'href="{address}"' in head


@pytest.mark.parametrize("place", ["/changes.atom", "/countries/AUS/changes.atom"])
def test_a_wrong_question_is_a_calm_page(client, registry, place):
    assert client.get(f"{place}?kind=fiction").status_code == 400
    assert client.get(f"{place}?type=sosa").status_code == 400


def test_a_wrong_question_to_the_api_is_a_problem(client, registry):
    refused = client.get("/api/v1/changes.atom?kind=fiction")
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "place", ["countries/ZZZ", "types/none", "agreements/none", "countries/aus"]
)
def test_nothing_there_is_404_and_small_letters_lead_on(client, registry, place):
    expected = 301 if place == "countries/aus" else 404
    assert client.get(f"/{place}/changes.atom").status_code == expected


def test_a_feed_is_three_statements_however_much_it_looks_at(client, registry):
    client.get("/types/sosa/changes.atom")
    for address in ("/countries/AUS/changes.atom", "/types/sosa/changes.atom", "/changes.atom"):
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        assert len(captured) <= 3
