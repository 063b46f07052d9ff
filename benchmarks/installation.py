"""An installation of its own for one process of a benchmark, on SQLite or on a PostgreSQL started for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).parents[1]
SQLITE, POSTGRESQL = "sqlite", "postgresql"
PARTNERS = int(os.environ.get("PARTNERS", "1000"))


def open_installation() -> UUID:
    """Set Django up on what the environment names, apply the set-up where it was not, return the brand's id."""
    import django

    django.setup()
    from tallystick.partners.programs.models import Brand

    path = Path(os.environ["TALLYSTICK_DATA_DIR"]) / "setup.toml"
    if not path.exists():
        _apply_setup(path)
    brand_id: UUID = Brand.objects.get().id
    return brand_id


@contextmanager
def prepared(database: str) -> Iterator[Callable[..., str]]:
    """Open PARTNERS partners once on a database; gives `run_alone` whose every process starts from a copy of that."""
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as folder, _server(database) as url:
        template = Path(folder) / "template"
        template.mkdir()
        named = {"DATABASE_URL": url} if url else {}
        subprocess.run(
            [sys.executable, "-m", "benchmarks.installation"],
            env=environment(template, named),
            cwd=ROOT,
            check=True,
        )

        def run(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
            own = {"DATABASE_URL": _copy_database(url)} if url else {}
            return run_alone(module, *arguments, env={**own, **(env or {})}, start_from=template)

        yield run


def run_alone(
    module: str, *arguments: str, env: Mapping[str, str] | None = None, start_from: Path | None = None
) -> str:
    """Run a module of the benchmarks in a new process with its own data directory; returns what it prints."""
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as folder:
        if start_from:
            shutil.copytree(start_from, folder, dirs_exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=environment(Path(folder), env),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return done.stdout


def environment(data_dir: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process on a data directory: nothing of the person's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TALLYSTICK_") and name != "DATABASE_URL"
    }
    (data_dir / "tallystick.toml").touch()
    return kept | {
        "DJANGO_SETTINGS_MODULE": "tallystick.project.settings",
        "TALLYSTICK_CONFIG": str(data_dir / "tallystick.toml"),
        "TALLYSTICK_DATA_DIR": str(data_dir),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        **(env or {}),
    }


def _apply_setup(path: Path) -> None:
    from django.core.management import call_command

    from benchmarks.crowd import setup
    from tallystick.foundation.audit.acts import Actor, ActorKind
    from tallystick.measurement.attribution.rules.models import MODELS
    from tallystick.partners.partnerships.setup import apply_setup, read_setup

    call_command("migrate", interactive=False, verbosity=0)
    path.write_text(setup(PARTNERS))
    apply_setup(read_setup(path), models=tuple(MODELS), by=Actor(ActorKind.COMMAND, "the benchmark"))


@contextmanager
def _server(database: str) -> Iterator[str | None]:
    """The address of an empty PostgreSQL that syncs as a real one does; None for SQLite."""
    if database == SQLITE:
        yield None
    else:
        from tests.postgres import cluster

        with cluster(durable=True) as url:
            yield url


def _copy_database(url: str) -> str:
    import psycopg

    with psycopg.connect(url.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS copy")
        connection.execute(f"CREATE DATABASE copy TEMPLATE {url.rsplit('/', 1)[1]}")
    return url.rsplit("/", 1)[0] + "/copy"


if __name__ == "__main__":
    open_installation()
