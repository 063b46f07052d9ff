"""Lists as files that a browser keeps."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse

from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.partners.programs.models import Brand


def csv_download(brand: Brand, called: str, lines: Iterator[str]) -> StreamingHttpResponse:
    """The lines of a CSV file, sent as they are read. called: what stands in its name beside brand and day."""
    today = clock.day_of(clock.now(), ZoneInfo(brand.zone))
    return StreamingHttpResponse(
        _in_scope(brand, lines),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{brand.key}-{called}-{today}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def _in_scope(brand: Brand, lines: Iterator[str]) -> Iterator[str]:
    # The lines are asked for when the view has returned, and so has left the scope.
    with brand_scope(brand.id):
        yield from lines
