"""Which door answers which path."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from tallystick.doors.components import components
from tallystick.doors.entrance import public_page
from tallystick.doors.language import language
from tallystick.doors.theme import theme


@public_page()
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process serves requests; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("-/alive", alive, name="alive"),
    path("-/theme", theme, name="theme"),
    path("-/language", language, name="language"),
    path("-/components", components, name="components"),
    path("", include("tallystick.doors.account.mail_urls")),
    path("", include("tallystick.doors.account.urls")),
    path("account/", include("allauth.urls")),
    path("installation/", include("tallystick.doors.installation.urls")),
    path("files/", include("tallystick.doors.files")),
    path("api/", include("tallystick.doors.api.urls")),
    path("", include("tallystick.doors.portal.urls")),
    path("", include("tallystick.doors.console.urls")),
]

handler400 = "tallystick.doors.errors.bad_request"
handler403 = "tallystick.doors.errors.refused"
handler404 = "tallystick.doors.errors.not_found"
handler500 = "tallystick.doors.errors.failed"
handler429 = "tallystick.doors.errors.too_many"  # allauth looks for it
