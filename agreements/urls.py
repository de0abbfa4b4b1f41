"""Addresses of the pages that show agreements, profiles of countries and evidence among them."""

from django.urls import path

from .views.agenda import agenda_page
from .views.agreements import agreement_page
from .views.compare import compare_page
from .views.countries import countries_page, country_page
from .views.explorers import agreements_page, events_page, firms_page, sources_page
from .views.feeds import agreement_feed, changes_feed, country_feed, type_feed
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

urlpatterns = [
    path("", matrix_page, name="matrix"),
    path("map/", map_page, name="map"),
    path("trend/", trend_page, name="trend"),
    path("countries/", countries_page, name="countries"),
    path("countries/<str:code>/", country_page, name="country"),
    path("countries/<str:code>/changes.atom", country_feed, name="country-feed"),
    path("agreements/", agreements_page, name="agreements"),
    path("events/", events_page, name="events"),
    path("agreements/<str:slug>/", agreement_page, name="agreement"),
    path("agreements/<str:slug>/changes.atom", agreement_feed, name="agreement-feed"),
    path("types/", types_page, name="types"),
    path("types/<str:slug>/", type_page, name="type"),
    path("types/<str:slug>/changes.atom", type_feed, name="type-feed"),
    path("groupings/<str:slug>/", grouping_page, name="grouping"),
    path("codes/", codes_page, name="codes"),
    path("codes/<str:slug>/", code_page, name="code"),
    path("firms/", firms_page, name="firms"),
    path("firms/<str:slug>/", firm_page, name="firm"),
    path("sources/", sources_page, name="sources"),
    path("sources/<str:slug>/", source_page, name="source"),
    path("invocations/", invocations_page, name="invocations"),
    path("invocations/<str:slug>/", invocation_page, name="invocation"),
    path("reconciliation/", reconciliation_page, name="reconciliation"),
    path("reconciliation/<str:slug>/", list_page, name="list"),
    path("practice/", practice_page, name="practice"),
    path("pathways/", pathways_page, name="pathways"),
    path("reciprocity/", reciprocity_page, name="reciprocity"),
    path("changes.atom", changes_feed, name="changes-feed"),
    path("changes/", changes_page, name="changes"),
    path("changes/<int:number>/", change_page, name="change"),
    path("compare/", compare_page, name="compare"),
    path("compare/countries/", countries_side_by_side, name="compare-countries"),
    path("agenda/", agenda_page, name="agenda"),
    path("gaps/", gaps_page, name="gaps"),
    path("search/", search_page, name="search"),
    path("report/", report_page, name="report"),
    path("about/", about_page, name="about"),
]
