"""The addresses of the account door; signing in itself lies under `account/` too, and is allauth's."""

from __future__ import annotations

from django.urls import path

from tallystick.doors.account.views import again, join, overview, seats, sessions

app_name = "account"
urlpatterns = [
    path("account/", overview.overview, name="overview"),
    path("account/again", again.again, name="again"),
    path("account/sessions/<int:number>/end", sessions.end, name="end_session"),
    path("account/seats/<str:seat>/leave", seats.leave, name="leave"),
    path("switch", seats.switch, name="switch"),
    path("join/<str:token>", join.join, name="join"),
]
