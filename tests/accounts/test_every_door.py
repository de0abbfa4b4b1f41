"""Every address below /admin/ and /accounts/, as the resolver has them, asked by every role.

Addresses are of records that are there. What only looks is asked by GET, and every address is sent
a form, an empty one and one that would do all that a page's buttons can. `test_doors.py` holds the
usual pages of each model to the table; here nothing that has an address is left out.
"""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import URLResolver, get_resolver

from agreements.models import Event, ImportJob
from partners.models import Country, Firm, Organization
from sosa_registry.accounts.roles import Action, Role, may
from sosa_registry.ledger import review
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Proposal, Revision, Version
from tests.cast import account, agreement, event, just_authenticated, source

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "none", *Role.values)
LEADS_AWAY = ("admin/login/", "admin/logout/", "accounts/logout/")
EVERYTHING = {
    **dict.fromkeys(("_confirm", "_approve", "_save", "_withdraw", "_reject", "_propose"), "yes"),
    "post": "yes",
    "revision_reason": "Because",
    "revision_kind": "correction",
    "new_key": "another",
    "into": "another",
    "comment": "Because",
    "is_active": "on",
    "name": "Changed",
    "username": "changed",
    "end": "others",
}
# What of the admin asks for more than seeing its pages, by the end of its route.
NEEDED = {
    "/rename/": (Action.RESTORE, Action.PROPOSE),
    "/merge/": (Action.RESTORE, Action.PROPOSE),
    "/undo/": (Action.RESTORE, Action.PROPOSE),
    "/restore/": (Action.RESTORE, Action.PROPOSE),
    "/errors.csv": (Action.IMPORT,),
    "importjob/firms/": (Action.IMPORT,),
    "importjob/shipped/": (Action.IMPORT,),
    "/password/": (),  # nobody types another's
}
OPEN = {  # pages of accounts for whoever has none
    "accounts/login/",
    "accounts/signup/",
    "accounts/inactive/",
    "accounts/invitation/<str:token>/",
    "accounts/password/reset/",
    "accounts/password/reset/done/",
    "accounts/password/reset/key/done/",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    "accounts/sso/cancelled/",
    "accounts/sso/error/",
    "accounts/sso/signup/",
    "accounts/sso/<str:provider_id>/login/",
    "accounts/sso/<str:provider_id>/callback/",
}


def routes(patterns=None, before="") -> list[str]:
    """Every route of the two, as the resolver writes it."""
    found = []
    for pattern in patterns or get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        inside = isinstance(pattern, URLResolver)
        found += routes(pattern.url_patterns, route) if inside else [route]
    return [route for route in found if route.startswith(("admin/", "accounts/"))]


@pytest.fixture
def full(world):
    """One record, at least, of what has pages of its own."""
    agreement()
    event("sosa-xru", "signed", "2020-01-01")
    ImportJob.objects.create(name="firms.csv", content=b"firm", reason="A list")
    keep(Organization(slug="office", name="Office", country_id="USA"), actor="ada", reason="One")
    keep(Firm(slug="works", name="Works", country_id="DNK"), actor="ada", reason="One")
    anna = account("anna", "analyst")
    drafted = review.draft(source("note").save, author=anna, reason="News", kind="correction")
    review.submit(drafted, author=anna)


def address(route: str) -> str:
    """An address of this route, of the first record of its kind where it is a record's."""
    model = next(
        (m for m in admin.site._registry if f"/{m._meta.app_label}/{m._meta.model_name}/" in route),
        Country,
    )
    first = model.objects.order_by("pk").first()
    pk = str(first.pk) if first else "1"
    values = {
        "<path:content_type_id>": str(ContentType.objects.get_for_model(Country).pk),
        "<path:object_id>": pk,
        "<int:pk>": pk,
        "<id>": pk,
        "<int:number>": "2",
        "<str:provider_id>": "oidc",
        "<str:token>": "chosen",
        "^(?P<app_label>": "partners/(",
        "(?P<url>.*)$": "nowhere/",
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/1-x/",
    }
    for written, value in values.items():
        route = route.replace(written, value)
    return "/" + route.partition("(")[0]


@pytest.fixture
def caller(full, client):
    """Signs in as one who holds a role and said who they are a moment ago; the user."""

    def sign_in(role):
        if role == "anonymous":
            return None
        user = account(f"a-{role}", *([] if role == "none" else [role]))
        just_authenticated(client, user)
        return user

    return sign_in


def allowed(user, route: str) -> bool:
    """Whether the table lets this account see what is there."""
    if not may(user, Action.CURATE):
        return False
    needed = next((n for end, n in NEEDED.items() if route.endswith(end)), (Action.CURATE,))
    return any(may(user, action) for action in needed)


@pytest.mark.parametrize("role", ROLES)
def test_every_address_of_the_admin_is_shown_to_whom_the_table_lets(client, caller, role):
    user, wrong, beyond = caller(role), {}, 0
    for route in routes():
        if not route.startswith("admin/") or route in LEADS_AWAY:
            continue
        answer = client.get(address(route))
        shown = answer.status_code == 200
        if answer.status_code >= 500 or (shown and not allowed(user, route)):
            wrong[route] = answer.status_code
        beyond += shown and route.endswith(tuple(NEEDED))
    assert wrong == {}
    assert (beyond > 8) == (may(user, Action.RESTORE) or may(user, Action.PROPOSE))


FORMS = {"every button": EVERYTHING, "an empty form": {}}


@pytest.mark.parametrize(
    ("role", "form"),
    [
        *((role, "every button") for role in ROLES if role not in ("editor", "admin")),
        ("analyst", "an empty form"),
    ],
)
def test_no_address_writes_for_whom_the_table_does_not_let(client, caller, role, form):
    user = caller(role)
    before = (Revision.objects.count(), Event.objects.count(), Version.objects.count())
    theirs = list(Proposal.objects.values("status", "approver"))
    for route in routes():
        if route in LEADS_AWAY:
            continue
        answer = client.post(address(route), FORMS[form])
        assert answer.status_code < 500, route
        if not may(user, Action.CURATE) and route.startswith("admin/"):
            assert answer.status_code in (302, 403, 404), route
        after = (Revision.objects.count(), Event.objects.count(), Version.objects.count())
        if role != "approver":
            assert after == before, route
            found = Proposal.objects.exclude(author=user).values("status", "approver")
            assert list(found) == theirs, route
    assert not Country.objects.filter(name="Changed").exists()
    assert not account("whoever").groups.exists()


@pytest.mark.parametrize("number", ["²", "9" * 5_000, "-1", "x", "\x00"])
def test_a_number_that_is_none_names_no_draft(client, caller, number):
    caller("analyst")
    change = address("admin/partners/country/<path:object_id>/change/")
    assert client.get(change, {"proposal": number}).status_code == 404
    page = address("admin/ledger/proposal/<path:object_id>/change/")
    for button in ("_amend", "_rebase", "_save", "_leave", "_submit"):
        answer = client.post(page, {button: "yes", "leave_out": number, "_proposal": number})
        assert answer.status_code < 500


def test_every_address_of_accounts_asks_who_is_there(client, full):
    wrong = {}
    for route in routes():
        if not route.startswith("accounts/") or route in (*OPEN, *LEADS_AWAY):
            continue
        for answer in (client.get(address(route)), client.post(address(route), EVERYTHING)):
            if answer.status_code != 302 or "/accounts/login/" not in answer["Location"]:
                wrong[route] = answer.status_code
    assert wrong == {}


def test_the_resolver_has_many_addresses():
    assert len(routes()) > 150
    assert {route for route in OPEN if route not in routes()} == set()
