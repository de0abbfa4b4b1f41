"""What every form that writes asks for, and the form of one record.

`RevisionForm` asks why, and what sort of change it is. `RecordForm` is a record's form: its lasting
key can be given once, and it can be told what the registry refused when all was written together
(`refusals`), so that the sentence stands beside the field it is about.
"""

from django import forms

from .models import Revision

NOT_CHOSEN = (Revision.Kind.IMPORT, Revision.Kind.ERASURE)
KINDS = [choice for choice in Revision.Kind.choices if choice[0] not in NOT_CHOSEN]


class RevisionForm(forms.Form):
    """Why the registry is changed, and whether the world or only our record of it did."""

    revision_kind = forms.ChoiceField(
        label="Kind of change",
        choices=KINDS,
        widget=forms.RadioSelect,
        help_text=(
            "Event when something happened in the world; correction when what the registry said "
            "was never so; verification when a source was read again and confirmed it."
        ),
    )
    revision_reason = forms.CharField(
        label="Reason",
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80, "class": "vLargeTextField"}),
        help_text="Why, in a sentence that a reader of the history will understand. It is public.",
        error_messages={"required": "Say why: every change carries a reason."},
    )

    accept_warnings = forms.BooleanField(
        label="Record it nevertheless",
        required=False,
        help_text="Tick this when you have read the warnings and what you typed is so.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.data.get("accept_warnings"):
            # Asked for only when there is something to accept.
            self.fields["accept_warnings"].widget = forms.HiddenInput()

    def doubt(self, sentences: list[str]) -> None:
        """Show the warnings, and the box that accepts them."""
        self.fields["accept_warnings"].widget = forms.CheckboxInput()
        self.add_error("accept_warnings", sentences)

    @property
    def says(self) -> dict:
        """Reason, kind and whether warnings are accepted, as `revision()` wants them."""
        return {
            "reason": self.cleaned_data["revision_reason"],
            "kind": self.cleaned_data["revision_kind"],
            "accept_warnings": self.cleaned_data["accept_warnings"],
        }


class RecordForm(forms.ModelForm):
    """One record, as a curator edits it."""

    # By form prefix, then by field: sentences about what was tried and undone.
    refusals: dict[str | None, dict[str, list[str]]] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        key = self._meta.model.key_field
        if self.instance.pk and key in self.fields:
            # A key is never reused and others refer to it: it is given once.
            self.fields[key].disabled = True

    def _get_validation_exclusions(self):
        # Unique constraints of live rows ask this column, and Django skips a constraint that asks
        # for a column it is told to leave out: the database would then refuse without a sentence.
        return super()._get_validation_exclusions() - {"superseded_in"}

    def _post_clean(self):
        super()._post_clean()
        for name, sentences in self.refusals.get(self.prefix, {}).items():
            if name == "accept_warnings":
                self.doubt(sentences)
                continue
            self.add_error(name if name in self.fields else None, sentences)


class RecordFormWithReason(RecordForm, RevisionForm):
    """One record and why it is changed."""

    drafted: dict[str, str] = {}  # reason and kind of the draft that the form amends

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, said in self.drafted.items():
            self.fields[name].initial = said


class InlineRecordForm(RecordForm):
    """One of several records edited on another's page.

    A suspension and the resumption after it may be typed in one go, so rows are not judged one by
    one but together, when all are written and the revision is still open.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.clean = lambda: None

    def keep_along(self) -> None:
        """Write what the row says beside itself, once it is written. As a rule nothing."""
