"""The layers of the house hold, and a broken one is found (the contracts are in pyproject.toml)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

PLACED = """
doors/__init__ journey kit/__init__ foundation/__init__ kit/clock kit/ids project/__init__ project/config
measurement/__init__ measurement/attribution/__init__ measurement/attribution/path_files
measurement/attribution/rules measurement/kpis/__init__ measurement/kpis/intervals
partners/__init__ partners/accounts/__init__ partners/programs/__init__ partners/programs/rules
partners/partnerships/__init__ tracking/__init__ tracking/inbox/__init__ tracking/events/__init__
""".split()


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    """Check the package `tallystick` found under `source` against the contracts of this repository."""
    check = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(
        [sys.executable, "-c", check, "--no-logo", "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=source,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def empty_house(tmp_path):
    """A package of the same shape with nothing in it; returns a function that writes one module."""

    def write(module: str, code: str = ""):
        path = tmp_path / "tallystick" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
        return tmp_path

    write("__init__")
    for module in PLACED:
        write(module)
    return write


def test_every_contract_is_kept():
    done = lint(ROOT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_empty_house_keeps_every_contract(empty_house):
    done = lint(empty_house("kit/money"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "code", "contract"),
    [
        ("kit/ids", "import tallystick.partners.programs", "The house has one direction"),
        ("attic/__init__", "", "The house has one direction"),
        ("partners/attic", "", "Partners: partnerships over programs over accounts"),
        ("partners/accounts/models", "import tallystick.partners.programs", "Partners:"),
        ("tracking/inbox/wire", "import tallystick.tracking.events", "Tracking:"),
        ("measurement/attribution/models", "import tallystick.measurement.kpis", "Measurement:"),
        ("doors/attic", "", "Doors do not open into each other"),
        ("partners/programs/rules", "import django.db", "Rules know no framework"),
        ("partners/programs/rules/nested", "import duckdb", "Rules know no framework"),
        ("partners/programs/rules", "import os", "Rules read no file"),
        ("measurement/kpis/intervals", "import django", "What `tallystick analyze` stands on"),
        ("project/databases", "import sqlite3", "Nobody imports CPython's own SQLite"),
        ("journey", "from tallystick.project import config", "The house has one direction"),
    ],
)
def test_a_broken_contract_is_found(empty_house, module, code, contract):
    if module.endswith("/nested"):
        place = empty_house("partners/programs/rules")
        (place / "tallystick/partners/programs/rules.py").unlink()
        empty_house("partners/programs/rules/__init__")
    done = lint(empty_house(module, code))
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), done.stdout
