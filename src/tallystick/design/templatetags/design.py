"""Icons, states and initials in templates: `{% load design %}`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tallystick.design import states

register = template.Library()

ICONS: Final = Path(__file__).parent.parent / "icons"
_INSIDE: Final = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BETWEEN: Final = re.compile(r"\s*\n\s*")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside a text that says the same, so screen readers skip it. Raises FileNotFoundError for a name that
    `design/icons` has not.
    """
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false">{}</svg>',
        _drawing(name),
    )


@cache
def _drawing(name: str) -> SafeString:
    found = _INSIDE.search((ICONS / f"{name}.svg").read_text())
    assert found, f"{name}.svg is no drawing"
    # Files of this package, not of a person.
    return mark_safe(_BETWEEN.sub("", found[1]))  # noqa: S308


@register.inclusion_tag("design/badge.html")
def state(name: str) -> dict[str, Any]:
    """A state as a badge: its word, a tone and a drawing, so that colour never says it alone."""
    return {"badge": states.look_of(str(name))}


@register.filter
def initials(name: str) -> str:
    """The one or two letters that stand for a person: `Alice Moreau` → `AM`, `alice@example.org` → `A`."""
    words = re.findall(r"\w+", name.partition("@")[0] if "@" in name else name)
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: object) -> str:
    """The query of this page with some parameters changed; an empty value leaves one out: `?kind=content&sort=name`."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def swaps(url: str) -> SafeString:
    """Attributes of a link or a form that changes only the list of the page (`id="list"`), not the page around it.

    The answer is the whole page, as without script; htmx takes the list out of it and puts the address into the bar.
    """
    return format_html(
        ' hx-get="{}" hx-target="#list" hx-select="#list" hx-swap="outerHTML" hx-push-url="true"', url
    )


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> Any:
    """The sections of the navigation, with the page that calls itself `here` marked."""
    return context["shell"].sections(context.get("here", ""))
