"""Jobs as a Django app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Rows that the worker runs."""

    name = "tallystick.foundation.jobs"
    label = "jobs"
