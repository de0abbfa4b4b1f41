"""Two people at one record: what the second is told, so that neither loses anything.

A form carries the revision it was made from. When the record or what is edited on its page was
changed since, nothing is written: base, theirs and mine are shown side by side, and the form comes
back with what the second person typed; what they had not touched now says what the first one saved.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.forms import BaseForm
from django.forms.models import BaseModelFormSet, model_to_dict

from . import states
from .history import text_of
from .models import Revision, Version

GONE = (
    "Nothing was saved: somebody deleted this record while you were at it. What you typed is "
    "below; saving brings it back."
)
BASE, KEY = "_base", "_key"  # hidden in each form: the revision it was made from, the record's key


class Again(Exception):
    """Somebody was faster between the look and the lock: look again."""


@dataclass(frozen=True)
class ThreeWay:
    """One field: as it was, as they left it, as I typed it."""

    name: str
    base: str
    theirs: str
    mine: str

    @property
    def clashes(self) -> bool:
        """Whether both changed it, and differently."""
        return self.base not in (self.theirs, self.mine) and self.theirs != self.mine


@dataclass
class Overlap:
    """One record that others changed: by which revisions, and field by field."""

    record_type: str
    key: str
    base: dict
    theirs: dict
    revisions: list[Revision] = field(default_factory=list)
    fields: list[ThreeWay] = field(default_factory=list)

    @property
    def fate(self) -> str:
        """What became of it."""
        if not self.theirs:
            return "deleted"
        return "changed" if self.base else "added"


def since(mine, base: str) -> list[Version]:
    """The versions of these records made after a revision, oldest first. One statement."""
    if not (base.isascii() and base.isdigit() and len(base) < 16):
        return []
    later = Version.objects.filter(mine, revision_id__gt=int(base))
    return list(later.select_related("revision").order_by("revision_id", "position"))


def overlaps(versions: Iterable[Version], base: int) -> dict[tuple[str, str], Overlap]:
    """What became of each record since a revision."""
    found: dict[tuple[str, str], Overlap] = {}
    for version in versions:
        name = version.record_type, version.key
        if name not in found:
            known = Version.objects.known_at(base).of(*name)
            found[name] = Overlap(*name, known.values_list("state", flat=True).first() or {}, {})
        gone = version.operation == Version.Operation.DELETED
        found[name].theirs = {} if gone else version.state
        if version.revision not in found[name].revisions:
            found[name].revisions.append(version.revision)
    return {name: each for name, each in found.items() if each.base != each.theirs}


class Overtaken(Exception):
    """A save that came second: `overlaps` to show, `merged` to fill the form with."""

    sentence = (
        "Nothing was saved: somebody else changed this page while you were at it. Below is what "
        "they did. The form has what you typed, and what they saved where you had typed nothing. "
        "Look it over and save again."
    )

    def __init__(self, data, record, versions, form: BaseForm, formsets):
        super().__init__(self.sentence)
        found = overlaps(versions, int(data[BASE]))
        self.merged = data.copy()
        self.merged[BASE] = str(max((each.revision_id for each in versions), default=data[BASE]))
        if own := found.get((record.record_type, record.key)):
            self._merge(form, own)
        for formset in formsets:
            self._merge_rows(formset, found)
        self.overlaps = list(found.values())

    def _merge(self, form: BaseForm, overlap: Overlap) -> bool:
        """Compare a form's fields, take theirs where I typed nothing; whether I had typed any."""
        typed = False
        base, theirs = (_initial(form, state) for state in (overlap.base, overlap.theirs))
        for name, bound in ((name, form[name]) for name in form.fields if name in base | theirs):
            if bound.field.disabled:
                continue
            mine = bound.field.has_changed(base.get(name), bound.data)
            typed |= mine
            was, now = text_of(base.get(name)), text_of(theirs.get(name))
            said = text_of(bound.data) if mine else was
            if now != was or mine:
                overlap.fields.append(ThreeWay(str(bound.label), was, now, said))
            if now != was and not mine:
                self.merged[bound.html_name] = now
        return typed

    def _merge_rows(self, formset: BaseModelFormSet, found: dict) -> None:
        """Rows they deleted go unless I changed them; rows they added come in."""
        mine = {key: each for key, each in found.items() if key[0] == formset.model.record_type}
        kept, again = [], []
        for place, form in enumerate(formset.forms):
            stored = place < formset.initial_form_count()
            overlap = self._overlap_of(form, mine) if stored else None
            typed = self._merge(form, overlap) if overlap else True
            row = _row(self.merged, formset.prefix, place)
            if overlap and not overlap.theirs:
                if typed and "DELETE" not in row:
                    again.append({name: value for name, value in row.items() if name != "id"})
            else:
                (kept if stored else again).append(row)
            mine.pop(overlap and (overlap.record_type, overlap.key), None)
        kept += [row for each in mine.values() for row in _added(formset, each)]
        _rewrite(self.merged, formset, kept, again)

    def _overlap_of(self, form, found: dict) -> Overlap | None:
        if form.instance.pk:
            return found.get((form.instance.record_type, form.instance.key))
        gone = [each for each in found.values() if not each.theirs]
        return min(gone, key=lambda each: _distance(form, each), default=None)


def _initial(form: BaseForm, state: dict) -> dict:
    """A state as the initial values of a form's fields."""
    if not state:
        return {}
    record = states.lay(form._meta.model(), state)
    return model_to_dict(record, fields=list(form.fields), exclude=["id"])


def _distance(form: BaseForm, overlap: Overlap) -> int:
    """In how many fields a typed row differs from a record that is gone: its row has no name."""
    return sum(
        form.fields[name].has_changed(value, form[name].data)
        for name, value in _initial(form, overlap.base).items()
    )


def _added(formset: BaseModelFormSet, overlap: Overlap) -> Iterator[dict[str, str]]:
    record = states.find(overlap.record_type, overlap.key)
    for name, value in overlap.theirs.items() if record else ():
        overlap.fields.append(ThreeWay(name, "", text_of(value), ""))
    if record is not None:
        values = model_to_dict(record, fields=list(formset.form.base_fields), exclude=["id"])
        yield {"id": str(record.pk)} | {name: text_of(value) for name, value in values.items()}


def _row(data, prefix: str, place: int) -> dict[str, str]:
    start = f"{prefix}-{place}-"
    return {name[len(start) :]: data[name] for name in data if name.startswith(start)}


def _rewrite(data, formset: BaseModelFormSet, kept: list[dict], new: list[dict]) -> None:
    """Write a formset's rows back into what was posted, those stored first."""
    prefix = formset.prefix
    for place in range(formset.total_form_count()):
        for name in _row(data, prefix, place):
            del data[f"{prefix}-{place}-{name}"]
    for place, row in enumerate([*kept, *new]):
        for name, value in row.items():
            data[f"{prefix}-{place}-{name}"] = value
    data[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(new))
    data[f"{prefix}-INITIAL_FORMS"] = str(len(kept))


def revived(data, key_field: str):
    """What was typed about a record that is gone, as the form of a new one: nothing is lost."""
    merged = data.copy()
    merged[key_field] = data[KEY]
    for name in data:
        if name.endswith("-INITIAL_FORMS"):
            merged[name] = "0"
        elif re.fullmatch(r"[a-z_]+-\d+-id", name):
            del merged[name]
    return merged
