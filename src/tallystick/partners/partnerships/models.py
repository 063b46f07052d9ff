"""Who promotes, where, in which campaign, and by which links and codes; and how each partnership came to stand."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.audit.acts import ActorKind
from tallystick.foundation.scoping import BrandOwned
from tallystick.partners.partnerships.rules import State
from tallystick.partners.programs.models import Archivable, Program

STATES = [(state.value, state.value) for state in State]


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


class Partner(Archivable):
    """Who promotes: a row of one brand, also where the same firm works with several."""

    noun: ClassVar[str] = "partner"
    prefix: ClassVar[str] = "prt"

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    website = models.URLField(max_length=500, default="", blank=True)
    contact = models.EmailField(max_length=254, default="", blank=True)
    """The address that mail about the partner goes to; who may sign in for it stands in the seats."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Archivable.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_partner_per_key"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="partner_of_known_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files."""
        return self.key


class Partnership(BrandOwned):
    """A partner in a program. `state` repeats the newest of its changes, so that lists need not look them up."""

    noun: ClassVar[str] = "partnership"
    prefix: ClassVar[str] = "pns"

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=STATES, default=State.ACTIVE.value)
    tier = models.CharField(max_length=60, default="", blank=True)
    owner = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["brand", "program", "partner"], name="one_partnership_per_program"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]),
                name="partnership_in_known_state",
            ),
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files: `shop/alice`."""
        return f"{self.program.key}/{self.partner.key}"


class PartnershipChange(BrandOwned):
    """One step of a partnership from a state to the next. The first has no state before it. Identifier: ATTR-STANDING.

    `number` rises within a brand, so that attribution knows which changes it has not seen yet.
    """

    append_only = True

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    was = models.CharField(max_length=20, choices=STATES, blank=True, default="")
    state = models.CharField(max_length=20, choices=STATES)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True, default="")
    actor_kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in ActorKind])
    actor_name = models.CharField(max_length=254)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "number"], name="one_change_per_number"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]),
                name="change_to_known_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.state}"


class Placement(Archivable):
    """Where a partner promotes: a blog, a newsletter, a video, a directory entry, a place in an app."""

    noun: ClassVar[str] = "placement"
    prefix: ClassVar[str] = "plc"

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=40)
    position = models.CharField(max_length=60, default="", blank=True)
    call_to_action = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Archivable.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "partnership", "key"], name="one_placement_per_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files: `shop/alice/blog`."""
        return f"{self.partnership.handle}/{self.key}"


class Campaign(Archivable):
    """A time-boxed push in a program. It begins on `starts_on` and is over on `ends_on`, in the program's zone.

    The last day is the day before `ends_on`, as everywhere in the house: one campaign may begin on the day on which
    another ends. `cost_minor` is in minor units of the program's currency; NULL says that nobody told us.
    """

    noun: ClassVar[str] = "campaign"
    prefix: ClassVar[str] = "cmp"

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    cost_minor = models.BigIntegerField(null=True)
    goal = models.TextField(max_length=1000, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Archivable.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "program", "key"], name="one_campaign_per_key"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="campaign_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=models.Q(cost_minor__isnull=True) | models.Q(cost_minor__gte=0),
                name="campaign_costs_nothing_or_more",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files: `shop/spring`."""
        return f"{self.program.key}/{self.key}"


class Link(Archivable):
    """A trackable URL of a partnership, at a placement and in a campaign where they are known."""

    noun: ClassVar[str] = "link"
    prefix: ClassVar[str] = "lnk"

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="+", null=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=80)
    destination = models.URLField(max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Archivable.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_link_per_key"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files."""
        return self.key


class Code(Archivable):
    """A voucher or referral code. Written in any case by customers, kept in upper case."""

    noun: ClassVar[str] = "code"
    prefix: ClassVar[str] = "cod"

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="+", null=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Archivable.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_code_per_brand"),
            models.CheckConstraint(
                condition=models.Q(key=models.functions.Upper("key")), name="code_in_upper_case"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files."""
        return self.key
