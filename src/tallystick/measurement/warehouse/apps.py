"""The warehouse's manifest as a Django app."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """The list of Parquet files that count."""

    name = "tallystick.measurement.warehouse"
    label = "warehouse"
