"""Ending one of one's sessions. The list, and ending all others, is allauth's page in our look."""

from __future__ import annotations

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from tallystick.doors.entrance import WRITING, access_of, person_page


@person_page(methods=WRITING)
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End the session; whoever holds it is signed out with the next request."""
    session = get_object_or_404(UserSession, id=number, user=access_of(request).person)
    end_sessions(request, [session])
    messages.success(request, _("The session has ended."))
    return redirect("usersessions_list")
