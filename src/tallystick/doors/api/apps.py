"""The API as a Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Operations for programs, and the answers that are kept for calls made twice."""

    name = "tallystick.doors.api"
    label = "api"
