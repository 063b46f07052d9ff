"""Which brand a command speaks of: the one named, or the only one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tallystick.foundation.scoping import brand_scope
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.queries import find_brand


@contextmanager
def brand_in_scope(key: str | None) -> Iterator[Brand]:
    """The brand with a key, or the only one, with its scope open. Raises NotThere, which names the brands there are."""
    brand = find_brand(key)
    with brand_scope(brand.id):
        yield brand
