"""The API's Atom feed of what the registry learned."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from sosa_registry.api.formats import Renderer
from sosa_registry.api.parameters import Parameter, one
from sosa_registry.ledger.models import Revision

from .analysis.watching import latest
from .api_analysis import Question
from .views.feeds import feed_of

KIND = Parameter(
    "kind",
    "Only revisions of this kind: events in the world, corrections, verifications, imports.",
    one("kind", lambda known: Revision.Kind.values),
    {"type": "string", "enum": Revision.Kind.values},
    "",
)


class AtomRenderer(Renderer):
    """What a feed reader asks for; the view writes it."""

    media_type, format = "application/atom+xml", "atom"


class ChangesFeed(Question):
    """The latest revisions as an Atom feed, each with its kind as its category."""

    renderer_classes = [AtomRenderer]
    clock_names = ()
    parameters = (KIND,)

    def get_renderers(self):
        """The one format that there is."""
        return [AtomRenderer()]

    @extend_schema(
        operation_id="changes_feed_retrieve",
        responses={(200, AtomRenderer.media_type): OpenApiTypes.STR},
    )
    def get(self, request):
        """The feed, or a problem."""
        asked, _ = self.read(request)
        return feed_of(latest(kind=asked["kind"]), "Changes", "/changes/", request.get_full_path())
