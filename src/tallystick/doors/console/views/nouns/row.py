"""`/<brand>/<plural>/<id>`: everything about one row, what belongs to it, what can be done, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tallystick.doors.console.listed import Cell, ListedRow, cell_of, listed_row
from tallystick.doors.console.views.nouns.forms import find_row
from tallystick.doors.console.views.nouns.rows import addresses
from tallystick.doors.entrance import Access, access_of
from tallystick.doors.nouns.all import NOUNS
from tallystick.doors.nouns.forms import DayField
from tallystick.doors.nouns.noun import Column, Noun
from tallystick.doors.nouns.references import RowField
from tallystick.foundation.attachments.models import Attachment
from tallystick.foundation.attachments.queries import of_subject
from tallystick.foundation.audit.queries import LINES
from tallystick.kit import clock, ids
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.models import Invitation, InvitationState
from tallystick.partners.accounts.services.invitations import invitation_link
from tallystick.partners.partnerships.models import Partnership, PartnershipChange
from tallystick.partners.programs.models import Brand

FEW: Final = 10
"""Rows of each list on the page; the rest is a step away."""

BELONG: Final = {
    "program": ("partnership", "campaign"),
    "partner": ("partnership", "placement", "link", "code"),
    "partnership": ("placement", "link", "code"),
    "campaign": ("link", "code"),
}
"""Noun → nouns whose rows belong to it."""


@dataclass(frozen=True, slots=True)
class Related:
    """The first rows of another noun that belong to this one. all_url: the list of them."""

    noun: Noun[Any]
    rows: list[ListedRow]
    total: int
    all_url: str
    new_url: str


def row(request: HttpRequest, brand: Brand, plural: str, row: str, *, noun: Noun[Any]) -> HttpResponse:
    """Show one row."""
    found = find_row(noun, row)
    values = noun.values(found)
    access = access_of(request)
    context: dict[str, Any] = {
        "here": plural,
        "noun": noun,
        "row": found,
        "id": values["id"],
        "handle": values["handle"],
        "state": values.get("state", ""),
        "facts": _facts(brand, noun, values),
        "acts": [act for act in noun.acts if access.may(act.right) and act.fits(found)],
        "may_change": access.may(noun.change),
        "edit_url": reverse("console:noun_edit", args=[brand.key, plural, row]),
        "related": [_related(brand, access, found, noun, NOUNS[name]) for name in BELONG.get(noun.name, ())],
        "figures_url": _figures(brand, access, noun, values),
        "lines": LINES.page(Wish(filters={"subject": row}, limit=FEW)).rows
        if access.may("audit.read")
        else None,
        "zone": ZoneInfo(brand.zone),
        **addresses(brand, noun),
    }
    if isinstance(found, Partnership):
        context |= of_partnership(access, found, row)
    return render(request, "console/noun.html", context)


def of_partnership(access: Access, partnership: Partnership, subject: str) -> dict[str, Any]:
    """What only a partnership has: how it came to stand, who was invited, its documents."""
    waiting = Invitation.objects.filter(partner=partnership.partner, state=InvitationState.OPEN)
    may_read = access.may("documents.read")
    return {
        "is_partnership": True,
        "history": PartnershipChange.objects.filter(partnership=partnership).order_by("-number"),
        "invitations": [_waiting(each) for each in waiting.order_by("-id")],
        "documents": [_kept(each) for each in of_subject(subject)] if may_read else None,
        "may_change_documents": access.may("documents.change"),
    }


def _waiting(invitation: Invitation) -> dict[str, Any]:
    """The link is shown where no mail goes out: then somebody has to hand it over."""
    state = invitation.state_at(clock.now())
    is_handed_over = state == InvitationState.OPEN and not settings.TALLYSTICK.mail_url
    return {
        "invitation": invitation,
        "id": ids.show("inv", invitation.id),
        "state": state,
        "link": invitation_link(invitation) if is_handed_over else "",
    }


def _kept(document: Attachment) -> dict[str, Any]:
    document_id = ids.show("doc", document.id)
    return {"row": document, "id": document_id, "url": reverse("files:file", args=[document_id])}


def _facts(brand: Brand, noun: Noun[Any], values: dict[str, Any]) -> list[Cell]:
    shown = []
    for name, field in noun.form.base_fields.items():
        if name != "state" and values[name] not in (None, ""):
            column: Column[Any] = Column(name, field.label or name, _kind(name, field), of=name)
            shown.append(cell_of(brand.key, noun, column, values))
    return [*shown, cell_of(brand.key, noun, Column("created_at", "", "moment"), values)]


def _kind(name: str, field: forms.Field) -> str:
    kinds = ((RowField, "row"), (DayField, "day"), (forms.URLField, "link"), (forms.ChoiceField, "choice"))
    found = next((kind for cls, kind in kinds if isinstance(field, cls)), "text")
    return "key" if name == "key" else "money" if name == "cost" else found


def _related(brand: Brand, access: Access, found: Any, noun: Noun[Any], other: Noun[Any]) -> Related:
    if noun.name == "partnership":
        narrowed = {"partner": found.partner.key, "program": found.program.key}
    else:
        narrowed = {noun.name: found.key}
    page = other.listing.page(Wish(filters=narrowed, limit=FEW))
    begun = {noun.name: noun.handle(found)} if noun.name in other.fields else {}
    within = [brand.key, other.plural]
    may_open = access.may(other.change) and bool(begun)
    return Related(
        other,
        [listed_row(brand.key, other, each) for each in page.rows],
        page.total,
        f"{reverse('console:nouns', args=within)}?{urlencode(narrowed)}",
        f"{reverse('console:noun_new', args=within)}?{urlencode(begun)}" if may_open else "",
    )


def _figures(brand: Brand, access: Access, noun: Noun[Any], values: dict[str, Any]) -> str:
    if not access.may("figures.read") or noun.name not in ("partner", "partnership"):
        return ""
    key = values["partner"] if noun.name == "partnership" else values["key"]
    by = urlencode({"where": f"partner={key}", "by": "placement"})
    return f"{reverse('console:answer', args=[brand.key])}?{by}"
