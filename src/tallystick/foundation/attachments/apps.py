"""Attachments as a Django app."""

from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    """Documents and their bytes."""

    name = "tallystick.foundation.attachments"
    label = "attachments"
