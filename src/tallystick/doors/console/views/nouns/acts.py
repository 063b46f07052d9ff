"""`/<brand>/<plural>/acts/<act>`: a verb for one row or many: asked once more, then done to all or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.doors import wording
from tallystick.doors.console.state import BadAddress
from tallystick.doors.console.views.nouns.forms import find_row
from tallystick.doors.entrance import access_of
from tallystick.doors.nouns.noun import Act, Noun
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.programs.models import Brand

MOST_ROWS: Final = 200
MOST_REASON: Final = 500


class ActRefused(Foreseen):
    """A row that the act cannot be done to; nothing was done to any."""

    exit = Exit.REFUSED


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that were chosen: those that the act can be done to, and the others."""

    fitting: list[Any]
    others: list[Any]


def act(request: HttpRequest, brand: Brand, plural: str, *, noun: Noun[Any], act: Act[Any]) -> HttpResponse:
    """Ask once more, or do it."""
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    ids = list(dict.fromkeys(given.getlist("row")))
    back = _back(brand, noun, ids)
    if len(ids) > MOST_ROWS:
        raise BadAddress(_("An act is done to at most %(most)s rows at a time.") % {"most": MOST_ROWS})
    if not ids:
        messages.warning(request, _("Nothing is chosen. Tick the rows first."))
        return redirect(back)
    reason = given.get("reason", "").strip()
    wrong = _wrong_reason(act, reason) if posted else ""
    if posted and not wrong:
        return _done(request, noun, act, ids, back=back, reason=reason)
    chosen = _chosen(noun, act, ids)
    context = {
        "here": plural,
        "noun": noun,
        "act": act,
        "chosen": chosen,
        "ids": [noun.values(row)["id"] for row in chosen.fitting],
        "reason": reason,
        "wrong": wrong,
        "back_url": back,
    }
    return render(request, "console/noun_act.html", context, status=400 if wrong else 200)


def _done(
    request: HttpRequest, noun: Noun[Any], act: Act[Any], ids: list[str], *, back: str, reason: str
) -> HttpResponse:
    by, row = access_of(request).actor, None
    try:
        with transaction.atomic():
            chosen = _chosen(noun, act, ids)
            for row in chosen.fitting:
                act.run(row, by, reason)
    except Foreseen as refused:
        said = _("Nothing was done. %(handle)s: %(why)s")
        raise ActRefused(
            said % {"handle": row and noun.handle(row), "why": wording.sentence(refused)}
        ) from refused
    count = len(chosen.fitting)
    if count:
        said = ngettext("%(act)s: done to %(what)s.", "%(act)s: done to %(count)s.", count)
        messages.success(request, said % {"act": act.label, "count": count, "what": chosen.fitting[0]})
    else:
        messages.info(request, _("%(act)s: there was nothing left to do.") % {"act": act.label})
    return redirect(back)


def _chosen(noun: Noun[Any], act: Act[Any], ids: list[str]) -> Chosen:
    rows = [find_row(noun, text) for text in ids]
    return Chosen([row for row in rows if act.fits(row)], [row for row in rows if not act.fits(row)])


def _wrong_reason(act: Act[Any], reason: str) -> str:
    if act.asks_reason and not reason:
        return _("Say why: it is kept with the act, and whoever asks later can read it.")
    if len(reason) > MOST_REASON:
        return _("The reason has %(length)s characters; it may have %(most)s.") % {
            "length": len(reason),
            "most": MOST_REASON,
        }
    return ""


def _back(brand: Brand, noun: Noun[Any], ids: list[str]) -> str:
    if len(ids) == 1:
        return reverse(
            "console:noun", args=[brand.key, noun.plural, noun.values(find_row(noun, ids[0]))["id"]]
        )
    return reverse("console:nouns", args=[brand.key, noun.plural])
