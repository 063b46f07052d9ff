"""Two brands with people in them: Acme, where Ann and Otto are owners and Max a manager, and Zoë's own."""

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress

from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.outbox.models import Announcement
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.rules import Role
from tallystick.partners.partnerships.models import Partner
from tallystick.partners.programs.models import Brand
from tests.people import person, seat


class Company:
    """A brand with a partner, Alice, and people by their first names."""

    def __init__(self, name: str) -> None:
        self.brand = Brand(key=f"{name.lower()}-{ids.new().hex[-12:]}", name=name)
        self.brand.save()
        self.id = self.brand.id
        with brand_scope(self.id):
            self.alice = Partner(key="alice", name="Alice", kind="content")
            self.alice.save()

    def has(self, name: str, role: Role) -> User:
        """Somebody of the brand, with a confirmed address."""
        user = confirmed(person(name))
        seat(user, self.id, role)
        return user


def confirmed(user: User) -> User:
    """The person, who has shown that the address is theirs."""
    EmailAddress.objects.update_or_create(
        user=user, defaults={"email": user.email, "verified": True, "primary": True}
    )
    return user


def acting(user: User) -> Actor:
    """A person as the one who acts."""
    return Actor(ActorKind.PERSON, user.name, user.id)


def last_line() -> AuditLine:
    """The newest line of the audit trail."""
    return AuditLine.objects.order_by("-id")[0]


def announced() -> list[str]:
    """The topics announced in the brand in scope, in order."""
    return list(Announcement.objects.order_by("id").values_list("topic", flat=True))


@pytest.fixture
def acme() -> Iterator[Company]:
    """Acme, in scope."""
    company = Company("Acme")
    with brand_scope(company.id):
        yield company
