"""The pages of people: who has a seat, inviting, changing roles, taking seats, leaving."""

import pytest
from django.test import override_settings

from tallystick.foundation.mail.models import Mail
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.models import Invitation, Seat
from tallystick.partners.accounts.queries import roles_in
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.invitations import invite
from tests.doors.people_cast import Office, office
from tests.people import TESTER, person, seat, signed_in

__all__ = ["office"]

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def seat_of(office: Office, user) -> str:
    with office.scope():
        return ids.show("sea", Seat.objects.get(user=user).id)


def invited(office: Office, email: str = "new@acme.example", role: Role = Role.VIEWER, **fields) -> str:
    with office.scope():
        return ids.show("inv", invite(email=email, role=role, by=TESTER, **fields).id)


def test_everybody_of_the_brand_sees_who_has_a_seat_and_owners_can_change_it(office):
    words = office.reads(office.vera, "team").words
    for name in ("Ann", "Otto", "Max", "Vera"):
        assert name in words
    assert "Change role" not in words
    page = office.reads(office.ann, "team")
    assert office.at(f"team/seats/{seat_of(office, office.max)}/role") in page.links
    assert office.at("team/invite") in page.links


def test_an_owner_invites_somebody_and_the_invitation_can_be_sent_again_and_withdrawn(office):
    assert "Role" in office.reads(office.ann, "team/invite").words
    office.posts(office.ann, "team/invite", email="New@Acme.example", role="analyst", message="Hello")
    with office.scope():
        invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == (
        "new@acme.example",
        "analyst",
        "Ann",
    )
    text = ids.show("inv", invitation.id)
    words = office.reads(office.max, "team").words
    assert "new@acme.example analyst" in words
    office.posts(office.ann, f"team/invitations/{text}/resend")
    assert Mail.objects.count() == 2
    office.posts(office.ann, f"team/invitations/{text}/withdraw")
    assert "new@acme.example" not in office.reads(office.ann, "team").words
    assert "withdrawn" in office.posts(office.ann, f"team/invitations/{text}/resend", 409).words


def test_what_is_wrong_with_an_invitation_stands_at_its_field(office):
    page = office.posts(office.ann, "team/invite", 400, email="no address", role="boss")
    assert "Enter a valid email address." in page.words
    again = office.posts(office.ann, "team/invite", 400, email=office.vera.email.upper(), role="viewer")
    assert "has this seat already" in again.words


def test_without_mail_the_owner_is_given_the_link_to_hand_over_and_nobody_else_is(office):
    invited(office)
    page = office.reads(office.ann, "team")
    assert "/join/" in page.words
    assert "hand each link over yourself" in page.words
    for other in (office.max, office.vera):
        assert "/join/" not in office.reads(other, "team").words
    from django.conf import settings

    with_mail = settings.TALLYSTICK.model_copy(update={"mail_url": "smtp://mail.example"})
    with override_settings(TALLYSTICK=with_mail):
        assert "/join/" not in office.reads(office.ann, "team").words


def test_a_role_is_changed_and_a_seat_is_taken_after_being_asked_once_more(office):
    text = seat_of(office, office.max)
    assert "manager" in office.reads(office.ann, f"team/seats/{text}/role").words
    office.posts(office.ann, f"team/seats/{text}/role", role="finance")
    assert roles_in(office.max, office.id) == {Role.FINANCE}
    assert "Max is no longer finance" in office.reads(office.ann, f"team/seats/{text}/take").words
    browser = signed_in(office.max)
    assert browser.get(office.at("team")).status_code == 200
    office.posts(office.ann, f"team/seats/{text}/take")
    assert browser.get(office.at("team")).status_code == 404


def test_the_last_owner_is_refused_in_a_sentence(office):
    text = seat_of(office, office.ann)
    office.posts(office.ann, f"team/seats/{seat_of(office, office.otto)}/take")
    page = office.posts(office.ann, f"team/seats/{text}/take", 409)
    assert "Ann is the only owner of Acme. Make somebody else an owner first." in page.words
    assert (
        "Ann is the only owner"
        in office.posts(office.ann, f"team/seats/{text}/role", 400, role="viewer").words
    )


def test_people_at_partners_are_a_list_of_their_own(office):
    al = person("Al")
    seat(al, office.id, Role.PARTNER, partner=office.alice)
    assert "Al " not in office.reads(office.vera, "team").words
    page = office.reads(office.vera, "team/partners")
    assert al.email in page.words
    assert "Remove" not in page.words
    assert al.email in office.reads(office.max, "team/partners?q=alice").words
    assert "Nobody found" in office.reads(office.max, "team/partners?q=bob").words
    text = seat_of(office, al)
    assert "no longer acts for Alice" in office.reads(office.max, f"team/partners/{text}/take").words
    office.posts(office.max, f"team/partners/{text}/take")
    assert "Nobody acts for a partner yet" in office.reads(office.max, "team/partners").words


def test_managers_reach_seats_at_partners_and_never_those_of_the_brand(office):
    text = seat_of(office, office.ann)
    office.posts(office.max, f"team/partners/{text}/take", 404)
    office.posts(office.max, f"team/seats/{text}/take", 403)
    al = person("Al")
    seat(al, office.id, Role.PARTNER, partner=office.alice)
    office.posts(office.ann, f"team/seats/{seat_of(office, al)}/take", 404)


def test_what_is_of_another_brand_or_no_id_is_not_there(office):
    zoes = Office("Zoe")
    hers = invited(zoes)
    for page in (
        f"team/seats/{seat_of(zoes, zoes.max)}/role",
        f"team/seats/{ids.show('inv', ids.new())}/take",
        "team/seats/nonsense/take",
        "team/seats/sea_00000000000000000000000000/take",
    ):
        office.reads(office.ann, page, 404)
    office.posts(office.ann, f"team/invitations/{hers}/withdraw", 404)
    with brand_scope(zoes.id):
        assert Invitation.objects.get().state == "open"


@pytest.mark.parametrize("page", ["team/invite", "team/seats/{seat}/take", "team/seats/{seat}/role"])
def test_giving_and_taking_ask_who_has_not_signed_in_lately_to_do_it_again(office, page):
    address = office.at(page.format(seat=seat_of(office, office.max)))
    answer = signed_in(office.ann, recently=False).get(address)
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
