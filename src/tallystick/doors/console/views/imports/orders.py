"""`/<brand>/orders`: the orders of the shop against those that were tracked: what matches, what is lost, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.doors.console.download import csv_download
from tallystick.doors.console.state import BadAddress, read_page_number, refuse_unknown
from tallystick.doors.days import read_days
from tallystick.doors.entrance import access_of, brand_page
from tallystick.doors.nouns.cells import csv_line
from tallystick.kit import clock, ids
from tallystick.kit.money import Money
from tallystick.measurement.kpis.intervals import wilson_interval
from tallystick.partners.programs.models import Brand, Program
from tallystick.partners.programs.queries import find_program
from tallystick.tracking.imports.reconciling.queries import OrderReconciliation, reconcile, span_of_days
from tallystick.tracking.imports.reconciling.rules import Difference, Kind, MoneyOf, Summary, Verdict, Why

PAGE_ROWS: Final = 50
CSV_ROWS: Final = 5_000

KINDS: Final[Mapping[Kind, Promise]] = {
    Kind.MISSING: gettext_lazy("Missing here"),
    Kind.DIFFERING: gettext_lazy("Differing"),
    Kind.UNREPORTED: gettext_lazy("Not in the file"),
    Kind.MATCHED: gettext_lazy("Matched"),
    Kind.ABSENT: gettext_lazy("Rightly not here"),
}
WHY: Final[Mapping[Why, Promise]] = {
    Why.QUARANTINE: gettext_lazy("waits in quarantine"),
    Why.LABELLED: gettext_lazy("arrived, but does not count"),
    Why.OTHER_KINDS: gettext_lazy("only other events name it"),
    Why.ONLY_THE_FILE: gettext_lazy("only files tell of it, tracking does not"),
    Why.BEFORE_TRACKING: gettext_lazy("from before tracking began"),
    Why.NOTHING: gettext_lazy("nothing arrived about it"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """What is compared. asked: the days that the address names, `from` and `until`."""

    program: Program
    since: datetime
    until: datetime
    asked: Mapping[str, str]

    @property
    def first(self) -> date:
        """The first day, in the program's zone."""
        return clock.day_of(self.since, self.program.zone_info)

    @property
    def last(self) -> date:
        """The last day, included."""
        return clock.day_of(self.until - timedelta(microseconds=1), self.program.zone_info)


@dataclass(frozen=True, slots=True)
class Loss:
    """How many of the expected orders tracking has not seen, in words."""

    rate: str
    interval: str
    says: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the list shows it."""

    kind: str
    order: str
    at: datetime | None
    shop: str
    here: str
    why: str
    url: str


@brand_page("imports.read")
def orders(request: HttpRequest, brand: Brand) -> HttpResponseBase:
    """Show the comparison of a program and a period, or give it as a CSV file."""
    refuse_unknown(request.GET, ("program", "from", "until", "kind", "page", "format"))
    programs = list(Program.objects.order_by("name"))
    context: dict[str, Any] = {"here": "orders", "programs": programs, "zone": ZoneInfo(brand.zone)}
    if not programs:
        return render(request, "console/orders.html", context)
    program = find_program(request.GET.get("program") or programs[0].key)
    period = _period(request.GET, program)
    context |= {"program": program, "may_change": access_of(request).may("imports.change")}
    if period is None:
        return render(request, "console/orders.html", context)
    kind = _kind(request.GET.get("kind", ""))
    if request.GET.get("format"):
        return _as_csv(brand, request.GET["format"], period, kind)
    number = read_page_number(request.GET.get("page", ""))
    found = _compared(period, kind, limit=PAGE_ROWS, offset=(number - 1) * PAGE_ROWS)
    if number > 1 and not found.verdicts:
        raise BadAddress(_("There are not that many pages."))
    return render(request, "console/orders.html", {**context, **_shown(brand, found, period, kind, number)})


def _shown(
    brand: Brand, found: OrderReconciliation, period: Period, kind: Kind | None, number: int
) -> dict[str, Any]:
    offset = (number - 1) * PAGE_ROWS
    more = offset + len(found.verdicts) < found.total
    zone = period.program.zone_info
    return {
        "found": found,
        "period": period,
        "said_period": figures.days(period.first, period.last),
        "files": ", ".join(found.sources),
        "kinds": [
            (each.value, str(KINDS[each]), found.summary.kinds.get(each, 0), _address(brand, period, each))
            for each in KINDS
        ],
        "kind": kind.value if kind else "",
        "in_all": sum(found.summary.kinds.values()),
        "all_url": _address(brand, period, None),
        "loss": _loss(found.summary),
        "reasons": [(str(WHY[why]), rows) for why, rows in found.summary.missing.items()],
        "fields": [(word(name), rows) for name, rows in found.summary.differing.items()],
        "money": [_money(each) for each in found.summary.money],
        "rows": [_row(brand, verdict, zone) for verdict in found.verdicts],
        "first": offset + 1,
        "last": offset + len(found.verdicts),
        "total": found.total,
        "previous": _address(brand, period, kind, page=number - 1) if number > 1 else "",
        "next": _address(brand, period, kind, page=number + 1) if more else "",
        "export_url": _address(brand, period, kind, format="csv"),
        "is_cut": found.total > CSV_ROWS,
    }


def _compared(period: Period, kind: Kind | None, *, limit: int, offset: int = 0) -> OrderReconciliation:
    return reconcile(
        period.program,
        since=period.since,
        until=period.until,
        only=(kind,) if kind else (),
        limit=limit,
        offset=offset,
    )


def _period(given: QueryDict, program: Program) -> Period | None:
    """The days that the address names, else all of the shop's orders; None where it has reported none."""
    first, last = read_days((given.get("from", ""), given.get("until", "")), ("from", "until"))
    span = span_of_days(program, first, last)
    asked = {name: day.isoformat() for name, day in (("from", first), ("until", last)) if day}
    return Period(program, *span, asked) if span else None


def _kind(text: str) -> Kind | None:
    try:
        return Kind(text) if text else None
    except ValueError:
        said = _("“kind” is “%(text)s”; it is one of %(known)s.")
        raise BadAddress(said % {"text": text[:40], "known": ", ".join(Kind)}) from None


def _address(brand: Brand, period: Period, kind: Kind | None, **more: object) -> str:
    said = {
        "program": period.program.key,
        **period.asked,
        **({"kind": kind.value} if kind else {}),
        **more,
    }
    return f"{reverse('console:orders', args=[brand.key])}?{urlencode(said)}"


def _loss(summary: Summary) -> Loss | None:
    """The tracking loss rate with its interval; None where no order is expected."""
    if not summary.expected:
        return None
    interval = wilson_interval(summary.lost, summary.expected)
    says = _("%(lost)s of %(expected)s orders that tracking should have seen") % {
        "lost": figures.count(summary.lost),
        "expected": figures.count(summary.expected),
    }
    return Loss(wording.percent(summary.tracking_loss_rate), wording.percents(interval), says)


def _money(each: MoneyOf) -> tuple[str, str, str, str, str]:
    amounts = (each.shop, each.here, each.missing, each.unreported)
    shop, here, missing, unreported = (figures.money(minor, each.currency) for minor in amounts)
    return each.currency, shop, here, missing, unreported


def _row(brand: Brand, verdict: Verdict, zone: ZoneInfo) -> OrderRow:
    shop, here = verdict.shop, verdict.tracked
    receipt = verdict.held or (here.receipt_id if here else None)
    at = shop.ordered_at if shop else here.occurred_at if here else None
    return OrderRow(
        kind=str(KINDS[verdict.kind]),
        order=verdict.order,
        at=at,
        shop=_amount(shop.amount_minor, shop.currency) if shop else "",
        here=_amount(here.amount_minor, here.currency) if here else "",
        why=_why(verdict, zone),
        url=reverse("console:trace", args=[brand.key, ids.show("rcp", receipt)]) if receipt else "",
    )


def _amount(minor: int | None, currency: str | None) -> str:
    return figures.money(minor, currency) if minor is not None and currency else ""


def _why(verdict: Verdict, zone: ZoneInfo) -> str:
    """Why an order is missing, or on what the shop and we do not agree."""
    if verdict.why:
        return f"{WHY[verdict.why]}: {word(verdict.detail)}" if verdict.detail else str(WHY[verdict.why])
    parts = [_differs(each, verdict, zone) for each in verdict.differences]
    if verdict.found_as:
        parts.append(_("here it is written %(order)s") % {"order": verdict.found_as})
    return "; ".join(parts)


def _differs(difference: Difference, verdict: Verdict, zone: ZoneInfo) -> str:
    shop, here = difference.shop, difference.here
    if difference.field == "amount" and verdict.shop and verdict.shop.currency:
        shop, here = (figures.money(int(minor), verdict.shop.currency) for minor in (shop, here))
    if difference.field == "day":
        shop, here = (figures.moment(datetime.fromisoformat(at), zone) for at in (shop, here))
    return _("%(field)s: %(shop)s in the shop, %(here)s here") % {
        "field": word(difference.field),
        "shop": word(shop),
        "here": word(here),
    }


def _as_csv(brand: Brand, wanted: str, period: Period, kind: Kind | None) -> HttpResponseBase:
    if wanted != "csv":
        raise BadAddress(_("“format” is “%(text)s”; it is one of csv.") % {"text": wanted[:40]})
    found = _compared(period, kind, limit=CSV_ROWS)
    return csv_download(brand, "orders", _lines(found))


def _lines(found: OrderReconciliation) -> Iterator[str]:
    """One order in each line, with times in UTC and exact amounts; no text in it is run by a spreadsheet."""
    yield csv_line(
        (
            "order",
            "became",
            "why",
            "ordered_at",
            "shop_amount",
            "shop_currency",
            "amount",
            "currency",
            "differs",
        )
    )
    for verdict in found.verdicts:
        shop, here = verdict.shop, verdict.tracked
        at = shop.ordered_at if shop else here.occurred_at if here else None
        yield csv_line(
            (
                verdict.order,
                verdict.kind.value,
                " ".join(filter(None, (verdict.why, verdict.detail))),
                at.astimezone(UTC).isoformat() if at else None,
                *(_exact(shop.amount_minor, shop.currency) if shop else (None, None)),
                *(_exact(here.amount_minor, here.currency) if here else (None, None)),
                " ".join(each.field for each in verdict.differences),
            )
        )


def _exact(minor: int | None, currency: str | None) -> tuple[Decimal | None, str | None]:
    """An amount as a number that a spreadsheet reads, and its currency."""
    if minor is None or currency is None:
        return None, currency
    return Decimal(Money(minor, currency).number()), currency
