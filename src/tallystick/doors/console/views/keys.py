"""`/<brand>/keys`: the API keys of a brand: made, shown once, rotated, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors import wording
from tallystick.doors.entrance import BOTH, Access, access_of, brand_page
from tallystick.doors.found import row_at
from tallystick.foundation.mail import links
from tallystick.kit import clock, ids
from tallystick.kit.errors import Foreseen
from tallystick.partners.accounts import key_text
from tallystick.partners.accounts.models import ApiKey
from tallystick.partners.accounts.queries import keys_of_brand
from tallystick.partners.accounts.rules import KEY_RIGHTS, RIGHTS
from tallystick.partners.accounts.services.keys import LIFE, LONGEST_LIFE, make_key, revoke_key, rotate_key
from tallystick.partners.programs.models import Brand

ENDS_SOON: Final = timedelta(days=14)
OVERLAPS: Final = (
    (0, gettext_lazy("not at all")),
    (1, gettext_lazy("for an hour")),
    (24, gettext_lazy("for a day")),
    (7 * 24, gettext_lazy("for a week")),
)
"""Hours that the old key goes on, and how that reads."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as the list shows it. state: active, expired or revoked."""

    id: str
    key: ApiKey
    state: str
    ends_soon: bool
    is_replaced: bool


class KeyForm(forms.Form):
    """What a key is called, what it may do, and until when."""

    name = forms.CharField(
        max_length=200,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("What uses it, and where: “Shop server, production”."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only what is needed there; you can give no more than you may do yourself."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("At most two years from now. Rotate it before."),
    )

    def __init__(self, *args: Any, access: Access, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [name for name in KEY_RIGHTS if access.may(name)]
        self.fields["scopes"].choices = [(name, f"{_(RIGHTS[name].says)} ({name})") for name in offered]  # type: ignore[attr-defined]


class RotationForm(forms.Form):
    """How long the old key goes on."""

    overlap = forms.TypedChoiceField(
        label=gettext_lazy("The old key goes on"), choices=OVERLAPS, coerce=int, widget=forms.RadioSelect
    )


@brand_page("keys.read")
def keys(request: HttpRequest, brand: Brand) -> HttpResponse:
    """List the keys, with those that have ended."""
    held = keys_of_brand()
    replaced = {key.replaces_id for key in held}
    context = {
        "here": "keys",
        "rows": [_row(key, is_replaced=key.id in replaced) for key in held],
        "pattern": key_text.PATTERN.pattern.replace(r"\b", ""),
        "api_url": links.absolute("/api/v1/brand"),
        "zone": ZoneInfo(brand.zone),
    }
    return render(request, "console/keys.html", context)


@brand_page("keys.change", methods=BOTH)
def make(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask what a key shall do, make it, and show it once."""
    access, zone = access_of(request), ZoneInfo(brand.zone)
    initial = {"expires_on": (clock.now() + LIFE).astimezone(zone).date(), "scopes": ["figures.read"]}
    form = KeyForm(request.POST or None, initial=initial, access=access)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            key, text = make_key(
                name=said["name"],
                scopes=said["scopes"],
                expires_at=_end_of(said["expires_on"], zone),
                by=access.actor,
            )
        except Foreseen as refused:
            form.add_error(None, wording.sentence(refused))
        else:
            return _shown_once(request, brand, key, text)
    return _form(request, brand, form, title=_("Make an API key"), label=_("Make the key"))


@brand_page("keys.change", methods=BOTH)
def rotate(request: HttpRequest, brand: Brand, key: str) -> HttpResponse:
    """Ask how long the old key goes on, make one in its place, and show it once."""
    found = row_at(ApiKey.objects.all(), "key", key)
    form = RotationForm(request.POST or None, initial={"overlap": 24})
    if request.method == "POST" and form.is_valid():
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        fresh, text = rotate_key(found, overlap=overlap, by=access_of(request).actor)
        return _shown_once(request, brand, fresh, text)
    title = _("Rotate “%(name)s”") % {"name": found.name}
    return _form(request, brand, form, title=title, label=_("Make a new key"))


@brand_page("keys.change", methods=BOTH)
def revoke(request: HttpRequest, brand: Brand, key: str) -> HttpResponse:
    """Ask once more, and end a key."""
    found = row_at(ApiKey.objects.all(), "key", key)
    if request.method == "POST":
        revoke_key(found, by=access_of(request).actor)
        messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": found.name})
        return redirect("console:keys", brand=brand.key)
    context = {
        "title": _("Revoke “%(name)s”") % {"name": found.name},
        "message": _("Programs that use it are refused from now on. It cannot be taken back."),
        "action_label": _("Revoke the key"),
        "is_grave": True,
        **_frame(brand),
    }
    return render(request, "design/confirm.html", context)


def _row(key: ApiKey, *, is_replaced: bool) -> KeyRow:
    now = clock.now()
    state = key.state_at(now)
    ends_soon = state == "active" and key.expires_at <= now + ENDS_SOON
    return KeyRow(ids.show("key", key.id), key, state, ends_soon, is_replaced)


def _end_of(day: Any, zone: ZoneInfo) -> datetime:
    """The last instant of a day that a key may live; a day too far is for the service to refuse."""
    end = datetime.combine(day, time(23, 59, 59), tzinfo=zone)
    latest = clock.now() + LONGEST_LIFE
    return min(end, latest) if day == latest.astimezone(zone).date() else end


def _shown_once(request: HttpRequest, brand: Brand, key: ApiKey, text: str) -> HttpResponse:
    context: Mapping[str, Any] = {
        "here": "keys",
        "key": key,
        "text": text,
        "example": f'curl -H "Authorization: Bearer {text}" {links.absolute("/api/v1/brand")}',
        "zone": ZoneInfo(brand.zone),
        **_frame(brand),
    }
    response = render(request, "console/key_made.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _form(request: HttpRequest, brand: Brand, form: forms.Form, *, title: str, label: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "message": _("The key is shown on the next page, once. Have the place ready where it will be kept."),
        "action_label": label,
        **_frame(brand),
    }
    return render(request, "design/confirm.html", context, status=400 if form.errors else 200)


def _frame(brand: Brand) -> dict[str, Any]:
    back = reverse("console:keys", args=[brand.key])
    return {"here": "keys", "back_url": back, "crumbs": [(_("API keys"), back)]}
