"""Mail as a Django app."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mails, and the job that sends them."""

    name = "tallystick.foundation.mail"
    label = "mail"

    def ready(self) -> None:
        from tallystick.foundation.jobs.registry import on
        from tallystick.foundation.mail import services  # models are loaded only now

        on(services.SEND, services.send)
