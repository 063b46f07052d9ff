"""`/<brand>/definitions/new` and `…/<id>/new`: a version is written, looked at with what it changes, then published.

Where the brand wants a second person it is proposed instead. What was looked at is what is published: the form is sent
again as it was, and everything is checked anew.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.design import figures
from tallystick.doors.console.meaning import changes
from tallystick.doors.console.meaning_form import MeaningForm, begun_from
from tallystick.doors.console.views.definitions import find_definition
from tallystick.doors.console.views.nouns.forms import refuse
from tallystick.doors.entrance import BOTH, access_of, brand_page
from tallystick.kit import clock, ids
from tallystick.kit.errors import Foreseen
from tallystick.measurement.attribution.preview import preview
from tallystick.partners.accounts.models import Proposal
from tallystick.partners.programs.models import Brand, Definition, Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import Meaning, Version
from tallystick.partners.programs.services.definitions import publish_or_propose

DAYS: Final = 90
"""The days before today over which the effect is shown."""

MOST_EFFECTS: Final = 20


@brand_page("definitions.publish", methods=BOTH)
def new_definition(request: HttpRequest, brand: Brand, plural: str) -> HttpResponse:
    """Write the first version of a new definition."""
    programs = list(Program.objects.all()[:2])
    begun = {"program": programs[0].handle} if len(programs) == 1 else {}
    return _answer(request, brand, None, {**begun_from(Meaning()), **begun, "primary": False})


@brand_page("definitions.publish", methods=BOTH)
def new_version(request: HttpRequest, brand: Brand, plural: str, definition: str) -> HttpResponse:
    """Write the next version of a definition, begun from its newest one."""
    found = find_definition(definition)
    newest = _newest(found)
    begun = begun_from(newest.meaning if newest else Meaning())
    return _answer(
        request, brand, found, {**begun, "name": found.name, "primary": bool(newest and newest.primary)}
    )


def _answer(
    request: HttpRequest, brand: Brand, definition: Definition | None, begun: dict[str, Any]
) -> HttpResponse:
    fixed = ("program", "key") if definition else ()
    if request.method != "POST":
        return _page(request, definition, MeaningForm(initial=begun, fixed=fixed))
    form = MeaningForm(request.POST, initial=begun, fixed=fixed)
    if not form.is_valid() or request.POST.get("step") == "write":
        return _page(request, definition, form, status=400 if form.errors else 200)
    if request.POST.get("step") != "publish":
        return _page(request, definition, form, is_looked_at=True)
    try:
        done = publish_or_propose(
            definition.program if definition else form.cleaned_data["program"],
            by=access_of(request).actor,
            key=definition.key if definition else form.cleaned_data["key"],
            name=form.cleaned_data["name"],
            effective_on=form.cleaned_data["effective_on"],
            primary=form.cleaned_data["primary"],
            meaning=form.meaning or Meaning(),
        )
    except Foreseen as refused:
        refuse(form, refused)
        return _page(request, definition, form, status=400)
    if isinstance(done, Proposal):
        messages.success(request, _("Proposed. It comes into force when another person has approved it."))
        return redirect("console:approvals", brand.key)
    messages.success(
        request,
        _("Version %(version)s is published, in force from %(day)s.")
        % {"version": done.version, "day": figures.day(done.effective_on)},
    )
    return redirect("console:noun", brand.key, "definitions", ids.show("cdf", done.definition_id))


def _page(
    request: HttpRequest,
    definition: Definition | None,
    form: MeaningForm,
    *,
    status: int = 200,
    is_looked_at: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {"here": "definitions", "definition": definition, "form": form}
    context["back_url"] = _back(request, definition)
    if is_looked_at:
        context |= _looked_at(definition, form)
        context["hidden"] = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in ("step", "csrfmiddlewaretoken")
            for value in values
        ]
        return render(request, "console/version_look.html", context, status=status)
    return render(request, "console/version_form.html", context, status=status)


def _looked_at(definition: Definition | None, form: MeaningForm) -> dict[str, Any]:
    """What the version changes in words, and what it would have changed in the last days."""
    program = definition.program if definition else form.cleaned_data["program"]
    now = clock.now()
    effect = preview(
        program,
        definition.key if definition else form.cleaned_data["key"],
        form.meaning or Meaning(),
        max_customers=settings.TALLYSTICK.identity_max_customers,
        now=now,
        days=DAYS,
    )
    return {
        "changes": changes(
            _newest(definition) if definition else None,
            form.meaning or Meaning(),
            is_primary=form.cleaned_data["primary"],
        ),
        "begins_in_the_past": form.cleaned_data["effective_on"] <= clock.day_of(now, program.zone_info),
        "effect": effect,
        "effects": effect.effects[:MOST_EFFECTS],
        "days": DAYS,
    }


def _newest(definition: Definition) -> Version | None:
    own = [each for each in versions(definition.program_id) if each.definition_id == definition.id]
    return own[-1] if own else None


def _back(request: HttpRequest, definition: Definition | None) -> str:
    brand = access_of(request).brand
    key = brand.key if brand else ""
    if definition is None:
        return reverse("console:nouns", args=[key, "definitions"])
    return reverse("console:noun", args=[key, "definitions", ids.show("cdf", definition.id)])
