"""Verbs of documents."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from django.db import transaction

from tallystick.foundation.attachments import files
from tallystick.foundation.attachments.models import Attachment
from tallystick.foundation.attachments.names import clean_name
from tallystick.foundation.attachments.types import type_of
from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.lanes import lane
from tallystick.foundation.outbox.services import announce
from tallystick.foundation.scoping import current_brand
from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen

UNUSED_FOR: Final = timedelta(hours=1)
"""How long bytes without a document stay, so that one that is being added keeps those it has just written."""


class SizeRefused(Foreseen):
    """A document that is empty, or larger than this installation takes."""

    exit = Exit.USAGE


class NoDocument(Foreseen):
    """A document that is not there, or was removed."""

    exit = Exit.NOT_FOUND


def keep(
    *, name: str, content: bytes | files.Readable, by: Actor, subject: Subject, is_shared: bool = False
) -> Attachment:
    """Add a document to something; its bytes are on disk before anybody can see it.

    name: what it is to be called; cleaned, and given an ending that fits. subject: what it belongs to. is_shared:
    whether the partner sees it. Raises SizeRefused, TypeRefused. Identifier: FILE-KEEP.
    """
    whole = _whole(content)
    kind = type_of(whole)
    brand_id, sha256 = current_brand(), hashlib.sha256(whole).hexdigest()
    files.write(brand_id, sha256, whole)
    with lane(brand_id):
        if not files.path(brand_id, sha256).exists():  # swept, because it was there for long and nobody's
            files.write(brand_id, sha256, whole)
        row = Attachment(
            name=clean_name(name, kind),
            media_type=kind.media_type,
            size=len(whole),
            sha256=sha256,
            subject=subject.text,
            is_shared=is_shared,
            added_by=by.name[:254],
            created_at=clock.now(),
        )
        row.save(force_insert=True)
        _tell("document.added", row, by=by, of=(None, row.subject), sha256=(None, sha256))
    return row


@transaction.atomic
def share(attachment: Attachment, *, is_shared: bool, by: Actor) -> Attachment:
    """Let the partner see a document, or no more; as it is already, nothing happens. Raises NoDocument."""
    row = _there(attachment)
    if row.is_shared != is_shared:
        Attachment.objects.filter(id=row.id).update(is_shared=is_shared)
        row.is_shared = is_shared
        _tell("document.shared", row, by=by, is_shared=(not is_shared, is_shared))
    return row


@transaction.atomic
def remove(attachment: Attachment, *, by: Actor) -> None:
    """Remove a document: from now on nobody is given it. That it was there stays on record. Raises NoDocument."""
    row = _there(attachment)
    Attachment.objects.filter(id=row.id).update(removed_at=clock.now())
    _tell("document.removed", row, by=by, of=(row.subject, None), sha256=(row.sha256, None))


def sweep() -> int:
    """Delete the bytes in the brand in scope that no document needs any more. Returns how many files.

    Under the brand's lane, as documents are added: bytes that are about to be needed are not taken away.
    """
    brand_id, gone = current_brand(), 0
    before = (clock.now() - UNUSED_FOR).timestamp()
    needed = Attachment.objects.filter(removed_at__isnull=True)
    for file in files.written_before(brand_id, before):
        with lane(brand_id):
            if not needed.filter(sha256=file.name).exists():
                file.unlink(missing_ok=True)
                gone += 1
    return gone


def _whole(content: bytes | files.Readable) -> bytes:
    most = files.limits().attachment_mb * 1_000_000
    whole = content[: most + 1] if isinstance(content, bytes) else content.read(most + 1)
    if not whole:
        raise SizeRefused("The document is empty.")
    if len(whole) > most:
        raise SizeRefused(
            "The document is larger than %(most)d MB, the most that is taken. Make it smaller, or split it.",
            most=most // 1_000_000,
        )
    return whole


def _there(attachment: Attachment) -> Attachment:
    found = Attachment.objects.select_for_update().filter(id=attachment.id, removed_at__isnull=True).first()
    if found is None:
        raise NoDocument("This document is not there any more: somebody removed it.")
    return found


def _tell(act: str, row: Attachment, *, by: Actor, **changes: tuple[object, object]) -> None:
    subject = Subject("doc", row.id, row.name)
    record(Act(act, subject, by=by, changes=changes))
    body = {"name": row.name, "media_type": row.media_type, "size": row.size, "is_shared": row.is_shared}
    announce(act, subject=subject.text, body={"of": row.subject, **body})
