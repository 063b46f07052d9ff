"""`/-/components`: every part that pages are made of, in every state, to look at and to test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.design.states import LOOKS
from tallystick.doors.entrance import public_page

KINDS: Final = [("content", gettext_lazy("Content")), ("voucher", gettext_lazy("Voucher"))]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("As people read it.")
    )
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    begins_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    cost = forms.DecimalField(
        label=gettext_lazy("Cost in EUR"),
        required=False,
        help_text=gettext_lazy("With a point: 1200.50"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    terms = forms.FileField(label=gettext_lazy("Document"), required=False)
    key = forms.CharField(
        label=gettext_lazy("Key"),
        initial="alice",
        disabled=True,
        help_text=gettext_lazy("Fixed: links in the world hold it."),
    )
    tier = forms.ChoiceField(
        label=gettext_lazy("Tier"),
        choices=[("a", "Gold"), ("b", "Silver")],
        widget=forms.RadioSelect,
        initial="a",
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=[("read", "figures.read"), ("change", "partners.change")],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("At least one."),
    )
    agreed = forms.BooleanField(label=gettext_lazy("The partner has agreed in writing"))


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab as its template takes it."""

    label: str
    url: str
    is_here: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a timeline as its template takes it."""

    icon: str
    text: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Button:
    """An act as the bulk bar takes it."""

    name: str
    label: str
    is_grave: bool = False


@public_page()
def components(request: HttpRequest) -> HttpResponse:
    """Show all parts."""
    return render(request, "design/components.html", {**_parts(), "here": "components"})


def _parts() -> dict[str, Any]:
    return {
        "form": SampleForm(auto_id="empty_%s"),
        "wrong": SampleForm({"name": "", "website": "alice", "cost": "12,50 €"}, auto_id="wrong_%s"),
        "states": list(LOOKS),
        "crumbs": [(_("Partners"), "#"), ("Alice's Reviews", "#")],
        "tabs": [
            Tab(_("Active"), "#tabs", is_here=True, count=1312),
            Tab(_("Paused"), "#tabs", count=3),
            Tab(_("All"), "#tabs"),
        ],
        "rows": [
            ("Alice's Reviews", "alice", "active", "1,204", "€12,480.00"),
            ("Bob's Vouchers", "bob", "paused", "311", "€902.10"),
            ("Mallory Media", "mallory", "ended", "0", "€0.00"),
        ],
        "acts": [Button("pause", _("Pause")), Button("end", _("End"), is_grave=True)],
        "facts": [
            (_("Kind"), _("content")),
            (_("Website"), "https://alice.example"),
            (_("Tier"), ""),
            (_("Owner"), "Olivia Marten"),
        ],
        "steps": [_("File"), _("Preview"), _("Apply")],
        "changes": [
            (_("Window"), _("30 days"), _("14 days")),
            (_("Model"), _("last touch"), _("position-based")),
            (_("Ends on"), "", "2027-03-31"),
        ],
        "lines": [
            Line("circle-pause", _("Paused: disclosure was missing"), "Olivia Marten", _("2 hours ago")),
            Line("circle-check", _("Active"), _("the partner"), _("14 November 2026")),
            Line("send", _("Invited"), "Olivia Marten", _("12 November 2026")),
        ],
        "icons": ["search", "users", "handshake", "link", "ticket", "key-round", "shield-check", "inbox"],
    }
