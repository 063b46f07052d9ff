"""Looks as a Django app, so that templates, tags and static files are found."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Tokens, components, page frames, figures."""

    name = "tallystick.design"
    label = "design"
