"""Files and functions stay small enough to be read at one go (design, norms)."""

import ast
import re

import pytest

from tests.house.sources import Function, Source, at, files, python_sources

FILE_LINES = 400
FUNCTION_LINES = 70
ARGUMENTS = 6
READ_BY_PEOPLE = {".py", ".html", ".css", ".js", ".sh", ""}


def long_functions(source: Source) -> list[str]:
    return [
        at(source, function, f"{function.name} has {lines(function)} lines, the limit is {FUNCTION_LINES}")
        for function in source.functions()
        if lines(function) > FUNCTION_LINES
    ]


def crowded_functions(source: Source) -> list[str]:
    return [
        at(source, function, f"{function.name} takes {count} arguments, the limit is {ARGUMENTS}")
        for function in source.functions()
        if (count := len(positional(function)) + len(function.args.kwonlyargs)) > ARGUMENTS
        if not is_command(function)
    ]


def positional_services(source: Source) -> list[str]:
    """Public functions of `services` that take more than their first argument by position."""
    if not source.is_in_room("services"):
        return []
    return [
        at(source, function, f"{function.name}: arguments after the first are keyword-only in services")
        for function in source.public_functions()
        if len(positional(function)) > 1
    ]


def is_command(function: Function) -> bool:
    """Whether Typer calls it: the arguments of a command are the options that its users see."""
    return any(re.search(r"\.(command|callback)\(", ast.unparse(at)) for at in function.decorator_list)


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def positional(function: Function) -> list[str]:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


SOURCES = [
    source for source in python_sources("src", "tests", "scripts", "benchmarks") if not source.is_migration
]


def test_no_file_is_longer_than_the_limit():
    readable = [path for path in files() if path.suffix in READ_BY_PEOPLE and "vendor" not in path.parts]
    unlimited = {"LICENSE"}
    lengths = {
        str(path): len(path.read_text().splitlines()) for path in readable if path.name not in unlimited
    }
    assert {path: length for path, length in lengths.items() if length > FILE_LINES} == {}


@pytest.mark.parametrize("check", [long_functions, crowded_functions, positional_services])
def test_functions_are_short_take_few_arguments_and_services_take_them_by_name(check):
    found = [finding for source in SOURCES for finding in check(source)]
    assert not found, "\n".join(found)


def test_a_function_over_the_limit_is_found():
    body = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
    assert long_functions(Source("src/a.py", f"def long():\n{body}\n")) == [
        "src/a.py:1: long has 71 lines, the limit is 70"
    ]


def test_a_seventh_argument_is_found_wherever_it_stands():
    crowded = Source(
        "src/a.py", "def f(a, b, c, *, d, e, g, h): ...\nclass C:\n def m(self, a, b, c, d, e, f): ..."
    )
    assert crowded_functions(crowded) == ["src/a.py:1: f takes 7 arguments, the limit is 6"]


def test_a_command_may_have_as_many_options_as_its_users_need():
    text = "@app.command('paths')\ndef paths(a, b, c, d, e, f, g): ..."
    assert crowded_functions(Source("src/tallystick/doors/cli/analyze.py", text)) == []


def test_a_service_with_two_positional_arguments_is_found():
    text = "def pay(partner, amount): ...\ndef _pay(a, b): ...\ndef hold(partner, *, reason): ..."
    found = positional_services(Source("src/tallystick/money/services/pay.py", text))
    assert found == [
        "src/tallystick/money/services/pay.py:1: pay: arguments after the first are keyword-only in services"
    ]
    assert positional_services(Source("src/tallystick/money/rules.py", text)) == []
