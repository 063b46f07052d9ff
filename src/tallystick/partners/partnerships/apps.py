"""Partnerships as a Django app."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    """Partner, partnership, placement, link, code."""

    name = "tallystick.partners.partnerships"
    label = "partnerships"
