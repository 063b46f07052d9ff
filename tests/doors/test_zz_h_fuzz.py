"""The OpenAPI document is true: schemathesis finds nothing else, whoever calls (R7 in small)."""

import json
import os
from typing import Any

import pytest

from tallystick.doors.api.api import OPERATIONS
from tallystick.doors.api.openapi import document
from tallystick.doors.api.problems import DOCS
from tests.doors.api_cast import ROOT, Caller
from tests.installs import Install

CALLERS = 4
EXAMPLES, SECONDS_EACH = 2, 60
TORTURE_SECONDS = float(os.environ.get("TALLYSTICK_TORTURE_SECONDS", "600"))
TORTURE_EXAMPLES = 100

pytestmark = pytest.mark.one_database


def test_the_document_has_every_operation_and_each_of_its_answers():
    paths = document()["paths"]
    for operation in OPERATIONS:
        said = paths[f"{ROOT}{operation.path}"][operation.method.lower()]
        assert said["operationId"] == operation.name
        assert {int(status) for status in said["responses"]} == {*operation.answers, *operation.problems}
        assert said["externalDocs"]["url"] == f"{DOCS}#{operation.name}"


def test_every_value_that_can_be_asked_for_has_a_limit():
    schemas = document()["components"]["schemas"]
    asked = [
        name for name in schemas if name.endswith(("Opening", "Change")) or name in ("NewVersion", "Reason")
    ]
    assert len(asked) > 15
    endless = [
        f"{name}.{field}"
        for name in asked
        for field, kind in schemas[name]["properties"].items()
        for each in kind.get("anyOf", [kind])
        if each.get("type") == "string" and not {"maxLength", "enum", "pattern"} & set(each)
    ]
    assert endless == []


@pytest.mark.django_db
def test_document_and_page_are_for_everybody_and_the_page_explains_every_operation():
    assert Caller().get("/openapi.json").body["openapi"].startswith("3.")
    answer = Caller().client.get(DOCS)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert [each.name for each in OPERATIONS if f'id="{each.name}"' not in page] == []
    assert "<script>" not in page
    assert "style=" not in page


def test_schemathesis_finds_nothing_wrong_for_any_caller(fresh_install: Install):
    found = fuzzed(fresh_install, EXAMPLES, SECONDS_EACH)
    assert max(outcome["reached"] for outcome in found.values()) >= len(OPERATIONS)


@pytest.mark.torture
def test_schemathesis_finds_nothing_wrong_for_any_caller_however_long_it_looks(fresh_install: Install):
    found = fuzzed(fresh_install, TORTURE_EXAMPLES, max(SECONDS_EACH, int(TORTURE_SECONDS / CALLERS)))
    assert "409" in found["full"]["statuses"]
    assert all(outcome["reached"] >= len(OPERATIONS) for outcome in found.values())


def fuzzed(install: Install, examples: int, seconds_each: int) -> dict[str, Any]:
    """What schemathesis found for every caller, which must be nothing wrong."""
    done = install.run_python(
        f"from tests.doors.api_fuzz import main\nmain({examples}, {seconds_each})",
        env={"TALLYSTICK_API_CALLS_PER_MINUTE": "1000000"},
        seconds=300 + 2 * CALLERS * seconds_each,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert len(found) == CALLERS
    assert [f"{name}: {wrong}" for name, outcome in found.items() for wrong in outcome["wrong"]] == []
    assert found["full"]["statuses"].keys() >= {"200", "201", "401", "422"}
    assert "200" not in found["nobody"]["statuses"]
    assert not {status for outcome in found.values() for status in outcome["statuses"] if status >= "500"}
    return found
