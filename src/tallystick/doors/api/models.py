"""Answers as rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.scoping import BrandOwned


class KeptAnswer(BrandOwned):
    """What a call with an `Idempotency-Key` was answered, written in the transaction of its effect.

    call: SHA-256 of method, address and body: another call under the same key is refused. status 0: the answer is not
    known yet; only the transaction that is about to write it can see that.
    """

    key = models.CharField(max_length=200)
    call = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    kept_at = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_answer_per_idempotency_key"),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["brand", "kept_at"], name="answers_by_age")]

    def __str__(self) -> str:
        return self.key
