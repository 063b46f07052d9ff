"""Roles as people read them; translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.partners.accounts.rules import Role

Text = str | Promise

ROLE_NAMES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.OWNER: _("owner"),
        Role.MANAGER: _("manager"),
        Role.ANALYST: _("analyst"),
        Role.FINANCE: _("finance"),
        Role.COMPLIANCE: _("compliance"),
        Role.VIEWER: _("viewer"),
        Role.PARTNER: _("partner"),
        Role.ADMINISTRATOR: _("administrator"),
    }
)

ROLE_SAYS: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.OWNER: _("everything, with people, keys and the brand itself"),
        Role.MANAGER: _("programs and partners, and deciding what others propose"),
        Role.ANALYST: _("reads figures, programs and partners"),
        Role.FINANCE: _("reads figures, documents and the audit trail"),
        Role.COMPLIANCE: _("reads documents and the audit trail, pauses partnerships"),
        Role.VIEWER: _("reads figures, programs and partners"),
        Role.PARTNER: _("reads and changes what is its own"),
        Role.ADMINISTRATOR: _("looks after the installation, without a way into any brand"),
    }
)
"""What a role is for, beside its name where one chooses."""
