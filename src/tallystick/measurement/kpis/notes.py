"""What must be said beneath a section, so that nobody takes its figures for something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext, ngettext, ngettext_lazy

from tallystick.design import figures
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About
from tallystick.measurement.kpis.kinds import Unit
from tallystick.partners.programs.rules import Basis, Denominator

_ASIDE: Final = {
    Denominator.CLICKS: ngettext_lazy(
        "%(number)s conversion credited through touchpoints that are no click (such as a used code) is not in this "
        "rate; the period basis counts it.",
        "%(number)s conversions credited through touchpoints that are no click (such as a used code) are not in this "
        "rate; the period basis counts them.",
        "count",
    ),
    Denominator.SESSIONS: ngettext_lazy(
        "%(number)s conversion credited through touchpoints that are no session (such as a code used without a visit) "
        "is not in this rate; the period basis counts it.",
        "%(number)s conversions credited through touchpoints that are no session (such as a code used without a visit) "
        "are not in this rate; the period basis counts them.",
        "count",
    ),
    Denominator.LEADS: ngettext_lazy(
        "%(number)s conversion credited through touchpoints that led to no lead before them is not in this rate; the "
        "period basis counts it.",
        "%(number)s conversions credited through touchpoints that led to no lead before them are not in this rate; the "
        "period basis counts them.",
        "count",
    ),
    Denominator.EXPOSURES: ngettext_lazy(
        "%(number)s conversion credited through touchpoints that are no exposure (such as a click) is not in this "
        "rate; the period basis counts it.",
        "%(number)s conversions credited through touchpoints that are no exposure (such as a click) are not in this "
        "rate; the period basis counts them.",
        "count",
    ),
}


def notes(
    cut: Cut, cells: Sequence[Cell], *, aside: int, other_currencies: int = 0, kept_from: date | None = None
) -> tuple[str, ...]:
    """The notes of a section over a cut: how it was counted, and what its cells leave out or lack.

    kept_from: the first day that is kept, where earlier ones would be needed.
    """
    said = tuple(_notes(cut, cells, aside, other_currencies))
    return said if kept_from is None else (_not_kept(kept_from), *said)


def _notes(cut: Cut, cells: Sequence[Cell], aside: int, other_currencies: int) -> Iterator[str]:
    if cut.basis is Basis.PERIOD and cut.unit and cut.kpi.unit is Unit.PROPORTION:
        yield gettext(
            "Conversions of the period over units of the period: not the same people, and it may exceed 100 %."
        )
    if aside and cut.unit:
        yield _aside(cut.unit, aside)
    if other_currencies:
        yield ngettext(
            "%(number)s conversion has its value in another currency and is not in this figure.",
            "%(number)s conversions have their values in other currencies and are not in this figure.",
            other_currencies,
        ) % {"number": figures.count(other_currencies)}
    yield from _of_cells(cut, cells)


def _of_cells(cut: Cut, cells: Sequence[Cell]) -> Iterator[str]:
    if cut.unit and any(
        DIMENSIONS[name].about is About.OUTCOME for name in (*cut.by, *(n for n, _ in cut.where))
    ):
        yield gettext(
            "By what the conversion was like: such conversions over all units, so that the parts add up to the whole."
        )
    if any(cell.statistics.crossing for cell in cells):
        yield gettext("Some units converted only after the definition changed; `crossing` counts them.")
    if any(cell.status is Status.NOT_ENOUGH_EVIDENCE for cell in cells):
        yield gettext("Cells without enough evidence are shown, and are not to be acted on.")
    if cut.unit is Denominator.SESSIONS:
        yield gettext(
            "Sessions: touchpoints of one visitor (where none is named: customer, else account) with gaps of at most "
            "30 minutes, or with one session key and gaps of at most 4 hours, of at most a day."
        )


def _not_kept(kept_from: date) -> str:
    return gettext("Facts before %(day)s are no longer kept for reports: they are not in these figures.") % {
        "day": figures.day(kept_from)
    }


def _aside(unit: Denominator, count: int) -> str:
    return _ASIDE[unit] % {"count": count, "number": figures.count(count)}
