"""Invitations: whoever they are for comes in by them, once; nobody else does."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.accounts.models import Seat, User
from tallystick.partners.accounts.queries import seats_of
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.invitations import invitation_token, invite, resend, withdraw
from tallystick.partners.accounts.services.people import add_person
from tallystick.partners.partnerships.models import Partner, Partnership
from tallystick.partners.partnerships.rules import State
from tests.builders import Brand
from tests.people import TESTER, person, seat, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

ALICE = "alice@blog.example"
NEW = {"name": "Alice Moreau", "password": "a quite different sentence"}


@pytest.fixture(autouse=True)
def nothing_was_tried():
    """Attempts of other tests do not count."""
    cache.clear()


@pytest.fixture
def acme() -> Brand:
    return Brand("Acme")


def invited(
    brand: Brand, *, email: str = ALICE, role: Role = Role.MANAGER, partner: str | None = None
) -> str:
    """The address of an invitation."""
    with brand_scope(brand.id):
        at = Partner.objects.get(key=partner) if partner else None
        return f"/join/{invitation_token(invite(email=email, role=role, partner=at, message='Hello.', by=TESTER))}"


def words(answer) -> str:
    return answer.content.decode()


def test_a_newcomer_sets_name_and_password_and_is_in(acme):
    client, path = Client(), invited(acme)
    shown = words(client.get(path))
    assert "the tests invites you to work with Acme, as manager" in shown
    assert ALICE in shown
    assert "Hello." in shown
    done = client.post(path, NEW)
    assert done["Location"] == f"/{acme.key}/"
    alice = User.objects.get(email=ALICE)
    assert [(each.brand_id, each.role) for each in seats_of(alice)] == [(acme.id, "manager")]
    assert client.get("/account/").status_code == 200
    assert set(AuditLine.objects.filter(actor_id=alice.id).values_list("act", flat=True)) >= {
        "person.added",
        "invitation.accepted",
        "seat.given",
        "person.signed_in",
    }


def test_the_address_of_a_newcomer_is_confirmed_by_the_invitation(acme):
    Client().post(invited(acme), NEW)
    client = Client()
    client.post("/account/login/", {"login": ALICE, "password": NEW["password"]})
    assert client.get("/account/").status_code == 200


def test_a_partner_who_comes_accepts_what_the_partner_is_invited_to(acme):
    with brand_scope(acme.id):
        waiting = Partnership.objects.filter(partner__key="alice")
        waiting.update(state=State.INVITED)
        Partnership.objects.filter(partner__key="bob").update(state=State.INVITED)
    done = Client().post(invited(acme, role=Role.PARTNER, partner="alice"), NEW)
    assert done["Location"] == f"/portal/{acme.key}/alice/"
    with brand_scope(acme.id):
        states = dict(Partnership.objects.values_list("partner__key", "state"))
    assert states["alice"] == State.ONBOARDING
    assert states["bob"] == State.INVITED


def test_a_link_lets_somebody_in_once(acme):
    path = invited(acme)
    Client().post(path, NEW)
    again = Client().get(path)
    assert again.status_code == 409
    assert "accepted already" in words(again)


@pytest.mark.parametrize("password", ["short", "alice@blog.example"])
def test_a_weak_password_is_refused_and_nothing_is_changed(acme, password):
    answer = Client().post(invited(acme), {**NEW, "password": password})
    assert answer.status_code == 400
    assert not User.objects.filter(email=ALICE).exists()


def test_somebody_who_can_sign_in_does_so_first_and_comes_back(acme):
    ada = person("Ada")
    path = invited(acme, email=ada.email)
    shown = words(Client().get(path))
    assert "can sign in here already" in shown
    assert f"/account/login/?next={quote(path)}" in shown
    Client().post(path, NEW)
    assert seats_of(ada) == []
    client = signed_in(ada)
    assert "Accept the invitation" in words(client.get(path))
    assert client.post(path)["Location"] == f"/{acme.key}/"
    assert [each.role for each in seats_of(ada)] == ["manager"]


def test_whoever_has_another_address_is_told_and_not_let_in(acme):
    mallory, path = person("Mallory"), invited(acme)
    client = signed_in(mallory)
    assert f"for {ALICE}, but you are signed in as {mallory.email}" in words(client.get(path))
    client.post(path, NEW)
    assert seats_of(mallory) == []
    assert client.get(f"/{acme.key}/").status_code == 404


def test_a_withdrawn_a_replaced_and_an_old_link_say_what_to_do(acme):
    with brand_scope(acme.id):
        first = invite(email=ALICE, role=Role.VIEWER, by=TESTER)
        replaced = f"/join/{invitation_token(first)}"
        newest = f"/join/{invitation_token(resend(first, by=TESTER))}"
    assert "sent again since" in words(Client().get(replaced))
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=False):
        assert "too old" in words(Client().get(newest))
    with brand_scope(acme.id):
        first.refresh_from_db()
        withdraw(first, by=TESTER)
    gone = Client().post(newest, NEW)
    assert (gone.status_code, "withdrawn" in words(gone)) == (409, True)
    assert not User.objects.filter(email=ALICE).exists()


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "0" * 200])
def test_a_link_that_we_did_not_make_is_not_found(token):
    assert Client().get(f"/join/{token}").status_code == 404


def test_what_cannot_be_done_whole_is_not_done_at_all(acme):
    """The invited person was added meanwhile, by an administrator, without the invitation being accepted."""
    path = invited(acme)
    add_person(email=ALICE, name="Alice", by=TESTER)
    answer = Client().post(path, NEW)
    assert "can sign in here already" in words(answer)
    assert seats_of(User.objects.get(email=ALICE)) == []


# ---- where one works


def test_the_start_leads_to_the_one_place_to_the_list_of_several_or_says_that_there_is_none(acme):
    ada = person("Ada")
    client = signed_in(ada)
    assert "You have no seat yet" in words(client.get("/"))
    seat(ada, acme.id, Role.VIEWER)
    assert client.get("/")["Location"] == f"/{acme.key}/"
    zoes = Brand("Zoe")
    with brand_scope(zoes.id):
        bob = Partner.objects.get(key="bob")
    seat(ada, zoes.id, Role.PARTNER, partner=bob)
    assert client.get("/")["Location"] == "/switch"
    listed = words(client.get("/switch"))
    assert f"/{acme.key}/" in listed
    assert "Bob" in listed


def test_where_nobody_can_sign_in_the_start_says_how_to_begin():
    assert "tallystick person add" in words(Client().get("/"))
    person("Ada")
    assert Client().get("/")["Location"] == "/account/login/?next=/"


def test_one_leaves_a_seat_but_not_as_the_last_owner(acme):
    ada = person("Ada")
    viewer, owner = seat(ada, acme.id, Role.VIEWER), seat(ada, acme.id, Role.OWNER)
    client = signed_in(ada)
    assert client.post(f"/account/seats/{ids.show('sea', viewer.id)}/leave").status_code == 302
    refused = client.post(f"/account/seats/{ids.show('sea', owner.id)}/leave")
    assert (refused.status_code, "only owner" in words(refused)) == (409, True)
    with brand_scope(acme.id):
        assert list(Seat.objects.values_list("role", flat=True)) == ["owner"]


def test_nobody_leaves_the_seat_of_another(acme):
    ada = person("Ada")
    held = seat(ada, acme.id, Role.VIEWER)
    assert (
        signed_in(person("Mallory")).post(f"/account/seats/{ids.show('sea', held.id)}/leave").status_code
        == 404
    )
