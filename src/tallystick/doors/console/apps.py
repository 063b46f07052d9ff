"""The console as a Django app, so that its templates are found."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Answer, receipts, trace; what comes in; partners and what counts; people."""

    name = "tallystick.doors.console"
    label = "console"

    def ready(self) -> None:
        """Have trials of whole files done by the worker."""
        from tallystick.doors.console.views.imports import whole  # models are loaded only now
        from tallystick.foundation.jobs.registry import on

        on(whole.JOB, whole.run)
