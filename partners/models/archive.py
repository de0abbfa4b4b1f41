"""Archived copies of sources: what the document said when it was read, kept whole.

The bytes lie in a table of their own under their SHA-256, apart from the record that names them, so
that histories and exports stay small and a copy is written in the same transaction as its record.
A copy is what it says it is: its first bytes are held to its type.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from sosa_registry.ledger.recording import Recorded

from .sources import Source

LARGEST = 20 * 1024 * 1024
# Ending of the name, media type, and what the first bytes must be.
TYPES = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "html": ("text/html", (b"<!doctype html", b"<html")),
    "txt": ("text/plain", ()),
}


def checked_type(name: str, content: bytes) -> str:
    """The media type of a file that is what its name says. Raises ValidationError."""
    ending = name.rpartition(".")[2].lower()
    if ending not in TYPES:
        allowed = ", ".join(f".{known}" for known in TYPES)
        raise ValidationError({"file": f"“{name[:80]}” is of no type that is kept: {allowed}."})
    if not content:
        raise ValidationError({"file": "The file is empty."})
    if len(content) > LARGEST:
        size, most = filesizeformat(len(content)), filesizeformat(LARGEST)
        raise ValidationError({"file": f"It has {size}. Allowed: {most}."})
    media_type, beginnings = TYPES[ending]
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if beginnings and not start.startswith(tuple(b.strip().lower() for b in beginnings)):
        raise ValidationError({"file": f"“{name[:80]}” is not what its name says: no {ending}."})
    if not beginnings and not _is_text(content):
        raise ValidationError({"file": f"“{name[:80]}” is not plain text in UTF-8."})
    return media_type


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


class ArchivedContent(models.Model):
    """The bytes of a copy. Two sources with the same bytes share them."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()

    class Meta:
        verbose_name = "archived content"

    def __str__(self):
        return self.sha256


class ArchivedCopy(Recorded):
    """That a copy of a source was kept, of what type and size, and under which SHA-256."""

    record_type = "archived_copies"
    record_kind = "archived_copy"
    key_field = "key"

    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.PROTECT,
        related_name="archived_copies",
        help_text="Of which source it is a copy.",
    )
    name = models.CharField(max_length=200, help_text="Name of the file, as it was given.")
    media_type = models.CharField(max_length=60, help_text="What it is, as its bytes show.")
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField("SHA-256", max_length=64, help_text="Of its bytes.")
    archived_on = models.DateField(help_text="The day on which it was kept.")

    class Meta:
        ordering = ("source", "-archived_on")
        verbose_name_plural = "archived copies"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "sha256"],
                name="archived_once",
                violation_error_message="This very copy of the source is kept already.",
            )
        ]

    @property
    def key(self) -> str:
        """Source and SHA-256: the same bytes are kept once for a source."""
        return f"{self.source_id}/{self.sha256}"

    @classmethod
    def lookup(cls, key):
        """The key is source and SHA-256."""
        source, _, sha256 = key.partition("/")
        return {"source": source, "sha256": sha256}

    def __str__(self):
        return f"{self.name} ({filesizeformat(self.size)})"

    def get_absolute_url(self):
        """Where it is downloaded."""
        return reverse("archived-copy", args=[self.source_id, self.sha256])
