"""The installation's pages as a Django app: its templates."""

from django.apps import AppConfig


class InstallationConfig(AppConfig):
    """The pages for whoever looks after the installation."""

    name = "tallystick.doors.installation"
    label = "installation"
