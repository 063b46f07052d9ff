"""Replaying, dismissing and taking back receipts in quarantine: asked once more where it is for many."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.design import figures
from tallystick.doors.console.listed import query_of, read_wish
from tallystick.doors.console.state import BadAddress
from tallystick.doors.console.views.quarantine.listing import QUARANTINED
from tallystick.doors.console.views.quarantine.receipt import find_held
from tallystick.doors.entrance import BOTH, WRITING, access_of, brand_page
from tallystick.journey import inbox
from tallystick.kit import clock, ids
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.services import Replayed, replay
from tallystick.tracking.inbox import services
from tallystick.tracking.inbox.models import Quarantined

MOST_ROWS: Final = 200
MOST_REPLAYED: Final = 5_000
MOST_REASON: Final = 500


@brand_page("quarantine.change", methods=WRITING)
def replay_some(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Read receipts again, with what has changed since: those that are named, or all that a list shows."""
    if request.GET:
        return _replay_listed(request, brand)
    rows = _chosen(request)
    if not rows:
        return _nothing(request, brand)
    tell_replayed(request, _replay(request, brand, [row.receipt_id for row in rows]))
    return redirect(_back(brand, rows))


@brand_page("quarantine.change", methods=BOTH)
def dismiss(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask why nothing shall come of receipts, and note it. The list posts what was picked, without a reason yet."""
    rows = _chosen(request)
    waiting = [row for row in rows if row.state == Quarantined.State.WAITING]
    if not waiting:
        return _nothing(request, brand)
    reason, wrong = request.POST.get("reason", "").strip(), ""
    if "reason" in request.POST:
        wrong = _wrong(reason)
        if not wrong:
            number = services.dismiss(
                [row.receipt_id for row in waiting], why=reason, at=clock.now(), by=access_of(request).actor
            )
            said = ngettext("%(number)s receipt is dismissed.", "%(number)s receipts are dismissed.", number)
            messages.success(request, said % {"number": figures.count(number)})
            return redirect("console:quarantine", brand=brand.key)
    context = {
        "here": "quarantine",
        "rows": waiting,
        "ids": _named(request),
        "reason": reason,
        "wrong": wrong,
        "back_url": _back(brand, rows),
    }
    return render(request, "console/quarantine_dismiss.html", context, status=400 if wrong else 200)


@brand_page("quarantine.change", methods=WRITING)
def take_back(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Let dismissed receipts wait again."""
    rows = _chosen(request)
    if not rows:
        return _nothing(request, brand)
    number = services.take_back([row.receipt_id for row in rows], by=access_of(request).actor)
    said = ngettext("%(number)s receipt waits again.", "%(number)s receipts wait again.", number)
    messages.success(request, said % {"number": figures.count(number)})
    return redirect(_back(brand, rows))


def _replay_listed(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Read all again that the list of the same address shows, the oldest first, as many as one request has time for."""
    wish = read_wish(request.GET, QUARANTINED, known=("all", "q", "sort"))
    listed = QUARANTINED.narrowed(wish).order_by("receipt_id").values_list("receipt_id", flat=True)
    done = _replay(request, brand, list(listed[:MOST_REPLAYED]))
    tell_replayed(request, done)
    rest = listed.count() - done.waiting
    if rest > 0:
        messages.info(request, _("%(number)s more wait: replay once more.") % {"number": figures.count(rest)})
    return redirect(f"{reverse('console:quarantine', args=[brand.key])}{query_of(wish)}")


def _replay(request: HttpRequest, brand: Brand, receipts: list[UUID]) -> Replayed:
    return replay(brand.id, store=inbox(), receipts=receipts, by=access_of(request).actor)


def tell_replayed(request: HttpRequest, done: Replayed) -> None:
    """Say what a replay has come to."""
    said = _("Replayed: %(released)s count now, %(waiting)s wait on.") % {
        "released": figures.count(done.released),
        "waiting": figures.count(done.waiting),
    }
    (messages.success if done.released else messages.info)(request, said)


def _named(request: HttpRequest) -> list[str]:
    given = request.POST if request.method == "POST" else request.GET
    named = list(dict.fromkeys(given.getlist("row")))
    if len(named) > MOST_ROWS:
        raise BadAddress(_("An act is done to at most %(most)s rows at a time.") % {"most": MOST_ROWS})
    return named


def _chosen(request: HttpRequest) -> list[Quarantined]:
    return [find_held(text) for text in _named(request)]


def _nothing(request: HttpRequest, brand: Brand) -> HttpResponse:
    messages.warning(request, _("Nothing is chosen. Tick the rows first."))
    return redirect("console:quarantine", brand=brand.key)


def _wrong(reason: str) -> str:
    if not reason:
        return _("Say why: it is kept with the act, and whoever asks later can read it.")
    if len(reason) > MOST_REASON:
        said = _("The reason has %(length)s characters; it may have %(most)s.")
        return said % {"length": len(reason), "most": MOST_REASON}
    return ""


def _back(brand: Brand, rows: list[Quarantined]) -> str:
    """The receipt where it is one, else the list."""
    if len(rows) == 1:
        return reverse("console:quarantined", args=[brand.key, ids.show("rcp", rows[0].receipt_id)])
    return reverse("console:quarantine", args=[brand.key])
