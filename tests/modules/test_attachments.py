"""Documents: what they are is told by their content, their bytes are safe on disk, and they can do no harm."""

import io
import os
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings

from tallystick.foundation.attachments import files, queries, services
from tallystick.foundation.attachments.models import Attachment
from tallystick.foundation.attachments.names import MOST_CHARACTERS, clean_name
from tallystick.foundation.attachments.types import JPEG, PDF, PNG, TEXT, TYPES, TypeRefused, type_of
from tallystick.foundation.audit.acts import Subject
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.outbox.models import Announcement
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.accounts.rules import BRAND_ROLES, Role, allows
from tallystick.partners.partnerships.models import Partner, Partnership
from tallystick.partners.programs.models import Brand, Program
from tests.people import TESTER, person, seat, signed_in

pytestmark = pytest.mark.django_db


def packed(*names, **contents):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
        for name, content in contents.items():
            archive.writestr(name, content)
    return held.getvalue()


WORD = packed("[Content_Types].xml", "word/document.xml")
EXCEL = packed("[Content_Types].xml", "xl/workbook.xml")
OPEN_TEXT = packed("content.xml", mimetype="application/vnd.oasis.opendocument.text")
PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG_BYTES = b"\x89PNG\r\n\x1a\n" + bytes(40)
GOOD = {
    "application/pdf": PDF_BYTES,
    "image/png": PNG_BYTES,
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20),
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20),
    "image/gif": b"GIF89a" + bytes(20),
    "text/plain": "Dear Alice,\nthe margin is 12 %.\n\tYours, Zoë\n".encode(),
    "text/csv": b'partner;orders\r\nalice;12\r\n"Bob; Sons";3\r\n',
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": WORD,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": EXCEL,
    "application/vnd.oasis.opendocument.text": OPEN_TEXT,
}
BAD = {
    "html": b"<!DOCTYPE html><script>alert(1)</script>",
    "html after blanks": b"\xef\xbb\xbf \r\n\t<html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml": b'<?xml version="1.0"?><x/>',
    "a program": b"MZ\x90\x00" + bytes(60),
    "an elf": b"\x7fELF" + bytes(60),
    "any zip": packed("evil.exe"),
    "a jar": packed("META-INF/MANIFEST.MF", "A.class"),
    "a word document with macros": packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "another open document": packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "a broken zip": WORD[:40],
    "a sound in the same wrapping as webp": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20),
    "jpeg 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(20),
    "utf-16": "Dear Alice".encode("utf-16"),
    "bytes": bytes(range(256)),
    "blanks": b" \n\t\n",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60),
}


@pytest.mark.parametrize("media_type", GOOD)
def test_the_type_is_told_by_the_content(media_type):
    assert type_of(GOOD[media_type]).media_type == media_type
    assert set(GOOD) == set(TYPES)


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_taken_is_refused_with_what_is(name):
    with pytest.raises(TypeRefused, match=r"PDF, PNG, JPEG, .*plain text, CSV"):
        type_of(BAD[name])


@pytest.mark.parametrize("text", [b"one line, with a comma", b"a,b\nc\n", b"x", "größer".encode("cp1252")])
def test_text_that_is_no_table_is_plain_text(text):
    assert type_of(text) is TEXT


@pytest.mark.parametrize(
    ("name", "kind", "cleaned"),
    [
        ("Contract 2026.pdf", PDF, "Contract 2026.pdf"),
        ("SCAN.PDF", PDF, "SCAN.PDF"),
        ("photo.jpeg", JPEG, "photo.jpeg"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("C:\\Users\\ada\\margin.txt", TEXT, "margin.txt"),
        ("page.html", TEXT, "page.html.txt"),
        ("evil.svg", PNG, "evil.svg.png"),
        ("invoice\u202egnp.exe", PNG, "invoice gnp.exe.png"),
        ('a"b\r\nSet-Cookie: x\0.png', PNG, "a b Set-Cookie x .png"),
        ("Vertrag Zoë – 你好.pdf", PDF, "Vertrag Zoë – 你好.pdf"),
        ("", PDF, "document.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ("...", PDF, "document.pdf"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_its_type(name, kind, cleaned):
    assert clean_name(name, kind) == cleaned


@pytest.mark.parametrize("name", ["x" * 500, "x" * 500 + ".pdf", "x" * 196 + ".html"])
def test_a_long_name_is_cut_and_keeps_its_ending(name):
    cleaned = clean_name(name, PDF)
    assert len(cleaned) <= MOST_CHARACTERS
    assert cleaned.endswith(".pdf")


# Kept, shared, removed.


class Shop:
    """A brand with Alice as a partner in its program."""

    def __init__(self, key):
        self.brand = Brand(key=f"{key}-{ids.new().hex}", name=key.title())
        self.brand.save()
        with self.scope():
            program = Program(key="shop", name="Shop", currency="EUR", zone="UTC")
            program.save()
            self.alice, self.bob = (
                Partner(key=who, name=who.title(), kind="content") for who in ("alice", "bob")
            )
            self.alice.save()
            self.bob.save()
            self.partnership = Partnership(program=program, partner=self.alice, state="active")
            self.partnership.save()
        self.subject = Subject("pns", self.partnership.id, "Alice in Shop")

    def scope(self):
        return brand_scope(self.brand.id)

    def keeps(self, name="contract.pdf", content=PDF_BYTES, **options):
        with self.scope():
            return services.keep(name=name, content=content, by=TESTER, subject=self.subject, **options)

    def bytes_of(self, document):
        return files.path(self.brand.id, document.sha256)


@pytest.fixture
def acme(tmp_path):
    with override_settings(TALLYSTICK=settings.TALLYSTICK.model_copy(update={"data_dir": tmp_path})):
        yield Shop("acme")


def test_a_document_is_kept_with_what_it_is_and_on_record(acme):
    document = acme.keeps("../contract", io.BytesIO(PDF_BYTES))
    assert (document.name, document.media_type, document.size) == (
        "contract.pdf",
        "application/pdf",
        len(PDF_BYTES),
    )
    assert acme.bytes_of(document).read_bytes() == PDF_BYTES
    with acme.scope():
        assert queries.of_subject(acme.subject.text) == [document]
        (said,) = Announcement.objects.all()
    line = AuditLine.objects.get(subject=ids.show("doc", document.id))
    assert (line.act, line.label, line.changes["of"]) == (
        "document.added",
        "contract.pdf",
        [None, acme.subject.text],
    )
    assert (said.topic, said.subject, said.body["of"]) == ("document.added", line.subject, acme.subject.text)
    assert not list(files.path(acme.brand.id, "x").parent.glob("*.part"))


def test_a_document_too_large_or_empty_is_refused_and_leaves_nothing(acme):
    most = settings.TALLYSTICK.attachment_mb * 1_000_000
    assert acme.keeps("most.txt", b"a" * most).size == most
    for content, says in ((b"a" * (most + 1), "larger than 10 MB"), (b"", "empty")):
        for given in (content, io.BytesIO(content)):
            with pytest.raises(services.SizeRefused, match=says):
                acme.keeps(content=given)
    with pytest.raises(TypeRefused):
        acme.keeps("harmless.png", BAD["html"])
    with acme.scope():
        assert Attachment.objects.count() == 1
    assert len(list(files.path(acme.brand.id, "x").parent.iterdir())) == 1


def test_sharing_is_said_once_and_can_be_taken_back(acme):
    document = acme.keeps()
    with acme.scope():
        for wanted in (True, True, False):
            services.share(document, is_shared=wanted, by=TESTER)
            assert [each.is_shared for each in queries.of_subject(document.subject)] == [wanted]
    assert AuditLine.objects.filter(act="document.shared").count() == 2


def test_a_removed_document_is_gone_from_every_list_and_removed_once(acme):
    document = acme.keeps()
    with acme.scope():
        services.remove(document, by=TESTER)
        assert queries.of_subject(document.subject) == []
        for act in (services.remove, lambda row, by: services.share(row, is_shared=True, by=by)):
            with pytest.raises(services.NoDocument):
                act(document, by=TESTER)
    assert queries.find_document(ids.show("doc", document.id)) is None
    assert AuditLine.objects.filter(act="document.removed").count() == 1


def old(file):
    then = (clock.now() - services.UNUSED_FOR - timedelta(minutes=1)).timestamp()
    os.utime(file, (then, then))
    return file


def swept(shop):
    with shop.scope():
        return services.sweep()


def test_bytes_are_deleted_when_the_last_document_that_has_them_is_removed(acme):
    one, two, other = acme.keeps("one.pdf"), acme.keeps("two.pdf"), acme.keeps("other.png", PNG_BYTES)
    assert one.sha256 == two.sha256
    old(acme.bytes_of(one))
    old(acme.bytes_of(other))
    with acme.scope():
        services.remove(one, by=TESTER)
        assert swept(acme) == 0
        services.remove(two, by=TESTER)
    assert swept(acme) == 1
    assert not acme.bytes_of(one).exists()
    assert acme.bytes_of(other).read_bytes() == PNG_BYTES


def test_what_a_crash_left_is_swept_but_not_what_was_written_just_now(acme):
    acme.keeps()
    folder = files.path(acme.brand.id, "x").parent
    for name in ("a" * 64, "b" * 64 + ".part"):
        (folder / name).write_bytes(b"nobody's")
    assert swept(acme) == 0
    for name in ("a" * 64, "b" * 64 + ".part"):
        old(folder / name)
    assert swept(acme) == 2
    assert queries.missing_files() == []


def test_a_document_that_is_added_anew_has_its_bytes_again(acme):
    document = acme.keeps()
    with acme.scope():
        services.remove(document, by=TESTER)
    old(acme.bytes_of(document))
    again = acme.keeps()
    assert swept(acme) == 0
    assert acme.bytes_of(again).read_bytes() == PDF_BYTES


def test_missing_and_cut_files_are_named(acme):
    one, two = acme.keeps("one.pdf"), acme.keeps("two.png", PNG_BYTES)
    acme.bytes_of(one).unlink()
    acme.bytes_of(two).write_bytes(PNG_BYTES[:-1])
    assert [name.partition(" ")[0] for name in queries.missing_files()] == ["one.pdf", "two.png"]


def test_without_its_transaction_there_is_no_document(acme):
    with transaction.atomic():
        document = acme.keeps()
        transaction.set_rollback(True)
    assert queries.find_document(ids.show("doc", document.id)) is None


# The door.


def address(document):
    return f"/files/{ids.show('doc', document.id)}"


def status(client, document):
    """What a knock is answered with."""
    return read(client.get(address(document))).status_code


def read(answer):
    """Read an answer to its end, which is when its file is closed."""
    b"".join(answer)
    return answer


def owner_of(shop):
    user = person("Ada")
    seat(user, shop.brand.id, Role.OWNER)
    return signed_in(user)


def test_a_document_is_answered_in_a_sandbox(acme):
    answer = owner_of(acme).get(address(acme.keeps("Vertrag Zoë.pdf")))
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PDF_BYTES)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == "inline; filename*=utf-8''Vertrag%20Zo%C3%AB.pdf"
    assert answer["Content-Length"] == str(len(PDF_BYTES))


@pytest.mark.parametrize("media_type", GOOD)
def test_only_pictures_and_pdf_are_shown_in_place(acme, media_type):
    answer = read(owner_of(acme).get(address(acme.keeps("x", GOOD[media_type]))))
    is_shown = media_type.startswith("image/") or media_type == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline" if is_shown else "attachment")
    assert answer["Content-Type"] == media_type


def test_a_picture_that_is_also_a_page_is_answered_as_a_picture(acme):
    both = b"GIF89a/*<html><script>alert(1)</script>*/=1;"
    answer = read(owner_of(acme).get(address(acme.keeps("both.html", both))))
    assert answer["Content-Type"] == "image/gif"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert 'filename="both.html.gif"' in answer["Content-Disposition"]


@pytest.mark.parametrize("role", BRAND_ROLES)
def test_in_the_brand_those_who_read_documents_have_it_and_to_the_others_it_is_not_there(acme, role):
    user = person("Ada")
    seat(user, acme.brand.id, role)
    assert status(signed_in(user), acme.keeps(is_shared=True)) == (
        200 if allows([role], "documents.read") else 404
    )


def test_a_partner_has_what_is_shared_with_it_and_nothing_else(acme):
    alice, bob = person("Alice"), person("Bob")
    seat(alice, acme.brand.id, Role.PARTNER, partner=acme.alice)
    seat(bob, acme.brand.id, Role.PARTNER, partner=acme.bob)
    shared, own = acme.keeps(is_shared=True), acme.keeps("margins.csv", GOOD["text/csv"])
    assert status(signed_in(alice), shared) == 200
    assert status(signed_in(alice), own) == 404
    assert status(signed_in(bob), shared) == 404


def test_another_brand_an_administrator_and_a_stranger_are_told_the_same_as_of_nothing(acme):
    document = acme.keeps(is_shared=True)
    zoe = owner_of(Shop("zoe"))
    nothing = zoe.get(f"/files/{ids.show('doc', ids.new())}")
    assert nothing.status_code == 404
    for client in (zoe, signed_in(person("Admin", is_administrator=True)), signed_in(person("Nobody"))):
        assert client.get(address(document)).status_code == 404
    outside = Client().get(address(document))
    assert outside.status_code == 302
    assert "/account/login" in outside["Location"]


@pytest.mark.parametrize("text", ["x", "doc_", "doc_" + "z" * 26, "pns_" + "0" * 26, "..%2f..%2fsecret_key"])
def test_what_is_no_id_of_a_document_is_not_there(acme, text):
    assert owner_of(acme).get(f"/files/{text}").status_code == 404


def test_a_removed_document_is_not_there_and_one_without_its_file_is_said(acme):
    gone, lost = acme.keeps("gone.pdf"), acme.keeps("lost.png", PNG_BYTES)
    with acme.scope():
        services.remove(gone, by=TESTER)
    acme.bytes_of(lost).unlink()
    ada = owner_of(acme)
    assert ada.get(address(gone)).status_code == 404
    answer = ada.get(address(lost))
    assert answer.status_code == 503
    assert "backup" in answer.content.decode()


def test_nothing_is_written_through_the_door(acme):
    ada, document = owner_of(acme), acme.keeps()
    for verb in (ada.post, ada.put, ada.delete):
        assert verb(address(document)).status_code == 405
