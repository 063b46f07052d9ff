"""`/<brand>/approvals`: what one person proposed and another decides; maker is not checker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.console import meaning
from tallystick.doors.console.listed import pager
from tallystick.doors.entrance import WRITING, access_of, brand_page
from tallystick.doors.found import row_at
from tallystick.doors.tabs import Tab
from tallystick.kit import ids
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.models import Proposal, ProposalState
from tallystick.partners.accounts.queries import PROPOSALS
from tallystick.partners.accounts.rules import RIGHTS
from tallystick.partners.accounts.services import proposals
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.services import definitions

SHOWN_OF_DIGEST = 12


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as the list shows it."""

    id: str
    proposal: Proposal


class DecisionForm(forms.Form):
    """A decision on what was shown. A decline says why."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept with the decision; whoever declines says why."),
    )


@brand_page("approvals.read")
def approvals(request: HttpRequest, brand: Brand) -> HttpResponse:
    """List what waits, or what is decided."""
    waits = request.GET.get("waits", "yes") != "no"
    filters = {"waits": "yes" if waits else "no"}
    wish = Wish(request.GET.get("q", "").strip(), filters, after=request.GET.get("after", ""))
    page = PROPOSALS.page(wish)
    address = reverse("console:approvals", args=[brand.key])
    context = {
        "here": "approvals",
        "tabs": (
            Tab(_("Waiting"), address, waits, PROPOSALS.page(Wish(filters={"waits": "yes"}, limit=1)).total),
            Tab(_("Decided"), f"{address}?waits=no", not waits),
        ),
        "waits": waits,
        "wish": wish,
        "total": page.total,
        "rows": [ProposalRow(ids.show("apv", row.id), row) for row in page.rows],
        "zone": ZoneInfo(brand.zone),
        **pager(wish, page),
    }
    return render(request, "console/approvals.html", context)


@brand_page("approvals.read")
def approval(request: HttpRequest, brand: Brand, proposal: str) -> HttpResponse:
    """Show what was proposed, what it would change, and who decided."""
    found = _proposal(proposal)
    return _page(request, brand, found, DecisionForm(initial={"seen": found.digest}))


@brand_page("approvals.decide", methods=WRITING)
def approve(request: HttpRequest, brand: Brand, proposal: str) -> HttpResponse:
    """Do what was proposed."""
    found, form = _proposal(proposal), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, brand, found, form, status=400)
    proposals.approve(found, **form.cleaned_data, by=access_of(request).actor)
    messages.success(request, _("Approved, and done."))
    return redirect("console:approvals", brand=brand.key)


@brand_page("approvals.decide", methods=WRITING)
def decline(request: HttpRequest, brand: Brand, proposal: str) -> HttpResponse:
    """Refuse what was proposed."""
    found, form = _proposal(proposal), DecisionForm(request.POST)
    if form.is_valid() and not form.cleaned_data["reason"].strip():
        form.add_error("reason", _("Say why, so that whoever proposed it can do better."))
    if not form.is_valid():
        return _page(request, brand, found, form, status=400)
    proposals.decline(found, reason=form.cleaned_data["reason"], by=access_of(request).actor)
    messages.success(request, _("Declined."))
    return redirect("console:approvals", brand=brand.key)


@brand_page("approvals.read", methods=WRITING)
def withdraw(request: HttpRequest, brand: Brand, proposal: str) -> HttpResponse:
    """Take back what one proposed oneself."""
    proposals.withdraw_proposal(_proposal(proposal), by=access_of(request).actor)
    messages.success(request, _("Taken back."))
    return redirect("console:approvals", brand=brand.key)


def _proposal(text: str) -> Proposal:
    return row_at(Proposal.objects.all(), "apv", text)


def _changes(proposal: Proposal) -> proposals.Changes:
    """What it would change; for a version of a definition against the version that it follows."""
    if proposal.kind != definitions.PROPOSAL:
        return proposals.changes_of(proposal)
    said = definitions.said_by(proposal)
    return meaning.changes(definitions.followed_by(proposal), said["meaning"], is_primary=said["primary"])


def _page(
    request: HttpRequest, brand: Brand, proposal: Proposal, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    access, back = access_of(request), reverse("console:approvals", args=[brand.key])
    waits = proposal.state == ProposalState.OPEN
    is_own = proposal.proposed_by_id == access.person.id
    kind = proposals.KINDS.get(proposal.kind)
    right = RIGHTS[kind.right] if kind else None
    may_decide = bool(right and access.may("approvals.decide") and access.may(right.name))
    context: dict[str, Any] = {
        "here": "approvals",
        "proposal": proposal,
        "id": ids.show("apv", proposal.id),
        "changes": _changes(proposal),
        "digest": proposal.digest[:SHOWN_OF_DIGEST],
        "form": form,
        "decides": waits and not is_own and may_decide,
        "takes_back": waits and is_own,
        "is_own": is_own,
        "waits": waits,
        "needs": _(right.says) if right else "",
        "zone": ZoneInfo(brand.zone),
        "crumbs": [(_("Approvals"), back)],
        "back_url": back,
    }
    return render(request, "console/approval.html", context, status=status)
