"""Who promotes, where, and by which links and codes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.scoping import BrandOwned
from tallystick.partners.programs.models import Program


class Kind(models.TextChoices):
    """What sort of partner: decides peers and defaults, never pay by itself."""

    AFFILIATE = "affiliate"
    CONTENT = "content"
    CASHBACK = "cashback"
    VOUCHER = "voucher"
    LOYALTY = "loyalty"
    CREATOR = "creator"
    AMBASSADOR = "ambassador"
    REFERRAL = "referral"
    INTEGRATION = "integration"
    MARKETPLACE = "marketplace"
    AGENCY = "agency"
    RESELLER = "reseller"
    DISTRIBUTOR = "distributor"
    ALLIANCE = "alliance"


class State(models.TextChoices):
    """Where a partnership stands."""

    APPLIED = "applied"
    INVITED = "invited"
    ONBOARDING = "onboarding"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Partner(BrandOwned):
    """Who promotes: a row of one brand, also where the same firm works with several."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_partner_per_key"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="partner_of_known_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class Partnership(BrandOwned):
    """A partner in a program."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.ACTIVE)
    tier = models.CharField(max_length=60, default="", blank=True)
    owner = models.CharField(max_length=200, default="", blank=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["brand", "program", "partner"], name="one_partnership_per_program"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="partnership_in_known_state"
            ),
        ]


class Placement(BrandOwned):
    """Where a partner promotes: a blog, a newsletter, a video, a directory entry, a place in an app."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=40)
    position = models.CharField(max_length=60, default="", blank=True)
    call_to_action = models.CharField(max_length=200, default="", blank=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "partnership", "key"], name="one_placement_per_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Link(BrandOwned):
    """A trackable URL of a partnership, at a placement where one is known."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=80)
    destination = models.URLField(max_length=2000)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_link_per_key"),
        ]

    def __str__(self) -> str:
        return self.key


class Code(BrandOwned):
    """A voucher or referral code. Written in any case by customers, kept in upper case."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=80)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_code_per_brand"),
            models.CheckConstraint(
                condition=models.Q(key=models.functions.Upper("key")), name="code_in_upper_case"
            ),
        ]

    def __str__(self) -> str:
        return self.key
