"""All doors of the house, found in the URL conf: what each asks, and an address of it to knock at."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from tallystick.doors import entrance
from tallystick.doors.entrance import Declared, EveryPageIsDeclared

NEVER_ANSWERED = {
    # Old addresses that allauth would redirect.
    "account/social/login/cancelled/",
    "account/social/login/error/",
    "account/social/signup/",
    "account/social/connections/",
}
"""Addresses of others that nobody declared and nobody guards: the entrance answers 404."""

KINDS = {
    None: "public",
    entrance._into_brand: "brand",
    entrance._into_portal: "portal",
    entrance._into_installation: "installation",
}

LITERAL = re.compile(r"\(\?P<(\w+)>([a-z]+)\)")
OF_PREFIX = re.compile(r"\(\?P<(\w+)>([a-z]{3})_\[")


@dataclass(frozen=True)
class Door:
    """One address pattern. name: to reverse it by. ids: its arguments but those that every address of a brand has."""

    name: str
    route: str
    view: Any = field(repr=False)
    arguments: tuple[str, ...]

    @property
    def declared(self) -> Declared | None:
        found: Declared | None = getattr(self.view, "declared", None)
        return found

    @property
    def is_guarded(self) -> bool:
        """Whether allauth, ninja or the like guards it."""
        return self.view.__module__.startswith(EveryPageIsDeclared.GUARDED)

    @property
    def kind(self) -> str:
        """brand, portal, installation, person or public."""
        assert self.declared
        return KINDS.get(self.declared.way_in, "person")

    @property
    def ids(self) -> tuple[str, ...]:
        """The arguments that name one thing, so that another's thing can be named instead."""
        fixed = {name for name, _ in LITERAL.findall(self.route)} | {"brand", "partner"}
        return tuple(name for name in self.arguments if name not in fixed | NAMES)

    def address(self, within: "Place", ids: "Place | None" = None) -> str:
        """Its address in a place; `ids` of another place where something foreign is asked for."""
        if self.route in WITHOUT_A_NAME:
            return WITHOUT_A_NAME[self.route]
        given: dict[str, Any] = dict(LITERAL.findall(self.route))
        prefixes = dict(OF_PREFIX.findall(self.route))
        for name in self.arguments:
            if name in given:
                continue
            place = within if name in ("brand", "partner") else ids or within
            given[name] = place.ids[prefixes[name]] if name in prefixes else sample(self, name)(place)
        return reverse(self.name, kwargs=given)


@dataclass
class Place:
    """A brand as the walk needs it: an id of everything in it, by prefix; its partner's key."""

    brand: str
    partner: str
    ids: dict[str, str]
    canary: str


def _id(name: str) -> Callable[[Place], str]:
    return lambda place: place.ids[name]


WITHOUT_A_NAME = {"api/^(?:v1/)?$": "/api/v1", "api/^.*$": "/api/v1/nothing"}
"""An address for each door that cannot be reversed."""

NAMES = {"act", "name", "token", "number", "program", "mapping"}
"""Arguments that are no ids of a brand: a verb, a kind, a secret of its own, a session, a key that others have too."""

SAMPLES: dict[str, Callable[[Place], str]] = {
    "brand": lambda place: place.brand,
    "partner": lambda place: place.partner,
    "seat": _id("sea"),
    "invitation": _id("inv"),
    "key": _id("key"),
    "proposal": _id("apv"),
    "line": _id("aud"),
    "document": _id("doc"),
    "file": _id("imp"),
    "mapping": lambda _place: "orders",
    "choice": _id("cho"),
    "receipt": _id("rcp"),
    "portal:counted.program": lambda _place: "shop",
    "partnership": _id("pns"),
    "row": _id("pns"),
    "text": _id("evt"),
    "token": _id("token"),
    "name": lambda _place: "invitation",
    "console:team_take_at_partner.seat": _id("sea_at_partner"),
    "console:invitation_resend.invitation": _id("inv_at_partner"),
    "console:invitation_withdraw.invitation": _id("inv_at_partner"),
    "installation:person.text": _id("usr"),
    "installation:link.text": _id("usr"),
    "installation:change_person.text": _id("usr"),
    "installation:change_person.act": lambda _place: "deactivate",
    "installation:mail.text": _id("mal"),
    "installation:try_mail.text": _id("mal"),
    "installation:try_job.text": _id("job"),
    "account:end_session.number": lambda _place: "1",
}
"""An argument of each name; `door.argument` where a door means something else by the name."""


def sample(door: Door, argument: str) -> Callable[[Place], str]:
    """The sample for an argument of a door. Raises KeyError, which says where to add one."""
    found = SAMPLES.get(f"{door.name}.{argument}") or SAMPLES.get(argument)
    if found is None:
        raise KeyError(f"{door.name} has an argument {argument!r}: give it a sample in {__name__}.SAMPLES")
    return found


def doors(resolver: URLResolver | None = None, within: str = "", names: str = "") -> Iterator[Door]:
    """Every address pattern of the house, with what is included in it."""
    for each in (resolver or get_resolver()).url_patterns:
        route = within + str(each.pattern)
        if isinstance(each, URLPattern):
            view = each.callback.func if isinstance(each.callback, partial) else each.callback
            yield Door(f"{names}{each.name}", route, view, _arguments(route))
        else:
            yield from doors(each, route, f"{names}{each.namespace}:" if each.namespace else names)


def _arguments(route: str) -> tuple[str, ...]:
    named = re.findall(r"\(\?P<(\w+)>", route)
    return tuple(named + re.findall(r"<(?:\w+:)?(\w+)>", re.sub(r"\(\?P<\w+>[^)]*\)", "", route)))
