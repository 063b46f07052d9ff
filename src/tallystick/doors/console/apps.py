"""The console as a Django app, so that its templates are found."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Answer, receipts, trace, quarantine."""

    name = "tallystick.doors.console"
    label = "console"
