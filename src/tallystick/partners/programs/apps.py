"""Programs as a Django app."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """Brand, program, house channel, conversion definition."""

    name = "tallystick.partners.programs"
    label = "programs"
