"""`/installation/people/<id>`: one person, their seats, and what an administrator can do for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tallystick.doors.entrance import WRITING, access_of, installation_page
from tallystick.doors.found import row_at
from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.mail.links import absolute
from tallystick.kit import clock, ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.people import seats_by_person
from tallystick.partners.accounts.services import people as services

ACTS: Final[Mapping[str, tuple[Callable[[User, Actor], None], object]]] = {
    "deactivate": (lambda person, by: services.deactivate_person(person, by=by), _("Deactivated.")),
    "activate": (lambda person, by: services.activate_person(person, by=by), _("Active again.")),
    "make-administrator": (
        lambda person, by: services.set_administrator(person, is_administrator=True, by=by),
        _("An administrator now."),
    ),
    "take-administrator": (
        lambda person, by: services.set_administrator(person, is_administrator=False, by=by),
        _("No administrator any more."),
    ),
    "forget-factors": (
        lambda person, by: services.forget_factors(person, by=by),
        _("Passkeys, authenticator app and recovery codes are removed."),
    ),
}
"""Name in the address → what is done, and what is said afterwards."""


@installation_page("installation.read")
def person(request: HttpRequest, text: str) -> HttpResponse:
    """Show one person."""
    return _page(request, _person(text))


@installation_page("installation.change", methods=WRITING)
def link(request: HttpRequest, text: str) -> HttpResponse:
    """Make a link with which the person chooses a password, and show it once."""
    return show_link(request, _person(text))


@installation_page("installation.change", methods=WRITING)
def change(request: HttpRequest, text: str, act: str) -> HttpResponse:
    """Do one of `ACTS`. Nobody shuts themselves out: whoever is left may be nobody."""
    found = _person(text)
    if act not in ACTS or (
        found == access_of(request).person and act in {"deactivate", "take-administrator"}
    ):
        raise Http404
    run, said = ACTS[act]
    run(found, access_of(request).actor)
    messages.success(request, str(said))
    return redirect("installation:person", text)


@never_cache
def show_link(request: HttpRequest, found: User) -> HttpResponse:
    """The person's page with a new link on it, which is nowhere kept."""
    path = services.password_link(found, by=access_of(request).actor)
    return _page(request, found, link=absolute(path), until=clock.now() + services.link_life())


def _page(request: HttpRequest, found: User, **context: object) -> HttpResponse:
    shown = {
        "here": "people",
        "person": found,
        "id": ids.show("usr", found.id),
        "is_self": found == access_of(request).person,
        "seats": seats_by_person([found.id])[found.id],
        "factors": Authenticator.objects.filter(user=found).exists(),
        **context,
    }
    return render(request, "installation/person.html", shown)


def _person(text: str) -> User:
    found: User = row_at(User.objects.all(), "usr", text)
    return found
