"""`/installation/`: everybody who can sign in, and adding one more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from tallystick.doors.entrance import BOTH, access_of, installation_page
from tallystick.doors.installation.lists import shown
from tallystick.doors.installation.views.person import show_link
from tallystick.kit import ids
from tallystick.partners.accounts.models import Seat, User
from tallystick.partners.accounts.people import PEOPLE, seats_by_person
from tallystick.partners.accounts.services.people import MOST_NAME, PersonKnown, add_person

STATES: Final = (
    ("", _("All")),
    ("active", _("Active")),
    ("inactive", _("Deactivated")),
    ("administrator", _("Administrators")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A person in the list."""

    id: str
    person: User
    seats: list[Seat]


class PersonForm(forms.Form):
    """Somebody new."""

    name = forms.CharField(label=_("Name"), max_length=MOST_NAME)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    is_administrator = forms.BooleanField(
        label=_("Administrator"),
        required=False,
        help_text=_("Looks after the installation: people, mail, jobs, brands. Gives no way into a brand."),
    )


@installation_page("installation.read")
def people(request: HttpRequest) -> HttpResponse:
    """List people with their seats."""
    found = shown(request, PEOPLE, STATES)
    seats = seats_by_person([person.id for person in found.page.rows])
    rows = [Row(ids.show("usr", each.id), each, seats[each.id]) for each in found.page.rows]
    return render(request, "installation/people.html", {"here": "people", "list": found, "rows": rows})


@installation_page("installation.change", methods=BOTH)
def add(request: HttpRequest) -> HttpResponse:
    """Add a person, and show the link with which they choose a password."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_person(**form.cleaned_data, by=access_of(request).actor)
        except PersonKnown as known:
            form.add_error("email", str(known))
        else:
            return show_link(request, added)
    status = 400 if form.errors else 200
    return render(request, "installation/add_person.html", {"here": "people", "form": form}, status=status)
