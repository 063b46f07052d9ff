"""`/<brand>/<plural>/import`: a CSV file, first shown line by line, then applied as it was shown, or not at all."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tallystick.doors import wording
from tallystick.doors.console.views.nouns.rows import addresses
from tallystick.doors.entrance import access_of
from tallystick.doors.nouns.csv_in import MOST_BYTES, MOST_LINES, Effect, Plan, PlanChanged, take, try_out
from tallystick.doors.nouns.csv_out import columns_of
from tallystick.doors.nouns.noun import Noun
from tallystick.kit.delimited import BadFile
from tallystick.partners.programs.models import Brand

SALT: Final = "tallystick.console.import"
SHOWN_FOR: Final = 3600
MOST_SHOWN: Final = 100
MOST_SEALED: Final = 2_000_000
"""Characters of the sealed file in the form: what a request may hold stays well above it."""


def import_file(request: HttpRequest, brand: Brand, plural: str, *, noun: Noun[Any]) -> HttpResponse:
    """Ask for a file, show what it would do, do it."""
    if request.method != "POST":
        return _page(request, brand, noun)
    try:
        if "sealed" in request.POST:
            return _apply(request, brand, noun)
        upload = request.FILES.get("file")
        if upload is None:
            raise BadFile(_("Choose a file first."))
        return _shown(request, brand, noun, upload.read(MOST_BYTES + 1))
    except (BadFile, PlanChanged) as bad:
        return _page(request, brand, noun, status=400, wrong=wording.sentence(bad))


def _shown(
    request: HttpRequest, brand: Brand, noun: Noun[Any], content: bytes, note: str = ""
) -> HttpResponse:
    plan = try_out(noun, content, by=access_of(request).actor)
    sealed = ""
    if plan.is_whole and plan.lines:
        said = [_whose(request, brand, noun), content.decode(), plan.digest]
        sealed = signing.dumps(said, salt=SALT, compress=True)
        if len(sealed) > MOST_SEALED:
            raise BadFile(_("The file is too large to be kept until you have looked at it. Split it."))
    return _page(request, brand, noun, plan=_Shown(plan), sealed=sealed, note=note)


def _apply(request: HttpRequest, brand: Brand, noun: Noun[Any]) -> HttpResponse:
    try:
        whose, text, digest = signing.loads(request.POST["sealed"], salt=SALT, max_age=SHOWN_FOR)
    except signing.BadSignature:
        raise BadFile(_("What was shown is more than an hour old. Choose the file again.")) from None
    if whose != _whose(request, brand, noun):
        raise BadFile(_("This file was shown to somebody else, or for another list. Choose it again."))
    content = text.encode()
    try:
        plan = take(noun, content, digest=digest, by=access_of(request).actor)
    except PlanChanged as changed:
        return _shown(request, brand, noun, content, note=wording.sentence(changed))
    if not plan.is_whole:
        return _page(request, brand, noun, plan=_Shown(plan), sealed="")
    counts = plan.counts
    messages.success(
        request,
        _("Imported: %(new)s new, %(changed)s changed, %(same)s as they were.")
        % {"new": counts[Effect.NEW], "changed": counts[Effect.CHANGED], "same": counts[Effect.SAME]},
    )
    return redirect(addresses(brand, noun)["list_url"])


class _Shown:
    """A plan as the page shows it: counts, and the first lines of each effect."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.new, self.changed, self.same, self.wrong = (plan.counts[effect] for effect in Effect)
        self.new_lines = plan.of(Effect.NEW)[:MOST_SHOWN]
        self.changed_lines = plan.of(Effect.CHANGED)[:MOST_SHOWN]
        self.wrong_lines = plan.of(Effect.WRONG)[:MOST_SHOWN]
        self.most = MOST_SHOWN


def _whose(request: HttpRequest, brand: Brand, noun: Noun[Any]) -> list[str]:
    return [brand.id.hex, noun.name, access_of(request).person.id.hex]


def _page(
    request: HttpRequest, brand: Brand, noun: Noun[Any], *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "here": noun.plural,
        "noun": noun,
        "columns": columns_of(noun),
        "most_lines": f"{MOST_LINES:,}",
        "most_mb": MOST_BYTES // 1_000_000,
        **more,
        **addresses(brand, noun),
    }
    return render(request, "console/noun_import.html", context, status=status)
