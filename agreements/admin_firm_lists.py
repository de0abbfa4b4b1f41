"""The admin's page for a new edition of a list of firms: compare, decide row by row, record."""

from django import forms
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from partners.models import Source
from sosa_registry.ledger import dates

from .exchange import firm_lists, jobs
from .exchange.firm_matching import UNCHANGED
from .models import CodeOfConduct

SALT = "firm list"


class FirmListForm(forms.Form):
    """A list, whose it is, and as of when."""

    code = forms.ModelChoiceField(
        CodeOfConduct.objects.order_by("country", "slug"), help_text="Whose firms these are."
    )
    file = forms.FileField(
        help_text="CSV in UTF-8 or .xlsx with the columns name, cage_code, joined, left; only "
        "name is needed."
    )
    as_of = forms.DateField(label="List of", help_text="The day the list speaks of, YYYY-MM-DD.")
    since = forms.DateField(
        required=False,
        label="Edition before",
        help_text="The day of the edition before, if known: who left did so between the two.",
    )
    source = forms.ModelChoiceField(
        Source.objects.order_by("slug"), required=False, help_text="The document, if recorded."
    )
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80, "class": "vLargeTextField"}),
        help_text="Why, in a sentence that a reader of the history will understand. It is public.",
    )

    def clean(self):
        """The editions are in order, the file is a list; its rows become `rows`."""
        given = super().clean()
        as_of, since, file = (given.get(name) for name in ("as_of", "since", "file"))
        if as_of and since and since >= as_of:
            self.add_error("since", f"Not before the list's own day ({as_of}).")
        if as_of and as_of.year > dates.LAST_YEAR:
            self.add_error("as_of", f"Years go to {dates.LAST_YEAR}.")
        if file:
            if file.size > jobs.MAX_BYTES:
                raise ValidationError({"file": f"{file.size} bytes. Allowed: {jobs.MAX_BYTES}."})
            given["rows"] = firm_lists.read_list(file.name, file.read())
        return given


def firm_list_view(model_admin, request):
    """First the list, then what became of each firm, then the revision."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if "asked" in request.POST:
        return _decided(model_admin, request)
    form = FirmListForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.cleaned_data
        asked = {
            "code": given["code"].slug,
            "rows": given["rows"],
            "as_of": given["as_of"].isoformat(),
            "since": given["since"].isoformat() if given["since"] else "",
            "source": given["source"].slug if given["source"] else "",
            "reason": given["reason"],
        }
        return _compared(model_admin, request, asked)
    context = model_admin.page(request, "A new list of firms", form=form, submit="Compare")
    return TemplateResponse(request, "admin/registry/import_upload.html", context)


def _compared(model_admin, request, asked: dict, errors=()):
    code = CodeOfConduct.objects.get(slug=asked["code"])
    found = firm_lists.changes(code, asked["rows"])
    context = model_admin.page(
        request,
        f"Firms under {code}, {asked['as_of']}",
        changes=[change for change in found if change.match.change != UNCHANGED],
        unchanged=[change for change in found if change.match.change == UNCHANGED],
        asked=signing.dumps(asked, salt=SALT, compress=True),
        errors=errors,
    )
    return TemplateResponse(request, "admin/registry/firm_list.html", context)


def _decided(model_admin, request):
    try:
        asked = signing.loads(request.POST["asked"], salt=SALT)
    except signing.BadSignature:
        return HttpResponseRedirect(request.path)
    code = CodeOfConduct.objects.get(slug=asked["code"])
    try:
        number = firm_lists.record(
            code,
            firm_lists.changes(code, asked["rows"]),
            request.POST.getlist("yes"),
            as_of=asked["as_of"],
            since=asked["since"],
            source=Source.objects.filter(slug=asked["source"]).first(),
            actor=request.user,
            reason=asked["reason"],
        )
    except ValidationError as error:
        return _compared(model_admin, request, asked, error.messages)
    told = f"Recorded as revision {number}." if number else "Nothing was confirmed."
    model_admin.message_user(request, told)
    return HttpResponseRedirect(code.get_absolute_url() if number else request.path)
