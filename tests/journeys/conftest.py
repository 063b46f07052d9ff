"""The houses and the cast, for stories and properties of the whole journey."""

from typing import TYPE_CHECKING

import pytest

from tests.houses import House, house, twins

if TYPE_CHECKING:
    from tests.builders import Brand

__all__ = ["acme", "house", "twins"]


@pytest.fixture
def acme(house: House) -> "Brand":
    """Acme with her partners; no conversion is defined yet."""
    from tests.builders import Brand  # a conftest is read before Django is ready

    return Brand("Acme")
