"""What every endpoint of the API is made of: strict parameters, clocks, and one shape of error.

A resource declares its serializer, filters and search fields; an analysis its parameters and the
function that answers. Neither reads a query string itself, neither holds a rule.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from rest_framework import exceptions, generics, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from sosa_registry import asking
from sosa_registry.asking import BadQuery, Clocks
from sosa_registry.ledger import clock
from sosa_registry.ledger.conditional import StateOf, is_of_the_ledger
from sosa_registry.ledger.counting import count_of
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.reading import Pin, pin
from sosa_registry.ledger.recording import Recorded
from sosa_registry.ledger.together import Given

from . import formats
from .conditional import Conditional
from .filters import RecordFilters, StrictFilterBackend, sortable
from .formats import Table
from .pagination import ClockedPagination, RegistryPagination
from .parameters import AS_OF, EXPORTING, FORMAT, KNOWN_AT, Parameter, echo, read_all
from .problems import DETAILS
from .renderers import JSONRenderer, StrictNegotiation
from .rows import Pages
from .throttles import Counted

PAGING = ("page", "page_size")


@lru_cache(maxsize=128)
def _known_of(question: tuple) -> dict:
    """What this process knows of a list that was asked for: at first nothing, then its rows as a
    queryset that is never read itself, their number, and how to read a page of them.
    """
    return {}


class Strict(Counted):
    """Refuses a method, a format and a parameter that an endpoint does not take."""

    content_negotiation_class = StrictNegotiation
    parameters: tuple[Parameter, ...] = ()

    def initial(self, request, *args, **kwargs):
        """Refuse before anything is asked; a method nobody may use is no matter of rights."""
        if request.method.lower() not in self._methods():
            raise exceptions.MethodNotAllowed(request.method)
        super().initial(request, *args, **kwargs)
        self.refuse_unknown(request.query_params)

    def _methods(self) -> set[str]:
        named = {name for name in self.http_method_names if hasattr(self, name)}
        return named | {"options"}

    def allowed_parameters(self) -> list[str]:
        """The names this endpoint takes."""
        return [FORMAT.name, *(each.name for each in self.parameters)]

    def refuse_unknown(self, params) -> None:
        """Raise BadQuery naming every unknown parameter."""
        asking.refuse_unknown(params, self.allowed_parameters())


class Tabled(Conditional, Strict):
    """An answer that is a table too: as JSON, and as a file of every other format."""

    renderer_classes = [JSONRenderer, *formats.TABLES]

    @property
    def is_tabled(self) -> bool:
        """Whether what is asked can be had as a file."""
        return True

    def get_renderers(self):
        """JSON, and the formats of files where the answer is a table."""
        kinds = self.renderer_classes if self.is_tabled else [JSONRenderer]
        return [kind() for kind in kinds]

    def refuse_misplaced(self, request) -> None:
        """Raise BadQuery naming each parameter that the chosen format has no use for."""
        if faults := formats.misplaced(request.query_params, request.accepted_renderer.format):
            raise BadQuery(faults)

    def exported(self, request, columns, rows, pinned: Pin, as_of=None):
        """These rows as a file, named after what was asked."""
        name = "-".join(part for part in request.path.split("/")[3:] if part)
        address = request.build_absolute_uri()
        return formats.export(request, Table(name, columns, rows, pinned, as_of, address))


class Listed(Tabled):
    """A list: filters, search, order, pages; or every row as a file."""

    filterset_class = RecordFilters
    filter_backends = [StrictFilterBackend]
    pagination_class = RegistryPagination
    search_fields: tuple[str, ...] = ()
    clocked = False

    @property
    def is_list(self) -> bool:
        """Whether a list was asked, not one of its records."""
        return getattr(self, "action", "list") == "list"

    @property
    def is_tabled(self) -> bool:
        """A list is a table, a record is not."""
        return self.is_list

    @property
    def is_of_the_ledger(self) -> bool:
        """Whether its rows are."""
        return is_of_the_ledger(self.queryset.model)

    def ordering_columns(self) -> dict[str, str]:
        """What the list can be ordered by: column and attribute."""
        return sortable(self.queryset.model)

    def allowed_parameters(self) -> list[str]:
        """For a list, also its filters, search, order, pages and clocks."""
        names = super().allowed_parameters()
        if self.is_list:
            names += [*self.filterset_class.base_filters, *PAGING]
            names += [each.name for each in EXPORTING]
            names += ["search"] if self.search_fields else []
            names += ["ordering"] if self.ordering_columns() else []
            names += [AS_OF.name, KNOWN_AT.name] if self.clocked else []
        return names

    def filter_queryset(self, queryset):
        """The rows asked for. Reading and checking what is asked is dear: once for each state."""
        kept = self._known()
        if "rows" not in kept:
            kept["rows"] = super().filter_queryset(queryset)
        return kept["rows"].all()

    def count(self, rows: QuerySet) -> int:
        """How many rows the list has on all pages together."""
        kept = self._known()
        if "count" not in kept:
            kept["count"] = count_of(rows, self.present)
        return kept["count"]

    def paginate_queryset(self, queryset):
        """One page: of records that are written from bare rows, those."""
        page = super().paginate_queryset(queryset)
        if not getattr(self.get_serializer_class(), "takes_bare_rows", False):
            return page
        kept = self._known()
        if "pages" not in kept:
            kept["pages"] = Pages(queryset)
        return kept["pages"].between(page.query.low_mark, page.query.high_mark)

    def _known(self) -> dict:
        """What is known of the question, whatever page and format of it; of others than the
        ledger's nothing, for they change without a revision.
        """
        if self.present is None or not self.is_of_the_ledger:
            return {}
        asked = {
            name: tuple(values)
            for name, values in self.request.query_params.lists()
            if name not in PAGING
        }
        state = (self.present.state, self.present.revision, clock.today())
        return _known_of((type(self), self.request.path, frozenset(asked.items()), *state))

    def get_serializer_context(self):
        """The registry's present, which names are read in."""
        return {**super().get_serializer_context(), "present": self.present}

    def list(self, request, *args, **kwargs):
        """A page of the list as JSON, or the whole of it as a file."""
        self.refuse_misplaced(request)
        if not formats.is_table(request):
            return super().list(request, *args, **kwargs)
        rows = self.filter_queryset(self.get_queryset())
        clocks = getattr(self, "clocks", None)
        serializer = self.get_serializer(rows, many=True)
        return self.exported(
            request,
            formats.columns_of(serializer.child),
            serializer.streamed(rows),
            clocks.pin if clocks else self.present or pin(),
            clocks and clocks.as_of,
        )


class Resource(Listed, viewsets.ReadOnlyModelViewSet):
    """One kind of record: its list, and each record by natural key."""

    lookup_value_regex = "[^/]+"
    detail_serializer_class: type[Serializer] | None = None

    def get_serializer_class(self):
        """A record on its own may say more than a row of the list."""
        if not self.is_list and self.detail_serializer_class:
            return self.detail_serializer_class
        return self.serializer_class

    def filter_queryset(self, queryset):
        """Filters are for lists; one record is asked for by its key alone."""
        return super().filter_queryset(queryset) if self.is_list else queryset

    def lookup(self, key: str) -> dict:
        """What finds the record with that key. Raises Http404 for what is no key."""
        try:
            return self.queryset.model.lookup(key)
        except ValueError as error:
            raise Http404(str(error)) from error

    @classmethod
    def parts(cls, key: Given) -> list[QuerySet]:
        """All that makes up the record of a key: versions, and rows that keep their past.

        Its entity tag names the last revision that touched any of it.
        """
        return [Version.objects.of(cls.queryset.model.record_type, key)]

    @classmethod
    @cache
    def state_of(cls) -> StateOf:
        """What tells the last revision of such a record, made once."""
        return StateOf(cls.parts)

    @property
    def key_asked(self) -> str:
        """The natural key in the address."""
        return self.kwargs[self.lookup_url_kwarg or self.lookup_field].replace("\0", "")

    def state(self):
        """For a record, the last revision that touched it or its parts."""
        if self.is_list or not issubclass(self.queryset.model, Recorded):
            return super().state()
        return self.state_of()(self.key_asked)

    def get_object(self):
        """The record at this address. Raises Http404."""
        key = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        model = self.queryset.model
        found = None if "\0" in key else self.get_queryset().filter(**self.lookup(key)).first()
        if found is None:
            raise Http404(f"No {model._meta.verbose_name} “{key[:100]}” in the registry.")
        return found


class ClockedResource(Resource):
    """Records that keep their own past: their list can be asked at any `as_of` and `known_at`."""

    pagination_class = ClockedPagination
    clocked = True
    clock_names = (("as_of", "known_at"),)
    clocks: Clocks | None = None

    @property
    def replays(self) -> bool:
        """The list does; a record shows its present."""
        return self.is_list

    def get_queryset(self):
        """The live rows; for a list, the rows known at the revision that bear on the day."""
        if not self.is_list or self.request is None:
            return super().get_queryset()
        self.clocks = asking.read_clocks(self.request.query_params, present=self.present)
        rows = self.queryset.model.ever.known_at(self.clocks.revision)
        return self.on_day(rows.with_keys(), self.clocks.as_of)

    def on_day(self, rows, day):
        """Of these rows, those that bear on a day. All of them, where a record has no dates."""
        return rows

    def get_serializer_context(self):
        """What a row embeds is asked at the same revision."""
        clocks = self.clocks
        return {**super().get_serializer_context(), "revision": clocks and clocks.revision}


class RecordList(Listed, generics.ListAPIView):
    """A list below a record, such as its history."""


class Analysis(Tabled, APIView):
    """One question: parameters in, an answer with its clocks out.

    `clock_names` are the pairs of parameters that set the clocks, `serializer_class` types the
    answer for the OpenAPI document; `answer` returns it as plain values. `known` gives what
    parameters are checked against, in the state of the registry that the answer is pinned to. One
    that names `columns` can be had as a file: `rows` makes the rows of that table from the answer.
    """

    parameters: tuple[Parameter, ...] = ()
    clock_names: tuple[tuple[str, str], ...] = (("as_of", "known_at"),)
    serializer_class: type[Serializer]
    columns: list[str] = []

    @property
    def is_tabled(self) -> bool:
        """Whether the question has a table for an answer."""
        return bool(self.columns)

    @property
    def replays(self) -> bool:
        """An analysis that takes both clocks answers from them alone."""
        return True

    def allowed_parameters(self) -> list[str]:
        """Its own, and those of files."""
        more = [each.name for each in EXPORTING] if self.is_tabled else []
        return [*super().allowed_parameters(), *more]

    def refuse_unknown(self, params) -> None:
        """Left to `get`, which refuses unknown and wrong parameters together."""

    def read(self, request) -> tuple[dict, list[Clocks]]:
        """What is asked, and the clocks. Raises BadQuery."""
        parameters = (FORMAT, *self.parameters, *(EXPORTING if self.is_tabled else ()))
        clocks, params = self.clock_names, request.query_params
        read = read_all(params, parameters, clocks, self.known, self.present)
        self.refuse_misplaced(request)
        return read

    def get(self, request):
        """Ask, and repeat the clocks with the answer; or give its rows as a file."""
        asked, clocks = self.read(request)
        answer = self.answer(asked, *clocks)
        if not formats.is_table(request):
            return Response(answer)
        as_of = clocks[-1].as_of if clocks else None
        return self.exported(request, self.columns, self.rows(answer), self.pinned, as_of)

    def known(self, pinned: Pin) -> Any:
        """What parameters are checked against."""
        self.pinned = pinned

    def rows(self, answer: dict) -> Iterable[dict]:
        """The rows of the answer's table."""
        raise NotImplementedError

    def answer(self, asked: dict, *clocks: Clocks) -> dict:
        """The answer as plain values."""
        raise NotImplementedError


class NoSuchPlace(APIView):
    """Every address under /api/ that is none: a problem, not a page."""

    schema = None
    permission_classes = [AllowAny]

    def initial(self, request, *args, **kwargs):
        """404 for any method; an address that only lacks its slash is sent on."""
        self.check_throttles(request)
        raise Http404(DETAILS[404])

    def dispatch(self, request, *args, **kwargs):
        """Send on a reader who left the slash out."""
        if request.method in ("GET", "HEAD") and not request.path.endswith("/"):
            try:
                found = resolve(f"{request.path_info}/")
            except Resolver404:
                found = None
            if found and getattr(found.func, "cls", None) is not NoSuchPlace:
                address = request.get_full_path(force_append_slash=True)
                return HttpResponsePermanentRedirect(address, content_type="text/plain")
        return super().dispatch(request, *args, **kwargs)


def with_clocks(clocks: Clocks, answer: dict) -> dict:
    """An answer, its clocks first."""
    return {**echo(clocks), **answer}
