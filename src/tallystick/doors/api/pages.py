"""What is read about the API by anybody: the OpenAPI document and its page; and the answer where nothing is."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from tallystick.doors.api.openapi import document
from tallystick.doors.api.problems import KINDS, Problem
from tallystick.doors.api.reading import chapters
from tallystick.doors.entrance import public_page

ANY_METHOD: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

EXAMPLE: Final = """curl -H "Authorization: Bearer tly_…" \\
  https://tallystick.example/api/v1/partners?limit=10"""


@public_page()
def openapi(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return JsonResponse(document())


@public_page()
def docs(request: HttpRequest) -> HttpResponse:
    """The page that explains every operation and every code."""
    shown = {"chapters": chapters(document()), "kinds": KINDS.values(), "example": EXAMPLE}
    return render(request, "api/docs.html", shown)


@csrf_exempt
@public_page(methods=ANY_METHOD)
def nowhere(_request: HttpRequest) -> HttpResponse:
    """Say that there is nothing at this address."""
    return Problem("not_found", "There is nothing at this address.").response()
