"""What a mail server's address says, and who a mail is from. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit


class Tls(StrEnum):
    """When a connection is encrypted: after a greeting in the clear, from the first byte, never."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS: Final = {Tls.STARTTLS: 587, Tls.TLS: 465, Tls.NONE: 25}
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and as whom. user is empty where nobody signs in."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails are from: a name, which may be empty, and an address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def read_server(url: str) -> Server:
    """Read `smtp://user:password@host:587?tls=starttls`. Without `tls` it is starttls; without a port, that of its tls.

    Characters that mean something in a URL are written as in any other (`%40` for `@`). Raises ValueError, whose text
    never holds the URL: it has a password in it. A password without encryption is refused, but for this machine.
    """
    parts = urlsplit(url)
    if parts.scheme != "smtp" or not parts.hostname or parts.path.strip("/"):
        raise ValueError("must look like smtp://user:password@host:587?tls=starttls")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = options.pop("tls", Tls.STARTTLS.value)
    if options or tls not in set(Tls):
        raise ValueError(f"after the question mark stands tls= with one of: {', '.join(Tls)}")
    try:
        port = parts.port or PORTS[Tls(tls)]
    except ValueError:
        raise ValueError("has a port that is not a number from 1 to 65535") from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("has a user without a password, or a password without a user")
    if user and tls == Tls.NONE and parts.hostname not in LOOPBACK:
        raise ValueError("would send the password unencrypted; use tls=starttls or tls=tls")
    return Server(parts.hostname, port, Tls(tls), user, password)


def read_sender(text: str) -> Sender:
    """Read `Acme partners <partners@acme.example>`, or an address alone. Raises ValueError for anything else."""
    name, address = parseaddr(text)
    local, at, domain = address.rpartition("@")
    if not (at and local and domain and address.isascii()) or not text.isprintable():
        raise ValueError("must be an address, or a name with the address in angle brackets")
    return Sender(name, address)


def one_line(text: str) -> str:
    """A text as a header may hold it: one line, no control characters, at most 200 characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= 200 else f"{line[:199]}…"
