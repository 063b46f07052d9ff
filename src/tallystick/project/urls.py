"""Which door answers which path."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from tallystick.doors.entrance import public_page


@public_page()
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process serves requests; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("-/alive", alive, name="alive"),
    path("account/", include("allauth.urls")),
    path("", include("tallystick.doors.console.urls")),
]

handler400 = "tallystick.doors.console.views.errors.bad_request"
handler404 = "tallystick.doors.console.views.errors.not_found"
handler500 = "tallystick.doors.console.views.errors.failed"
