"""A brand with a program, a partner and what belongs to it, opened by the services; and what they wrote down."""

from collections.abc import Iterator

import pytest

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.outbox.models import Announcement
from tallystick.foundation.scoping import brand_scope, current_brand
from tallystick.kit import ids
from tallystick.partners.partnerships.rules import State
from tallystick.partners.partnerships.services.partners import open_partner
from tallystick.partners.partnerships.services.partnerships import open_partnership
from tallystick.partners.programs.models import Brand, Program
from tallystick.partners.programs.services.brands import open_brand
from tallystick.partners.programs.services.programs import open_program
from tests.people import TESTER


@pytest.fixture
def acme(db: None) -> Iterator[Brand]:
    """Acme, with its scope open."""
    brand = open_brand(key=f"acme-{ids.new().hex}", name="Acme", zone="Europe/Berlin", by=TESTER)
    with brand_scope(brand.id):
        yield brand


@pytest.fixture
def shop(acme: Brand) -> Program:
    """Acme's program, in euros."""
    return open_program(
        key="shop", name="Shop", currency="EUR", zone="Europe/Berlin", history_from=None, by=TESTER
    )


def joined(program: Program, key: str, *, state: State = State.ACTIVE):
    """A partner with a partnership in a program."""
    partner = open_partner(key=key, name=key.title(), kind="content", by=TESTER)
    return open_partnership(program=program, partner=partner, state=state, by=TESTER)


def lines() -> list[AuditLine]:
    """The audit trail of the brand in scope, oldest first."""
    return list(AuditLine.objects.filter(brand_id=current_brand()).order_by("id"))


def acts() -> list[str]:
    """What the audit trail says was done, oldest first."""
    return [line.act for line in lines()]


def topics() -> list[str]:
    """What was announced, oldest first."""
    return list(Announcement.objects.order_by("id").values_list("topic", flat=True))
