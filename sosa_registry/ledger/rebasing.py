"""A draft that others overtook: base, theirs and mine, field by field, and bringing it up to date.

Nothing makes a proposal unusable. What only one side changed is merged; where both changed a field
its author chooses; a record that is gone can be brought back or left out; one that was renamed or
merged is followed under its new name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from .history import RecordChange, change_of, text_of
from .models import Proposal, ProposedChange, Version
from .overtaken import ThreeWay
from .states import models, open_state, open_states

MINE, THEIRS = "mine", "theirs"
WHOLE = "*"  # in place of a field: the record as such, of which one side is gone

_followers: list[Callable[[str, str], str | None]] = []


def follow_with(function: Callable[[str, str], str | None]) -> None:
    """Have a higher floor say what a record of a kind, once called so, is called now."""
    if function not in _followers:
        _followers.append(function)


def _now(kind: str, key: str) -> str:
    for follow in _followers:
        key = follow(kind, key) or key
    return key


@dataclass
class Stale:
    """One change whose record says something else now."""

    change: ProposedChange
    key: str  # what the record is called now
    theirs: dict | None
    fields: list[ThreeWay] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether the record as such is in question: one side is gone."""
        return self.theirs is None or self.change.state is None

    @property
    def told(self) -> str:
        """What became of it, in a sentence."""
        if self.theirs is None:
            return "It was deleted meanwhile."
        if self.key != self.change.key:
            return f"It is called {self.key} now."
        if self.change.base is None:
            return "Somebody made one of this name meanwhile."
        return "It was changed meanwhile."

    def choice(self, name: str) -> str:
        """What a form calls the choice between both for a field."""
        return f"{self.change.pk}:{name}"


def stale(proposal: Proposal) -> list[Stale]:
    """The changes of a proposal that others overtook, with what each side says."""
    changes = list(proposal.changes.all())
    now = open_states((each.record_type, each.key) for each in changes)
    found = []
    for change in changes:
        theirs, key = now.get((change.record_type, change.key)), change.key
        if theirs == change.base:
            continue
        model = models()[change.record_type]
        if theirs is None and model.key_field != "key":
            key = _now(model.record_kind, change.key)
            theirs = open_state(change.record_type, key)
        found.append(Stale(change, key, theirs, _three_ways(change, theirs)))
    return found


def told_of(change: ProposedChange) -> RecordChange:
    """What a change does to its record, field by field, as it was drafted."""
    version = Version(
        record_type=change.record_type,
        key=change.key,
        operation=change.operation,
        state=change.state or {},
    )
    return change_of(version, change.base or {})


def _three_ways(change: ProposedChange, theirs: dict | None) -> list[ThreeWay]:
    base, mine, now = change.base or {}, change.state or {}, theirs or {}
    rows = (
        ThreeWay(name, *(text_of(state.get(name)) for state in (base, now, mine)))
        for name in dict.fromkeys([*now, *mine, *base])
    )
    return [row for row in rows if row.base != row.theirs or row.base != row.mine]


def merged(
    proposal: Proposal, choices: Mapping[str, str], left_out: set[int] = frozenset()
) -> list[ProposedChange]:
    """The changes brought up to date, unsaved. Raises ValidationError naming what is unchosen."""
    overtaken = {each.change.pk: each for each in stale(proposal)}
    kept, lacking = [], []
    for change in proposal.changes.all():
        if change.pk in left_out:
            continue
        if found := overtaken.get(change.pk):
            try:
                change = _merged(found, choices)
            except ValidationError as error:
                lacking += error.messages
                continue
        if change is not None:
            kept.append(_following(change))
    if lacking:
        raise ValidationError(lacking)
    return [each for each in kept if each.base != each.state]


def _merged(found: Stale, choices: Mapping[str, str]) -> ProposedChange | None:
    change, theirs = found.change, found.theirs
    name = f"{change.record_type} {change.key}"
    if found.is_whole:
        chosen = choices.get(found.choice(WHOLE))
        if theirs is None and change.state is None:
            return None  # both removed it
        if chosen not in (MINE, THEIRS):
            raise ValidationError(f"{name}: say whether yours or theirs is to stand.")
        if chosen == THEIRS:
            return None
        change.base, change.key = theirs, found.key
        change.operation = _operation(change.base, change.state)
        return change
    state = dict(theirs)
    for row in found.fields:
        mine_counts = row.base != row.mine and row.theirs != row.mine
        if row.clashes and mine_counts:
            chosen = choices.get(found.choice(row.name))
            if chosen not in (MINE, THEIRS):
                raise ValidationError(f"{name}: both changed {row.name}; choose one.")
            mine_counts = chosen == MINE
        if mine_counts and row.name in change.state:
            state[row.name] = change.state[row.name]
    if found.key != change.key:
        own = models()[change.record_type].key_column
        state[own or models()[change.record_type].key_field] = found.key
    change.base, change.state, change.key = theirs, state, found.key
    change.operation = _operation(theirs, state)
    return change


def _operation(base: dict | None, state: dict | None) -> str:
    if state is None:
        return Version.Operation.DELETED
    return Version.Operation.CREATED if base is None else Version.Operation.CHANGED


def _following(change: ProposedChange) -> ProposedChange:
    """References to records that were renamed or merged meanwhile, by their new names."""
    if change.state is None:
        return change
    model = models()[change.record_type]
    state = dict(change.state)
    for column in model._meta.concrete_fields:
        target = column.related_model
        if state.get(column.name) and hasattr(target, "record_kind"):
            state[column.name] = _now(target.record_kind, state[column.name])
    if "subject_kind" in state:
        state["subject"] = _now(state["subject_kind"], state["subject"])
    if state != change.state and model.key_field == "key" and change.base is None:
        change.key = _key_of(model, state) or change.key
    change.state = state
    return change


def _key_of(model, state: dict) -> str:
    """The key that a record of this state would have, where it needs no other row to say so."""
    if model.state_relations:
        return ""
    columns = {model._meta.get_field(name).attname: value for name, value in state.items()}
    return model(**columns).key
