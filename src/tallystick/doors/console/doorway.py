"""The way into every page of a brand: find it, open its scope, and say what is wrong as a page, never as a trace."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallystick.doors.console.state import BadAddress
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.ids import BadId
from tallystick.measurement.attribution.trace import NothingThere
from tallystick.measurement.kpis.questions import BadQuestion
from tallystick.measurement.warehouse.engine import WarehouseDamaged
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.queries import NotThere, brands

Arguments = ParamSpec("Arguments")


def of_brand(
    page: Callable[Concatenate[HttpRequest, Brand, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, Arguments], HttpResponse]:
    """A view that gets the brand itself, with its scope open; only reading is allowed.

    What the person asked wrongly is answered 400 or 404, each with its sentence, in the frame of the brand.
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
            except (BadAddress, BadQuestion, BadId) as wrong:
                return _said(request, found, 400, _("That cannot be asked"), wrong)
            except (NotThere, NothingThere) as missing:
                return _said(request, found, 404, _("Not found"), missing)
            except WarehouseDamaged as damaged:
                return _said(request, found, 503, _("The facts cannot be read"), damaged)

    return cast("Callable[Concatenate[HttpRequest, str, Arguments], HttpResponse]", opened)


def brands_or_none() -> list[Brand]:
    """All brands; none too where `tallystick init` has not made the tables yet."""
    try:
        return brands()
    except DatabaseError:
        if Brand._meta.db_table in connection.introspection.table_names():
            raise
        return []


def sentence(error: Exception) -> str:
    """An error's message as a sentence: a capital first, a full stop last."""
    text = str(error).strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def _said(request: HttpRequest, brand: Brand, status: int, title: str, error: Exception) -> HttpResponse:
    context = {"brand": brand, "title": title, "message": sentence(error), "status": status}
    return render(request, "console/said.html", context, status=status)
