"""`/<brand>/<plural>`: the list of a noun, searched, narrowed, sorted, page by page; and as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from tallystick.doors.console.download import csv_download
from tallystick.doors.console.listed import filters, heads, listed_row, pager, query_of, read_wish
from tallystick.doors.entrance import access_of
from tallystick.doors.nouns.csv_out import csv_lines
from tallystick.doors.nouns.noun import Noun
from tallystick.partners.programs.models import Brand


def rows(request: HttpRequest, brand: Brand, plural: str, *, noun: Noun[Any]) -> HttpResponse:
    """Show the rows that the address asks for."""
    wish = read_wish(request.GET, noun.listing)
    page = noun.listing.page(wish)
    access = access_of(request)
    context = {
        "here": plural,
        "noun": noun,
        "wish": wish,
        "total": page.total,
        "rows": [listed_row(brand.key, noun, row) for row in page.rows],
        "heads": heads(noun, wish),
        "filters": filters(noun, wish),
        "is_narrowed": bool(wish.text or wish.filters),
        **pager(wish, page),
        "query": query_of(replace(wish, after="")),
        "may_change": access.may(noun.change),
        "acts": [act for act in noun.acts if access.may(act.right)],
        "zone": ZoneInfo(brand.zone),
        **addresses(brand, noun),
    }
    return render(request, "console/nouns.html", context)


def export(request: HttpRequest, brand: Brand, plural: str, *, noun: Noun[Any]) -> StreamingHttpResponse:
    """Give exactly what the list shows under the same address, every page of it, as CSV."""
    wish = read_wish(request.GET, noun.listing, known=("q", "sort"))
    noun.listing.page(replace(wish, limit=1))  # what cannot be asked is said before the first line is sent
    return csv_download(brand, plural, csv_lines(noun, noun.listing.every(wish)))


def addresses(brand: Brand, noun: Noun[Any]) -> dict[str, str]:
    """Where one goes from a page of a noun."""
    within = [brand.key, noun.plural]
    return {
        "list_url": reverse("console:nouns", args=within),
        "new_url": reverse("console:noun_new", args=within),
        "export_url": reverse("console:noun_export", args=within),
        "import_url": reverse("console:noun_import", args=within),
    }
