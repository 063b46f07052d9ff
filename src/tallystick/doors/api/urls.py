"""The addresses under `/api`: the operations, the OpenAPI document, its readable page; everything else is nowhere."""

from __future__ import annotations

from django.urls import path, re_path

from tallystick.doors.api import pages
from tallystick.doors.api.api import API

urlpatterns = [
    path("v1/openapi.json", pages.openapi, name="openapi"),
    path("v1/docs", pages.docs, name="docs"),
    re_path(r"^(?:v1/)?$", pages.nowhere),
    path("v1/", API.urls),
    re_path(r"^.*$", pages.nowhere),
]
