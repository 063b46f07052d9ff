"""The inbox as a Django app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Receipts that wait in quarantine; the receipts themselves lie in a store."""

    name = "tallystick.tracking.inbox"
    label = "inbox"
