"""What every test stands on: a data directory that goes away, one configuration, and fresh installations.

DATABASE_URL is honoured, so `python -m tests.postgres -- pytest …` runs the same tests on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

DATA = Path(tempfile.mkdtemp(prefix="tallystick-tests-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)

# Settings of the person who runs the tests must not decide what the tests say.
for _name in [name for name in os.environ if name.startswith("TALLYSTICK_") and "TORTURE" not in name]:
    del os.environ[_name]
(DATA / "tallystick.toml").touch()
os.environ["TALLYSTICK_CONFIG"] = str(DATA / "tallystick.toml")
os.environ["TALLYSTICK_DATA_DIR"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.project.settings"

from tests.postgres import cluster  # noqa: E402 - as below

if "DATABASE_URL" in os.environ and "PYTEST_XDIST_WORKER" in os.environ:
    # On PostgreSQL a reader waits for all older transactions of its cluster, so tests side by side would wait for
    # each other: every worker gets a cluster of its own.
    _clusters = ExitStack()
    atexit.register(_clusters.close)
    os.environ["DATABASE_URL"] = _clusters.enter_context(cluster())

from tests.installs import Install, InstallTemplate, migrated_template  # noqa: E402 - reads the environment


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each worker come here before Django reads its settings: it has a data directory and a cluster of its own."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_configure() -> None:
    """Set Django up before any test module imports a model; on SQLite its test database is a file, as in life."""
    import django
    from django.conf import settings

    # What makes a password hard to guess would take most of the time of a test that signs in.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    main = settings.DATABASES["default"]
    if main["ENGINE"] == "tallystick.foundation.sqlite":
        main.setdefault("TEST", {})["NAME"] = str(DATA / "tests.db")
    django.setup()


@pytest.fixture(scope="session")
def install_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InstallTemplate]:
    """A migrated installation that nobody uses; copied by `fresh_install`."""
    with migrated_template(tmp_path_factory.mktemp("template")) as template:
        yield template


@pytest.fixture
def fresh_install(install_template: InstallTemplate, tmp_path: Path) -> Iterator[Install]:
    """An installation of its own with an empty, migrated database, for tests whose processes commit."""
    with install_template.copy(tmp_path / "data") as install:
        yield install
