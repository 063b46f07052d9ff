"""`/<brand>/<plural>/new` and `…/<id>/edit`: the form of a noun. Nobody writes over what another has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors import wording
from tallystick.doors.console.state import refuse_unknown
from tallystick.doors.console.views.nouns.rows import addresses
from tallystick.doors.entrance import access_of
from tallystick.doors.found import row_at
from tallystick.doors.nouns.forms import NounForm
from tallystick.doors.nouns.noun import Noun
from tallystick.foundation.audit.acts import Actor
from tallystick.kit.errors import Foreseen
from tallystick.partners.programs.keeping import locked
from tallystick.partners.programs.models import Brand

SEEN: Final = "seen"
"""The hidden field that says what the row was when the form was made."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A field that somebody else has changed since the form was made: what it is now, and what was written here."""

    label: str
    now: str
    yours: str


def find_row(noun: Noun[Any], text: str) -> Any:
    """The row of an id in an address. Raises Http404; a handle is no id."""
    return row_at(noun.reference.rows(), noun.prefix, text)


def new(request: HttpRequest, brand: Brand, plural: str, *, noun: Noun[Any]) -> HttpResponse:
    """Ask for what is new; the address may say some of it beforehand."""
    if request.method != "POST":
        refuse_unknown(request.GET, noun.fields)
        form = noun.form(initial={name: request.GET[name] for name in request.GET})
        return _page(request, brand, noun, form)
    form = noun.asked(_given(request, noun))
    row = _opened(noun, form, access_of(request).actor)
    if row is None:
        return _page(request, brand, noun, form, status=400)
    messages.success(request, _("%(what)s “%(name)s” is open.") % {"what": noun.label, "name": row})
    return _to(brand, noun, row)


def edit(request: HttpRequest, brand: Brand, plural: str, row: str, *, noun: Noun[Any]) -> HttpResponse:
    """Change a row; the fields that never change are shown as text."""
    found = find_row(noun, row)
    if request.method != "POST":
        form = _editable(noun, noun.form(initial=noun.form_values(found), fixed=noun.fixed))
        return _page(request, brand, noun, form, row=found)
    by, given = access_of(request).actor, _given(request, noun)
    with transaction.atomic():
        locked(found)
        found = find_row(noun, row)
        before = noun.form_values(found)
        form = noun.asked(given, found)
        meanwhile = _meanwhile(noun, before, form) if request.POST.get(SEEN) != digest(before) else []
        if not meanwhile and form.is_valid() and _put(noun, found, form, by):
            after = noun.form_values(find_row(noun, row))
            messages.success(request, _saved(noun, before, after))
            return _to(brand, noun, found)
    return _page(
        request, brand, noun, _editable(noun, form), row=found, meanwhile=meanwhile,
        status=409 if meanwhile else 400,
    )  # fmt: skip


def digest(values: Mapping[str, Any]) -> str:
    """Tells apart what a row was and what it is."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


def refuse(form: NounForm, refused: Foreseen) -> None:
    """Write a refusal of the domain beside the field that it names, else above the form."""
    field = str(refused.values.get("field", ""))
    form.add_error(field if field in form.fields else None, wording.sentence(refused))


def _given(request: HttpRequest, noun: Noun[Any]) -> dict[str, str]:
    return {name: request.POST[name] for name in noun.fields if name in request.POST}


def _opened(noun: Noun[Any], form: NounForm, by: Actor) -> Any:
    """The new row, or the one that the same form sent twice has opened; None where something is wrong."""
    if not form.is_valid():
        return None
    try:
        return noun.open_(form.cleaned_data, by)
    except Foreseen as refused:
        there = noun.find(noun.handle_in(form.cleaned_data))
        if there is not None and _says_the_same(noun, form, there):
            return there
        refuse(form, refused)
        return None


def _says_the_same(noun: Noun[Any], form: NounForm, there: Any) -> bool:
    values = noun.form_values(there)
    return all(str(form.data.get(name, "")).strip() in (str(values[name]), "") for name in noun.fields)


def _put(noun: Noun[Any], row: Any, form: NounForm, by: Actor) -> bool:
    try:
        with transaction.atomic():
            noun.put(row, form.cleaned_data, by)
    except Foreseen as refused:
        refuse(form, refused)
        return False
    return True


def _meanwhile(noun: Noun[Any], now: Mapping[str, Any], form: NounForm) -> list[Meanwhile]:
    return [
        Meanwhile(str(form.fields[name].label), str(now[name]), str(form.data.get(name, "")))
        for name in noun.fields
        if str(now[name]) != str(form.data.get(name, ""))
    ]


def _saved(noun: Noun[Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    labels = {name: str(field.label) for name, field in noun.form.base_fields.items()}
    changed = [
        _("%(field)s: %(before)s → %(after)s")
        % {"field": labels[name], "before": before[name] or "–", "after": after[name] or "–"}
        for name in noun.fields
        if before[name] != after[name]
    ]
    return f"{_('Saved.')} {'; '.join(changed)}" if changed else _("Nothing was changed.")


def _editable(noun: Noun[Any], form: NounForm) -> NounForm:
    for name in noun.fixed:
        form.fields.pop(name, None)
    return form


def _to(brand: Brand, noun: Noun[Any], row: Any) -> HttpResponse:
    return redirect(reverse("console:noun", args=[brand.key, noun.plural, noun.values(row)["id"]]))


def _page(
    request: HttpRequest, brand: Brand, noun: Noun[Any], form: NounForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    row = more.pop("row", None)
    context: dict[str, Any] = {
        "here": noun.plural,
        "noun": noun,
        "form": form,
        **more,
        **addresses(brand, noun),
    }
    context["back_url"] = context["list_url"]
    if row is not None:
        values = noun.form_values(row)
        labels = noun.form.base_fields
        context |= {
            "row": row,
            "back_url": reverse("console:noun", args=[brand.key, noun.plural, noun.values(row)["id"]]),
            "seen": digest(values),
            "stays": [(labels[name].label, values[name]) for name in noun.fixed],
        }
    return render(request, "console/noun_form.html", context, status=status)
