"""People, their seats, and what is sent out or made in their name. The user model is in the first migration."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from tallystick.foundation.fields import IdField, id_column
from tallystick.foundation.scoping import BrandOwned
from tallystick.partners.accounts.rules import BRAND_ROLES, Role


class User(AbstractBaseUser):
    """One person, who may stand behind several brands and several partners."""

    id = id_column()
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    """Whether the person looks after the installation: opens brands, hands out links. Gives no way into a brand."""
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


SEAT_ROLES = [(role.value, role.value) for role in (*BRAND_ROLES, Role.PARTNER)]


def _partner_if_role_is_partner(name: str) -> models.CheckConstraint:
    at_partner = models.Q(role=Role.PARTNER.value, partner__isnull=False)
    in_brand = models.Q(role__in=[role.value for role in BRAND_ROLES], partner__isnull=True)
    return models.CheckConstraint(condition=at_partner | in_brand, name=name)


class Seat(BrandOwned):
    """One role of one person in a brand, or at one of its partners. Several seats add up."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=SEAT_ROLES)
    partner = models.ForeignKey("partnerships.Partner", on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            _partner_if_role_is_partner("seat_at_a_partner_or_in_the_brand"),
            # Two, because to SQLite no NULL equals another: seats in the brand, and seats at its partners.
            models.UniqueConstraint(
                fields=["brand", "user", "role"],
                condition=models.Q(partner__isnull=True),
                name="one_seat_per_person_and_role",
            ),
            models.UniqueConstraint(
                fields=["brand", "user", "partner"],
                condition=models.Q(partner__isnull=False),
                name="one_seat_per_person_and_partner",
            ),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["user"], name="seats_of_person")]


class InvitationState(models.TextChoices):
    """Where an invitation stands; one that is too old is told by its `expires_at`."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Invitation(BrandOwned):
    """An offered seat. The link is signed, not kept: it holds this id and `turn`, which sending again raises.

    email: in small letters.
    """

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=SEAT_ROLES)
    partner = models.ForeignKey("partnerships.Partner", on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=12, choices=InvitationState.choices, default=InvitationState.OPEN)
    turn = models.PositiveIntegerField(default=1)
    message = models.CharField(max_length=1000, blank=True, default="")
    invited_by = models.CharField(max_length=254)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            _partner_if_role_is_partner("invited_to_a_partner_or_the_brand"),
            models.UniqueConstraint(
                fields=["brand", "email", "role"],
                condition=models.Q(state=InvitationState.OPEN.value, partner__isnull=True),
                name="one_open_invitation_per_role",
            ),
            models.UniqueConstraint(
                fields=["brand", "email", "partner"],
                condition=models.Q(state=InvitationState.OPEN.value, partner__isnull=False),
                name="one_open_invitation_per_partner",
            ),
        ]

    def state_at(self, instant: datetime) -> str:
        """Where it stands: a state, or `expired` for one that is open and too old."""
        is_late = self.state == InvitationState.OPEN and self.expires_at <= instant
        return "expired" if is_late else str(self.state)


class ApiKey(BrandOwned):
    """A program's way in: of the key itself only the SHA-256 is kept, with enough of its beginning to know it by."""

    name = models.CharField(max_length=200)
    beginning = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    """Names of rights (`rules.RIGHTS`) that the key has."""
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    last_used_at = models.DateTimeField(null=True)
    created_by_id = IdField(null=True)
    """The person who saw the key, for whom it stands where two people are needed; NULL for a command on the machine."""
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(auto_now_add=True)

    def state_at(self, instant: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        return "revoked" if self.revoked_at else "expired" if self.expires_at <= instant else "active"


class ProposalState(models.TextChoices):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Proposal(BrandOwned):
    """What one person wants done and another must approve: the maker is never the checker, the database sees to it.

    subject: what it is about, as doors write its id. digest: of kind, subject and payload as they were proposed.
    proposed_by_id, decided_by_id: always people, also where an API key acted for them.
    """

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)
    label = models.CharField(max_length=300)
    says = models.CharField(max_length=500)
    payload = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.OPEN)
    proposed_by_id = IdField()
    proposed_by = models.CharField(max_length=254)
    proposed_at = models.DateTimeField()
    decided_by_id = IdField(null=True)
    decided_by = models.CharField(max_length=254, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=~models.Q(state=ProposalState.APPROVED.value)
                | ~models.Q(decided_by_id=models.F("proposed_by_id")),
                name="maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ProposalState.APPROVED.value)
                | models.Q(decided_by_id__isnull=False),
                name="approved_by_somebody",
            ),
        ]
