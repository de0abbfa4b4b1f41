"""Every address of the API, and short ways to ask them."""

BASE = "/api/v1/"
CLOCKED = (
    "memberships",
    "commitments",
    "codes-of-conduct",
    "citations",
    "claims",
    "published-lists",
)
LISTS = (
    "countries",
    "groupings",
    "organizations",
    "firms",
    "agreement-types",
    "agreements",
    "events",
    "signatories",
    "invocations",
    "sources",
    "procedure-facts",
    "revisions",
    *CLOCKED,
)
BELOW = ("agreements/sosa-aus/history", "revisions/1/changes")
RECORDS = (
    "countries/AUS",
    "groupings/nato",
    "memberships/nato-fin",
    "organizations/ruritanian-ministry",
    "firms/ruritanian-works",
    "agreement-types/sosa",
    "agreements/sosa-aus",
    "commitments/type/sosa/principal_to_partner/priority_delivery/dpas_rating",
    "events/sosa-aus-e1",
    "codes-of-conduct/coc-swe",
    "signatories/swe-works",
    "invocations/inv001",
    "sources/crs_if11894_2021",
    "citations/agreement/ntib-aus/dfars_gsa",
    "claims/c0001",
    "published-lists/crs-sosa-list-2021-08-10",
    "procedure-facts/f01",
    "revisions/1",
)
QUESTIONS = (
    "matrix",
    "coverage/?grouping=nato&type=sosa",
    "gaps/?grouping=nato&type=sosa,rdp-mou",
    "diff/?from=2021-07-28",
    "side-by-side/?countries=AUS,CAN,IND",
    "agenda",
    "trend",
    "reconciliation",
    "practice",
    "checks",
    "evidence/?subject_kind=country&subject=CAN",
    "reciprocity/?b=IND",
    "pathways/?direction=us_buys&country=NOR",
    "search/?q=norway",
)
EVERYTHING = ("", *LISTS, *BELOW, *RECORDS, *QUESTIONS)
# A record of the shipped dataset for each name in the document's paths.
KEYS = {
    "agreement": "sosa-aus",
    "claim": "c0001",
    "code": "coc-swe",
    "country": "AUS",
    "fact": "f01",
    "grouping": "nato",
    "invocation": "inv001",
    "list": "crs-sosa-list-2021-08-10",
    "source": "crs_if11894_2021",
    "type": "sosa",
}


def filled(path: str) -> str:
    """A path of the document with a key for each of its names."""
    for name, key in KEYS.items():
        path = path.replace(f"{{{name}}}", key)
    return path.replace("{number}", "1").replace("{id}", "1").replace("{key}", "a/b/c")


def address(place: str, query: str = "") -> str:
    """The address of a place, with more parameters."""
    path, _, own = place.partition("?")
    path = f"{BASE}{path.rstrip('/')}/".replace("//", "/")
    asked = "&".join(part for part in (own, query) if part)
    return f"{path}?{asked}" if asked else path


def ask(client, place: str, query: str = ""):
    """The answer to a place, which must be 200, as plain values."""
    response = client.get(address(place, query))
    assert response.status_code == 200, (place, query, response.content[:500])
    return response.json()


def refuse(client, place: str, query: str = "", status: int = 400) -> dict:
    """The problem that a place answers with, which must have the one shape of errors."""
    return problem_of(client.get(address(place, query)), status)


def problem_of(response, status: int) -> dict:
    """The problem in a response, held to RFC 9457's members and ours."""
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    for error in problem["errors"]:
        assert len(error) == 2 and set(error) < {"parameter", "pointer", "header", "detail"}
        assert error["detail"]
    return problem


def parameters_of(problem: dict) -> set[str]:
    """The parameters that a problem names."""
    return {error["parameter"] for error in problem["errors"]}
