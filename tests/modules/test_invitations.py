"""Invitations: one open per address and seat; their links die by time, by a newer one, and by use."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing

from tallystick.doors.wording import sentence
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.scoping import across_brands, brand_scope
from tallystick.kit import clock
from tallystick.partners.accounts.models import Invitation, Seat
from tallystick.partners.accounts.queries import roles_in
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services import invitations
from tallystick.partners.accounts.services.invitations import (
    AlreadyInvited,
    BadInvitation,
    OtherAddress,
    UnknownInvitation,
    accept_invitation,
    invitation_link,
    invitation_token,
    invite,
    read_invitation,
    resend,
    withdraw,
)
from tallystick.partners.accounts.services.seats import BadRole, SeatHeld, give_seat
from tests.modules.accounts_cast import Company, acme, acting, announced, confirmed, last_line
from tests.people import TESTER, person

__all__ = ["acme"]

pytestmark = pytest.mark.django_db

PAUL = "paul@acme.example"


def invited(company: Company, email: str = PAUL, role: Role = Role.MANAGER, **fields) -> Invitation:
    return invite(email=email, role=role, by=TESTER, **fields)


def test_an_invitation_is_written_down_announced_and_on_its_way_in_one_transaction(acme):
    invitation = invite(email=PAUL, role=Role.MANAGER, message="Hello Paul", by=TESTER)
    line = last_line()
    assert (line.act, line.label, line.changes) == ("invitation.sent", PAUL, {"role": [None, "manager"]})
    assert announced() == ["invitation.sent"]
    mail = Mail.objects.get()
    assert mail.to == PAUL
    assert invitation_link(invitation).split("/join/")[0] in mail.text
    assert "Hello Paul" in mail.text
    assert invitation.expires_at - clock.now() <= timedelta(days=7)


def test_the_mail_holds_the_link_that_is_read(acme):
    invitation = invited(acme)
    link = next(word for word in Mail.objects.get().text.split() if "/join/" in word)
    assert read_invitation(link.partition("/join/")[2]) == invitation


def test_a_link_is_read_without_any_brand_in_scope(acme):
    token = invitation_token(invited(acme))
    with brand_scope(Company("Zoe").id):
        found = read_invitation(token)
    assert (found.brand.name, found.role, found.email) == ("Acme", "manager", PAUL)


def test_accepting_gives_the_seat_and_opens_the_invitations_own_brand(acme):
    token = invitation_token(invited(acme))
    paul = confirmed(person_with(PAUL))
    with brand_scope(Company("Zoe").id):
        held = accept_invitation(read_invitation(token), user=paul, by=acting(paul))
    assert held.brand_id == acme.id
    assert roles_in(paul, acme.id) == {Role.MANAGER}
    assert announced() == ["invitation.sent", "invitation.accepted", "seat.given"]
    assert last_line().brand_id == acme.id


def test_accepting_twice_is_refused(acme):
    invitation = invited(acme)
    paul = confirmed(person_with(PAUL))
    accept_invitation(invitation, user=paul, by=acting(paul))
    with pytest.raises(BadInvitation) as refused:
        accept_invitation(invitation, user=paul, by=acting(paul))
    assert sentence(refused.value) == "This invitation was accepted already. Sign in to go on."
    with pytest.raises(BadInvitation):
        read_invitation(invitation_token(invitation))
    assert Seat.objects.filter(user=paul).count() == 1


def test_an_invitation_to_a_partner_gives_a_seat_there_and_nowhere_else(acme):
    invitation = invite(email="al@blog.example", role=Role.PARTNER, partner=acme.alice, by=TESTER)
    al = confirmed(person_with("al@blog.example"))
    accept_invitation(invitation, user=al, by=acting(al))
    assert roles_in(al, acme.id, partner_id=acme.alice.id) == {Role.PARTNER}
    assert roles_in(al, acme.id) == frozenset()


def test_the_address_must_be_confirmed_and_letter_case_does_not_matter(acme):
    invitation = invited(acme, "Paul@Acme.Example")
    paul = person_with(PAUL)
    with pytest.raises(OtherAddress) as refused:
        accept_invitation(invitation, user=paul, by=acting(paul))
    assert PAUL in sentence(refused.value)
    mallory = confirmed(person("Mallory"))
    with pytest.raises(OtherAddress):
        accept_invitation(invitation, user=mallory, by=acting(mallory))
    accept_invitation(invitation, user=confirmed(paul), by=acting(paul))


def test_sending_again_kills_the_link_before(acme):
    invitation = invited(acme)
    old = invitation_token(invitation)
    again = resend(invitation, by=TESTER)
    with pytest.raises(BadInvitation) as refused:
        read_invitation(old)
    assert "newest mail" in sentence(refused.value)
    assert read_invitation(invitation_token(again)) == invitation
    assert Mail.objects.count() == 2
    paul = confirmed(person_with(PAUL))
    with pytest.raises(BadInvitation):
        accept_invitation(invitation_as_read(invitation, turn=1), user=paul, by=acting(paul))


def test_a_link_lives_a_week_and_can_be_sent_again_then(acme):
    invitation = invited(acme)
    token = invitation_token(invitation)
    paul = confirmed(person_with(PAUL))
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1), tick=False):
        for read in (token, invitation_token(invitation)):
            with pytest.raises(BadInvitation) as refused:
                read_invitation(read)
            assert sentence(refused.value) == "This invitation is too old. Ask for it to be sent again."
        with pytest.raises(BadInvitation):
            accept_invitation(invitation, user=paul, by=acting(paul))
        again = resend(invitation, by=TESTER)
        accept_invitation(read_invitation(invitation_token(again)), user=paul, by=acting(paul))


def test_what_is_withdrawn_cannot_be_read_accepted_or_sent(acme):
    invitation = invited(acme)
    token = invitation_token(invitation)
    withdraw(invitation, by=TESTER)
    paul = confirmed(person_with(PAUL))
    for act in (
        lambda: read_invitation(token),
        lambda: accept_invitation(invitation, user=paul, by=acting(paul)),
        lambda: resend(invitation, by=TESTER),
        lambda: withdraw(invitation, by=TESTER),
    ):
        with pytest.raises(BadInvitation, match="was withdrawn"):
            act()
    assert last_line().changes == {"state": ["open", "withdrawn"]}
    invited(acme)


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t[1:], lambda _: "x", lambda _: ""])
def test_a_link_that_is_not_whole_says_so(acme, change):
    with pytest.raises(UnknownInvitation, match="not whole"):
        read_invitation(change(invitation_token(invited(acme))))


def test_a_link_signed_for_something_else_is_no_invitation(acme):
    invitation = invited(acme)
    with pytest.raises(UnknownInvitation):
        read_invitation(signing.dumps([invitation.id.hex, 1], salt="another"))


def test_a_link_to_what_is_gone_says_so(acme):
    token = invitation_token(invited(acme))
    across_brands(Invitation).all().delete()
    with pytest.raises(UnknownInvitation, match="no such invitation"):
        read_invitation(token)


def test_one_open_invitation_per_address_and_seat(acme):
    invited(acme)
    with pytest.raises(AlreadyInvited):
        invited(acme, PAUL.upper())
    invited(acme, role=Role.FINANCE)
    invite(email=PAUL, role=Role.PARTNER, partner=acme.alice, by=TESTER)
    with pytest.raises(AlreadyInvited):
        invite(email=PAUL, role=Role.PARTNER, partner=acme.alice, by=TESTER)
    with brand_scope(Company("Zoe").id):
        invite(email=PAUL, role=Role.MANAGER, by=TESTER)


def test_who_has_the_seat_is_not_invited_to_it(acme):
    paul = person_with(PAUL)
    give_seat(user=paul, role=Role.MANAGER, by=TESTER)
    with pytest.raises(SeatHeld):
        invited(acme, PAUL.upper())


def test_a_seat_given_meanwhile_is_the_one_that_accepting_leads_to(acme):
    invitation = invited(acme)
    paul = confirmed(person_with(PAUL))
    held = give_seat(user=paul, role=Role.MANAGER, by=TESTER)
    assert accept_invitation(invitation, user=paul, by=acting(paul)) == held


def test_what_cannot_be_offered_is_refused(acme):
    with pytest.raises(BadInvitation, match="not an e-mail address"):
        invited(acme, "paul at acme")
    with pytest.raises(BadRole):
        invited(acme, role=Role.ADMINISTRATOR)
    with pytest.raises(BadRole):
        invited(acme, role=Role.OWNER, partner=acme.alice)
    assert not Invitation.objects.exists()
    assert not Mail.objects.exists()


def test_there_is_a_most_of_open_invitations(acme, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)
    invited(acme)
    with pytest.raises(BadInvitation, match="1 invitations are open"):
        invited(acme, "another@acme.example")


def person_with(email: str):
    user = person("Paul")
    user.email = email
    type(user).objects.filter(id=user.id).update(email=email)
    return user


def invitation_as_read(invitation: Invitation, *, turn: int) -> Invitation:
    """The invitation as somebody read it while an older link was the newest."""
    read = Invitation.objects.get(id=invitation.id)
    read.turn = turn
    return read
