"""What pyproject.toml declares is what the code imports, and each has its line in the decision about it."""

import ast
import re
import sys
import tomllib

from tests.house.sources import ROOT, Source, python_sources

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Where the name to import is not the name to install.
IMPORT_NAMES = {
    "crawler-user-agents": "crawleruseragents",
    "django-allauth": "allauth",
    "django-csp": "csp",
    "django-ninja": "ninja",
    "ua-parser": "ua_parser",
}
# Brought along by a declared one, whose interface they are part of.
BROUGHT_ALONG = {"pydantic": "pydantic-settings"}


def declared() -> dict[str, str]:
    """Distribution → name to import, for what running needs."""
    names = [re.split(r"[^a-z0-9-]", line.lower())[0] for line in PROJECT["dependencies"]]
    return {name: IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}


def imported(sources: list[Source]) -> set[str]:
    """The top-level names of the packages of others that the modules import."""
    found: set[str] = set()
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"tallystick"}


def test_everything_imported_is_declared():
    known = set(declared().values()) | {name for name, by in BROUGHT_ALONG.items() if by in declared()}
    assert sorted(imported(python_sources("src")) - known) == []


def test_everything_declared_is_used():
    text = "\n".join(source.text for source in python_sources("src"))
    unused = [name for name, module in declared().items() if not re.search(rf"\b{module}\b", text)]
    # Django loads it by the address of the database.
    assert sorted(set(unused) - {"psycopg"}) == []


def test_everything_declared_has_its_line_in_the_decision():
    decision = (ROOT / "docs/decisions/0001-dependencies.md").read_text()
    assert [
        name for name in declared() if not re.search(rf"^\|.*\b{name}\b.*\|", decision, re.MULTILINE)
    ] == []


def test_everything_declared_is_locked():
    locks = {lock: (ROOT / lock).read_text() for lock in ("requirements.lock", "requirements-dev.lock")}
    missing = [
        f"{lock}: {name}"
        for lock, text in locks.items()
        for name in declared()
        if not re.search(rf"^{name}==", text, re.MULTILINE)
    ]
    assert not missing, f"run make lock: {missing}"


def test_an_undeclared_import_is_found():
    assert imported([Source("src/a.py", "import os\nimport pandas.io\nfrom csp import constants")]) == {
        "pandas",
        "csp",
    }
