"""What the whole house answers where no page is: 404, and 500 without asking the database anything."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing at this address."""
    return render(request, "console/not_found.html", status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request cannot be read."""
    return render(request, "console/bad_request.html", status=400)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, and where it is written down."""
    return render(request, "console/failed.html", status=500)
