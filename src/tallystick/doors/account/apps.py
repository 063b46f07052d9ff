"""The account door as a Django app: its templates, and those of allauth in our look."""

from django.apps import AppConfig


class AccountDoorConfig(AppConfig):
    """Signing in, joining, and what people say about themselves."""

    name = "tallystick.doors.account"
    label = "account_door"
