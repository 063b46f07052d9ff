"""`/account/`: who one is here, and the ways to everything about that."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.entrance import BOTH, access_of, person_page
from tallystick.kit import ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.queries import seats_of
from tallystick.partners.accounts.services.people import MOST_NAME, rename_person


class NameForm(forms.Form):
    """What others read where one has done something."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=MOST_NAME,
        help_text=gettext_lazy("Others read it in the team and in the audit trail."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


@person_page(methods=BOTH)
def overview(request: HttpRequest) -> HttpResponse:
    """Show the account, and change the name."""
    access = access_of(request)
    form = NameForm(request.POST or None, initial={"name": access.person.name})
    if request.method == "POST" and form.is_valid():
        rename_person(access.person, name=form.cleaned_data["name"], by=access.actor)
        messages.success(request, _("Saved."))
        return redirect("account:overview")
    context = {
        "here": "overview",
        "form": form,
        "addresses": EmailAddress.objects.filter(user=access.person).order_by("-primary", "email"),
        "factors": _factors(access.person),
        "sessions": UserSession.objects.filter(user=access.person).count(),
        "seats": [(ids.show("sea", each.id), each) for each in seats_of(access.person)],
    }
    return render(request, "account/overview.html", context, status=400 if form.errors else 200)


def _factors(person: User) -> dict[str, int]:
    """How many of each kind of second factor there are."""
    held = Authenticator.objects.filter(user=person).values_list("type").annotate(Count("id"))
    return dict(held.order_by("type"))
