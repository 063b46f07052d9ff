"""Figures and intervals in templates: `{% load figures %}`. How they are written stands in `design.figures`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tallystick.design import charts, figures
from tallystick.design import words as house

register = template.Library()

register.filter("count", figures.count)
register.filter("share", figures.share)
register.filter("size", figures.size)
register.filter("whole", figures.whole)
register.filter("short_id", figures.short_id)
register.filter("words", house.words)


@register.filter
def tick_label(value: float) -> str:
    """A round value of a scale: `0 %`, `2.5 %`, `20 %`."""
    return figures.percent(figures.localized(f"{value * 100:.6g}"))


@register.simple_tag
def day(on: date) -> SafeString:
    """A calendar day, readable by machines too."""
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), figures.day(on))


@register.simple_tag
def moment(at: datetime, zone: ZoneInfo) -> SafeString:
    """An instant on the clock of a zone, readable by machines too."""
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), figures.moment(at, zone)
    )


@register.inclusion_tag("design/interval.html")
def interval_bar(
    scale: charts.Axis, low: float, point: float, high: float, beside: float | None = None
) -> dict[str, Any]:
    """An interval on a scale shared with its neighbours; `beside` is a value to compare it with.

    Hidden from screen readers: the same figures stand as text beside it.
    """
    return {
        "mark": charts.mark(scale, low, point, high),
        "beside": None if beside is None else scale.at(beside),
    }


@register.inclusion_tag("design/axis.html")
def interval_axis(scale: charts.Axis) -> dict[str, Any]:
    """The labels of the scale that `interval_bar` draws on."""
    return {"ticks": charts.ticks(scale)}


@register.inclusion_tag("design/share.html")
def share_bar(ppb: int) -> dict[str, str]:
    """How much of one conversion a touchpoint got; the same stands as text beside it."""
    return {"width": f"{100 * ppb / figures.PPB:.2f}%"}
