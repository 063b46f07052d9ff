"""Under which address people reach this installation, and what follows from it for hosts and cookies."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Site:
    """The address of the pages. origin: scheme, host and port, as a browser writes it. host: without the port."""

    origin: str
    host: str
    is_https: bool

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def allowed_hosts(self) -> list[str]:
        """What a request may call us: by the site's name, or from this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return list(dict.fromkeys((host, *THIS_MACHINE)))

    def cookie(self, name: str) -> str:
        """The name of a cookie: over HTTPS one that no other host and no plain connection can set."""
        return f"__Host-{name}" if self.is_https else name


def read_site(url: str) -> Site:
    """The site of an address: scheme, host, perhaps a port, and nothing else. Raises ValueError, which says why."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write it as https://partners.example.org")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(
            "it is only scheme, host and port: Tallystick has a host of its own, not a path on one"
        )
    port = parts.port
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_https = parts.scheme == "https"
    shown_port = "" if port in {None, 443 if is_https else 80} else f":{port}"
    return Site(f"{parts.scheme}://{host}{shown_port}", parts.hostname, is_https)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, whatever the name service says."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
