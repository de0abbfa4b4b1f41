"""The API assembled: every resource and question under /api/v1/, its document and its manual."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView
from rest_framework.routers import SimpleRouter

from agreements import api as agreements
from agreements import api_agenda as agenda
from agreements import api_analysis as analysis
from agreements import api_checks as checks
from agreements import api_evidence as evidence
from agreements import api_exports as exports
from agreements import api_feeds as feeds
from agreements import api_gaps as gaps
from agreements import api_imports as imports
from agreements import api_pathways as supply
from agreements import api_proposals as proposing
from agreements import api_side_by_side as sides
from partners import api as partners
from sosa_registry import citing_views
from sosa_registry.api import batch, docs, revisions
from sosa_registry.api.editing import Editable
from sosa_registry.api.views import NoSuchPlace
from sosa_registry.api.writing import offer
from sosa_registry.webhooks import api as webhooks

RESOURCES = {
    "countries": partners.CountryViewSet,
    "groupings": partners.GroupingViewSet,
    "memberships": evidence.EvidencedMembershipViewSet,
    "organizations": partners.OrganizationViewSet,
    "firms": partners.FirmViewSet,
    "agreement-types": agreements.AgreementTypeViewSet,
    "agreements": agreements.AgreementViewSet,
    "commitments": agreements.CommitmentViewSet,
    "events": agreements.EventViewSet,
    "codes-of-conduct": agreements.CodeViewSet,
    "signatories": agreements.SignatoryViewSet,
    "invocations": agreements.InvocationViewSet,
    "sources": evidence.GradedSourceViewSet,
    "citations": partners.CitationViewSet,
    "claims": agreements.ClaimViewSet,
    "published-lists": agreements.PublishedListViewSet,
    "procedure-facts": agreements.ProcedureFactViewSet,
    "revisions": revisions.RevisionViewSet,
}
QUESTIONS = {
    "matrix": analysis.MatrixView,
    "coverage": analysis.CoverageView,
    "gaps": gaps.GapsView,
    "diff": analysis.DiffView,
    "side-by-side": sides.SideBySideView,
    "agenda": agenda.AgendaView,
    "trend": analysis.TrendView,
    "reciprocity": supply.ReciprocityView,
    "pathways": supply.PathwaysView,
    "search": analysis.SearchView,
    "reconciliation": evidence.ReconciliationView,
    "practice": evidence.PracticeView,
    "evidence": evidence.EvidenceView,
    "checks": checks.ChecksView,
}

offer({name: kind for name, kind in RESOURCES.items() if issubclass(kind, Editable)})

router = SimpleRouter()
for name, viewset in RESOURCES.items():
    router.register(name, viewset, basename=name)

router.register("webhooks", webhooks.WebhookViewSet, basename="webhooks")

v1 = [
    *router.urls,  # first: what is asked most is found soonest
    path("proposals/", proposing.ProposalsView.as_view(), name="proposals"),
    path("proposals/<int:number>/", proposing.ProposalView.as_view(), name="proposal"),
    path(
        "proposals/<int:number>/operations/",
        proposing.ProposalOperations.as_view(),
        name="proposal-operations",
    ),
    path(
        "proposals/<int:number>/preview/",
        proposing.ProposalPreview.as_view(),
        name="proposal-preview",
    ),
    path("proposals/<int:number>/<str:step>/", proposing.ProposalStep.as_view(), name="step"),
    path("", docs.IndexView.as_view(names=[*RESOURCES, *QUESTIONS, "webhooks"]), name="index"),
    path(
        "webhooks/<int:number>/deliveries/",
        webhooks.DeliveriesView.as_view(),
        name="webhook-deliveries",
    ),
    path("batch/", batch.BatchView.as_view(), name="batch"),
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path(
        "agreements/<str:agreement>/history/",
        agreements.AgreementHistory.as_view(),
        name="agreement-history",
    ),
    path(
        "revisions/<int:number>/changes/",
        revisions.RevisionChanges.as_view(),
        name="revision-changes",
    ),
    path("imports/", imports.ImportsView.as_view(), name="imports"),
    path("imports/<int:number>/", imports.ImportView.as_view(), name="import"),
    path("imports/<int:number>/rows/", imports.ImportRowsView.as_view(), name="import-rows"),
    path(
        "imports/<int:number>/confirm/",
        imports.ImportConfirmView.as_view(),
        name="import-confirm",
    ),
    path("exports/registry.zip", exports.PackageView.as_view(), name="package"),
    path("changes.atom", feeds.ChangesFeed.as_view(), name="changes-feed"),
    path("agenda.ics", agenda.AgendaCalendar.as_view(), name="agenda-calendar"),
    path("permalinks/", citing_views.PermalinksView.as_view(), name="permalinks"),
    *(path(f"{name}/", view.as_view(), name=name) for name, view in QUESTIONS.items()),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api:docs")),
    path(
        "",
        include(
            (
                [
                    path("v1/", include(v1)),
                    path("docs/", docs.ManualView.as_view(), name="docs"),
                    path("docs/try/", docs.TryView.as_view(), name="try"),
                ],
                "api",
            )
        ),
    ),
    re_path(r"", NoSuchPlace.as_view()),
]
