"""A connection of our SQLite backend on a file of its own, whatever the suite's main database is."""

from __future__ import annotations

import pytest
from django.db import connections


@pytest.fixture
def scratch(tmp_path, django_db_blocker):
    """The Django connection `scratch`, on the file scratch.db."""
    connections.databases["scratch"] = connections.configure_settings(
        {
            "default": connections.databases["default"],
            "scratch": {"ENGINE": "tallystick.foundation.sqlite", "NAME": str(tmp_path / "scratch.db")},
        }
    )["scratch"]
    with django_db_blocker.unblock():
        yield connections["scratch"]
        connections["scratch"].close()
    del connections["scratch"]
    del connections.databases["scratch"]
