"""A new record of every resource that can be written, and short ways to write it."""

import json

from tests.api.places import address

REASON = {"X-Change-Reason": "It was announced"}

NEW = {
    "countries": {"country": "XRU", "alpha2": "XR", "name": "Ruritania", "region": "Europe"},
    "groupings": {"grouping": "league", "name": "The League", "kind": "alliance"},
    "memberships": {
        "id": "nato-xru",
        "grouping": "nato",
        "country": "MLT",
        "joined": "2024-03",
        "source": "cfr_700",
    },
    "organizations": {"organization": "office", "name": "Office", "country": "SWE"},
    "firms": {"firm": "works", "name": "New Works", "country": "SWE", "cage_code": "1AB2C"},
    "agreement-types": {"type": "pact", "abbreviation": "PACT", "name": "A pact", "order": 9},
    "agreements": {
        "agreement": "sosa-xxx",
        "type": "sosa",
        "partner": "CHE",
        "title": "An arrangement",
        "sources": ["cfr_700", "dfars_gsa"],
    },
    "commitments": {
        "agreement": "sosa-aus",
        "direction": "partner_to_principal",
        "kind": "stockpile",
        "mechanism": "contract",
        "enforceability": "contractual",
    },
    "events": {"agreement": "sosa-aus", "event": "amended", "date": "2025-05", "sources": []},
    "codes-of-conduct": {
        "code": "coc-aus",
        "country": "AUS",
        "agreement": "sosa-aus",
        "title": "A code",
        "status": "in_place",
        "sources": ["cfr_700"],
    },
    "signatories": {
        "id": "swe-more",
        "code": "coc-swe",
        "firm": "ruritanian-works",
        "left": "2023",
    },
    "invocations": {
        "invocation": "inv999",
        "occurred": "2020-03-16/2020-04-03",
        "partner": "SWE",
        "requester": "USA",
        "item": "Masks",
        "account": "They were asked for.",
        "outcome": "honoured",
        "sources": ["cfr_700"],
    },
    "sources": {
        "source": "gazette",
        "publisher": "Gazette",
        "title": "Notice",
        "url": "https://gazette.example/notice",
        "retrieved_on": "2026-01-02",
        "kind": "government page",
        "tier": "primary",
    },
    "citations": {
        "subject_kind": "agreement",
        "subject": "sosa-aus",
        "source": "cfr_700",
        "locator": "700.57 (a)",
    },
    "claims": {
        "claim": "c9999",
        "subject_kind": "agreement",
        "subject": "sosa-aus",
        "property": "signed_on",
        "value": "2011",
        "source": "cfr_700",
        "stance": "agrees",
    },
    "published-lists": {
        "list": "a-list",
        "type": "sosa",
        "as_of": "2024-01-01",
        "kind": "statement",
        "exhaustive": "yes",
        "source": "cfr_700",
        "entries": [{"country": "AUS"}, {"country": "SWE", "qualifier": "soon"}],
    },
    "procedure-facts": {
        "fact": "f99",
        "property": "a_new_one",
        "value": "Yes",
        "source": "cfr_700",
    },
}
CHANGES = {
    "countries": {"aliases": "Ruritanien"},
    "memberships": {"left": "2025"},
    "agreement-types": {"description": "Changed"},
    "invocations": {"supplier": "Changed"},
    "organizations": {"aliases": "Bureau"},
    "firms": {"aliases": "Plant"},
    "signatories": {"joined": "2021"},
    "published-lists": {"entries": [{"country": "NOR"}, {"country": "SWE"}]},
    "agreements": {"sources": ["dfars_gsa"]},
}


def send(client, method, place, body=None, **headers):
    """A request with a JSON body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(
        method.upper(),
        address(place),
        content if body is not None else b"",
        content_type="application/json",
        headers={**REASON, **headers},
    )


def create(client, resource, **values):
    made = send(client, "post", resource, NEW[resource] | values)
    assert made.status_code == 201, made.content
    return made


def place_of(response) -> str:
    return response["Location"].partition("/api/v1/")[2]
