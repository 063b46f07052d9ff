"""What a reader of our mails can do: decline a kind of them, choose, change their mind; signed in or not.

A link in a mail holds a signed token, and whoever has it is believed: these pages ask for no sign-in and no CSRF token,
because a cookie would add nothing, and a mail program that declines for its user has none (RFC 8058).
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from tallystick.doors.entrance import BOTH, WRITING, access_of, person_page, public_page
from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.foundation.mail.kinds import KINDS, MailKind, optional_kinds
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.mail.queries import mail_of_token, wanted_kinds
from tallystick.foundation.mail.services import choose, decline, want


class Preferences(forms.Form):
    """Which of the optional kinds somebody wants."""

    wanted = forms.MultipleChoiceField(
        label=gettext_lazy("Send me a mail when"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["wanted"].choices = [(kind.name, kind.says) for kind in optional_kinds()]  # type: ignore[attr-defined]


@person_page(methods=BOTH)
def own(request: HttpRequest) -> HttpResponse:
    """Choose what one gets, signed in."""
    person = access_of(request).person
    form = _preferences(request, person.email)
    if request.method == "POST" and form.is_valid():
        choose(form.cleaned_data["wanted"], address=person.email, by=access_of(request).actor)
        messages.success(request, _("From now on you get what you chose."))
        return redirect("mail:own")
    return render(request, "mailing/own.html", {"form": form, "address": person.email, "here": "notices"})


@csrf_exempt
@public_page(methods=BOTH)
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Choose what one gets, by a link of a mail."""
    mail = _mail(token)
    form = _preferences(request, mail.to)
    is_done = request.method == "POST" and form.is_valid()
    if is_done:
        choose(form.cleaned_data["wanted"], address=mail.to, by=_reader(request, mail))
    context = {"form": form, "address": mail.to, "is_done": is_done}
    return render(request, "mailing/preferences.html", context)


@csrf_exempt
@public_page(methods=BOTH)
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Say what declining means and ask; by POST, from the page or from a mail program, do it."""
    mail = _mail(token)
    kind = _optional_kind(mail)
    is_done = request.method == "POST"
    if is_done:
        decline(kind.name, address=mail.to, by=_reader(request, mail))
    context = {"kind": kind, "address": mail.to, "token": token, "is_done": is_done}
    return render(request, "mailing/stop.html", context)


@csrf_exempt
@public_page(methods=WRITING)
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take back what `stop` did."""
    mail = _mail(token)
    kind = _optional_kind(mail)
    want(kind.name, address=mail.to, by=_reader(request, mail))
    return render(request, "mailing/again.html", {"kind": kind, "address": mail.to, "token": token})


def _mail(token: str) -> Mail:
    mail = mail_of_token(token)
    if mail is None:
        raise Http404
    return mail


def _optional_kind(mail: Mail) -> MailKind:
    kind = KINDS.get(mail.kind)
    if kind is None or not kind.is_optional:
        raise Http404
    return kind


def _preferences(request: HttpRequest, address: str) -> Preferences:
    if request.method == "POST":
        return Preferences(request.POST)
    return Preferences(initial={"wanted": wanted_kinds(address)})


def _reader(request: HttpRequest, mail: Mail) -> Actor:
    return Actor(ActorKind.PERSON, mail.to, address=request.META.get("REMOTE_ADDR", ""))
