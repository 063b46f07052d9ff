"""What is reported, as a Django app."""

from django.apps import AppConfig


class ReportedConfig(AppConfig):
    """Totals, costs, past commissions, orders of the shop."""

    name = "tallystick.tracking.reported"
    label = "reported"
