"""The addresses of the console. A brand's pages lie under its key."""

from __future__ import annotations

from django.urls import path

from tallystick.doors.console.urls_of_imports import IMPORTS
from tallystick.doors.console.urls_of_people import PEOPLE
from tallystick.doors.console.views import (
    answer,
    brand_settings,
    entry,
    invite,
    receipts,
    search,
    trace,
)
from tallystick.doors.console.views.nouns import documents
from tallystick.doors.console.views.nouns.addresses import noun_addresses

app_name = "console"
urlpatterns = [
    path("", entry.entry, name="entry"),
    path("<slug:brand>/", answer.answer, name="answer"),
    path("<slug:brand>/receipts", receipts.receipts, name="receipts"),
    path("<slug:brand>/find", search.search, name="search"),
    path("<slug:brand>/trace", trace.find, name="find"),
    path("<slug:brand>/trace/<str:text>", trace.trace, name="trace"),
    path("<slug:brand>/partners/invite", invite.invite, name="invite"),
    path("<slug:brand>/invitations/<str:invitation>/resend", invite.resend, name="invitation_resend"),
    path("<slug:brand>/invitations/<str:invitation>/withdraw", invite.withdraw, name="invitation_withdraw"),
    path("<slug:brand>/settings", brand_settings.brand_settings, name="brand"),
    path("<slug:brand>/partnerships/<str:row>/documents", documents.add, name="documents"),
    path(
        "<slug:brand>/partnerships/<str:row>/documents/<str:document>/share",
        documents.share,
        name="document_share",
    ),
    path(
        "<slug:brand>/partnerships/<str:row>/documents/<str:document>/remove",
        documents.remove,
        name="document_remove",
    ),
    *PEOPLE,
    *IMPORTS,
    *noun_addresses(),
]
