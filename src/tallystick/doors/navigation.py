"""Where one may go: one table of entries for each door, each with the right that its page needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext_lazy

from tallystick.doors.nouns.links import CODE, LINK
from tallystick.doors.nouns.noun import Noun, Text
from tallystick.doors.nouns.partners import PARTNER, PARTNERSHIP
from tallystick.doors.nouns.places import CAMPAIGN, PLACEMENT
from tallystick.doors.nouns.programs import CHANNEL, PROGRAM
from tallystick.partners.accounts.models import Proposal, ProposalState
from tallystick.tracking.events.choices import unknown_names
from tallystick.tracking.inbox.queries import counts_by_reason


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation. here: what the page calls itself in its context (`here`). name, noun: its address:
    the URL name, and the plural where it is a list of nouns. badge: counts what waits there, in the brand in scope.
    """

    here: str
    label: Text
    icon: str
    name: str
    right: str = ""
    noun: str = ""
    badge: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under one heading; the first of a door has none."""

    label: Text
    entries: tuple[Entry, ...]


def _quarantined() -> int:
    return sum(counts_by_reason().values())


def _unnamed() -> int:
    return len(unknown_names())


def _proposed() -> int:
    return Proposal.objects.filter(state=ProposalState.OPEN).count()


def _noun(noun: Noun[Any], icon: str) -> Entry:
    return Entry(noun.plural, noun.label_plural, icon, "console:nouns", noun.read, noun=noun.plural)


CONSOLE: Final = (
    Section(
        "",
        (
            Entry("answer", gettext_lazy("Overview"), "chart-line", "console:answer", "figures.read"),
            Entry("trace", gettext_lazy("Trace"), "route", "console:find", "figures.read"),
        ),
    ),
    Section(
        gettext_lazy("What comes in"),
        (
            Entry("imports", gettext_lazy("Imports"), "upload", "console:imports", "imports.read"),
            Entry("mappings", gettext_lazy("Mappings"), "list-checks", "console:mappings", "imports.read"),
            Entry(
                "names",
                gettext_lazy("Unknown names"),
                "circle-help",
                "console:names",
                "imports.read",
                badge=_unnamed,
            ),
            Entry(
                "quarantine",
                gettext_lazy("Quarantine"),
                "inbox",
                "console:quarantine",
                "quarantine.read",
                badge=_quarantined,
            ),
            Entry("orders", gettext_lazy("Orders of the shop"), "stamp", "console:orders", "imports.read"),
        ),
    ),
    Section(
        gettext_lazy("Partners"),
        (
            _noun(PARTNER, "users"),
            _noun(PARTNERSHIP, "handshake"),
            _noun(PLACEMENT, "map-pin"),
            _noun(CAMPAIGN, "megaphone"),
            _noun(LINK, "link"),
            _noun(CODE, "ticket"),
        ),
    ),
    Section(
        gettext_lazy("What counts"),
        (
            _noun(PROGRAM, "layers"),
            Entry(
                "definitions",
                gettext_lazy("Definitions"),
                "target",
                "console:nouns",
                "programs.read",
                noun="definitions",
            ),
            _noun(CHANNEL, "house"),
        ),
    ),
    Section(
        gettext_lazy("Brand"),
        (
            Entry("team", gettext_lazy("Team"), "users-round", "console:team", "team.read"),
            Entry("keys", gettext_lazy("API keys"), "key-round", "console:keys", "keys.read"),
            Entry(
                "approvals",
                gettext_lazy("Approvals"),
                "stamp",
                "console:approvals",
                "approvals.read",
                badge=_proposed,
            ),
            Entry("audit", gettext_lazy("Audit"), "history", "console:audit", "audit.read"),
            Entry("brand", gettext_lazy("Settings"), "settings", "console:brand", "brand.change"),
        ),
    ),
)

PORTAL: Final = (
    Section(
        "",
        (
            Entry("home", gettext_lazy("Overview"), "house", "portal:home", "portal.read"),
            Entry("links", gettext_lazy("Links and codes"), "link", "portal:links", "portal.read"),
            Entry("documents", gettext_lazy("Documents"), "file-text", "portal:documents", "portal.read"),
            Entry("details", gettext_lazy("Your details"), "user", "portal:details", "portal.change"),
        ),
    ),
)

INSTALLATION: Final = (
    Section(
        "",
        (
            Entry("people", gettext_lazy("People"), "users", "installation:people", "installation.read"),
            Entry("brands", gettext_lazy("Brands"), "building-2", "installation:brands", "installation.read"),
            Entry("mails", gettext_lazy("Mail"), "mail", "installation:mails", "installation.read"),
            Entry("jobs", gettext_lazy("Jobs"), "list-checks", "installation:jobs", "installation.read"),
        ),
    ),
)

ACCOUNT: Final = (
    Section(
        "",
        (
            Entry("overview", gettext_lazy("Your account"), "user", "account:overview"),
            Entry("account_email", gettext_lazy("E-mail addresses"), "mail", "account_email"),
            Entry("notices", gettext_lazy("Notices"), "inbox", "mail:own"),
            Entry(
                "account_change_password", gettext_lazy("Password"), "key-round", "account_change_password"
            ),
            Entry("mfa_index", gettext_lazy("Two steps"), "shield-check", "mfa_index"),
            Entry("usersessions_list", gettext_lazy("Sessions"), "laptop", "usersessions_list"),
        ),
    ),
)

DOORS: Final[Mapping[str, tuple[Section, ...]]] = MappingProxyType(
    {"console": CONSOLE, "portal": PORTAL, "installation": INSTALLATION, "account": ACCOUNT}
)
"""Kind of the shell → its navigation."""
