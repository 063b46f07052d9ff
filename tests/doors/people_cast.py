"""A brand with people in it, and their browsers: what the tests of its pages about people begin with."""

import pytest
from django.test import Client

from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.rules import Role
from tests.doors.console_cast import Read
from tests.modules.accounts_cast import Company
from tests.people import signed_in


class Office(Company):
    """A brand whose pages are asked for by its people."""

    def __init__(self, name: str = "Acme") -> None:
        super().__init__(name)
        self.ann, self.otto = self.has("Ann", Role.OWNER), self.has("Otto", Role.OWNER)
        self.max, self.vera = self.has("Max", Role.MANAGER), self.has("Vera", Role.VIEWER)

    def at(self, page: str) -> str:
        """The address of a page of this brand."""
        return f"/{self.brand.key}/{page}"

    def reads(self, who: User, page: str, status: int = 200) -> Read:
        """What somebody reads on a page."""
        return answered(signed_in(who).get(self.at(page)), status)

    def posts(self, who: User, page: str, status: int = 302, **said: object) -> Read:
        """What somebody is answered to a form."""
        return answered(signed_in(who).post(self.at(page), said), status)

    def scope(self):
        """The brand's scope."""
        return brand_scope(self.id)


def answered(response, status: int) -> Read:
    assert response.status_code == status, response.content.decode()[:3000]
    return Read(response.content.decode())


def stranger() -> Client:
    """A browser in which nobody is signed in."""
    return Client()


@pytest.fixture
def office() -> Office:
    return Office()
