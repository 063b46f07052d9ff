"""`/installation/jobs`: what waits, what failed, and trying it again."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from tallystick.doors.entrance import WRITING, access_of, installation_page
from tallystick.doors.installation.lists import shown
from tallystick.foundation.jobs.models import JobState
from tallystick.foundation.jobs.queries import JOBS, find_job
from tallystick.foundation.jobs.services import retry
from tallystick.kit import ids

STATES: Final = (
    ("", _("All")),
    (JobState.FAILED, _("Failed")),
    (JobState.WAITING, _("Waiting")),
    (JobState.RUNNING, _("Running")),
    (JobState.DONE, _("Done")),
)


@installation_page("installation.read")
def jobs(request: HttpRequest) -> HttpResponse:
    """List jobs."""
    found = shown(request, JOBS, STATES)
    rows = [{"id": ids.show("job", each.id), "job": each} for each in found.page.rows]
    return render(request, "installation/jobs.html", {"here": "jobs", "list": found, "rows": rows})


@installation_page("installation.change", methods=WRITING)
def again(request: HttpRequest, text: str) -> HttpResponse:
    """Try a job again now."""
    retry(find_job(text), by=access_of(request).actor)
    messages.success(request, str(_("The job is tried again.")))
    return redirect("installation:jobs")
