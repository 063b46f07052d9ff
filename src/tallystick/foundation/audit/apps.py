"""The audit trail as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Lines and seals."""

    name = "tallystick.foundation.audit"
    label = "audit"
