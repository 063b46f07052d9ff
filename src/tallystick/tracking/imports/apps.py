"""Imports as a Django app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Files on their way in."""

    name = "tallystick.tracking.imports"
    label = "imports"
