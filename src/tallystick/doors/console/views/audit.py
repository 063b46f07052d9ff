"""`/<brand>/audit`: who did what, when and why; each line opens to what it changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors.console.download import csv_download
from tallystick.doors.console.listed import pager, query_of, read_wish
from tallystick.doors.entrance import brand_page
from tallystick.doors.found import row_at
from tallystick.doors.nouns.cells import csv_line
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.audit.queries import LINES, acts_of_brand, sealed_until
from tallystick.foundation.scoping import current_brand
from tallystick.kit import ids
from tallystick.kit.listing import Wish
from tallystick.partners.programs.models import Brand

COLUMNS: Final = (
    "id", "at", "actor_kind", "actor", "actor_name", "address", "act", "subject", "label", "changes", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the list shows it."""

    id: str
    line: AuditLine


@brand_page("audit.read")
def audit(request: HttpRequest, brand: Brand) -> HttpResponse:
    """List the acts in the brand, the newest first."""
    wish = read_wish(request.GET, LINES)
    page = LINES.page(wish)
    narrowed = query_of(replace(wish, after=""))
    context = {
        "here": "audit",
        "wish": wish,
        "total": page.total,
        "rows": [Row(ids.show("aud", line.id), line) for line in page.rows],
        "acts": acts_of_brand(),
        "is_narrowed": bool(wish.text or wish.filters),
        "export_url": reverse("console:audit_export", args=[brand.key]) + narrowed,
        "sealing": sealed_until(),
        "zone": ZoneInfo(brand.zone),
        **pager(wish, page),
    }
    return render(request, "console/audit.html", context)


@brand_page("audit.read")
def export(request: HttpRequest, brand: Brand) -> HttpResponseBase:
    """Give what the list shows under the same address, every page of it, as CSV."""
    wish = read_wish(request.GET, LINES)
    LINES.page(replace(wish, limit=1))  # what cannot be asked is said before the first line is sent
    return csv_download(brand, "audit", _lines(wish))


@brand_page("audit.read")
def line(request: HttpRequest, brand: Brand, line: str) -> HttpResponse:
    """Show one act with what it changed, and whether it is sealed."""
    rows = AuditLine.objects.filter(brand_id=current_brand()).select_related("seal")
    found = row_at(rows, "aud", line)
    back = reverse("console:audit", args=[brand.key])
    context = {
        "here": "audit",
        "line": found,
        "id": line,
        "seal": getattr(found, "seal", None),
        "changes": [(name, _said(before), _said(after)) for name, (before, after) in found.changes.items()],
        "same_subject": f"{back}?subject={found.subject}",
        "zone": ZoneInfo(brand.zone),
        "crumbs": [(_("Audit"), back)],
    }
    return render(request, "console/audit_line.html", context)


def _lines(wish: Wish) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for row in LINES.every(wish):
        yield csv_line(
            (
                ids.show("aud", row.id),
                row.at.isoformat(),
                row.actor_kind,
                row.actor,
                row.actor_name,
                row.address,
                row.act,
                row.subject,
                row.label,
                json.dumps(row.changes, ensure_ascii=False),
                row.reason,
            )
        )


def _said(value: Any) -> str:
    """A value of a change as people read it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
