"""Pages of a list: `page` and `page_size`, `count`, `next`, `previous`, and a `Link` header.

A page that is no number is a 400, one beyond the last a 404: neither is quietly another page.
"""

import re

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from sosa_registry.asking import BadParameter

from .parameters import CLOCKS_SCHEMA, echo

DEFAULT_SIZE, LARGEST = 50, 500


class RegistryPagination(PageNumberPagination):
    """Numbered pages, strictly read."""

    page_size = DEFAULT_SIZE
    max_page_size = LARGEST
    page_size_query_param = "page_size"
    page_query_description = "Which page, from 1."
    page_size_query_description = f"Results a page: {DEFAULT_SIZE} if not said, {LARGEST} at most."

    def get_page_size(self, request):
        """The size asked for. Raises BadParameter."""
        text = request.query_params.get("page_size") or str(DEFAULT_SIZE)
        return _counted("page_size", text, f"1 to {LARGEST}", LARGEST)

    def paginate_queryset(self, queryset, request, view=None):
        """One page of the list. Raises BadParameter, or NotFound beyond the last page."""
        size = self.get_page_size(request)
        number = _counted("page", request.query_params.get("page") or "1", "1 and up")
        paginator = self.django_paginator_class(queryset, size)
        if isinstance(queryset, QuerySet):
            paginator.count = view.count(queryset) if hasattr(view, "count") else queryset.count()
        if number > paginator.num_pages:
            raise NotFound(f"There is no page {number}: the last is {paginator.num_pages}.")
        self.request, self.clocks = request, getattr(view, "clocks", None)
        self.page = paginator.page(number)
        return self.page.object_list

    def get_paginated_response(self, data):
        """The page with its neighbours, in the body and in a `Link` header."""
        following, before = self.get_next_link(), self.get_previous_link()
        body = {
            **(echo(self.clocks) if self.clocks else {}),
            "count": self.page.paginator.count,
            "next": following,
            "previous": before,
            "results": data,
        }
        return Response(body, headers={"Link": self._link_header(following, before)})

    def _link_header(self, following: str | None, before: str | None) -> str:
        url, last = self.request.build_absolute_uri(), self.page.paginator.num_pages
        links = {
            "first": remove_query_param(url, "page"),
            "prev": before,
            "next": following,
            "last": replace_query_param(url, "page", last) if last > 1 else None,
        }
        return ", ".join(f'<{link}>; rel="{rel}"' for rel, link in links.items() if link)

    def get_schema_operation_parameters(self, view):
        """The two parameters, with their bounds."""
        page, size = super().get_schema_operation_parameters(view)
        page["schema"].update(minimum=1)
        size["schema"].update(minimum=1, maximum=LARGEST)
        return [page, size]

    def get_paginated_response_schema(self, schema):
        """The page as the OpenAPI document types it."""
        link = {"type": ["string", "null"], "format": "uri"}
        count = {"type": "integer", "minimum": 0, "description": "Results on all pages together."}
        properties = {
            "count": count,
            "next": {**link, "description": "Address of the next page, if there is one."},
            "previous": {**link, "description": "Address of the page before, if there is one."},
            "results": schema,
        }
        if isinstance(schema, dict):
            properties["results"] = {**schema, "description": "The results of this page."}
        else:  # a mark that stands for the rows of an example
            for name, value in {"count": 1, "next": None, "previous": None}.items():
                properties[name] = {**properties[name], "example": value}
        return {"type": "object", "required": list(properties), "properties": properties}


class ClockedPagination(RegistryPagination):
    """Pages of a list that can be asked at any `as_of` and `known_at`, and says which it was."""

    def get_paginated_response_schema(self, schema):
        """A page, and the clocks it was answered for."""
        made = super().get_paginated_response_schema(schema)
        made["properties"] = {**CLOCKS_SCHEMA, **made["properties"]}
        made["required"] += [name for name in CLOCKS_SCHEMA if name != "projected"]
        return made


def _counted(name: str, text: str, allowed: str, largest: int | None = None) -> int:
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII):
        raise BadParameter(name, f"“{text[:40]}” is not a number. Allowed: {allowed}.")
    number = int(text)
    if number < 1 or (largest and number > largest):
        raise BadParameter(name, f"{number} is out of range. Allowed: {allowed}.")
    return number
