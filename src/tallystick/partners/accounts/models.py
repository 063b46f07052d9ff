"""The user model: a person with an e-mail address. Present from the first migration on purpose."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from tallystick.foundation.fields import id_column


class User(AbstractBaseUser):
    """One person, who may stand behind several brands and several partners."""

    id = id_column()
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[BaseUserManager[Any]] = BaseUserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(Lower("email"), name="one_person_per_email")
        ]

    def __str__(self) -> str:
        return self.name
