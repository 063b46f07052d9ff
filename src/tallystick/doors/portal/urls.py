"""The addresses of the portal. A partner's pages lie under the keys of the brand and the partner."""

from __future__ import annotations

from django.urls import path

from tallystick.doors.portal.views import accept, counted, details, documents, home, links

app_name = "portal"
HERE = "portal/<slug:brand>/<slug:partner>/"
urlpatterns = [
    path(HERE, home.home, name="home"),
    path(f"{HERE}counted/<slug:program>", counted.counted, name="counted"),
    path(f"{HERE}links", links.links, name="links"),
    path(f"{HERE}documents", documents.documents, name="documents"),
    path(f"{HERE}details", details.details, name="details"),
    path(f"{HERE}accept/<str:partnership>", accept.accept, name="accept"),
]
