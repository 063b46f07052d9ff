"""Every module stands in a room with a telling name and says what it is for (design, the tree)."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.sources import Source, at, python_sources, words_of

FORBIDDEN_MODULES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
EMPTY_WORDS = {"process", "processes", "handle", "handles", "manage", "manages", "data", "info"}
# Django looks for a database backend in a module of this name.
NAMED_BY_DJANGO = {"src/tallystick/foundation/sqlite/base.py"}
# Names of things that are called so: our setting, the standard library's zoneinfo, Django's hook, and the handle by
# which people name a row, which is a noun here.
PROPER_NAMES = re.compile(r"data_dir|zone_info|process_view|^handle(_of|_in)?$", re.IGNORECASE)
# What a rule may not call.
IMPURE = re.compile(r"(.*\.)?(now|today|utcnow|Path|open|print|input|urlopen)|ids\.new")


def forbidden_name(source: Source) -> list[str]:
    if source.place in NAMED_BY_DJANGO or not FORBIDDEN_MODULES & set(source.parts):
        return []
    return [at(source, source.tree, "a module is named for what it holds, not utils, helpers, base …")]


def code_in_init(source: Source) -> list[str]:
    """Statements of a package's `__init__.py` other than its docstring. The root may hold `__version__`."""
    if source.parts[-1] != "__init__" or source.is_migration or source.place == "src/tallystick/__init__.py":
        return []
    if not ast.get_docstring(source.tree):
        return [
            at(source, source.tree, "a package says in its docstring what it is, reads, writes, guarantees")
        ]
    return [
        at(source, node, "a package's __init__.py holds a docstring and no code")
        for node in source.tree.body[1:]
    ]


def missing_docstrings(source: Source) -> list[str]:
    found = [] if ast.get_docstring(source.tree) else [at(source, source.tree, "the module has no docstring")]
    if source.is_in_room("rules", "services", "queries"):
        found += [
            at(source, function, f"{function.name} has no docstring")
            for function in source.public_functions()
            if not ast.get_docstring(function) and not is_explained_by_its_name(function)
        ]
    return found


def is_explained_by_its_name(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A property reads as a fact about its object; an overload is explained where it is implemented."""
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list}
    return bool(decorators & {"property", "cached_property", "overload"})


def empty_names(source: Source) -> list[str]:
    """Functions and classes whose names say that something is done with something."""
    return [
        at(source, node, f"{node.name}: say what is done instead of process, handle, manage, data, info")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if EMPTY_WORDS & set(words_of(PROPER_NAMES.sub("", node.name)))
    ]


def impure_calls(source: Source) -> list[str]:
    """What a rule asks of the world, by names that stand in modules of which the rest is pure."""
    if not source.is_in_room("rules"):
        return []
    return [
        at(source, node, f"a rule is pure: it does not call {ast.unparse(node.func)}")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and IMPURE.fullmatch(ast.unparse(node.func))
    ]


SOURCES = python_sources("src")
CODE = [source for source in SOURCES if not source.is_migration]


@pytest.mark.parametrize(
    "check", [forbidden_name, code_in_init, missing_docstrings, empty_names, impure_calls]
)
def test_the_rooms_are_in_order(check):
    found = [finding for source in CODE for finding in check(source)]
    assert not found, "\n".join(found)


def test_every_folder_with_modules_is_a_package():
    folders = {Path(source.place).parent for source in SOURCES}
    packages = {Path(source.place).parent for source in SOURCES if source.parts[-1] == "__init__"}
    assert sorted(folders - packages) == []


@pytest.mark.parametrize(
    ("check", "place", "text"),
    [
        (forbidden_name, "src/tallystick/kit/utils.py", '"""Text."""'),
        (forbidden_name, "src/tallystick/helpers/text.py", '"""Text."""'),
        (code_in_init, "src/tallystick/kit/__init__.py", '"""Kit."""\nimport os'),
        (code_in_init, "src/tallystick/kit/__init__.py", ""),
        (missing_docstrings, "src/tallystick/kit/ids.py", "x = 1"),
        (missing_docstrings, "src/tallystick/a/rules.py", '"""Rules."""\ndef split(): ...'),
        (missing_docstrings, "src/tallystick/a/queries/b.py", '"""Q."""\nclass C:\n def find(self): ...'),
        (empty_names, "src/tallystick/a/b.py", '"""B."""\ndef handle_click(): ...'),
        (empty_names, "src/tallystick/a/b.py", '"""B."""\nclass ClickInfo: ...'),
        (
            impure_calls,
            "src/tallystick/a/rules.py",
            '"""R."""\nfrom tallystick.kit import clock\nx = clock.now()',
        ),
        (impure_calls, "src/tallystick/a/rules/b.py", '"""R."""\nwith open("x") as file: ...'),
    ],
)
def test_each_check_finds_what_it_is_for(check, place, text):
    assert len(check(Source(place, text))) == 1


@pytest.mark.parametrize(
    ("check", "place", "text"),
    [
        (code_in_init, "src/tallystick/__init__.py", '"""Root."""\n__version__ = "1"'),
        (missing_docstrings, "src/tallystick/a/rules.py", '"""Rules."""\ndef _split(): ...'),
        (missing_docstrings, "src/tallystick/a/models.py", '"""Tables."""\ndef split(): ...'),
        (
            empty_names,
            "src/tallystick/a/b.py",
            '"""B."""\ndef database(): ...\ndef data_dir(): ...\ndata = 1',
        ),
        (
            missing_docstrings,
            "src/tallystick/a/rules.py",
            '"""R."""\nclass C:\n @property\n def net(self): ...',
        ),
    ],
)
def test_what_is_allowed_is_not_found(check, place, text):
    assert check(Source(place, text)) == []
