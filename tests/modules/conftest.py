"""The houses, for tests of modules that commit."""

from tests.houses import house, twins

__all__ = ["house", "twins"]
