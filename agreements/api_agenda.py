"""The API's question about what lies ahead, and the same as a calendar to subscribe to."""

from collections.abc import Iterator
from dataclasses import asdict

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from sosa_registry.api.formats import Renderer, columns_of
from sosa_registry.api.parameters import AS_OF, Parameter
from sosa_registry.asking import BadParameter, Clocks

from . import answers_agenda as answers
from .analysis.agenda import Agenda, agenda
from .api_analysis import Question
from .views.agenda import USUAL, calendar_of

WITHIN = Parameter(
    "within",
    "How far ahead: an ISO 8601 duration, as in P6M. A year if not said, a century at most.",
    schema={"type": "string", "default": USUAL},
    default=USUAL,
)


def ahead(asked: dict, clocks: Clocks) -> Agenda:
    """What lies ahead as asked. Raises BadParameter."""
    try:
        return agenda(clocks.pin, clocks.as_of, asked["within"])
    except ValueError as error:
        raise BadParameter("within", str(error)) from error


class AgendaView(Question):
    """What lies ahead: expiries, automatic extensions, last days for notice, sources to check.

    A day that follows from an imprecise date is a range, `first` to `last`. Terms are those the
    registry has now, so there is no `known_at`. `/api/v1/agenda.ics` is the same as a calendar.
    """

    serializer_class = answers.AgendaSerializer
    columns = columns_of(answers.ItemSerializer())
    parameters = (AS_OF, WITHIN)

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """The items as plain values."""
        found = ahead(asked, clocks)
        return {
            "as_of": clocks.as_of,
            "within": asked["within"],
            "until": found.end,
            "revision": clocks.revision,
            "items": [asdict(item) for item in found.items],
            "unknown": [asdict(one) for one in found.unknown],
        }

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every item."""
        return iter(answer["items"])


class CalendarRenderer(Renderer):
    """What a calendar asks for; the view writes it."""

    media_type, format = "text/calendar", "ics"


class AgendaCalendar(Question):
    """The agenda as a calendar (RFC 5545)."""

    renderer_classes = [CalendarRenderer]
    serializer_class = answers.AgendaSerializer
    parameters = (AS_OF, WITHIN)

    def get_renderers(self):
        """The one format that there is."""
        return [CalendarRenderer()]

    @extend_schema(
        operation_id="agenda_calendar_retrieve",
        responses={(200, CalendarRenderer.media_type): OpenApiTypes.STR},
    )
    def get(self, request):
        """The calendar, or a problem."""
        asked, (clocks,) = self.read(request)
        return calendar_of(ahead(asked, clocks), clocks.pin.at)
