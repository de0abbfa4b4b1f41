"""Pages of a registry that holds nothing yet. A module of its own: others share the dataset."""

from partners.models import Source


def test_an_empty_registry_has_pages_too(client, db):
    first = ("/", "/countries/", "/agreements/", "/types/", "/groupings/", "/sources/", "/data/")
    for address in (*first, "/data/dataset.jsonld", "/data/catalog.jsonld"):
        assert client.get(address).status_code == 200
    assert client.get("/changes/").status_code == 200
    assert not Source.objects.exists()
