"""What stands around a page: where one is, where one may go, what waits there.

Templates find it as `shell` (a context processor). Nothing is asked of the database until a page shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from tallystick.doors.entrance import Access
from tallystick.doors.navigation import DOORS, Entry
from tallystick.doors.nouns.noun import Text
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.models import Seat, User
from tallystick.partners.accounts.queries import seats_of

THEMES: Final = ("light", "dark")
"""What a person may choose; without a choice the system's own holds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as this page shows it."""

    label: Text
    icon: str
    url: str
    is_here: bool
    badge: int = 0


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section as this page shows it."""

    label: Text
    entries: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person may work: a brand, a partner, the installation. says: what they are there."""

    name: str
    says: str
    url: str
    is_here: bool


class Shell:
    """What stands around the page of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.access: Access | None = getattr(request, "access", None)
        self._user: User | AnonymousUser | None = getattr(request, "user", None)

    @property
    def person(self) -> User | None:
        """Who is signed in."""
        return self._user if isinstance(self._user, User) else None

    @property
    def frame(self) -> str:
        """The template that a page stands in whoever asks for it."""
        return "design/shell.html" if self.person else "design/entrance.html"

    @property
    def kind(self) -> str:
        """The door: console, portal, installation, account, or outside for a stranger."""
        if self.access is None or not self.access.rights:
            return "account" if self.person else "outside"
        if self.access.partner:
            return "portal"
        return "console" if self.access.brand else "installation"

    @property
    def name(self) -> str:
        """Where one is."""
        if self.access and (here := self.access.partner or self.access.brand):
            return here.name
        return {"installation": _("Installation"), "account": _("Your account")}.get(self.kind, "Tallystick")

    @property
    def says(self) -> str:
        """What stands small beside the name: the brand, for a partner."""
        access = self.access
        return access.brand.name if access and access.partner and access.brand else ""

    @property
    def home(self) -> str:
        """The first page of where one is."""
        access = self.access
        if access is None or access.brand is None:
            return "/"
        if access.partner:
            return reverse("portal:home", args=[access.brand.key, access.partner.key])
        return reverse("console:answer", args=[access.brand.key])

    @property
    def search(self) -> str:
        """Where what one looks for is found; empty where there is nothing to look for."""
        access = self.access
        if self.kind != "console" or access is None or access.brand is None or not access.may("figures.read"):
            return ""
        return reverse("console:search", args=[access.brand.key])

    def sections(self, here: str) -> tuple[ShownSection, ...]:
        """The navigation: what the person may read, with the page one is on marked."""
        shown = (
            ShownSection(section.label, tuple(self._shown(section.entries, here)))
            for section in DOORS.get(self.kind, ())
        )
        return tuple(section for section in shown if section.entries)

    def _shown(self, entries: Sequence[Entry], here: str) -> Sequence[Shown]:
        return [
            Shown(entry.label, entry.icon, self._address(entry), entry.here == here, self._waiting(entry))
            for entry in entries
            if self._may(entry)
        ]

    def _may(self, entry: Entry) -> bool:
        return not entry.right or (self.access is not None and self.access.may(entry.right))

    def _address(self, entry: Entry) -> str:
        within = [subject.key for subject in self.access.subjects] if self.access else []
        return reverse(entry.name, args=[*within, *([entry.noun] if entry.noun else [])])

    def _waiting(self, entry: Entry) -> int:
        if entry.badge is None or self.access is None or self.access.brand is None:
            return 0
        # The page of an error is made after the view has left the brand's scope.
        with brand_scope(self.access.brand.id):
            return entry.badge()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Everywhere the person may work: the switcher."""
        if self.person is None:
            return ()
        seats = {(seat.brand_id, seat.partner_id): seat for seat in seats_of(self.person)}
        found = [self._place(seat) for seat in seats.values()]
        if self.person.is_administrator:
            url = reverse("installation:people")
            is_here = self.kind == "installation"
            found.append(Place(_("Installation"), _("administrator"), url, is_here))
        return tuple(found)

    def _place(self, seat: Seat) -> Place:
        here = self.access
        ids_here = (here.brand.id, here.partner and here.partner.id) if here and here.brand else None
        is_here = ids_here == (seat.brand_id, seat.partner_id)
        if seat.partner is None:
            return Place(
                seat.brand.name, _("brand"), reverse("console:answer", args=[seat.brand.key]), is_here
            )
        url = reverse("portal:home", args=[seat.brand.key, seat.partner.key])
        return Place(seat.partner.name, _("partner of %(brand)s") % {"brand": seat.brand.name}, url, is_here)


def theme_of(request: HttpRequest) -> str:
    """The theme a person has chosen, else empty: then the system's holds."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor: `shell` and `theme` for every template."""
    return {"shell": SimpleLazyObject(lambda: Shell(request)), "theme": theme_of(request)}
