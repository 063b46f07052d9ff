"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in."""

    name = "tallystick.partners.accounts"
    label = "accounts"

    def ready(self) -> None:
        from tallystick.partners.accounts.mails import register_mails

        register_mails()
