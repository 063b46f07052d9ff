"""What a figure means: a definition version in words, for the box under every answer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tallystick.design import figures
from tallystick.doors import wording
from tallystick.partners.programs.rules import Version


def facts(version: Version) -> list[tuple[str, str]]:
    """What counts, how it is divided, how long after, by which model, and who answers for it: labels with texts."""
    meaning = version.meaning
    counted = ", ".join(meaning.events).replace("_", " ")
    condition = "".join(f", {name} = {value}" for name, value in meaning.where.items())
    windows = ", ".join(f"{kind.replace('_', ' ')} {days} days" for kind, days in meaning.windows.items())
    others = ", ".join(meaning.alternates) or _("nothing else")
    compete = _("compete for credit") if meaning.house_channels_compete else _("stand aside")
    return [
        (_("Definition"), f"{version.definition_name}, {_('version')} {version.version}"),
        (_("Since"), f"{figures.day(version.effective_on)}, {version.zone.key}"),
        (_("What counts"), f"{counted}{condition} ({meaning.scale})"),
        (_("One conversion per"), str(meaning.dedupe)),
        (_("Divided by"), f"{meaning.denominator} ({_('or')} {others})"),
        (_("Basis, unless another is asked for"), _basis(str(meaning.basis))),
        (_("Windows"), windows or _("none: nothing earns credit")),
        (_("Model"), wording.model(meaning.model)),
        (_("House channels"), compete),
        (_("Owner"), meaning.owner or _("nobody is named")),
        (_("Source of record"), meaning.source_of_record),
        (_("Cadence"), meaning.cadence),
    ]


def _basis(basis: str) -> str:
    if basis == "cohort":
        return _("cohort: units with a conversion inside the window, by the date of the touch")
    return _("period: conversions of the period over units of the period")
