"""Editing many records at once: rows chosen, fields set, each difference shown, one revision."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from sosa_registry.accounts.roles import Action

from .admin_acting import act
from .fields import _DayOf
from .forms import RevisionForm
from .recording import Recorded
from .refusing import sentences_of

CHOSEN = admin.helpers.ACTION_CHECKBOX_NAME


def bulk_form(model: type[Recorded]) -> type[RevisionForm]:
    """A form of the fields that several records of a kind may share."""
    found = {}
    for field in model._meta.concrete_fields:
        shared = field.editable and not (field.primary_key or field.unique)
        if shared and field.name != model.key_field and not isinstance(field, _DayOf):
            found[field.name] = field.formfield(required=False)
    names = [(name, made.label) for name, made in found.items()]
    fields_to_set = forms.MultipleChoiceField(
        choices=names,
        widget=forms.CheckboxSelectMultiple,
        label="Fields to set",
        help_text="Only these are changed, to what is typed below; an empty one is emptied.",
    )
    members = {"fields_to_set": fields_to_set, **found}
    return type("BulkForm", (RevisionForm,), members | {"field_order": list(members)})


class Bulk:
    """A record's admin whose list can be edited several rows at once."""

    @admin.action(permissions=["change"], description="Edit selected %(verbose_name_plural)s")
    def edit_selected(self, request, queryset):
        """Ask what to set, show what would change row by row, then record or propose it."""
        chosen = request.POST.getlist(CHOSEN)

        def write(form):
            rows = list(self.model.objects.with_keys().filter(pk__in=chosen).order_by("pk"))
            for row in rows:
                for name in form.cleaned_data["fields_to_set"]:
                    setattr(row, name, form.cleaned_data[name])
            _write_together(rows)

        return act(
            request,
            self.opts,
            title=f"Edit {len(chosen)} {self.opts.verbose_name_plural}",
            form_class=bulk_form(self.model),
            write=write,
            back=request.get_full_path(),
            action=Action.WRITE,
            carried=[("action", "edit_selected"), *((CHOSEN, each) for each in chosen)],
        )


def _write_together(rows: list[Recorded]) -> None:
    """Write rows, then judge them. Raises ValidationError naming each row at fault."""
    found = []
    for judge in (_before, _after):
        for row in rows:
            try:
                judge(row)
            except ValidationError as error:
                found += [f"{row.key}: {sentence}" for sentence in sentences_of(error)]
        if found:
            raise ValidationError(found)


def _before(row: Recorded) -> None:
    row.clean_fields()
    row.validate_constraints()
    row.save()


def _after(row: Recorded) -> None:
    row.full_clean()
