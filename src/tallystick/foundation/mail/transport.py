"""Handing a mail to a server by SMTP: what it consists of, and which refusals are for good."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from tallystick.foundation.mail import links
from tallystick.foundation.mail.kinds import KINDS
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.mail.rules import Sender, Server, Tls
from tallystick.kit import ids
from tallystick.kit.errors import Foreseen

TIMEOUT_SECONDS = 20.0


class Refused(Foreseen):
    """The server will never take this mail, or not for this address. Trying again changes nothing."""


class NotTaken(Foreseen):
    """The server was not reached, or asks for patience, or does not let us in. Trying again later may help."""


def letter(mail: Mail, sender: Sender) -> EmailMessage:
    """The message of a mail, with both texts.

    Its Message-ID is made from the mail's id: a mail that was sent, but not marked as sent before a crash, goes out
    again as the same message. Raises ValueError for a header with a line break in it.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = mail.subject
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = Address(addr_spec=_in_ascii(mail.to))
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{ids.show('mal', mail.id)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if (kind := KINDS.get(mail.kind)) and kind.is_optional:
        message["List-Unsubscribe"] = f"<{links.stop_address(mail.id)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def deliver(message: EmailMessage, *, server: Server, sender: Sender) -> None:
    """Hand a message over. Returns when the server has taken it; raises Refused or NotTaken, with what it said."""
    try:
        with _connected(server, sender) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        raise _as_foreseen(code, said) from None
    except smtplib.SMTPDataError as refused:
        raise _as_foreseen(refused.smtp_code, refused.smtp_error) from None
    except smtplib.SMTPResponseException as refused:
        # Greeting, signing in, the sender: what is wrong is wrong with the settings, and those can be mended.
        raise NotTaken(_said(refused.smtp_code, refused.smtp_error)) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise NotTaken("%(name)s: %(fault)s", name=type(fault).__name__, fault=fault) from None


def _connected(server: Server, sender: Sender) -> smtplib.SMTP:
    # Named after the sender's domain: asking the machine for its own name may wait for a resolver.
    if server.tls is Tls.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=sender.domain,
            timeout=TIMEOUT_SECONDS,
            context=ssl.create_default_context(),
        )
    else:
        connection = smtplib.SMTP(
            server.host, server.port, local_hostname=sender.domain, timeout=TIMEOUT_SECONDS
        )
    try:
        if server.tls is Tls.STARTTLS:
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _as_foreseen(code: int, said: bytes | str) -> Refused | NotTaken:
    return Refused(_said(code, said)) if 500 <= code < 600 else NotTaken(_said(code, said))


def _said(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"


def _in_ascii(address: str) -> str:
    """An address whose domain is written as the name service knows it (`bücher.example` → `xn--…`)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
