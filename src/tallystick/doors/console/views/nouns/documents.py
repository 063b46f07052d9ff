"""The documents of a partnership: added, shared with the partner or no more, removed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors import wording
from tallystick.doors.console.views.nouns.forms import find_row
from tallystick.doors.entrance import WRITING, access_of, brand_page
from tallystick.doors.nouns.partners import PARTNERSHIP
from tallystick.foundation.attachments import services
from tallystick.foundation.attachments.models import Attachment
from tallystick.foundation.attachments.queries import of_subject
from tallystick.foundation.audit.acts import Subject
from tallystick.kit import ids
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.programs.models import Brand


@brand_page("documents.change", methods=WRITING)
def add(request: HttpRequest, brand: Brand, row: str) -> HttpResponse:
    """Keep an uploaded document."""
    partnership = find_row(PARTNERSHIP, row)
    upload = request.FILES.get("file")
    if upload is None:
        messages.warning(request, _("Choose a file first."))
        return _back(brand, row)
    subject = Subject("pns", partnership.id, partnership.handle)
    try:
        kept = services.keep(
            name=upload.name or "",
            content=upload,
            by=access_of(request).actor,
            subject=subject,
            is_shared="is_shared" in request.POST,
        )
    except Foreseen as refused:
        if refused.exit is not Exit.USAGE:
            raise
        messages.error(request, wording.sentence(refused))
    else:
        messages.success(request, _("“%(name)s” is kept.") % {"name": kept.name})
    return _back(brand, row)


@brand_page("documents.change", methods=WRITING)
def share(request: HttpRequest, brand: Brand, row: str, document: str) -> HttpResponse:
    """Let the partner see a document, or no more."""
    found = _document(row, document)
    is_shared = request.POST.get("is_shared") == "yes"
    services.share(found, is_shared=is_shared, by=access_of(request).actor)
    said = _("The partner sees “%(name)s” now.") if is_shared else _("The partner no longer sees “%(name)s”.")
    messages.success(request, said % {"name": found.name})
    return _back(brand, row)


@brand_page("documents.change", methods=WRITING)
def remove(request: HttpRequest, brand: Brand, row: str, document: str) -> HttpResponse:
    """Remove a document; that it was there stays on record."""
    found = _document(row, document)
    services.remove(found, by=access_of(request).actor)
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return _back(brand, row)


def _document(row: str, document: str) -> Attachment:
    find_row(PARTNERSHIP, row)
    for found in of_subject(row):
        if ids.show("doc", found.id) == document:
            return found
    raise Http404


def _back(brand: Brand, row: str) -> HttpResponse:
    return redirect(f"{reverse('console:noun', args=[brand.key, 'partnerships', row])}#documents")
