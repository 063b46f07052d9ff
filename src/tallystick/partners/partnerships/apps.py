"""Partnerships as a Django app."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    """Partner, partnership, placement, link, code."""

    name = "tallystick.partners.partnerships"
    label = "partnerships"

    def ready(self) -> None:
        from tallystick.partners.partnerships.notices import register_notices  # models are loaded only now

        register_notices()
