"""People who sign in, for tests that knock at a door."""

import time
from functools import cache

from allauth.account.internal.userkit import user_id_to_str
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.test import Client

from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.models import Seat, User
from tallystick.partners.accounts.rules import Role

TESTER = Actor(ActorKind.COMMAND, "the tests")
PASSWORD = "correct horse battery staple"


def person(name: str, *, is_administrator: bool = False) -> User:
    """A person with an address of their own; the same name twice is two people."""
    user = User(
        email=f"{name.lower()}-{ids.new().hex[-8:]}@example.org", name=name, is_administrator=is_administrator
    )
    user.password = _hash_of_password()
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@cache
def _hash_of_password() -> str:
    """Made once: where no test has made it cheap, a process that lets ten people in would spend its time on it."""
    return make_password(PASSWORD)


def seat(user: User, brand_id, role: Role, *, partner=None) -> Seat:
    """Give a person a seat in a brand, or at a partner of it."""
    with brand_scope(brand_id):
        held = Seat(user=user, role=role, partner=partner)
        held.save()
    return held


def signed_in(user: User, *, recently: bool = True) -> Client:
    """A browser in which the person is signed in; `recently` says whether step-up is satisfied."""
    client = Client()
    client.force_login(user)
    session = client.session
    at = time.time() if recently else time.time() - 24 * 3600
    session["account_authentication_methods"] = [{"method": "password", "at": at, "email": user.email}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()
    return client
