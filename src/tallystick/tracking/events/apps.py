"""Events as a Django app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Verified facts, identities, saved mappings."""

    name = "tallystick.tracking.events"
    label = "events"
