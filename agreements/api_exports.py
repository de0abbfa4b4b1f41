"""The whole registry as one file: the data package, now or as known at any revision."""

from tempfile import SpooledTemporaryFile

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from sosa_registry import asking, logs
from sosa_registry.api.conditional import Conditional
from sosa_registry.api.formats import SPOOLED, Renderer
from sosa_registry.api.parameters import KNOWN_AT
from sosa_registry.api.views import Strict

from .exchange.package import write_zip


class ZipRenderer(Renderer):
    """What asks for a zip; the view writes it."""

    media_type, format = "application/zip", "zip"


class PackageView(Conditional, Strict, APIView):
    """The whole registry as a Frictionless Data Package: one CSV a table, and its description.

    The files are verbatim, as `import_registry` takes them; `datapackage.json` has types, keys,
    references, licence and the revision. With `known_at`, the state of that revision.
    """

    renderer_classes = [ZipRenderer]
    parameters = (KNOWN_AT,)
    tags = ("exports",)

    @property
    def replays(self) -> bool:
        """The same revision gives the same bytes for ever."""
        return True

    def _is_settled(self, request) -> bool:
        asked = request.query_params.get("known_at")
        return bool(asked) and asking.is_past(asked)

    @extend_schema(
        operation_id="exports_registry_retrieve",
        responses={(200, ZipRenderer.media_type): OpenApiTypes.BINARY},
    )
    def get(self, request):
        """The package, made in a temporary file: a zip ends with its table of contents."""
        pinned = asking.read_clocks(request.query_params, present=self.present).pin
        made = SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115  (the response closes it)
        write_zip(made, pinned)
        made.seek(0)
        logs.note("exported", account=request.user, table="registry", format="zip")
        return FileResponse(
            made,
            as_attachment=True,
            filename=f"registry_revision-{pinned.revision}.zip",
            content_type=ZipRenderer.media_type,
        )
