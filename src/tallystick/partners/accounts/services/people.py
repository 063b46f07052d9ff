"""People: added, renamed, given a link, shut out and let in again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.mail.links import absolute
from tallystick.foundation.mail.services import post
from tallystick.foundation.scoping import across_brands, brand_scope
from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.letters import is_plain
from tallystick.partners.accounts.models import Seat, User
from tallystick.partners.accounts.people import person_with
from tallystick.partners.accounts.queries import actor_of
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.seats import keep_an_owner

MOST_NAME: Final = 200


class BadPerson(Foreseen, ValueError):
    """An address or a name that a person cannot have; the message says why."""

    exit = Exit.USAGE


class PersonKnown(Foreseen):
    """Somebody signs in with this address already."""

    exit = Exit.REFUSED


class ShutOut(Foreseen):
    """The person is deactivated, so a link would lead nowhere."""

    exit = Exit.REFUSED


@transaction.atomic
def add_person(
    *, email: str, name: str, by: Actor | None, password_hash: str = "", is_administrator: bool = False
) -> User:
    """Add somebody who can sign in. Whoever adds them answers for the address: it counts as confirmed.

    by: None for people who join themselves. password_hash: made before, because making one takes long and other writers
    would wait; empty for none yet. Raises BadPerson, PersonKnown.
    """
    address, name = _address(email), _name(name)
    if person_with(address) or User.objects.filter(email__iexact=address).exists():
        raise PersonKnown("Somebody signs in with %(email)s already.", email=address)
    person = User(email=address, name=name, is_administrator=is_administrator)
    if password_hash:
        person.password = password_hash
    else:
        person.set_unusable_password()
    person.save(force_insert=True)
    # Somebody may have begun to claim the address without being able to confirm it.
    EmailAddress.objects.filter(email=address).delete()
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    _record("person.added", person, by=by or actor_of(person), administrator=(None, is_administrator))
    return person


@transaction.atomic
def rename_person(person: User, *, name: str, by: Actor) -> None:
    """Give a person another name; the one they have changes nothing. Raises BadPerson."""
    name = _name(name)
    if name != person.name:
        _change(person, "person.renamed", by=by, name=name)


@transaction.atomic
def password_link(person: User, *, by: Actor) -> str:
    """The path at which a person chooses a password and is signed in: works once, for three days.

    Who has a second factor still needs it. Raises ShutOut.
    """
    # Late: the forms of allauth need every app to be ready.
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    if not person.is_active:
        raise ShutOut("%(who)s is deactivated. Activate first.", who=person.email)
    _record("person.link_made", person, by=by)
    token = default_token_generator.make_token(person)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": token}
    )


def link_life() -> timedelta:
    """How long a link to choose a password works."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


@transaction.atomic
def deactivate_person(person: User, *, by: Actor) -> None:
    """Let a person sign in no more and end their sessions; their seats and what they did stay.

    Calling it twice is once. Raises LastOwner where a brand would be left without an owner who can sign in.
    """
    if not person.is_active:
        return
    for seat in across_brands(Seat).filter(user=person, role=Role.OWNER).select_related("brand", "user"):
        with brand_scope(seat.brand_id):
            keep_an_owner(without=seat)
    _change(person, "person.deactivated", by=by, is_active=False)
    end_sessions(person)


@transaction.atomic
def activate_person(person: User, *, by: Actor) -> None:
    """Let a person sign in again. Calling it twice is once."""
    if not person.is_active:
        _change(person, "person.activated", by=by, is_active=True)


@transaction.atomic
def set_administrator(person: User, *, is_administrator: bool, by: Actor) -> None:
    """Say whether a person looks after the installation. What is so already changes nothing."""
    if person.is_administrator != is_administrator:
        _change(person, "person.changed", by=by, is_administrator=is_administrator)


@transaction.atomic
def forget_factors(person: User, *, by: Actor) -> None:
    """Remove a person's passkeys, authenticator app and recovery codes, end their sessions, and tell them.

    For whoever has lost them; the password stays. Without any, nothing happens.
    """
    held = Authenticator.objects.filter(user=person)
    if not held.exists():
        return
    _record(
        "person.factors_forgotten", person, by=by, factors=(sorted(held.values_list("type", flat=True)), None)
    )
    held.delete()
    end_sessions(person)
    context = {
        "happened": _("An administrator removed your passkeys, authenticator app and recovery codes"),
        "at": clock.now(),
        "address": by.address,
        "browser": "",
        "link": absolute(reverse("mfa_index")),
    }
    post("security_notice", to=person.email, context=context)


def end_sessions(person: User) -> None:
    """Sign a person out everywhere."""
    for session in UserSession.objects.filter(user=person):
        session.end()


def sweep_sessions() -> int:
    """Forget the sessions that ended by themselves. Returns how many: for upkeep."""
    ended = Session.objects.filter(expire_date__lt=clock.now()).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return ended


def _change(person: User, act: str, *, by: Actor, **wanted: Any) -> None:
    changes = {name: (getattr(person, name), value) for name, value in wanted.items()}
    User.objects.filter(id=person.id).update(**wanted)
    for name, value in wanted.items():
        setattr(person, name, value)
    record(Act(act, Subject("usr", person.id, person.email), by=by, changes=changes))


def _record(act: str, person: User, *, by: Actor, **changes: tuple[Any, Any]) -> None:
    record(Act(act, Subject("usr", person.id, person.email), by=by, changes=changes))


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise BadPerson("“%(text)s” is not an e-mail address.", text=address[:80]) from None
    if len(address) > 254:
        raise BadPerson("An e-mail address has 254 characters at most.")
    return address


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MOST_NAME:
        raise BadPerson("A name has 1 to %(most)s characters.", most=MOST_NAME)
    if not is_plain(name):
        raise BadPerson("This name holds a character that cannot be seen. Type it again.")
    return name
