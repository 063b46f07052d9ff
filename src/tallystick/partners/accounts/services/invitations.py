"""Invitations: sent, sent again, withdrawn, accepted. The link is signed and dies by time, by a newer one, and by use.

Identifier: INVITE-ONCE.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.mail import links
from tallystick.foundation.mail.services import post
from tallystick.foundation.outbox.services import announce
from tallystick.foundation.scoping import across_brands, brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.accounts.mails import INVITATION
from tallystick.partners.accounts.models import Invitation, InvitationState, Seat, User
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.seats import SeatHeld, give_seat, known_role
from tallystick.partners.accounts.words import ROLE_NAMES

LIFE: Final = timedelta(days=7)
MOST_OPEN: Final = 500
"""Open invitations of a brand."""

_SALT: Final = "tallystick.accounts.invitation"
_INVITED: Final = "%(who)s is invited already. Send that invitation again instead."


class BadInvitation(Foreseen):
    """An invitation that cannot be sent or accepted as things stand; the message says what to do."""

    exit = Exit.REFUSED


class UnknownInvitation(BadInvitation):
    """A link that nobody signed, or to what is not there."""

    exit = Exit.NOT_FOUND


class AlreadyInvited(BadInvitation):
    """There is an open invitation of this address to this seat."""


class OtherAddress(BadInvitation):
    """The invitation was sent to another address than the person has confirmed."""


@transaction.atomic
def invite(
    *, email: str, role: Role | str, partner: models.Model | None = None, message: str = "", by: Actor
) -> Invitation:
    """Offer a seat in the brand in scope, or at a partner of it, to whoever reads mail at an address.

    The link lives for a week. Raises BadRole, BadInvitation for what is not an address, SeatHeld, AlreadyInvited.
    """
    role = known_role(role, partner=partner)
    address = _address(email)
    offered = {"role": role, "partner_id": partner.pk if partner else None}
    if Seat.objects.filter(user__email__iexact=address, **offered).exists():
        raise SeatHeld("%(who)s has this seat already: %(role)s", who=address, role=role)
    waiting = Invitation.objects.filter(state=InvitationState.OPEN)
    if waiting.filter(email=address, **offered).exists():
        raise AlreadyInvited(_INVITED, who=address)
    if waiting.count() >= MOST_OPEN:
        raise BadInvitation(
            "%(count)s invitations are open, which is the most. Withdraw those nobody will accept.",
            count=MOST_OPEN,
        )
    invitation = Invitation(
        email=address,
        message=message.strip(),
        invited_by=by.name[:254],
        expires_at=clock.now() + LIFE,
        **offered,
    )
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:
        # Somebody else was faster by less than a transaction; anything else is a fault.
        if not waiting.filter(email=address, **offered).exists():
            raise
        raise AlreadyInvited(_INVITED, who=address) from None
    _tell("invitation.sent", invitation, by=by, changes={"role": (None, role)})
    _post(invitation)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: Actor) -> Invitation:
    """Send an open invitation again, for another week; the links sent before are dead. Raises BadInvitation."""
    invitation = _held(invitation)
    wanted = {"turn": invitation.turn + 1, "expires_at": clock.now() + LIFE}
    Invitation.objects.filter(id=invitation.id).update(**wanted)
    _tell("invitation.resent", invitation, by=by, changes={"turn": (invitation.turn, wanted["turn"])})
    invitation.refresh_from_db()
    _post(invitation)
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Actor) -> None:
    """Take an open invitation back: its link is dead. Raises BadInvitation."""
    invitation = _held(invitation)
    _ends(invitation, InvitationState.WITHDRAWN, by=by)


def invitation_token(invitation: Invitation) -> str:
    """What the link of an invitation ends with. A secret: whoever holds it can read who is invited by whom."""
    return signing.dumps([invitation.id.hex, invitation.turn], salt=_SALT)


def invitation_link(invitation: Invitation) -> str:
    """The whole address under which an invitation is accepted, to send or to hand over."""
    return links.absolute(f"/join/{invitation_token(invitation)}")


def read_invitation(token: str) -> Invitation:
    """The open invitation, of any brand, that a link belongs to.

    Raises UnknownInvitation for a link that we did not sign, BadInvitation for one that is used, too old or replaced.
    """
    try:
        hexadecimal, turn = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.SignatureExpired as old:
        raise _too_old() from old
    except signing.BadSignature as bad:
        raise UnknownInvitation(
            "This link is not whole. Copy all of it from the mail, or ask for the invitation to be sent again."
        ) from bad
    found = (
        across_brands(Invitation).select_related("brand", "partner").filter(id=UUID(hex=hexadecimal)).first()
    )
    if found is None:
        raise UnknownInvitation("There is no such invitation any more. Ask for another.")
    _refuse_unless_acceptable(found, turn=turn)
    return found


def accept_invitation(invitation: Invitation, *, user: User, by: Actor) -> Seat:
    """Take the offered seat, in the invitation's brand; opens its scope.

    1. Lock the invitation and refuse unless it is open. 2. Refuse unless the person has confirmed the invited address.
    3. Mark it accepted. 4. Give the seat, unless it was given by other ways meanwhile. All in one transaction.
    Raises BadInvitation, OtherAddress.
    """
    with brand_scope(invitation.brand_id), transaction.atomic():
        turn, invitation = invitation.turn, _held(invitation)
        _refuse_unless_acceptable(invitation, turn=turn)
        confirmed = EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True)
        if not confirmed.exists():
            raise OtherAddress(
                "This invitation is for %(who)s. Sign in with that address, or confirm it as one of yours.",
                who=invitation.email,
            )
        _ends(invitation, InvitationState.ACCEPTED, by=by)
        role, partner = invitation.role, invitation.partner
        held = Seat.objects.filter(user=user, role=role, partner=partner).first()
        return held or give_seat(user=user, role=role, partner=partner, by=by)


def _held(invitation: Invitation) -> Invitation:
    """The invitation as it stands now, open, and held until the transaction ends."""
    held = Invitation.objects.select_for_update().get(id=invitation.id)
    _refuse_unless_open(held)
    return held


def _refuse_unless_open(invitation: Invitation) -> None:
    if invitation.state == InvitationState.ACCEPTED:
        raise BadInvitation("This invitation was accepted already. Sign in to go on.")
    if invitation.state == InvitationState.WITHDRAWN:
        raise BadInvitation("This invitation was withdrawn. Ask whoever invited you.")


def _refuse_unless_acceptable(invitation: Invitation, *, turn: int) -> None:
    _refuse_unless_open(invitation)
    if invitation.turn != turn:
        raise BadInvitation("This invitation was sent again since. Use the link in the newest mail.")
    if invitation.expires_at <= clock.now():
        raise _too_old()


def _too_old() -> BadInvitation:
    return BadInvitation("This invitation is too old. Ask for it to be sent again.")


def _ends(invitation: Invitation, state: InvitationState, *, by: Actor) -> None:
    Invitation.objects.filter(id=invitation.id).update(state=state)
    _tell(f"invitation.{state.value}", invitation, by=by, changes={"state": (invitation.state, state.value)})


def _address(email: str) -> str:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise BadInvitation("“%(text)s” is not an e-mail address.", text=email.strip()[:80]) from None
    return email.strip().lower()


def _post(invitation: Invitation) -> None:
    """Put the mail with the link on its way, in the transaction of the invitation."""
    post(
        INVITATION.name,
        to=invitation.email,
        context={
            "brand": invitation.brand.name,
            "partner": str(invitation.partner) if invitation.partner else "",
            "inviter": invitation.invited_by,
            "role": ROLE_NAMES[Role(invitation.role)],
            "message": invitation.message,
            "link": invitation_link(invitation),
            "expires_at": invitation.expires_at,
        },
        expires_at=invitation.expires_at,
    )


def _tell(act: str, invitation: Invitation, *, by: Actor, changes: dict[str, tuple[Any, Any]]) -> None:
    subject = Subject("inv", invitation.id, invitation.email)
    record(Act(act, subject, by=by, changes=changes))
    body = {"role": invitation.role}
    if invitation.partner_id:
        body["partner"] = ids.show("prt", invitation.partner_id)
    announce(act, subject=subject.text, body=body)
