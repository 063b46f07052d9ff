"""An installation of its own for one process of a benchmark, on SQLite or beside DATABASE_URL's database."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).parents[1]


def open_installation() -> UUID:
    """Set Django up on the directory that the environment names, apply the set-up, return the brand's id."""
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.crowd import setup
    from tallystick.foundation.audit.acts import Actor, ActorKind
    from tallystick.measurement.attribution.rules.models import MODELS
    from tallystick.partners.partnerships.setup import apply_setup, read_setup

    call_command("migrate", interactive=False, verbosity=0)
    path = Path(os.environ["TALLYSTICK_DATA_DIR"]) / "setup.toml"
    path.write_text(setup())
    applied = apply_setup(
        read_setup(path), models=tuple(MODELS), by=Actor(ActorKind.COMMAND, "the benchmark")
    )
    brand_id: UUID = applied.brand.id
    return brand_id


def run_alone(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Run a module of the benchmarks in a new process with an empty data directory; returns what it prints."""
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as folder:
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
