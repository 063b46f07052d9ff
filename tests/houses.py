"""Whole databases that tests may commit to, entered from inside the test's own process.

The stages of the journey commit, and PostgreSQL's inbox shows a receipt only after every older transaction has ended:
so these tests cannot live in a transaction that is rolled back. A house is a copy of a migrated installation, shared by
the tests of a session; each test opens brands of its own in it, and nothing is ever flushed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.installs import Install, InstallTemplate

MAX_CUSTOMERS = 3
"""A visitor of more customers than this links to none: small, so that a story can cross it."""


@dataclass(frozen=True, repr=False)
class House:
    """One installation, with its database, its receipts and its warehouse."""

    install: Install

    @contextmanager
    def entered(self) -> Iterator["House"]:
        """Everything inside reads and writes this installation, receipts and facts included."""
        from tallystick import journey  # a conftest is read before Django is ready

        outside = connections["default"]
        inside = type(outside)({**outside.settings_dict, "NAME": self._database}, "default")
        connections["default"] = inside
        if inside.vendor == "sqlite":
            # Nothing here is about power cuts; waiting for the disk would take most of the time.
            inside.cursor().execute("PRAGMA synchronous = OFF")
        there = {
            "data_dir": self.install.data_dir,
            "database_url": self.install.database_url,
            "identity_max_customers": MAX_CUSTOMERS,
        }
        vars(journey._OF_THREAD).clear()
        try:
            with override_settings(TALLYSTICK=settings.TALLYSTICK.model_copy(update=there)):
                yield self
                journey.inbox().close()
        finally:
            vars(journey._OF_THREAD).clear()
            inside.close()
            connections["default"] = outside

    def __repr__(self) -> str:
        return f"<house in {self.install.data_dir.name}>"  # the environment of an installation is nobody's business

    @property
    def _database(self) -> str:
        url = self.install.database_url
        return str(self.install.data_dir / "tallystick.db") if url is None else urlsplit(url).path.lstrip("/")


@pytest.fixture(scope="session")
def twins(
    install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, House]]:
    """Two houses that know nothing of each other."""
    folder: Path = tmp_path_factory.mktemp("houses")
    with install_template.copy(folder / "one") as one, install_template.copy(folder / "two") as two:
        yield House(one), House(two)


@pytest.fixture
def house(twins: tuple[House, House], django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """The first house, entered for one test."""
    with django_db_blocker.unblock(), twins[0].entered() as entered:
        yield entered
