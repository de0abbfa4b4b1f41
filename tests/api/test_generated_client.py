"""A client made from the committed document by somebody else's generator does what the manual does.

The requests that it makes are those of docs/api.md, one by one; what it understands of each answer
is the whole answer.
"""

import importlib
import json
import re
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from tests.api.test_tutorial import BLOCKS
from tests.cast import account

ROOT = Path(__file__).resolve().parents[2]
USUAL_FORMATS = {("format", "json"), ("format", "zip")}  # of all but files, of the package
# Of types that the generator does not know it is told which are text and which are bytes.
CONFIG = """
post_hooks: []
content_type_overrides:
  application/atom+xml: text/plain
  application/zip: application/octet-stream
"""
SENT = re.compile(
    r"-X (?P<method>\w+) '(?P<address>http[^']*)'(?:[^{]*?)-d '(?P<body>\{.*?\})'", re.S
)
CURL = re.compile(r"curl(?P<options>[^']*)'(?P<address>http[^']*)'(?P<rest>(?:[^\n]*\\\n)*[^\n]*)")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The client, made without one warning: no address is left out, no type is unclear."""
    place = tmp_path_factory.mktemp("client")
    (place / "config.yml").write_text(CONFIG)
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("openapi-python-client"), "generate"),
            *("--path", ROOT / "docs" / "openapi.json", "--output-path", place / "registry_client"),
            *("--meta", "none", "--config", place / "config.yml", "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "WARNING" not in done.stdout, done.stdout + done.stderr
    sys.path.insert(0, str(place))
    yield place / "registry_client"
    sys.path.remove(str(place))


def calls_of_the_manual() -> list[tuple[str, str]]:
    """Every request of the manual: method and address. A HEAD asks for what a GET answers."""
    found = []
    for block in BLOCKS:
        for match in CURL.finditer(block):
            method = re.search(r"-X (\w+)", match["options"] + match["rest"])
            found.append((method[1] if method else "GET", match["address"]))
    return found


def bodies_of_the_manual() -> dict[tuple[str, str], dict]:
    """What the manual sends, by method and path."""
    return {
        (match["method"], urlsplit(match["address"]).path): json.loads(match["body"])
        for block in BLOCKS
        for match in SENT.finditer(block)
    }


def described(method: str, address: str) -> tuple:
    """A request, without what the client says where others leave it out."""
    parts, usual = urlsplit(address), {("principal", "USA"), *USUAL_FORMATS}
    return method, parts.path, tuple(sorted(set(parse_qsl(parts.query)) - usual))


def heard(request) -> tuple:
    return described(request.method, str(request.url))


CALLS, BODIES = calls_of_the_manual(), bodies_of_the_manual()


def test_every_operation_has_its_function(generated):
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    named = {
        each["operationId"] for methods in document["paths"].values() for each in methods.values()
    }

    assert {path.stem for path in (generated / "api").glob("*/*.py")} - {"__init__"} == named


def test_the_generated_client_runs_the_tutorial(generated, live_registry):
    editor = account("ed", "editor")
    secret = tokens.make(Token(owner=editor, name="client", scope="write", days=1), actor=editor)
    # It was made a moment ago.
    from registry_client import AuthenticatedClient, models  # noqa: PLC0415
    from registry_client.api import (  # noqa: PLC0415
        agreements,
        analysis,
        events,
        exports,
        revisions,
        sources,
    )

    asked: list[tuple] = []
    client = AuthenticatedClient(
        base_url=live_registry,
        token=secret,
        prefix="Token",
        raise_on_unexpected_status=True,
        httpx_args={
            "event_hooks": {"request": [lambda sent: asked.append(heard(sent))]},
        },
    )

    def call(tag, name: str, *key, expected: int = 200, **parameters):
        """Call an operation; what the client understood is what was answered, all of it."""
        answer = load(tag, name).sync_detailed(*key, client=client, **parameters)
        assert answer.status_code == expected, answer.content
        assert same(answer.parsed.to_dict()) == same(json.loads(answer.content)), name
        return answer

    def body(model, method: str, path: str):
        return model.from_dict(BODIES[method, path])

    call(analysis, "matrix_retrieve", as_of=date(2021, 8, 10), type_="sosa")
    call(agreements, "agreements_retrieve", "sosa-jpn", as_of=date(2023, 1, 11))
    call(analysis, "coverage_retrieve", grouping="nato", type_="sosa", assume="CAN:sosa")
    days = {"from_": date(2021, 7, 28), "to": date(2026, 11, 21)}
    call(analysis, "diff_retrieve", **days, type_="sosa")
    call(analysis, "gaps_retrieve", grouping="nato", type_="sosa,rdp-mou", assume="CAN:sosa")
    call(revisions, "revisions_list", after=0)
    call(
        sources,
        "sources_create",
        body=body(models.SourceRequest, "POST", "/api/v1/sources/"),
        x_change_reason="Seen in the gazette",
        expected=201,
    )
    call(
        events,
        "events_create",
        body=body(models.EventRequest, "POST", "/api/v1/events/"),
        x_change_reason="As the gazette says",
        expected=201,
    )
    read = call(sources, "sources_retrieve", "gazette-2026-10")
    changed = call(
        sources,
        "sources_partial_update",
        "gazette-2026-10",
        body=body(models.PatchedSourceRequest, "PATCH", "/api/v1/sources/gazette-2026-10/"),
        if_match=read.headers["etag"],
        x_change_kind=models.SourcesPartialUpdateXChangeKind.CORRECTION,
        x_change_reason="Misread",
    )
    call(revisions, "revisions_list", after=1)
    call(revisions, "revisions_changes_list", 3)
    again = {"as_of": date(2021, 8, 10), "known_at": "1"}
    settled = call(analysis, "matrix_retrieve", **again)
    # A file is no object: it is taken through the client's own connection.
    table = client.get_httpx_client().get("/api/v1/agreements/?type=sosa&format=csv")
    lines = client.get_httpx_client().get("/api/v1/matrix/?type=sosa&format=ndjson")
    package = load(exports, "exports_registry_retrieve").sync_detailed(client=client)

    assert zipfile.is_zipfile(package.parsed.payload)
    assert changed.parsed.title == "Notice 11"
    assert settled.headers["etag"] and "immutable" in settled.headers["cache-control"]
    assert table.text.splitlines()[0].startswith("\ufeffagreement,")
    assert all(json.loads(line)["country"] for line in lines.text.splitlines())
    assert asked == [described(*each) for each in CALLS]


def load(tag, name: str):
    """The module of an operation."""
    return importlib.import_module(f"{tag.__name__}.{name}")


def same(answer):
    """An answer with its times written one way."""
    return json.loads(json.dumps(answer).replace('+00:00"', 'Z"'))
