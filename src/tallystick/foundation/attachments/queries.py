"""Reads of documents."""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.foundation.attachments import files
from tallystick.foundation.attachments.models import Attachment
from tallystick.foundation.scoping import across_brands
from tallystick.kit import ids
from tallystick.kit.ids import BadId


def of_subject(subject: str) -> Sequence[Attachment]:
    """The documents of something in the brand in scope, the newest first, shared ones and others.

    subject: its id as doors write it.
    """
    return list(Attachment.objects.filter(subject=subject, removed_at__isnull=True).order_by("-id"))


def find_document(text: str) -> Attachment | None:
    """The document with an id as doors write it (`doc_…`), of whichever brand; None where there is none.

    Its address does not say whose it is. Whoever asks has to be found entitled before they are given anything.
    """
    try:
        document_id = ids.read_as("doc", text)
    except BadId:
        return None
    return across_brands(Attachment).filter(id=document_id, removed_at__isnull=True).first()


def missing_files() -> list[str]:
    """Names of documents of all brands whose bytes are gone or cut short: an empty list is health."""
    there = across_brands(Attachment).filter(removed_at__isnull=True)
    missing = []
    for document in there.order_by("id").iterator():
        file = files.path(document.brand_id, document.sha256)
        if not file.is_file() or file.stat().st_size != document.size:
            missing.append(f"{document.name} ({ids.show('doc', document.id)})")
    return missing
