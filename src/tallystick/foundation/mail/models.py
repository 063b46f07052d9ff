"""Mails as rows, and what people declined."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.fields import IdField, id_column


class MailState(models.TextChoices):
    """Where a mail stands. Kept: no server is configured, an administrator reads it. Declined: the reader wants none
    of its kind.
    """

    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"
    DECLINED = "declined"


class Mail(models.Model):
    """One mail to one address. brand_id is the brand in scope when it was posted; NULL for the installation's own.

    text and html are empty once a secret has been removed.
    """

    id = id_column()
    brand_id = IdField(null=True)
    kind = models.CharField(max_length=60)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    has_secret = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MailState.choices)
    error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    """After it the mail is not sent any more, and a secret in it is removed."""
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(state__in=MailState.values), name="mail_in_known_state")
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["-created_at", "-id"], name="mails_newest_first"),
            models.Index(fields=["expires_at"], name="mails_that_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Declined(models.Model):
    """A kind of mail that an address does not want. address: in small letters."""

    id = id_column()
    address = models.EmailField(max_length=254)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["address", "kind"], name="declined_once")
        ]

    def __str__(self) -> str:
        return self.kind
