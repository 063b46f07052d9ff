"""The addresses of the console. A brand's pages lie under its key."""

from __future__ import annotations

from django.urls import path

from tallystick.doors.console.views import answer, entry, quarantine, receipts, trace

app_name = "console"
urlpatterns = [
    path("", entry.entry, name="entry"),
    path("<slug:brand>/", answer.answer, name="answer"),
    path("<slug:brand>/receipts", receipts.receipts, name="receipts"),
    path("<slug:brand>/trace", trace.find, name="find"),
    path("<slug:brand>/trace/<str:text>", trace.trace, name="trace"),
    path("<slug:brand>/quarantine", quarantine.quarantine, name="quarantine"),
]
