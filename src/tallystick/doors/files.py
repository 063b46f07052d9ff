"""`/files/<doc id>`: a document, to whoever may have it, in a way that it can do no harm.

A document comes from outside, whatever it seems to be: so it is answered with the type that its content has, a browser
may not guess another, and where it is shown it is shut in a sandbox that runs and loads nothing. FILE-SERVE.
"""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.urls import path

from tallystick.doors.entrance import access_of, person_page
from tallystick.foundation.attachments.files import open_bytes
from tallystick.foundation.attachments.models import Attachment
from tallystick.foundation.attachments.queries import find_document
from tallystick.foundation.attachments.types import TYPES
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.queries import roles_in
from tallystick.partners.accounts.rules import allows
from tallystick.partners.partnerships.models import Partnership


@person_page()
def file(request: HttpRequest, document: str) -> FileResponse:
    """Answer a document to a seat in its brand that reads documents, or, if it is shared, to one at its partner."""
    found = find_document(document)
    if found is None:
        raise Http404
    with brand_scope(found.brand_id):
        if not _may_have(access_of(request).person, found):
            raise Http404
        return _harmless(found)


def _may_have(person: User, document: Attachment) -> bool:
    if allows(roles_in(person, document.brand_id), "documents.read"):
        return True
    prefix, subject_id = ids.read(document.subject)
    partnership = Partnership.objects.filter(id=subject_id).first() if prefix == "pns" else None
    if partnership is None or not document.is_shared:
        return False
    return allows(roles_in(person, document.brand_id, partner_id=partnership.partner_id), "portal.read")


def _harmless(document: Attachment) -> FileResponse:
    kind = TYPES[document.media_type]
    answer = FileResponse(
        open_bytes(document.brand_id, document.sha256),
        as_attachment=not kind.is_shown,
        filename=document.name,
        content_type=document.media_type,
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


app_name = "files"
urlpatterns = [path("<str:document>", file, name="file")]
