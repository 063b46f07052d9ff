"""People: added once, shut out for good, and never the last owner of a brand."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.mail.models import Mail
from tallystick.kit import clock
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.people import (
    PEOPLE,
    NoSuchPerson,
    find_person,
    is_anybody_there,
    person_with,
)
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.people import (
    BadPerson,
    PersonKnown,
    ShutOut,
    activate_person,
    add_person,
    deactivate_person,
    forget_factors,
    password_link,
    rename_person,
    set_administrator,
    sweep_sessions,
)
from tallystick.partners.accounts.services.seats import LastOwner
from tests.builders import Brand
from tests.people import PASSWORD, TESTER, person, seat

pytestmark = pytest.mark.django_db


def acts(user: User) -> list[str]:
    return list(AuditLine.objects.filter(label=user.email).order_by("id").values_list("act", flat=True))


def test_a_person_is_added_with_a_confirmed_address_and_without_a_password():
    ada = add_person(email=" Ada@Example.org ", name="  Ada   Ames ", by=TESTER)
    assert (ada.email, ada.name, ada.has_usable_password()) == ("ada@example.org", "Ada Ames", False)
    assert person_with("ADA@example.org") == ada
    assert acts(ada) == ["person.added"]


def test_an_address_is_one_person_whatever_its_letter_case():
    add_person(email="ada@example.org", name="Ada", by=TESTER)
    with pytest.raises(PersonKnown):
        add_person(email="ADA@EXAMPLE.ORG", name="Ada again", by=TESTER)


def test_who_only_claimed_an_address_does_not_keep_it_from_its_owner():
    mallory = person("Mallory")
    EmailAddress.objects.create(user=mallory, email="ada@example.org", verified=False)
    ada = add_person(email="ada@example.org", name="Ada", by=TESTER)
    assert find_person("ada@example.org") == ada
    assert not EmailAddress.objects.filter(user=mallory, email="ada@example.org").exists()


@pytest.mark.parametrize(
    ("email", "name"), [("nonsense", "Ada"), ("", "Ada"), ("a@b.example", " "), ("a@b.example", "x" * 201)]
)
def test_what_is_no_address_or_no_name_is_refused(email, name):
    with pytest.raises(BadPerson):
        add_person(email=email, name=name, by=TESTER)
    assert not is_anybody_there()


def test_renaming_is_written_down_only_where_it_changes_something():
    ada = person("Ada")
    rename_person(ada, name="Ada", by=TESTER)
    rename_person(ada, name="Ada Ames", by=TESTER)
    assert acts(ada) == ["person.renamed"]
    assert User.objects.get(id=ada.id).name == "Ada Ames"


def test_deactivating_twice_is_once():
    ada = person("Ada")
    deactivate_person(ada, by=TESTER)
    deactivate_person(ada, by=TESTER)
    activate_person(ada, by=TESTER)
    assert acts(ada) == ["person.deactivated", "person.activated"]


def test_a_brand_is_never_left_without_an_owner_who_can_sign_in():
    acme, ada, bo = Brand("Acme"), person("Ada"), person("Bo")
    seat(ada, acme.id, Role.OWNER)
    with pytest.raises(LastOwner, match="only owner"):
        deactivate_person(ada, by=TESTER)
    seat(bo, acme.id, Role.OWNER)
    deactivate_person(ada, by=TESTER)
    with pytest.raises(LastOwner):
        deactivate_person(bo, by=TESTER)


def test_nobody_gets_a_link_who_is_shut_out():
    ada = person("Ada")
    deactivate_person(ada, by=TESTER)
    with pytest.raises(ShutOut):
        password_link(ada, by=TESTER)


def test_a_link_is_dead_once_the_password_has_changed():
    ada = person("Ada")
    path = password_link(ada, by=TESTER)
    ada.set_password("something else entirely")
    User.objects.filter(id=ada.id).update(password=ada.password)
    assert "does not work" in Client().get(path).content.decode()


def test_forgetting_what_was_lost_ends_the_sessions_and_is_told():
    ada = person("Ada")
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    client = Client()
    client.force_login(ada)
    UserSession.objects.create(
        user=ada, session_key=client.session.session_key, ip="192.0.2.7", user_agent=""
    )
    forget_factors(ada, by=TESTER)
    forget_factors(ada, by=TESTER)
    assert not Authenticator.objects.filter(user=ada).exists()
    assert client.get("/account/").status_code == 302
    assert acts(ada) == ["person.factors_forgotten"]
    assert Mail.objects.get(to=ada.email).kind == "security_notice"


def test_sessions_that_ended_by_themselves_are_forgotten():
    ada, old, new = person("Ada"), Client(), Client()
    for client in (old, new):
        client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    Session.objects.filter(session_key=old.session.session_key).update(
        expire_date=clock.now() - timedelta(days=1)
    )
    assert sweep_sessions() == 1
    assert UserSession.objects.get(user=ada).session_key == new.session.session_key


def test_being_an_administrator_is_given_and_taken():
    ada = person("Ada")
    set_administrator(ada, is_administrator=True, by=TESTER)
    assert [each.email for each in PEOPLE.page(Wish(filters={"state": "administrator"})).rows] == [ada.email]
    set_administrator(ada, is_administrator=False, by=TESTER)
    assert acts(ada) == ["person.changed", "person.changed"]


def test_an_unknown_address_is_nobody():
    with pytest.raises(NoSuchPerson, match=r"nobody@example\.org"):
        find_person("nobody@example.org")


class Watched(PBKDF2PasswordHasher):
    """A hasher that looks whether a transaction is open while it works."""

    iterations = 1
    seen: list[int] = []  # noqa: RUF012 - what it is for

    def encode(self, password, salt, iterations=None):
        self.seen.append(len(connection.savepoint_ids))
        return super().encode(password, salt, iterations)


def test_no_writer_waits_while_a_password_is_hashed(settings):
    settings.PASSWORD_HASHERS = ["tests.modules.test_people.Watched"]
    ada, outside = person("Ada"), len(connection.savepoint_ids)
    Watched.seen.clear()
    client = Client()
    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    client.post("/account/login/", {"login": "nobody@example.org", "password": PASSWORD})
    assert set(Watched.seen) == {outside}
