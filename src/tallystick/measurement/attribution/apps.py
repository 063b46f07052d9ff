"""Attribution as a Django app."""

from django.apps import AppConfig


class AttributionConfig(AppConfig):
    """Conversions, attributions, credits, bindings."""

    name = "tallystick.measurement.attribution"
    label = "attribution"
