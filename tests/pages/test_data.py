"""The page of downloads, and what it says to harvesters in schema.org's and DCAT's words."""

import json
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SDO, XSD

from agreements.exchange.tables import TABLES
from agreements.models import ListEntry
from partners.models import Country, Redirect
from sosa_registry.ledger.actions import keep
from tests.cast import agreement

PAGE, DATASET, CATALOG = "/data/", "/data/dataset.jsonld", "/data/catalog.jsonld"
CC_BY = URIRef("https://creativecommons.org/licenses/by/4.0/")
VOCABULARIES = (DCAT, DCTERMS, FOAF, RDF, RDFS, SDO)
LATER = {URIRef(f"{DCAT}version")}  # of DCAT 3, which rdflib's list of its terms does not have yet


class Read(HTMLParser):
    """The links of a page's head, by relation, and its data blocks."""

    def __init__(self, page: str):
        super().__init__()
        self.links, self.data, self.within = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """A link, or the start of a data block."""
        told = dict(attrs)
        if tag == "link" and told.get("rel") == "alternate":
            self.links.append((told["type"], told["href"]))
        self.within = tag == "script" and told.get("type") == "application/ld+json"

    def handle_data(self, data):
        """The text of a data block."""
        if self.within:
            self.data.append(json.loads(data))
            self.within = False


def graph_of(told: dict) -> Graph:
    """A document as triples; schema.org's own context is the one word that has to be fetched."""
    if told["@context"] == "https://schema.org/":
        links = ("url", "license", "contentUrl")
        context = {name: {"@type": "@id"} for name in links} | {"@vocab": str(SDO)}
        told = told | {"@context": context}
    return Graph().parse(data=json.dumps(told), format="json-ld")


def path_of(address) -> str:
    """A whole address of this registry as a path. Fails for one that lies elsewhere."""
    assert str(address).startswith(f"{settings.SITE_URL}/")
    parts = urlsplit(str(address))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.fixture
def read(registry, client):
    """A document as plain values."""

    def told(place):
        answer = client.get(place)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/ld+json"
        return json.loads(answer.content)

    return told


def test_the_page_says_what_there_is_its_licence_its_state_and_how_to_cite_it(registry, client):
    page = client.get(PAGE).text
    assert "Creative Commons Attribution 4.0" in page
    assert f'<a href="/changes/{registry.revision}/">Revision {registry.revision}</a>' in page
    assert f"{settings.SITE_URL}/api/v1/exports/registry.zip?known_at={registry.revision}" in page
    assert "Dated events from 1952-03-31 to" in page
    assert '<a href="/countries/AUS/"><bdi>Australia</bdi></a>' in page
    assert f'class="number">{Country.objects.count()}</td>' in page


def test_every_table_of_the_package_is_told_of(registry, client):
    page = client.get(PAGE).text
    listed = {table for table in TABLES if f"#table-{table.name}" in page}
    assert {table.model for table in TABLES if table not in listed} == {ListEntry, Redirect}
    assert "redirects" in page and "entries of published lists" in page


def test_every_page_leads_to_the_downloads(registry, client):
    for place in ("/", "/about/", "/countries/AUS/", "/api/docs/"):
        assert 'href="/data/"' in client.get(place).text


def test_the_page_holds_the_words_of_schema_org_and_leads_to_both_documents(read, client):
    page = Read(client.get(PAGE).text)
    assert page.links[-2:] == [("application/ld+json", place) for place in (DATASET, CATALOG)]
    assert page.data == [read(DATASET)]


def test_no_name_in_the_registry_ends_the_data_block(registry, client):
    bad = Country(code="XQX", alpha2="XQ", name="</script><script>boom<!--", region="Europe")
    keep(bad, actor="editor", reason="A hostile name")
    agreement("sosa-xqx", "XQX")
    page = client.get(PAGE).text
    assert "<script>boom" not in page and page.count("</script>") == page.count("<script")
    places = Read(page).data[0]["spatialCoverage"]
    assert "</script><script>boom<!--" in [place["name"] for place in places]


@pytest.mark.parametrize("place", [DATASET, CATALOG])
def test_every_term_is_one_of_its_vocabulary(read, place):
    graph = graph_of(read(place))
    terms = {term for _, term, _ in graph} | set(graph.objects(None, RDF.type))
    assert len(graph) > 400 and len(terms) > 15
    known = {term for term in terms if any(term in each for each in VOCABULARIES)}
    assert terms - known - LATER == set()


def test_schema_org_has_what_dataset_search_asks_for(read):
    graph = graph_of(read(DATASET))
    whole = URIRef(f"{settings.SITE_URL}/data/#dataset")
    assert (whole, RDF.type, SDO.Dataset) in graph
    for dataset in graph.subjects(RDF.type, SDO.Dataset):
        assert graph.value(dataset, SDO.name)
        assert 30 < len(graph.value(dataset, SDO.description)) < 5000
        assert graph.value(dataset, SDO.license) == CC_BY
        assert graph.value(graph.value(dataset, SDO.creator), SDO.name)
        assert list(graph.objects(dataset, SDO.distribution))
    for name in ("url", "identifier", "version", "datePublished", "dateModified", "keywords"):
        assert graph.value(whole, SDO[name]), name
    assert str(graph.value(whole, SDO.temporalCoverage)).startswith("1952-03-31/")
    places = {graph.value(each, SDO.name) for each in graph.objects(whole, SDO.spatialCoverage)}
    assert {str(name) for name in places} >= {"Australia", "United States", "Norway"}
    assert len(list(graph.objects(whole, SDO.hasPart))) == 17


def test_dcat_has_what_it_obliges_a_catalogue_to_have(read):
    graph = graph_of(read(CATALOG))
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    (service,) = graph.subjects(RDF.type, DCAT.DataService)
    (whole,) = graph.objects(catalogue, DCAT.dataset)
    publisher = graph.value(catalogue, DCTERMS.publisher)
    assert (publisher, RDF.type, FOAF.Agent) in graph and graph.value(publisher, FOAF.name)
    assert len(list(graph.objects(whole, DCTERMS.hasPart))) == 17
    for described in (catalogue, service, *graph.subjects(RDF.type, DCAT.Dataset)):
        assert graph.value(described, DCTERMS.title).language == "en"
    for dataset in graph.subjects(RDF.type, DCAT.Dataset):
        assert graph.value(dataset, DCTERMS.description)
        assert graph.value(dataset, DCTERMS.publisher) == publisher
        for each in graph.objects(dataset, DCAT.distribution):
            assert (each, RDF.type, DCAT.Distribution) in graph
            assert isinstance(graph.value(each, DCAT.accessURL), URIRef)
            assert graph.value(each, DCTERMS.license) == CC_BY
    assert graph.value(whole, DCTERMS.modified).datatype == XSD.dateTime
    span = graph.value(whole, DCTERMS.temporal)
    assert graph.value(span, DCAT.startDate).toPython().isoformat() == "1952-03-31"
    assert graph.value(service, DCAT.servesDataset) == whole
    assert str(graph.value(service, DCAT.endpointDescription)).endswith("/api/v1/schema/")


def test_every_file_answers_with_the_type_that_both_say_it_has(read, client):
    ours, theirs = graph_of(read(DATASET)), graph_of(read(CATALOG))
    said = {
        ours.value(each, SDO.contentUrl): str(ours.value(each, SDO.encodingFormat))
        for each in ours.subjects(RDF.type, SDO.DataDownload)
    }
    formats = {
        theirs.value(each, DCAT.downloadURL): str(
            theirs.value(theirs.value(each, DCTERMS["format"]), RDFS.label)
        )
        for each in theirs.subjects(RDF.type, DCAT.Distribution)
    }
    assert said == formats and len(said) == 17 * 4 + 1
    for address, media_type in said.items():
        answer = client.get(path_of(address))
        assert answer.status_code == 200, address
        assert answer["Content-Type"].partition(";")[0] == media_type
        read_to_its_end = b"".join(answer)  # which closes it; NDJSON of no rows is empty
        assert read_to_its_end or media_type == "application/x-ndjson"


def test_a_question_of_the_data_is_refused(registry, client):
    for place in (PAGE, DATASET, CATALOG):
        assert client.get(place, {"known_at": "1"}).status_code == 400
    assert client.get("/data/other.jsonld").status_code == 404
