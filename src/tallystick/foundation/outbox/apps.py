"""The outbox as a Django app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Announcements."""

    name = "tallystick.foundation.outbox"
    label = "outbox"
