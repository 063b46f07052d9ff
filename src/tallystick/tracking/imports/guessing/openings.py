"""Guesses for files of partners, links and codes, which are opened where they are not there. Pure.

Identifier: IMPORT-GUESS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tallystick.kit.texts import translatable
from tallystick.tracking.events.mapping.form import FieldFrom, Target
from tallystick.tracking.imports.guessing.form import Note
from tallystick.tracking.imports.guessing.table import Sketch, Table, key_of

_KIND_WHY: Final = "no column says what sort of partners they are: all are opened as this one"


def partners(table: Table) -> Iterator[Sketch]:
    """A list of partners: somebody's name or key with an address or a website, and nothing that happened."""
    key = table.first("partner", "partner_name", "email")
    if key is None or not table.first("email", "website", "partner_name"):
        return
    fields = {
        "key": table.source(key),
        **table.sources(name="partner_name", contact="email", website="website", tier="tier"),
        "kind": FieldFrom(constant="affiliate"),
    }
    if table.has("status"):
        fields["state"] = table.source("status")
    fit = 40 + 10 * table.surely("website") + 15 * table.has("partner") + 10 * table.has("tier")
    fit += 40 * table.is_called("partners")
    fit -= 45 * (_has_happenings(table) or table.has("customer"))
    fit -= 25 * (key == "email" and not table.has("website") and not table.is_called("partners"))
    column = table.roles[key].column
    yield Sketch(
        translatable("Partners"),
        max(5, min(fit, 95)),
        targets={"partners": (Target(when=(table.filled(key),), fields=fields),)},
        key=key_of(table, key),
        notes=(
            Note("kind", "", _KIND_WHY, must_look=True),
            Note("key", column.name, "by these names other files must name the partners", must_look=True),
        ),
    )


def links(table: Table) -> Iterator[Sketch]:
    """Links of partners with where they lead."""
    leads_to = table.first("destination", "landing_page")
    if leads_to is None or not table.has("partner"):
        return
    fields = table.sources(key="link", partner="partner", destination=leads_to, placement="placement")
    notes: tuple[Note, ...] = ()
    if "key" not in fields:
        fields["key"] = FieldFrom(row=True)
        notes = (
            Note("key", "", "no column names the links: they are named after their rows", must_look=True),
        )
    fit = 50 + 35 * table.is_called("links") + 10 * table.has("link")
    fit -= 45 * _has_happenings(table)
    targets = {"links": (Target(when=(table.filled(leads_to),), fields=fields),)}
    yield Sketch(
        translatable("Links of partners"),
        max(5, min(fit, 95)),
        targets=targets,
        key=key_of(table, "link"),
        notes=notes,
    )


def codes(table: Table) -> Iterator[Sketch]:
    """Codes of partners."""
    if not table.has("code", "partner"):
        return
    fit = 50 + 35 * table.is_called("codes") + 10 * table.roles["code"].column.is_unique
    fit -= 45 * (_has_happenings(table) or table.has("customer"))
    fields = table.sources(key="code", partner="partner", placement="placement")
    targets = {"codes": (Target(when=(table.filled("code"),), fields=fields),)}
    yield Sketch(
        translatable("Codes of partners"), max(5, min(fit, 95)), targets=targets, key=key_of(table, "code")
    )


def _has_happenings(table: Table) -> bool:
    """Whether the rows are about something that was bought or earned."""
    return table.surely("amount") or table.has("order") or table.surely("commission") or bool(table.measures)
