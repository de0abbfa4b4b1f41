"""The named cast of the tests: Ruritania and Denmark beside the United States, and short verbs.

Everything here writes through the registry's own doors.
"""

import time

from django.contrib.auth.models import Group, User

from agreements.models import Agreement, AgreementType, Event
from partners.models import Country, Grouping, Membership, Source
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import revision


def source(slug: str = "gazette", **values) -> Source:
    """A source, unsaved."""
    return Source(
        **{
            "slug": slug,
            "publisher": "Ruritanian Gazette",
            "title": f"Notice {slug}",
            "kind": "government page",
            "tier": "primary",
        }
        | values
    )


def found_world() -> None:
    """The United States, Ruritania, Denmark, a league of both, and two types."""
    with revision(actor="founder", reason="A small world", kind=Revision.Kind.IMPORT):
        Country(code="USA", alpha2="US", name="United States", region="North America").save()
        Country(
            code="XRU", alpha2="XR", name="Ruritania", region="Europe", aliases="Ruritanien"
        ).save()
        Country(code="DNK", alpha2="DK", name="Denmark", region="Europe").save()
        AgreementType(slug="sosa", abbreviation="SOSA", name="Arrangement", order=1).save()
        AgreementType(slug="mou", abbreviation="MOU", name="Memorandum", order=2).save()
        Grouping(slug="league", name="The League", kind="alliance").save()
        source().save()


def agreement(slug: str = "sosa-xru", partner: str = "XRU", **values) -> Agreement:
    """An agreement, written."""
    usual = {"type_id": "sosa", "partner_id": partner, "title": f"Paper {slug}"}
    made = Agreement(slug=slug, **usual | values)
    return keep(made, actor="editor", reason="An agreement")


def event(agreement_slug: str, kind: str, date: str, until: str = "", slug: str = "") -> Event:
    """An event, written."""
    made = Event(agreement_id=agreement_slug, event=kind, date=date, until=until, slug=slug)
    return keep(made, actor="editor", reason=f"{kind} on {date}", accept_warnings=True)


def signed_paper() -> Agreement:
    """The small world with Ruritania's arrangement in it, signed in 2020."""
    found_world()
    made = agreement()
    event("sosa-xru", "signed", "2020-01-01")
    return made


def member(country: str, joined: str, left: str = "", slug: str = "") -> Membership:
    """A membership of the League, written."""
    made = Membership(
        slug=slug or f"league-{country.lower()}",
        grouping_id="league",
        country_id=country,
        joined=joined,
        left=left,
    )
    return keep(made, actor="editor", reason="A membership")


def account(name: str, *roles: str, **values) -> User:
    """An account with roles, made here too: emptying the database takes the groups away."""
    made = User.objects.create_user(name, email=f"{name}@registry.example", **values)
    made.groups.set(Group.objects.get_or_create(name=role)[0] for role in roles)
    return made


def just_authenticated(client, user) -> None:
    """Signed in, and asked again who it is a moment ago."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
