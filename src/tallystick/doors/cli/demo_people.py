"""The people of the demo: who signs in as the brand, who as a partner, and with which password."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.contrib.auth.hashers import make_password

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.people import person_with
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.people import add_person
from tallystick.partners.accounts.services.seats import give_seat
from tallystick.partners.partnerships.models import Partner
from tallystick.partners.programs.queries import find_brand

OWNER = ("ada@acme.example", "Ada Owner")
PARTNER = ("alice@partner.example", "Alice Partner")
AT = "alice"
"""The partner of the demo's set-up file at which the second person has a seat."""


def settle_people(data_dir: Path, *, brand: str) -> None:
    """Let an owner and a partner sign in, and say how. Settled once: running the demo again says the same again."""
    password = _password(data_dir / "demo-password")
    by = whoever_runs_this()
    acme = find_brand(brand)
    for (email, name), role in ((OWNER, Role.OWNER), (PARTNER, Role.PARTNER)):
        if person_with(email):
            continue
        person = add_person(
            email=email,
            name=name,
            password_hash=make_password(password),
            is_administrator=role is Role.OWNER,
            by=by,
        )
        with brand_scope(acme.id):
            partner = Partner.objects.get(key=AT) if role is Role.PARTNER else None
            give_seat(user=person, role=role, partner=partner, by=by)
    output.warn(
        f"\nSign in, with the same password for both:\n"
        f"  as the brand    {OWNER[0]}\n  as a partner    {PARTNER[0]}\n  password        {password}"
    )


def _password(path: Path) -> str:
    """The password of this demo's people, made once and readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"{secrets.token_urlsafe(9)}\n")
    return path.read_text().strip()
