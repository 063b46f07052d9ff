"""What a figure means: a definition version in words, and what it says differently from the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.partners.programs.rules import Meaning, Version, differences


def facts(version: Version) -> list[tuple[str, str]]:
    """What counts, how it is divided, how long after, by which model, and who answers for it: labels with texts."""
    meaning = version.meaning
    counted = ", ".join(word(kind) for kind in meaning.events)
    condition = "".join(f", {name} = {value}" for name, value in meaning.where.items())
    others = ", ".join(word(each) for each in meaning.alternates) or _("nothing else")
    compete = _("compete for credit") if meaning.house_channels_compete else _("stand aside")
    return [
        (_("Definition"), f"{version.definition_name}, {_('version')} {version.version}"),
        (_("Since"), f"{figures.day(version.effective_on)}, {version.zone.key}"),
        (_("What counts"), f"{counted}{condition} ({word(meaning.scale)})"),
        (_("One conversion per"), word(meaning.dedupe)),
        (_("Divided by"), f"{word(meaning.denominator)} ({_('or')} {others})"),
        (_("Basis, unless another is asked for"), _basis(str(meaning.basis))),
        (_("Windows"), windows(meaning.windows) or _("none: nothing earns credit")),
        (_("Model"), wording.model(meaning.model)),
        (_("House channels"), compete),
        (_("Owner"), meaning.owner or _("nobody is named")),
        (_("Source of record"), word(meaning.source_of_record)),
        (_("Cadence"), word(meaning.cadence)),
    ]


def windows(days_by_kind: Mapping[str, int]) -> str:
    """How long each kind of touchpoint may lie before: `click 30 days, code use 1 day`."""
    return ", ".join(
        ngettext("%(kind)s %(days)s day", "%(kind)s %(days)s days", days) % {"kind": word(kind), "days": days}
        for kind, days in days_by_kind.items()
    )


def _basis(basis: str) -> str:
    if basis == "cohort":
        return _("cohort: units with a conversion inside the window, by the date of the touch")
    return _("period: conversions of the period over units of the period")


def changes(before: Version | None, after: Meaning, *, is_primary: bool) -> list[tuple[str, str, str]]:
    """What a version says differently from the one before it: label, before, after."""
    found = differences(before.meaning if before else None, after)
    changed = [(each.field.replace("_", " "), _text(each.before), _text(each.after)) for each in found]
    if before and before.primary != is_primary:
        changed.append((_("primary"), _text(before.primary), _text(is_primary)))
    return changed


def _text(value: Any) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case dict():
            return ", ".join(f"{name.replace('_', ' ')} {each}" for name, each in value.items())
        case list():
            return ", ".join(str(each).replace("_", " ") for each in value)
        case None:
            return ""
        case _:
            return str(value).replace("_", " ")
