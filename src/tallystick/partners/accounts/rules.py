"""Who may do what: one table. Enforcement, the page of the documentation and the tests are made from it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a person is in a brand, at a partner of a brand, or on the installation."""

    OWNER = "owner"
    MANAGER = "manager"
    ANALYST = "analyst"
    FINANCE = "finance"
    COMPLIANCE = "compliance"
    VIEWER = "viewer"
    PARTNER = "partner"
    ADMINISTRATOR = "administrator"


BRAND_ROLES: Final = (
    Role.OWNER,
    Role.MANAGER,
    Role.ANALYST,
    Role.FINANCE,
    Role.COMPLIANCE,
    Role.VIEWER,
)
"""The roles of a seat in a brand; a seat at a partner has the role `partner`, an administrator has no seat."""


@dataclass(frozen=True, slots=True)
class Right:
    """One row: what is done, in words, and the roles that may. step_up: only shortly after signing in again.
    by_key: whether an API key may have it.
    """

    name: str
    says: str
    roles: frozenset[Role]
    step_up: bool = False
    by_key: bool = True


def _row(name: str, says: str, *roles: Role, step_up: bool = False, by_key: bool = True) -> Right:
    return Right(name, says, frozenset(roles), step_up, by_key)


_ROWS: Final = (
    _row("figures.read", "Read rates, receipts and traces", *BRAND_ROLES),
    _row("quarantine.read", "Read what waits in quarantine", *BRAND_ROLES),
    _row(
        "quarantine.change",
        "Correct, replay and dismiss what waits in quarantine",
        Role.OWNER,
        Role.MANAGER,
    ),
    _row("imports.read", "See imports, mappings and what became of each file", *BRAND_ROLES),
    _row(
        "imports.change",
        "Bring files, change mappings, say who unknown names are",
        Role.OWNER,
        Role.MANAGER,
    ),
    _row("programs.read", "Read programs, definitions and house channels", *BRAND_ROLES),
    _row("programs.change", "Change programs and house channels", Role.OWNER, Role.MANAGER),
    _row("definitions.publish", "Publish a version of a conversion definition", Role.OWNER, Role.MANAGER),
    _row("partners.read", "Read partners, partnerships, placements, campaigns, links, codes", *BRAND_ROLES),
    _row(
        "partners.change",
        "Change partners, placements, campaigns, links, codes; invite partners; end partnerships",
        Role.OWNER,
        Role.MANAGER,
    ),
    _row(
        "partnerships.pause",
        "Pause a partnership and let it go on",
        Role.OWNER,
        Role.MANAGER,
        Role.COMPLIANCE,
    ),
    _row(
        "documents.read",
        "Read the documents of a partnership",
        Role.OWNER,
        Role.MANAGER,
        Role.FINANCE,
        Role.COMPLIANCE,
    ),
    _row(
        "documents.change",
        "Add and remove documents of a partnership",
        Role.OWNER,
        Role.MANAGER,
        Role.COMPLIANCE,
    ),
    _row("team.read", "See who has a seat", *BRAND_ROLES, by_key=False),
    _row(
        "team.change", "Invite people, give and take seats and roles", Role.OWNER, step_up=True, by_key=False
    ),
    _row("keys.read", "See the API keys", Role.OWNER, Role.MANAGER, by_key=False),
    _row("keys.change", "Make, rotate and revoke API keys", Role.OWNER, step_up=True, by_key=False),
    _row("approvals.read", "See what waits for a second person", *BRAND_ROLES, by_key=False),
    _row(
        "approvals.decide",
        "Approve or decline what another person proposed",
        Role.OWNER,
        Role.MANAGER,
        by_key=False,
    ),
    _row("brand.change", "Change the brand's name, zone and rules", Role.OWNER, step_up=True, by_key=False),
    _row("announcements.read", "Read the feed of what happened", Role.OWNER, Role.MANAGER),
    _row("audit.read", "Read the audit trail", Role.OWNER, Role.FINANCE, Role.COMPLIANCE),
    _row(
        "portal.read", "Read one's own partnerships, links, codes and documents", Role.PARTNER, by_key=False
    ),
    _row("portal.change", "Accept an invitation, change one's own details", Role.PARTNER, by_key=False),
    _row(
        "installation.read", "See people, mail and jobs of the installation", Role.ADMINISTRATOR, by_key=False
    ),
    _row(
        "installation.change",
        "Open brands, hand out links to sign in, try mail and jobs again",
        Role.ADMINISTRATOR,
        step_up=True,
        by_key=False,
    ),
)

RIGHTS: Final[Mapping[str, Right]] = MappingProxyType({row.name: row for row in _ROWS})
"""Name → row. A page or an operation that names no row of this table cannot be reached."""

KEY_RIGHTS: Final = tuple(row.name for row in _ROWS if row.by_key)
"""The rights that an API key may have: its scopes."""


def allows(roles: Iterable[Role], right: str) -> bool:
    """Whether any of the roles has the right. Raises KeyError for a right that the table does not know."""
    return not RIGHTS[right].roles.isdisjoint(roles)


def rights_of(roles: Iterable[Role]) -> frozenset[str]:
    """The names of all rights that the roles have together."""
    held = frozenset(roles)
    return frozenset(name for name, row in RIGHTS.items() if row.roles & held)
