"""Archived copies: kept whole, held to their type, served as a download and nothing else."""

import hashlib
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions import keep_copy
from partners.models import ArchivedContent, ArchivedCopy, archive
from sosa_registry.ledger import integrity
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Revision
from tests import cast

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n..."


@pytest.fixture
def gazette():
    return keep(cast.source(), actor="curator", reason="A source")


def kept(source, name="notice.pdf", content=PDF):
    return keep_copy(
        source, name=name, content=content, actor="curator", reason="Read", on=date(2026, 11, 21)
    )


def test_a_copy_is_kept_with_its_hash_in_one_revision(gazette):
    copy = kept(gazette)
    assert (copy.media_type, copy.size) == ("application/pdf", len(PDF))
    assert copy.sha256 == hashlib.sha256(PDF).hexdigest()
    assert Revision.objects.latest("number").kind == "verification"
    assert list(integrity.problems()) == []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.html", b"<!DOCTYPE html><p>", "text/html"),
        ("a.html", b"\xef\xbb\xbf \n<html>", "text/html"),
        ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.txt", "Ünïcode".encode(), "text/plain"),
        ("C:\\papers\\a.PDF", PDF, "application/pdf"),
    ],
)
def test_each_kind_of_file_is_known_by_its_bytes(gazette, name, content, media_type):
    copy = kept(gazette, name, content)
    assert copy.media_type == media_type
    assert "\\" not in copy.name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"<html>"),
        ("a.png", PDF),
        ("a.exe", b"MZ"),
        ("a.svg", b"<svg onload=alert(1)>"),
        ("noending", PDF),
        ("a.txt", b"\xff\xfe\x00"),
        ("a.txt", b"a\x00b"),
        ("a.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(gazette, name, content):
    with pytest.raises(ValidationError) as refused:
        kept(gazette, name, content)
    assert "file" in refused.value.message_dict
    assert not (ArchivedCopy.objects.exists() or ArchivedContent.objects.exists())


def test_a_file_too_large_is_refused(gazette, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST", 5)
    with pytest.raises(ValidationError, match="Allowed"):
        kept(gazette)


def test_the_same_copy_twice_is_refused(gazette):
    kept(gazette)
    with pytest.raises(ValidationError, match="kept already"):
        kept(gazette, name="again.pdf")


def test_a_copy_is_a_download_only(gazette, client):
    copy = kept(gazette, "a.html", b"<html><script>alert(1)</script>")
    answer = client.get(copy.get_absolute_url())
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"<html>")


def test_a_copy_that_is_not_kept_is_not_found(gazette, client):
    assert client.get(f"/sources/gazette/copies/{'0' * 64}/").status_code == 404


def test_an_admin_keeps_a_copy(gazette, client):
    client.force_login(get_user_model().objects.create_superuser("admin"))
    form = {"source": gazette.slug, "revision_reason": "Read", "revision_kind": "verification"}
    wrong = form | {"file": SimpleUploadedFile("a.pdf", b"no pdf")}
    refused = client.post("/admin/partners/archivedcopy/add/", wrong)
    assert b"is not what its name says" in refused.content
    right = form | {"file": SimpleUploadedFile("a.pdf", PDF)}
    done = client.post("/admin/partners/archivedcopy/add/", right)
    assert done.status_code == 302, done.content.decode()[:3000]
    assert ArchivedCopy.objects.get().name == "a.pdf"
    assert client.get("/sources/gazette/").content.count(b"a.pdf") == 1
