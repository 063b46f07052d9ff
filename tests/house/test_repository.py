"""What the repository may hold: nothing of one machine, nothing that ties it to one package index."""

import os
import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT, files

MEGABYTE = 1_000_000
# Put together from halves, so that this file does not hold what it looks for.
REGISTRY_HOSTS = re.compile(
    "|".join([r"pypi\." + "org", r"python" + "hosted", r"registry\.npm" + "js", r"conda\." + "anaconda"])
)
MACHINE_PATHS = re.compile(
    "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/[a-z]", "/Us" + "ers/[A-Za-z]"])
)
FORBIDDEN_DRIVER = re.compile(r"^\s*(import sqlite3|from sqlite3[. ])", re.MULTILINE)

FILES = [path for path in files() if path.stat().st_size < MEGABYTE]


def matching(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """`path: what was found` for each file whose text matches."""
    return [
        f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name}: {match[0]!r}"
        for path in paths
        if (match := pattern.search(path.read_bytes().decode(errors="ignore")))
    ]


@pytest.mark.parametrize("pattern", [REGISTRY_HOSTS, MACHINE_PATHS])
def test_no_file_names_a_package_registry_or_a_place_on_one_machine(pattern):
    assert matching(pattern, FILES) == []


def test_no_module_imports_the_interpreters_own_sqlite():
    assert matching(FORBIDDEN_DRIVER, [path for path in FILES if path.suffix == ".py"]) == []


def test_there_is_no_lock_with_addresses():
    assert [path for path in files() if path.name in {"uv.lock", "poetry.lock", "Pipfile.lock"}] == []


def test_every_package_in_a_lock_is_pinned_and_hashed():
    for lock in ROOT.glob("requirements*.lock"):
        entries = re.split(r"\n(?=[a-zA-Z0-9])", lock.read_text().strip())
        assert len(entries) > 3, lock.name
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_no_file_is_larger_than_a_megabyte():
    assert [str(path) for path in files() if path.stat().st_size >= MEGABYTE] == []


def test_the_licence_is_apache_2():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "The Tallystick authors" in text


def test_scripts_are_executable_and_stop_at_errors():
    scripts = [path for path in files("scripts") if not path.suffix] + [ROOT / ".ci" / "run"]
    assert len(scripts) > 3
    assert [path.name for path in scripts if not os.access(path, os.X_OK)] == []
    assert [path.name for path in scripts if not path.read_text().startswith("#!/usr/bin/env bash\n")] == []
    assert [
        path.name
        for path in scripts
        if not re.search(r"^set -e?uo pipefail$", path.read_text(), re.MULTILINE)
    ] == []


def test_the_patterns_find_what_they_are_for(tmp_path):
    def holds(pattern, text):
        sample = tmp_path / "sample"
        sample.write_text(text)
        return bool(matching(pattern, [sample]))

    assert holds(REGISTRY_HOSTS, "--index-url https://py" + "pi.org/simple")
    assert holds(MACHINE_PATHS, "see /ho" + "me/zoe/notes")
    assert holds(FORBIDDEN_DRIVER, "import os\n    import " + "sqlite3\n")
    assert not holds(FORBIDDEN_DRIVER, "from django.db.backends.sqlite3 import base")
