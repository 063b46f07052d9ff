"""Verbs of mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.jobs.services import enqueue
from tallystick.foundation.mail import links
from tallystick.foundation.mail.kinds import KINDS, MailKind, optional_kinds
from tallystick.foundation.mail.models import Declined, Mail, MailState
from tallystick.foundation.mail.queries import find, is_declined
from tallystick.foundation.mail.rendering import render
from tallystick.foundation.mail.rules import Server, read_sender, read_server
from tallystick.foundation.mail.transport import NotTaken, Refused, deliver, letter
from tallystick.foundation.scoping import brand_or_none
from tallystick.kit import clock, ids
from tallystick.kit.errors import Exit, Foreseen

SEND: Final = "mail.send"
LASTS: Final = timedelta(days=7)
"""How long a mail is tried, and how long a secret in it is kept, where nobody says otherwise."""

LISTED: Final = timedelta(days=90)
"""How long a mail stays in the list after it has expired: anybody can cause one by asking for a link."""


class BadAddress(Foreseen, ValueError):
    """An address that no mail can be sent to."""

    exit = Exit.USAGE


class NotAgain(Foreseen):
    """A mail that cannot be sent once more."""

    exit = Exit.REFUSED


def post(
    kind: str, *, to: str, context: Mapping[str, Any], expires_at: datetime | None = None, once: str = ""
) -> Mail:
    """Write a mail, in the transaction of what it tells of, and ask for it to be sent.

    kind: of `KINDS`. context: the names of its sample. expires_at: when what it says is no longer true, such as a link
    that has run out; default in 7 days. once: what the mail tells of; the same kind to the same address about the same
    thing is one mail, however often it is posted: for jobs. Where no server is configured the mail is kept; where the
    reader declined such mails it is written down as declined. Raises BadAddress; KeyError for an unknown kind.
    """
    of_kind, address = KINDS[kind], _address(to)
    mail_id = ids.derive("mail", kind, address, once) if once else ids.new()
    if once and (posted := find(mail_id)):
        return posted
    rendered, now = render(of_kind, {**context, **_ways_out(of_kind, mail_id)}), clock.now()
    mail = Mail(
        id=mail_id,
        brand_id=brand_or_none(),
        kind=kind,
        to=address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        has_secret=of_kind.has_secret,
        state=_first_state(of_kind, address),
        created_at=now,
        expires_at=expires_at or now + LASTS,
    )
    mail.save(force_insert=True)
    if mail.state == MailState.WAITING:
        enqueue(SEND, payload={"mail": mail_id.hex})
    return mail


def send(payload: Mapping[str, Any]) -> None:
    """The job: hand a mail to the server and mark it as sent. Does nothing for one that does not wait any more.

    1. Expired, or declined meanwhile: say so. 2. Deliver. 3. Mark as sent and remove a secret. Killed between 2 and 3
    the mail goes out again, as the same message (MAIL-AT-LEAST-ONCE). A refusal for good marks it as failed; any other
    fault is raised (NotTaken), and the job waits and tries again.
    """
    mail = Mail.objects.filter(id=UUID(payload["mail"]), state=MailState.WAITING).first()
    if mail is None:
        return
    if mail.expires_at <= clock.now():
        _end(mail, MailState.FAILED, error="It could not be sent before it expired.")
    elif is_declined(mail.to, mail.kind):
        _end(mail, MailState.DECLINED)
    elif server := _server():
        _hand_over(mail, server)
    else:
        _end(mail, MailState.KEPT)


def try_again(mail: Mail, *, by: Actor) -> None:
    """Send a mail that failed, or that was kept while no server was configured. Raises NotAgain for any other."""
    if _server() is None:
        raise NotAgain("No mail server is configured. Set `mail_url` and `mail_from`, then try again.")
    if not mail.text or mail.expires_at <= clock.now():
        raise NotAgain("This mail has expired. Do again what it was about, and a new one is written.")
    again = Mail.objects.filter(id=mail.id, state__in=(MailState.FAILED, MailState.KEPT))
    with transaction.atomic():
        if not again.update(state=MailState.WAITING, error=""):
            raise NotAgain("Only a mail that failed or was kept can be tried again.")
        enqueue(SEND, payload={"mail": mail.id.hex})
        record(Act("mail.tried_again", Subject("mal", mail.id, mail.kind), by=by))


def choose(wanted: Collection[str], *, address: str, by: Actor) -> None:
    """Say which of the optional kinds an address wants, and that it wants none of the others."""
    with transaction.atomic():
        for kind in optional_kinds():
            change = want if kind.name in wanted else decline
            change(kind.name, address=address, by=by)


def decline(kind: str, *, address: str, by: Actor) -> None:
    """Send no more mails of a kind to an address. Declining twice is once. Raises KeyError for one that always goes."""
    of_kind = _optional(kind)
    with transaction.atomic():
        row, is_new = Declined.objects.get_or_create(
            address=address.lower(), kind=of_kind.name, defaults={"at": clock.now()}
        )
        if is_new:
            record(Act("mail.declined", Subject("dcl", row.id, of_kind.name), by=by))


def want(kind: str, *, address: str, by: Actor) -> None:
    """Send mails of a kind to an address again. What is wanted already stays so."""
    of_kind = _optional(kind)
    with transaction.atomic():
        row = Declined.objects.filter(address=address.lower(), kind=of_kind.name).first()
        if row:
            Declined.objects.filter(id=row.id).delete()
            record(Act("mail.wanted", Subject("dcl", row.id, of_kind.name), by=by))


def expire() -> None:
    """What upkeep does: give up on mails that could not be sent in time, remove secrets that have expired, forget.

    A mail that can be declined is never forgotten, for by the link in it it is declined years later, too.
    """
    now = clock.now()
    old = Mail.objects.filter(expires_at__lte=now - LISTED)
    old.exclude(kind__in=[kind.name for kind in optional_kinds()]).delete()
    expired = Mail.objects.filter(expires_at__lte=now)
    expired.filter(state=MailState.WAITING).update(state=MailState.FAILED)
    expired.filter(has_secret=True).exclude(text="").update(text="", html="")


def _hand_over(mail: Mail, server: Server) -> None:
    sender = read_sender(settings.TALLYSTICK.mail_from)
    try:
        deliver(letter(mail, sender), server=server, sender=sender)
    except Refused as refused:
        _end(mail, MailState.FAILED, error=str(refused))
    except NotTaken as fault:
        Mail.objects.filter(id=mail.id).update(error=str(fault)[:500])
        raise
    else:
        _end(mail, MailState.SENT)


def _end(mail: Mail, state: MailState, *, error: str = "") -> None:
    changes: dict[str, Any] = {"state": state, "error": error[:500]}
    if state == MailState.SENT:
        changes["sent_at"] = clock.now()
        if mail.has_secret:
            changes |= {"text": "", "html": ""}
    Mail.objects.filter(id=mail.id).update(**changes)


def _first_state(kind: MailKind, address: str) -> MailState:
    if kind.is_optional and is_declined(address, kind.name):
        return MailState.DECLINED
    return MailState.WAITING if _server() else MailState.KEPT


def _server() -> Server | None:
    url = settings.TALLYSTICK.mail_url
    return read_server(url.get_secret_value()) if url else None


def _ways_out(kind: MailKind, mail_id: UUID) -> dict[str, str]:
    if not kind.is_optional:
        return {}
    return {"stop": links.stop_address(mail_id), "preferences": links.preferences_address(mail_id)}


def _address(text: str) -> str:
    address = text.strip()
    try:
        validate_email(address)
        # Longer than any address may be, and the name service knows no domain that cannot be written so.
        address.rpartition("@")[2].encode("idna")
    except (ValidationError, UnicodeError):
        raise BadAddress(
            "%(address)r is not an address that mail can be sent to", address=text[:254]
        ) from None
    if len(address) > 254:
        raise BadAddress("%(address)r is not an address that mail can be sent to", address=text[:254])
    return address


def _optional(kind: str) -> MailKind:
    return {each.name: each for each in optional_kinds()}[kind]
