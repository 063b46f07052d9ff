"""The portal as a Django app: its templates."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The pages that partners open."""

    name = "tallystick.doors.portal"
    label = "portal"
