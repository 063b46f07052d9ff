"""KPIs in words: what each is called, what stands above and below its line, and values in its unit."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy, ngettext_lazy

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.kit.currencies import digits
from tallystick.kit.errors import Exit, Foreseen
from tallystick.measurement.kpis.catalog import Family, Kind, Kpi, Unit, catalog
from tallystick.measurement.kpis.cells import Cell
from tallystick.measurement.kpis.questions import CONVERSION_RATE
from tallystick.partners.programs.rules import Denominator

TITLES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "partnership_conversion_rate": gettext_lazy("Partnership conversion rate"),
        "click_through_rate": gettext_lazy("Click-through rate"),
        "click_to_lead_rate": gettext_lazy("Click-to-lead rate"),
        "click_to_sale_rate": gettext_lazy("Click-to-sale rate"),
        "lead_to_customer_rate": gettext_lazy("Lead-to-customer rate"),
        "attributed_conversions": gettext_lazy("Attributed conversions"),
        "assisted_conversions": gettext_lazy("Assisted conversions"),
        "gross_revenue": gettext_lazy("Gross revenue"),
        "revenue_per_click": gettext_lazy("Revenue per click"),
        "revenue_per_session": gettext_lazy("Revenue per session"),
        "average_order_value": gettext_lazy("Average order value"),
        "new_customer_rate": gettext_lazy("New customer rate"),
        "returning_share": gettext_lazy("Share of returning customers"),
        "revenue_concentration": gettext_lazy("Revenue concentration"),
        "invalid_traffic_rate": gettext_lazy("Invalid traffic rate"),
        "tracking_loss_rate": gettext_lazy("Tracking loss rate"),
    }
)

FAMILIES: Final[Mapping[Family, Any]] = MappingProxyType(
    {
        Family.PERFORMANCE: gettext_lazy("Performance"),
        Family.QUALITY: gettext_lazy("Quality"),
        Family.TRUST: gettext_lazy("Trust"),
        Family.OPERATIONAL: gettext_lazy("Operations"),
    }
)


@dataclass(frozen=True, slots=True)
class _Line:
    """What stands below a line: counted, as the head of a column, and said where there is none."""

    counted: Any
    head: Any
    nothing: Any


_OF_UNIT: Final = {
    Denominator.CLICKS: _Line(
        ngettext_lazy("%(number)s click", "%(number)s clicks", "count"),
        gettext_lazy("Clicks"),
        gettext_lazy("undefined: no clicks"),
    ),
    Denominator.SESSIONS: _Line(
        ngettext_lazy("%(number)s session", "%(number)s sessions", "count"),
        gettext_lazy("Sessions"),
        gettext_lazy("undefined: no sessions"),
    ),
    Denominator.LEADS: _Line(
        ngettext_lazy("%(number)s lead", "%(number)s leads", "count"),
        gettext_lazy("Leads"),
        gettext_lazy("undefined: no leads"),
    ),
    Denominator.EXPOSURES: _Line(
        ngettext_lazy("%(number)s exposure", "%(number)s exposures", "count"),
        gettext_lazy("Exposures"),
        gettext_lazy("undefined: no exposures"),
    ),
}
_CONVERSIONS: Final = _Line(
    ngettext_lazy("%(number)s conversion", "%(number)s conversions", "count"),
    gettext_lazy("Conversions"),
    gettext_lazy("undefined: no conversions"),
)
_ORDERS: Final = _Line(
    ngettext_lazy("%(number)s order", "%(number)s orders", "count"),
    gettext_lazy("Orders"),
    gettext_lazy("undefined: no orders"),
)
_PARTNERS: Final = ngettext_lazy("%(number)s partner", "%(number)s partners", "count")
_OF_KPI: Final = {
    "click_through_rate": _Line(
        ngettext_lazy("%(number)s impression", "%(number)s impressions", "count"),
        gettext_lazy("Impressions"),
        gettext_lazy("undefined: no impressions"),
    ),
    "invalid_traffic_rate": _Line(
        ngettext_lazy("%(number)s touchpoint", "%(number)s touchpoints", "count"),
        gettext_lazy("Touchpoints"),
        gettext_lazy("undefined: no touchpoints"),
    ),
    "average_order_value": _ORDERS,
    "tracking_loss_rate": _ORDERS,
}

_ABOVE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "click_through_rate": gettext_lazy("Clicks"),
        "revenue_per_click": gettext_lazy("Revenue"),
        "revenue_per_session": gettext_lazy("Revenue"),
        "average_order_value": gettext_lazy("Revenue"),
        "new_customer_rate": gettext_lazy("By new customers"),
        "returning_share": gettext_lazy("By returning customers"),
        "invalid_traffic_rate": gettext_lazy("Not by people"),
        "tracking_loss_rate": gettext_lazy("Not seen by tracking"),
        "revenue_concentration": gettext_lazy("Revenue"),
    }
)


class NoKpi(Foreseen, LookupError):
    """The name is not one of the catalogue's."""

    exit = Exit.NOT_FOUND


def find_kpi(key: str) -> Kpi:
    """An entry of the catalogue; the conversion rate where none is named. Raises NoKpi, which names the nearest."""
    entries = catalog()
    found = entries.get(key or CONVERSION_RATE)
    if found is not None:
        return found
    nearest = difflib.get_close_matches(key, entries, n=3, cutoff=0.4) or list(entries)
    raise NoKpi(
        "there is no KPI %(key)r; the nearest there are: %(nearest)s", key=key, nearest=", ".join(nearest)
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """How the figures of a KPI are read: by what it divides, and in which currency its amounts are."""

    kpi: Kpi
    denominator: Denominator | None
    currency: str
    is_cohort: bool = False
    """Whether each unit either converted or not; else conversions stand above the line."""

    @property
    def title(self) -> str:
        """What the KPI is called; one without a name of its own by its key."""
        return str(TITLES.get(self.kpi.key) or word(self.kpi.key).capitalize())

    @property
    def question(self) -> str:
        """What the KPI asks, in the language of who reads."""
        return gettext(self.kpi.question)

    @property
    def is_ratio(self) -> bool:
        """Whether something stands below its line."""
        return self.kpi.kind is Kind.RATIO

    @property
    def above(self) -> str:
        """The head of a column of what stands above the line."""
        return str(
            _ABOVE.get(self.kpi.key) or (gettext("Converted") if self.is_cohort else _CONVERSIONS.head)
        )

    @property
    def below(self) -> str:
        """The head of a column of what stands below it."""
        return str(self._line.head)

    @property
    def nothing(self) -> str:
        """What is said where there is nothing to divide by."""
        return str(self._line.nothing)

    @property
    def _line(self) -> _Line:
        return _OF_UNIT[self.denominator] if self.denominator else _OF_KPI.get(self.kpi.key, _CONVERSIONS)

    def units(self, number: int | Fraction) -> str:
        """How many there are of what stands below the line: `1 session`, `2,310 impressions`, `12.33 orders`."""
        plural = int(number) if number == int(number) else 2
        return str(self._line.counted % {"count": plural, "number": decimal(number)})

    def evidence(self, cell: Cell) -> str:
        """How much stands behind a figure; behind one of how things are spread, over how many they are."""
        if self.kpi.kind is Kind.DERIVED:
            many = cell.statistics.clusters
            return str(_PARTNERS % {"count": many, "number": figures.count(many)})
        return self.units(cell.denominator or 0)

    def beside(self, cell: Cell) -> str:
        """What stands in the column `above` beside a figure: behind one without a line, what it comes of."""
        if self.is_ratio:
            return self.counted(cell.numerator)
        if self.kpi.kind is Kind.DERIVED and self.kpi.is_money:
            return f"{amount(cell.numerator, self.currency)} {self.currency}"
        return figures.count(cell.conversions)

    def number(self, number: int | Fraction | None) -> str:
        """What stands below the line, as a number alone."""
        return decimal(number or 0)

    def value(self, number: float | Fraction | None) -> str:
        """A value in the KPI's unit: `3.1 %`, `12.33`, `81.20 EUR`; one that is not defined says so."""
        if number is None:
            return gettext("undefined")
        match self.kpi.unit:
            case Unit.PROPORTION:
                return figures.percent(hundredths(float(number)))
            case Unit.AMOUNT_MINOR:
                return f"{amount(number, self.currency)} {self.currency}"
            case _:
                return decimal(number)

    def span(self, low: float, high: float) -> str:
        """An interval in the KPI's unit: `2.4–4.0 %`, `70.10–92.30 EUR`."""
        match self.kpi.unit:
            case Unit.PROPORTION:
                return figures.percent(f"{hundredths(low)}–{hundredths(high)}")
            case Unit.AMOUNT_MINOR:
                return f"{amount(low, self.currency)}–{self.value(high)}"
            case _:
                return f"{decimal(low)}–{decimal(high)}"

    def counted(self, number: Fraction | int) -> str:
        """What stands above the line: an amount where the KPI is of money, else a count."""
        return self.value(number) if self.kpi.unit is Unit.AMOUNT_MINOR else decimal(number)


def hundredths(rate: float) -> str:
    """A proportion as the number before the percent sign: one decimal, two below one percent."""
    return figures.localized(f"{rate * 100:.{2 if 0 < abs(rate) < 0.00995 else 1}f}")


def decimal(number: float | Fraction) -> str:
    """A count that may be a sum of shares: `12`, `12.33`. Something is never written as nothing."""
    if number == int(number):
        return figures.count(int(number))
    text = f"{float(number):,.2f}"
    return figures.localized("< 0.01" if text in ("0.00", "-0.00") else text)


def amount(minor: float | Fraction, currency: str) -> str:
    """Minor units as an amount is read: rounded to whole ones, to hundredths of them where it is less than ten."""
    places = digits(currency) + (2 if 0 < abs(float(minor)) < 10 and Fraction(minor).denominator > 1 else 0)
    exact = Fraction(minor) / 10 ** digits(currency)
    shown = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1).scaleb(-places))
    return figures.localized(f"{shown:,f}")
