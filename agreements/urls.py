"""Addresses of the pages that show agreements, profiles of countries and evidence among them."""

from django.urls import path, re_path

from sosa_registry.keeping import kept

from .views.agenda import agenda_page
from .views.agreements import agreement_page
from .views.checks import checks_page
from .views.compare import compare_page
from .views.countries import countries_page, country_page
from .views.data import data_page, harvested
from .views.digests import confirm_page, digests_page, stop_page
from .views.explorers import agreements_page, events_page, firms_page, sources_page
from .views.feeds import feed
from .views.gaps import gaps_page
from .views.kinds import grouping_page, type_page, types_page
from .views.map import map_page
from .views.matrix import matrix_page
from .views.pathways import pathways_page, reciprocity_page
from .views.reconciliation import list_page, practice_page, reconciliation_page
from .views.records import code_page, codes_page, firm_page, invocation_page, invocations_page
from .views.registry import about_page, change_page, changes_page, search_page
from .views.report import report_page
from .views.side_by_side import countries_side_by_side
from .views.sources import source_page
from .views.trend import trend_page

told = kept(feed)

urlpatterns = [
    path("", kept(matrix_page, replays=True), name="matrix"),
    path("map/", kept(map_page, replays=True), name="map"),
    path("trend/", kept(trend_page, replays=True), name="trend"),
    path("countries/", kept(countries_page), name="countries"),
    path("countries/<str:code>/", kept(country_page), name="country"),
    path("agreements/", kept(agreements_page), name="agreements"),
    path("events/", kept(events_page), name="events"),
    path("agreements/<str:slug>/", kept(agreement_page), name="agreement"),
    path("types/", kept(types_page), name="types"),
    path("types/<str:slug>/", kept(type_page), name="type"),
    path("groupings/<str:slug>/", kept(grouping_page), name="grouping"),
    path("codes/", kept(codes_page), name="codes"),
    path("codes/<str:slug>/", kept(code_page), name="code"),
    path("firms/", kept(firms_page), name="firms"),
    path("firms/<str:slug>/", kept(firm_page), name="firm"),
    path("sources/", kept(sources_page), name="sources"),
    path("sources/<str:slug>/", kept(source_page), name="source"),
    path("invocations/", kept(invocations_page), name="invocations"),
    path("invocations/<str:slug>/", kept(invocation_page), name="invocation"),
    path("reconciliation/", kept(reconciliation_page), name="reconciliation"),
    path("reconciliation/<str:slug>/", kept(list_page), name="list"),
    path("checks/", kept(checks_page), name="checks"),
    path("practice/", kept(practice_page), name="practice"),
    path("pathways/", kept(pathways_page), name="pathways"),
    path("reciprocity/", kept(reciprocity_page), name="reciprocity"),
    # Feeds: what touched a record or a saved view, told by the page's own name.
    path("changes.atom", told, {"name": "changes"}, name="changes-feed"),
    *(
        path(f"{name}/changes.atom", told, {"name": name}, name=f"{name}-feed")
        for name in (
            *("matrix", "map", "trend", "agreements", "events", "firms", "sources"),
            *("gaps", "pathways", "reciprocity"),
        )
    ),
    path(
        "compare/countries/changes.atom",
        told,
        {"name": "compare-countries"},
        name="compare-countries-feed",
    ),
    path("countries/<str:code>/changes.atom", told, {"name": "country"}, name="country-feed"),
    path("types/<str:slug>/changes.atom", told, {"name": "type"}, name="type-feed"),
    path("groupings/<str:slug>/changes.atom", told, {"name": "grouping"}, name="grouping-feed"),
    path(
        "agreements/<str:slug>/changes.atom",
        told,
        {"name": "agreement"},
        name="agreement-feed",
    ),
    path("changes/", kept(changes_page), name="changes"),
    path("changes/<int:number>/", kept(change_page), name="change"),
    path("compare/", kept(compare_page), name="compare"),
    path("compare/countries/", kept(countries_side_by_side), name="compare-countries"),
    path("agenda/", kept(agenda_page), name="agenda"),
    path("gaps/", kept(gaps_page), name="gaps"),
    path("search/", kept(search_page), name="search"),
    path("digests/", digests_page, name="digests"),
    path("digests/confirm/<str:token>/", confirm_page, name="digest-confirm"),
    path("digests/stop/<str:token>/", stop_page, name="digest-stop"),
    path("report/", report_page, name="report"),
    path("about/", kept(about_page), name="about"),
    path("data/", kept(data_page), name="data"),
    re_path(r"^data/(?P<name>dataset|catalog)\.jsonld$", kept(harvested), name="harvested"),
]
