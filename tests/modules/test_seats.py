"""Seats are given, taken and changed; a brand never loses its last owner."""

import pytest

from tallystick.doors.wording import sentence
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.models import Seat
from tallystick.partners.accounts.queries import rights_of_actor, roles_in
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.seats import (
    BadRole,
    LastOwner,
    SeatGone,
    SeatHeld,
    change_role,
    give_seat,
    take_seat,
)
from tests.modules.accounts_cast import Company, acme, acting, announced, last_line
from tests.people import TESTER, person

__all__ = ["acme"]

pytestmark = pytest.mark.django_db


def test_a_person_may_have_several_seats_and_they_add_up(acme):
    max_ = person("Max")
    for role in (Role.MANAGER, Role.FINANCE):
        give_seat(user=max_, role=role, by=TESTER)
    give_seat(user=max_, role=Role.PARTNER, partner=acme.alice, by=TESTER)
    assert roles_in(max_, acme.id) == {Role.MANAGER, Role.FINANCE}
    assert roles_in(max_, acme.id, partner_id=acme.alice.id) == {Role.PARTNER}
    assert {"partners.change", "audit.read"} <= rights_of_actor(acting(max_))


def test_the_same_seat_twice_is_refused(acme):
    max_ = person("Max")
    give_seat(user=max_, role=Role.MANAGER, by=TESTER)
    with pytest.raises(SeatHeld) as refused:
        give_seat(user=max_, role=Role.MANAGER, by=TESTER)
    assert sentence(refused.value) == f"{max_.email} has this seat already: manager."
    give_seat(user=max_, role=Role.PARTNER, partner=acme.alice, by=TESTER)
    with pytest.raises(SeatHeld):
        give_seat(user=max_, role=Role.PARTNER, partner=acme.alice, by=TESTER)


@pytest.mark.parametrize("role", ["boss", Role.ADMINISTRATOR, Role.PARTNER])
def test_there_is_no_seat_of_a_role_that_is_not_a_brands(acme, role):
    with pytest.raises(BadRole, match="owner, manager, analyst"):
        give_seat(user=person("Max"), role=role, by=TESTER)


def test_at_a_partner_one_is_a_partner(acme):
    with pytest.raises(BadRole, match="roles are: partner"):
        give_seat(user=person("Max"), role=Role.OWNER, partner=acme.alice, by=TESTER)


def test_giving_and_taking_are_written_down_and_announced(acme):
    ann, max_ = acme.has("Ann", Role.OWNER), person("Max")
    held = give_seat(user=max_, role=Role.VIEWER, by=acting(ann))
    line = last_line()
    assert (line.act, line.actor_name, line.label, line.changes) == (
        "seat.given",
        "Ann",
        max_.email,
        {"role": [None, "viewer"]},
    )
    take_seat(held, by=acting(ann))
    assert (last_line().act, last_line().changes) == ("seat.taken", {"role": ["viewer", None]})
    assert announced() == ["seat.given", "seat.taken"]
    assert roles_in(max_, acme.id) == frozenset()


def test_the_last_owner_stays(acme):
    acme.has("Max", Role.MANAGER)
    ann = acme.has("Ann", Role.OWNER)
    only = Seat.objects.get(user=ann)
    for act in (lambda: take_seat(only, by=acting(ann)), lambda: change_role(only, role="viewer", by=TESTER)):
        with pytest.raises(LastOwner) as refused:
            act()
        assert sentence(refused.value) == "Ann is the only owner of Acme. Make somebody else an owner first."
    assert roles_in(ann, acme.id) == {Role.OWNER}


def test_an_owner_who_cannot_sign_in_does_not_count(acme):
    ann, otto = acme.has("Ann", Role.OWNER), acme.has("Otto", Role.OWNER)
    type(otto).objects.filter(id=otto.id).update(is_active=False)
    with pytest.raises(LastOwner):
        take_seat(Seat.objects.get(user=ann), by=acting(ann))
    take_seat(Seat.objects.get(user=otto), by=acting(ann))


def test_an_owner_of_another_brand_does_not_count(acme):
    ann = acme.has("Ann", Role.OWNER)
    zoes = Company("Zoe")
    zoes.has("Zoe", Role.OWNER)
    with pytest.raises(LastOwner):
        take_seat(Seat.objects.get(user=ann), by=acting(ann))


def test_one_of_two_owners_may_leave_and_then_the_other_may_not(acme):
    ann, otto = acme.has("Ann", Role.OWNER), acme.has("Otto", Role.OWNER)
    take_seat(Seat.objects.get(user=ann), by=acting(ann))
    with pytest.raises(LastOwner):
        take_seat(Seat.objects.get(user=otto), by=acting(otto))


def test_a_role_is_changed_in_one_act(acme):
    ann, otto = acme.has("Ann", Role.OWNER), acme.has("Otto", Role.OWNER)
    held = change_role(Seat.objects.get(user=otto), role=Role.ANALYST, by=acting(ann))
    assert (last_line().act, last_line().changes) == ("seat.changed", {"role": ["owner", "analyst"]})
    assert roles_in(otto, acme.id) == {Role.ANALYST}
    before = last_line().id
    change_role(held, role=Role.ANALYST, by=acting(ann))
    assert last_line().id == before


def test_a_role_that_the_person_has_by_another_seat_is_refused(acme):
    max_ = acme.has("Max", Role.MANAGER)
    viewer = give_seat(user=max_, role=Role.VIEWER, by=TESTER)
    with pytest.raises(SeatHeld):
        change_role(viewer, role=Role.MANAGER, by=TESTER)
    at_partner = give_seat(user=max_, role=Role.PARTNER, partner=acme.alice, by=TESTER)
    with pytest.raises(BadRole):
        change_role(at_partner, role=Role.VIEWER, by=TESTER)


def test_a_seat_that_is_gone_cannot_be_taken_again(acme):
    acme.has("Ann", Role.OWNER)
    max_ = acme.has("Max", Role.MANAGER)
    held = Seat.objects.get(user=max_)
    take_seat(held, by=TESTER)
    again = Seat(id=held.id, user=max_, role=Role.MANAGER, brand=acme.brand)
    with pytest.raises(SeatGone):
        take_seat(again, by=TESTER)


def test_what_a_person_made_stays_when_the_seat_is_taken(acme):
    from tallystick.partners.accounts.models import Invitation
    from tallystick.partners.accounts.services.invitations import invite

    ann = acme.has("Ann", Role.OWNER)
    otto = acme.has("Otto", Role.OWNER)
    invite(email="new@acme.example", role=Role.VIEWER, by=acting(otto))
    take_seat(Seat.objects.get(user=otto), by=acting(ann))
    assert Invitation.objects.get().state == "open"


def test_rights_are_of_the_brand_in_scope_only(acme):
    zoes = Company("Zoe")
    zoe = zoes.has("Zoe", Role.OWNER)
    assert rights_of_actor(acting(zoe)) == frozenset()
    with brand_scope(zoes.id):
        assert "keys.change" in rights_of_actor(acting(zoe))
