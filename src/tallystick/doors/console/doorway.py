"""The way into every page of a brand: find it, open its scope, and say what is wrong as a page, never as a trace."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tallystick.doors import wording
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.queries import brands

Arguments = ParamSpec("Arguments")

ANSWERS: Final = {
    Exit.USAGE: (400, _("That cannot be asked")),
    Exit.NOT_FOUND: (404, _("Not found")),
    Exit.FAILED: (503, _("The facts cannot be read")),
}
"""Status and title of the page for each kind of foreseen error."""


def of_brand(
    page: Callable[Concatenate[HttpRequest, Brand, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, Arguments], HttpResponse]:
    """A view that gets the brand itself, with its scope open; only reading is allowed.

    What the person asked wrongly is answered 400 or 404, what the machine lacks 503, each with its sentence, in the
    frame of the brand.
    """

    @require_safe
    @wraps(page)
    def opened(
        request: HttpRequest, brand: str, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        found = next((each for each in brands_or_none() if each.key == brand), None)
        if found is None:
            raise Http404
        with brand_scope(found.id):
            try:
                return page(request, found, *args, **kwargs)
            except Foreseen as foreseen:
                return _said(request, found, foreseen)

    return cast("Callable[Concatenate[HttpRequest, str, Arguments], HttpResponse]", opened)


def brands_or_none() -> list[Brand]:
    """All brands; none too where `tallystick init` has not made the tables yet."""
    try:
        return brands()
    except DatabaseError:
        if Brand._meta.db_table in connection.introspection.table_names():
            raise
        return []


def _said(request: HttpRequest, brand: Brand, error: Foreseen) -> HttpResponse:
    status, title = ANSWERS[error.exit]
    context = {"brand": brand, "title": title, "message": wording.sentence(error), "status": status}
    return render(request, "console/said.html", context, status=status)
