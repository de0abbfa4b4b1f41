"""Imports in the admin: upload a file, look at what it would do, confirm; progress and errors.

A page at work asks for itself again every two seconds, without a script.
"""

import csv
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from sosa_registry.accounts.roles import Action, may
from sosa_registry.api.formats import neutral

from .admin_firm_lists import firm_list_view
from .admin_shipped import shipped_view
from .exchange import jobs
from .exchange.tables import TABLES
from .models import ImportJob

SHOWN = 200  # rows of a preview on the page; the API has all of them


class UploadForm(forms.Form):
    """A file, what it is, and why."""

    file = forms.FileField(
        label="File",
        help_text="CSV in UTF-8, an Excel workbook (.xlsx), or a zip of tables. "
        f"At most {jobs.MAX_BYTES // 1024 // 1024} MB.",
    )
    table = forms.ChoiceField(
        label="Table",
        required=False,
        choices=[("", "as the file's name, its sheets or its header say")]
        + [(table.name, table.name) for table in TABLES],
        help_text="Needed only when the file's name is not a table's.",
    )
    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80, "class": "vLargeTextField"}),
        help_text="Why, in a sentence that a reader of the history will understand. It is public.",
    )


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):
    """Uploads, previews and what became of them."""

    list_display = ("name", "made_at", "user", "state", "rows", "revision")
    list_filter = ("state",)
    list_select_related = ("user",)
    search_fields = ("name", "reason")
    actions = None
    change_list_template = "admin/registry/import_list.html"

    def has_add_permission(self, request):
        """Those who may import."""
        return may(request.user, Action.IMPORT)

    def has_view_permission(self, request, obj=None):
        """Those who may import."""
        return may(request.user, Action.IMPORT)

    def has_change_permission(self, request, obj=None):
        """Confirming is done on the preview, not in a form."""
        return False

    def has_delete_permission(self, request, obj=None):
        """They go by themselves after a while."""
        return False

    def get_urls(self):
        """Beside Django's: the file of errors, lists of firms, the shipped dataset."""
        wrap, name = self.admin_site.admin_view, "agreements_importjob"
        return [
            path("<int:pk>/errors.csv", wrap(self.errors_view), name=f"{name}_errors"),
            path("firms/", wrap(partial(firm_list_view, self)), name=f"{name}_firms"),
            path("shipped/", wrap(partial(shipped_view, self)), name=f"{name}_shipped"),
            *super().get_urls(),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        """Upload a file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            given = form.cleaned_data
            try:
                job = jobs.upload(
                    name=given["file"].name,
                    content=given["file"].read(jobs.MAX_BYTES + 1),
                    user=request.user,
                    reason=given["reason"],
                    table=given["table"],
                )
                return HttpResponseRedirect(self._address(job))
            except ValidationError as error:
                form.add_error(None, error)
        context = self.page(request, "Import tables", form=form)
        return TemplateResponse(request, "admin/registry/import_upload.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """What the file would do; confirming it."""
        job = self._job(request, object_id)
        if request.method == "POST":
            try:
                accepted = bool(request.POST.get("accept_warnings"))
                jobs.confirm(job, user=request.user, accept_warnings=accepted)
            except jobs.NotNow as refusal:
                messages.error(request, str(refusal))
            return HttpResponseRedirect(self._address(job))
        changing = [line for line in job.lines if line["action"] != "unchanged"]
        context = self.page(
            request,
            f"Import of {job.name}",
            job=job,
            lines=changing[:SHOWN],
            more=len(changing) - SHOWN,
            problems=job.problems[:SHOWN],
            more_problems=len(job.problems) - SHOWN,
            errors_url=reverse("admin:agreements_importjob_errors", args=[job.pk]),
        )
        return TemplateResponse(request, "admin/registry/import_job.html", context)

    def errors_view(self, request, pk):
        """Everything wrong with the file, with the row it is in, as CSV."""
        job = self._job(request, pk)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="errors-{job.pk}.csv"'
        write_errors(response, job)
        return response

    def _job(self, request, pk) -> ImportJob:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = ImportJob.objects.filter(pk=pk).first() if str(pk).isdigit() else None
        if found is None:
            raise Http404("No such import; it may have been removed after a while.")
        return found

    def _address(self, job) -> str:
        return reverse("admin:agreements_importjob_change", args=[job.pk])

    def page(self, request, title, **more) -> dict:
        """The context of a page of the admin."""
        request.current_app = self.admin_site.name
        each = self.admin_site.each_context(request)
        return each | {"title": title, "opts": self.opts, "media": self.media} | more


def write_errors(target, job: ImportJob) -> None:
    """One line a problem, with the cells of the row it is in; nothing that a spreadsheet runs."""
    cells = {(line["table"], line["line"]): line.get("cells", {}) for line in job.lines}
    by_line: dict[int, dict] = {}
    for (_, number), row in cells.items():
        by_line.setdefault(number, row)
    columns = list(dict.fromkeys(name for row in cells.values() for name in row))
    target.write("\ufeff")
    writer = csv.writer(target)
    writer.writerow(["file", "line", "column", "value", "problem", *columns])
    for problem in job.problems:
        table = problem["file"].removesuffix(".csv")
        row = cells.get((table, problem["line"]), by_line.get(problem["line"], {}))
        told = [problem[name] for name in ("file", "line", "column", "value", "message")]
        writer.writerow(
            [neutral(str(value)) for value in [*told, *(row.get(c, "") for c in columns)]]
        )
