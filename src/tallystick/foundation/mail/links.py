"""Addresses that stand in mails: absolute, and signed where following one is enough to be believed."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from tallystick.kit import ids

SALT = "tallystick.mail.reader"


def absolute(path: str) -> str:
    """The address of a page as somebody outside reaches it. path: begins with `/`."""
    return f"{settings.TALLYSTICK.public_url.rstrip('/')}{path}"


def reader_token(mail_id: UUID) -> str:
    """What the reader of a mail is known by when they decline such mails: works without signing in, never expires."""
    return Signer(salt=SALT, sep=".").sign(ids.show("mal", mail_id))


def read_token(token: str) -> UUID | None:
    """The id of the mail that a token was made for; None for a token that we did not make."""
    try:
        return ids.read(Signer(salt=SALT, sep=".").unsign(token))[1]
    except (BadSignature, ids.BadId):
        return None


def stop_address(mail_id: UUID) -> str:
    """Where mails of this kind are declined: by a page for people, by one POST for their mail program (RFC 8058)."""
    return absolute(f"/mail/{reader_token(mail_id)}/stop")


def preferences_address(mail_id: UUID) -> str:
    """Where the reader chooses what they want, without signing in."""
    return absolute(f"/mail/{reader_token(mail_id)}")
