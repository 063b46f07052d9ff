"""Middleware that comes first: whom a request is from and how it came, before anybody asks.

Rate limits, sessions and the audit trail read `REMOTE_ADDR`; nobody after this reads what a stranger forwarded.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from tallystick.kit.proxies import client_address, read_proxies


class BehindProxies:
    """Puts the client's address and the scheme it used where Django looks for them; forgets the headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.proxies = read_proxies(settings.TALLYSTICK.trusted_proxies)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        peer = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        # Each proxy adds its own at the right end, as it does with addresses.
        scheme = request.META.pop("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        request.META["REMOTE_ADDR"] = client_address(peer, forwarded, self.proxies)
        if scheme in {"http", "https"} and self.proxies.trust(peer):
            request.META["wsgi.url_scheme"] = scheme
        return self.get_response(request)
