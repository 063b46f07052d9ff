"""The houses, for tests of modules that commit; and a database of SQLite beside."""

from tests.houses import house, twins
from tests.modules.sqlite_cast import scratch

__all__ = ["house", "scratch", "twins"]
