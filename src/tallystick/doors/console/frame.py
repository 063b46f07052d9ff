"""What the frame of every page shows: the brand, where one is, and how much waits in quarantine."""

from __future__ import annotations

from typing import Any

from tallystick.partners.programs.models import Brand
from tallystick.tracking.inbox.queries import counts_by_reason


def frame(brand: Brand, here: str, **page: Any) -> dict[str, Any]:
    """The context of a page of a brand in scope; `here` names the page in the navigation."""
    return {"brand": brand, "here": here, "waiting_in_all": sum(counts_by_reason().values()), **page}
