"""Whole installations for tests that start processes: a data directory, a database, `tallystick` on them.

A migrated template is made once; each test gets a copy (a copied folder on SQLite, CREATE DATABASE … TEMPLATE
on PostgreSQL). So a test may commit and be killed as it likes, and nothing is ever flushed or shared.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.house.sources import ROOT
from tests.starter import starter

SECONDS = 120


@dataclass(frozen=True)
class Install:
    """One installation. `env` is the whole environment of a process that works on it."""

    data_dir: Path
    env: Mapping[str, str]

    @property
    def database_url(self) -> str | None:
        """PostgreSQL's address, or None on SQLite."""
        return self.env.get("DATABASE_URL")

    def run(
        self, *arguments: object, env: Mapping[str, str] | None = None, seconds: float = SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run `tallystick ARGUMENTS` to its end; `env` adds to the environment, for example a failpoint."""
        return self._finish(["-m", "tallystick", *map(str, arguments)], env or {}, seconds)

    def succeed(self, *arguments: object, seconds: float = SECONDS) -> subprocess.CompletedProcess[str]:
        """Run `tallystick ARGUMENTS`; fails the test with its words when it does not exit with 0."""
        done = self.run(*arguments, seconds=seconds)
        assert done.returncode == 0, f"tallystick {' '.join(map(str, arguments))}:\n{done.stderr}"
        return done

    def run_python(
        self, code: str, env: Mapping[str, str] | None = None, seconds: float = SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run Python code in a process of its own, with Django set up."""
        return self._finish(["-c", f"import django\ndjango.setup()\n{code}"], env or {}, seconds)

    def start(self, *arguments: object, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `tallystick ARGUMENTS` and return at once; the caller ends it."""
        command = [sys.executable, "-m", "tallystick", *map(str, arguments)]
        return subprocess.Popen(
            command,
            env={**self.env, **(env or {})},
            cwd=self.data_dir,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _finish(
        self, python: Sequence[str], env: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        return starter().run(python, env={**self.env, **env}, cwd=self.data_dir, seconds=seconds)


@dataclass(frozen=True)
class InstallTemplate:
    """A migrated installation to copy. On PostgreSQL nobody may be connected to its database."""

    install: Install

    @contextmanager
    def copy(self, data_dir: Path) -> Iterator[Install]:
        """Yield a copy in `data_dir`; its database is dropped afterwards."""
        shutil.copytree(self.install.data_dir, data_dir)
        if self.install.database_url is None:
            yield Install(data_dir, _environment(data_dir, None))
            return
        with _new_database(self.install.database_url, template=self.install.database_url) as url:
            yield Install(data_dir, _environment(data_dir, url))


@contextmanager
def migrated_template(data_dir: Path) -> Iterator[InstallTemplate]:
    """Yield an installation with every migration applied, on SQLite or beside DATABASE_URL."""
    server = os.environ.get("DATABASE_URL")
    if server is None:
        yield InstallTemplate(_migrated(Install(data_dir, _environment(data_dir, None))))
        return
    with _new_database(server) as url:
        yield InstallTemplate(_migrated(Install(data_dir, _environment(data_dir, url))))


def _migrated(install: Install) -> Install:
    done = install.run_python(
        "from django.core.management import call_command\ncall_command('migrate', verbosity=0)"
    )
    if done.returncode:
        raise AssertionError(f"the template database was not migrated:\n{done.stderr}")
    return install


def _environment(data_dir: Path, url: str | None) -> dict[str, str]:
    """The environment of the tests, pointed at one installation."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "PYTEST_CURRENT_TEST"}
    }
    env["TALLYSTICK_DATA_DIR"] = str(data_dir)
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    env["NO_COLOR"] = "1"
    return env if url is None else {**env, "DATABASE_URL": url}


@contextmanager
def _new_database(server: str, template: str | None = None) -> Iterator[str]:
    """Yield the address of a new database beside the one that `server` names; drop it afterwards."""
    name = f"tallystick_{secrets.token_hex(6)}"
    create: sql.Composed = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        source = sql.Identifier(urlsplit(template).path.lstrip("/"))
        create = sql.SQL("{} TEMPLATE {}").format(create, source)
    _administer(server, create)
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _administer(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _administer(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(urlsplit(server)._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(statement)
